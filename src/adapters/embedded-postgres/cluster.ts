import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { readIfThere } from './ownership.ts'
import type { Place } from './server.ts'

/** Owns the cluster, and the one database in it that has the same name. */
export const user = 'fairlead'

/** Answers the password of the cluster, which is created at first. */
export async function ensureCluster(place: Place): Promise<string> {
  const passwordFile = join(place.directory, 'password')
  if ((await readIfThere(join(place.cluster, 'PG_VERSION'))) === undefined) {
    await createCluster(place, passwordFile)
  }
  await place.runAs.own(place.cluster)
  return (await readFile(passwordFile, 'utf8')).trim()
}

/** Made beside its final place and moved there whole, so that an interrupted first start leaves nothing. */
async function createCluster(place: Place, passwordFile: string): Promise<void> {
  const draft = join(place.directory, 'cluster.draft')
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  const given = join(draft, '..', 'password.draft')
  await writeFile(given, `${password}\n`, { mode: 0o600 })
  await place.runAs.own(draft)
  await place.runAs.own(given)
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  const auth = ['--auth=scram-sha-256', `--pwfile=${given}`, '--username', user]
  await run(place, [place.runAs.binaries.initdb, '-D', draft, '-E', 'UTF8', ...locale, ...auth])
  await rm(given)
  await rename(draft, place.cluster)
}

export async function ensureDatabase(server: string): Promise<void> {
  const client = new Client({ connectionString: `${server}/postgres` })
  client.on('error', () => undefined) // the call under way rejects by itself
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [user])
    if (found.rowCount === 0) await client.query(`create database ${user}`)
  } finally {
    await client.end()
  }
}

async function run({ runAs, directory }: Place, command: readonly string[]): Promise<void> {
  const [program = '', ...rest] = [...runAs.prefix, ...command]
  const quick = ['--no-sync', '--no-instructions']
  try {
    await promisify(execFile)(program, [...rest, ...quick], { ...runAs.ids, cwd: '/' })
  } catch (cause) {
    throw new Error(`The database could not be created in ${directory}`, { cause })
  }
}
