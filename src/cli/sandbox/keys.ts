import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'

const seedNames = ['signing', 'issuer', 'distribution', 'sendingAnchor'] as const
const secretNames = ['token', 'data', 'railToken', 'rail', 'backoffice'] as const

/** Everything secret in a sandbox; made once and kept with its data. */
export interface SandboxKeys {
  readonly seeds: Readonly<Record<(typeof seedNames)[number], string>>
  readonly secrets: Readonly<Record<(typeof secretNames)[number], string>>
}

/** Reads the keys of this data directory, or makes them. */
export async function sandboxKeys(dataDir: string): Promise<SandboxKeys> {
  const file = join(dataDir, 'keys.json')
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) return JSON.parse(kept) as SandboxKeys // written below
  const keys = {
    seeds: fill(seedNames, () => Keypair.random().secret()),
    secrets: fill(secretNames, () => randomBytes(32).toString('hex')),
  }
  await writePrivately(file, `${JSON.stringify(keys, null, 2)}\n`)
  return keys
}

function fill<Name extends string>(
  names: readonly Name[],
  make: () => string,
): Record<Name, string> {
  // the names given are the keys of the result
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, string>
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivately(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
