import { spawnSync } from 'node:child_process'
import { chmod, chown, cp, lstat, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { PostgresBinaries } from './binaries.ts'

/** How PostgreSQL's programs, which refuse to run as root, are started. */
export interface RunAs {
  readonly prefix: readonly string[]
  readonly ids: { readonly uid: number; readonly gid: number } | Readonly<Record<string, never>>
  readonly binaries: PostgresBinaries
  /** Makes the files belong to whoever PostgreSQL believes it is. */
  own(path: string): Promise<void>
}

/**
 * `nobody`      what root does when nobody can reach programs and data
 * `namespace`   below a private directory (a clone in /root): root, called nobody in a user namespace
 * `capability`  the same where namespaces are forbidden (Docker): nobody, who may read past directories
 */
export type RunAsWay = 'nobody' | 'namespace' | 'capability'

const allWays: readonly RunAsWay[] = ['nobody', 'namespace', 'capability']
const nobody = 65534
const namespacePrefix = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`]
const capabilities = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
const asNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
const capabilityPrefix = ['setpriv', ...asNobody, ...capabilities]

/** What decides besides the files: who we are, and which commands the system lets us run. */
export interface Host {
  /** Ways are tried in this order. */
  readonly ways?: readonly RunAsWay[] | undefined
  readonly uid?: number | undefined
  readonly succeeds?: (command: readonly string[]) => boolean
}

/** An ordinary user needs no way around anything. */
export async function chooseRunAs(
  cluster: string,
  binaries: PostgresBinaries,
  { ways = allWays, uid = process.getuid?.(), succeeds = runs }: Host = {},
): Promise<RunAs> {
  const plain = { prefix: [], ids: {}, binaries, own: async () => undefined }
  if (uid !== 0) return plain
  for (const way of ways) {
    const chosen = await attempt(way, { cluster, binaries, succeeds })
    if (chosen !== undefined) return { ...plain, ...chosen }
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and the user nobody cannot reach ${cluster} or ` +
      `${binaries.postgres}. Run Fairlead as an ordinary user, move it below a directory that ` +
      'everybody may enter, or set DATABASE_URL.',
  )
}

interface Circumstances {
  readonly cluster: string
  readonly binaries: PostgresBinaries
  readonly succeeds: (command: readonly string[]) => boolean
}

async function attempt(
  way: RunAsWay,
  { cluster, binaries, succeeds }: Circumstances,
): Promise<Partial<RunAs> | undefined> {
  const toNobody = { own: (path: string) => chownTree(path, nobody) }
  switch (way) {
    case 'nobody': {
      const paths = [cluster, binaries.postgres]
      const reachable = await Promise.all(paths.map(isOpenToEverybody))
      if (!reachable.every(Boolean)) return undefined
      return { ids: { uid: nobody, gid: nobody }, ...toNobody }
    }
    case 'namespace':
      if (!succeeds([...namespacePrefix, 'true'])) return undefined
      return { prefix: namespacePrefix, own: (path) => chownTree(path, 0) }
    case 'capability':
      if (!succeeds([...capabilityPrefix, 'true'])) return undefined
      return { prefix: capabilityPrefix, binaries: await copyOut(binaries), ...toNobody }
  }
}

/** Can another user enter every directory above this path? */
async function isOpenToEverybody(path: string): Promise<boolean> {
  const parent = dirname(path)
  const { mode } = await stat(parent)
  if ((mode & 0o001) === 0) return false
  return parent === path || isOpenToEverybody(parent)
}

export function runs([command = '', ...options]: readonly string[]): boolean {
  return spawnSync(command, options, { stdio: 'ignore' }).status === 0
}

/**
 * PostgreSQL looks for its own files with access(2), which ignores capabilities, so the programs have to
 * lie where everybody may go. One copy per installed version, kept for the next start.
 */
async function copyOut(binaries: PostgresBinaries): Promise<PostgresBinaries> {
  const programs = dirname(binaries.postgres)
  const { size, mtimeMs } = await stat(binaries.postgres)
  const home = join(tmpdir(), `fairlead-postgres-${size}-${Math.trunc(mtimeMs)}`)
  if (!(await isOurs(home))) {
    const draft = await mkdtemp(`${home}-`)
    await cp(dirname(programs), draft, { recursive: true, verbatimSymlinks: true })
    await chmod(draft, 0o755)
    await rename(draft, home).catch(() => rm(draft, { recursive: true, force: true })) // made by another start
  }
  if (!(await isOurs(home))) throw new Error(`${home} was not made by root: remove it`)
  const moved = (program: string): string => join(home, basename(programs), basename(program))
  return { initdb: moved(binaries.initdb), postgres: moved(binaries.postgres) }
}

/** Nobody but root can have put programs there; a link could be another's, and lead elsewhere later. */
async function isOurs(directory: string): Promise<boolean> {
  try {
    const { uid, mode } = await lstat(directory)
    return uid === 0 && (mode & 0o022) === 0
  } catch {
    return false
  }
}

async function chownTree(path: string, id: number): Promise<void> {
  const present = await stat(path)
  if (present.uid === id && present.gid === id) return
  if (present.isDirectory()) {
    const entries = await readdir(path)
    await Promise.all(entries.map((entry) => chownTree(join(path, entry), id)))
  }
  await chown(path, id, id) // the directory last: a chown cut short starts again
}
