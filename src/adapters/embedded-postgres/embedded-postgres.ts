import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findPostgresBinaries } from './binaries.ts'
import { claimDirectory, readIfThere } from './ownership.ts'
import {
  clearLeftovers,
  readPostmaster,
  stopPostmaster,
  watchOverPostmaster,
} from './postmaster.ts'
import { chooseRunAs } from './run-as.ts'
import type { RunAs, RunAsWay } from './run-as.ts'

export interface EmbeddedPostgresOptions {
  /** Ours alone: the cluster, its password and its log lie below it; made when missing. */
  readonly dataDir: string
  /** 0 or absent takes a free port. */
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

interface Place {
  readonly directory: string
  readonly cluster: string
  readonly logFile: string
  readonly runAs: RunAs
}

const user = 'fairlead'
/** Processes of a server that was killed still have its memory; they end by themselves once they notice. */
const orphansLeft = 'pre-existing shared memory block'
const startLimitMs = 30_000 // recovery after a crash replays the log before it is ready

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
    const { child, port } = await startServer(place, options)
    const watch = watchOverPostmaster(child.pid ?? 0)
    const stop = once(async () => {
      if (child.exitCode === null && child.pid !== undefined) await stopPostmaster(child.pid)
      watch?.kill('SIGKILL')
      await release()
    })
    const server = `postgres://${user}:${password}@127.0.0.1:${port}`
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

async function startServer(
  place: Place,
  options: EmbeddedPostgresOptions,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const deadline = performance.now() + startLimitMs
  let otherPorts = 3 // somebody may take the one that was free
  for (;;) {
    const port = options.port === undefined || options.port === 0 ? await freePort() : options.port
    const child = await spawnServer(place, port, options.durable)
    const failure = await untilReady(place, child)
    if (failure === undefined) return { child, port }
    const mayTryAnother = port !== options.port && otherPorts > 0
    if (failure.includes(orphansLeft) && performance.now() < deadline) await pause(50)
    else if (failure.includes('could not bind') && mayTryAnother) otherPorts -= 1
    else throw new Error(`PostgreSQL did not start in ${place.directory}:\n${failure}`)
  }
}

async function spawnServer(place: Place, port: number, durable: boolean): Promise<ChildProcess> {
  await rm(place.logFile, { force: true })
  const log = await open(place.logFile, 'a', 0o600)
  const { postgres } = place.runAs.binaries
  const [program = '', ...rest] = [...place.runAs.prefix, postgres, ...settings(port, durable)]
  try {
    const child = spawn(program, [...rest, '-D', place.cluster], {
      ...place.runAs.ids,
      cwd: '/',
      detached: true, // Ctrl-C in the terminal must not stop the database before its clients
      stdio: ['ignore', log.fd, log.fd],
    })
    child.on('error', () => undefined) // seen by untilReady as a process without an id
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

function settings(port: number, durable: boolean): readonly string[] {
  const chosen = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    max_parallel_workers_per_gather: '0', // a container may have little shared memory
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Answers undefined when the server takes connections, else what it wrote before it ended. */
async function untilReady(place: Place, child: ChildProcess): Promise<string | undefined> {
  const deadline = performance.now() + startLimitMs
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const postmaster = await readPostmaster(place.cluster)
    if (postmaster?.pid === child.pid && postmaster.ready) return undefined
    if (performance.now() > deadline) {
      await stopPostmaster(child.pid)
      break
    }
    await pause(5)
  }
  return (await readIfThere(place.logFile))?.slice(-4000) ?? 'nothing was written to the log'
}

/** PostgreSQL cannot choose a port itself; one taken in between is noticed when it starts. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => (stopping ??= stop())
}
