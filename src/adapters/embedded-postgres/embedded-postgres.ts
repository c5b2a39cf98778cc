import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findPostgresBinaries } from './binaries.ts'
import { claimDirectory, readIfThere } from './ownership.ts'
import { clearLeftovers } from './postmaster.ts'
import { chooseRunAs } from './run-as.ts'
import type { RunAsWay } from './run-as.ts'
import { startServer } from './server.ts'
import type { Place } from './server.ts'

export interface EmbeddedPostgresOptions {
  /** Ours alone: the cluster, its password and its log lie below it; made when missing. */
  readonly dataDir: string
  /** Absent takes a free port. */
  readonly port?: number
  /** false gives up crash safety for speed; for tests only. */
  readonly durable: boolean
  /** How to run when we are root; absent: the first of all ways that works here. */
  readonly runAs?: readonly RunAsWay[]
}

export interface EmbeddedPostgres {
  readonly url: string
  readonly stop: () => Promise<void>
}

const user = 'fairlead'

/**
 * Starts a real PostgreSQL from the npm binaries on a directory, creating the cluster at first. A
 * cluster left by a killed process is taken over.
 * @throws DataDirectoryInUse when another living process has it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o711 }) // entered by nobody, read by us only
  const directory = await realpath(options.dataDir)
  const release = await claimDirectory(directory)
  try {
    const place = await findPlace(directory, options.runAs)
    await clearLeftovers(place.cluster)
    const password = await ensureCluster(place)
    const running = await startServer(place, options)
    const stop = once(async () => {
      await running.stop()
      await release()
    })
    const server = `postgres://${user}:${password}@127.0.0.1:${running.port}`
    await ensureDatabase(server).catch(async (error: unknown) => {
      await stop()
      throw error
    })
    return { url: `${server}/${user}`, stop }
  } catch (error) {
    await release()
    throw error
  }
}

async function findPlace(directory: string, ways?: readonly RunAsWay[]): Promise<Place> {
  const cluster = join(directory, 'cluster')
  const runAs = await chooseRunAs(cluster, await findPostgresBinaries(), { ways })
  return { directory, cluster, logFile: join(directory, 'postgres.log'), runAs }
}

async function ensureCluster(place: Place): Promise<string> {
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

async function ensureDatabase(server: string): Promise<void> {
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

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => (stopping ??= stop())
}
