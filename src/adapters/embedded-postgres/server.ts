import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { readPostmaster, stopPostmaster, watchOverPostmaster } from './postmaster.ts'
import type { RunAs } from './run-as.ts'

/** Where a cluster lies, and who may run it. */
export interface Place {
  readonly directory: string
  readonly cluster: string
  readonly logFile: string
  readonly runAs: RunAs
}

export interface ServerOptions {
  /** Absent takes a free port. */
  readonly port?: number
  readonly durable: boolean
  readonly limitMs?: number
}

export interface Server {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Processes of a server that was killed still have its memory; they end by themselves once they notice. */
const orphansLeft = 'pre-existing shared memory block'
const startLimitMs = 30_000 // recovery after a crash replays the log before it is ready

/** Starts PostgreSQL on a cluster that is there, and answers when it takes connections. */
export async function startServer(place: Place, options: ServerOptions): Promise<Server> {
  const { limitMs = startLimitMs } = options
  const deadline = performance.now() + limitMs
  let otherPorts = options.port === undefined ? 3 : 0 // somebody may take the one that was free
  for (;;) {
    const port = options.port ?? (await freePort())
    const child = await spawnServer(place, port, options.durable)
    const outcome = await untilReady(place, child, limitMs)
    if ('pid' in outcome) return { port, stop: stopOf(child, outcome.pid) }
    const { failure } = outcome
    if (failure.includes(orphansLeft) && performance.now() < deadline) await pause(50)
    else if (failure.includes('could not bind') && otherPorts > 0) otherPorts -= 1
    else throw new Error(`PostgreSQL did not start in ${place.directory}:\n${failure}`)
  }
}

function stopOf(child: ChildProcess, pid: number): () => Promise<void> {
  const watch = watchOverPostmaster(pid)
  return async () => {
    if (isRunning(child)) await stopPostmaster(pid)
    watch.kill('SIGKILL')
  }
}

/** The number of a process that has ended may be another's by now. */
export const isRunning = (child: ChildProcess): child is ChildProcess & { readonly pid: number } =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

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

/** Answers the process once it takes connections, else what it wrote before it ended. */
async function untilReady(
  place: Place,
  child: ChildProcess,
  limitMs: number,
): Promise<{ readonly pid: number } | { readonly failure: string }> {
  const deadline = performance.now() + limitMs
  while (isRunning(child)) {
    const postmaster = await readPostmaster(place.cluster)
    if (postmaster?.pid === child.pid && postmaster.ready) return { pid: child.pid }
    if (performance.now() > deadline) {
      await stopPostmaster(child.pid)
      break
    }
    await pause(5)
  }
  const written = await readFile(place.logFile, 'utf8')
  return { failure: written === '' ? 'nothing was written to the log' : written.slice(-4000) }
}

/** PostgreSQL cannot choose a port itself; one taken in between is noticed when it starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  server.close()
  await once(server, 'close')
  return port
}
