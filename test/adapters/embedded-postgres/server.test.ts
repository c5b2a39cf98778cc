import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAlive } from '../../../src/adapters/embedded-postgres/ownership.ts'
import { readPostmaster } from '../../../src/adapters/embedded-postgres/postmaster.ts'
import type { RunAs } from '../../../src/adapters/embedded-postgres/run-as.ts'
import { isRunning, startServer } from '../../../src/adapters/embedded-postgres/server.ts'
import type { Server, ServerOptions } from '../../../src/adapters/embedded-postgres/server.ts'
import { until } from '../../until.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534

let directory: string
let cluster: string
let logFile: string
const running: Server[] = []

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-server-')))
  cluster = join(directory, 'cluster')
  logFile = join(directory, 'postgres.log')
  await mkdir(cluster)
  for (const path of [directory, cluster]) await chmod(path, 0o777) // for nobody
})
afterEach(async () => {
  for (const { stop } of running.splice(0)) await stop()
  await rm(directory, { recursive: true, force: true })
})

/** Until it is told to end, or its directory is gone: a test that fails leaves nothing running. */
const lasts = 'while [ -e starts ]; do sleep 0.02; done'
const ready = `note ready; ${lasts}`

/** A program in place of PostgreSQL: counts its starts in $n, keeps what it is told, then does this. */
async function program(acts: string): Promise<string> {
  const path = join(directory, 'program')
  const note = `printf '%s\\n' $$ ${cluster} 1763800000 5432 '' 127.0.0.1 '5432 7' "$1" > ${cluster}/postmaster.pid`
  const lines = [
    '#!/bin/sh',
    `pwd > ${directory}/stood && cd ${directory} && n=$(( $(cat starts 2>/dev/null || echo 0) + 1 )) && echo $n > starts`,
    'echo "$@" > told.$n',
    `note() { ${note}; }`,
    'trap "exit 0" INT',
    acts,
  ]
  await writeFile(path, lines.join('\n'), { mode: 0o755 })
  return path
}

async function start(
  acts: string,
  { runAs = {}, ...options }: Partial<ServerOptions> & { runAs?: Partial<RunAs> } = {},
): Promise<Server> {
  const postgres = await program(acts)
  const plain = { prefix: [], ids: {}, own: async () => undefined }
  const place = {
    directory,
    cluster,
    logFile,
    runAs: { ...plain, binaries: { initdb: '', postgres }, ...runAs },
  }
  const server = await startServer(place, { durable: true, ...options })
  running.push(server)
  return server
}

const text = async (name: string): Promise<string> =>
  (await readFile(join(directory, name), 'utf8')).trim()
const told = (start = 1): Promise<string> => text(`told.${start}`)
const pid = async (): Promise<number> => (await readPostmaster(cluster))?.pid ?? 0
const didNotStart = (said: string): Error =>
  new Error(`PostgreSQL did not start in ${directory}:\n${said}`)

/** Is a shell waiting to stop this server? */
async function watched(server: number): Promise<boolean> {
  const commands = existsSync('/proc/self/cmdline')
    ? await Promise.all((await readdir('/proc')).filter(Number).map(commandOf))
    : spawnSync('ps', ['-A', '-o', 'args=']).stdout.toString().split('\n')
  return commands.some((command) => command.endsWith(`kill -INT "$0" ${server}`))
}

const commandOf = async (process: string): Promise<string> =>
  (await readFile(`/proc/${process}/cmdline`, 'utf8').catch(() => ''))
    .replaceAll('\0', ' ')
    .trimEnd()

describe('a server', () => {
  const common = (port: number): string =>
    `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= ` +
    '-c max_connections=200 -c max_parallel_workers_per_gather=0 -c timezone=UTC -c log_timezone=UTC'

  it('is told its port, to listen on this machine only, and its cluster', async () => {
    expect((await start(ready, { port: 54_321 })).port).toBe(54_321)
    expect(await told()).toBe(`${common(54_321)} -D ${cluster}`)
  })

  it('gives up crash safety for speed only when that is asked for', async () => {
    await start(ready, { port: 54_321, durable: false })
    const fast = '-c fsync=off -c synchronous_commit=off -c full_page_writes=off'
    expect(await told()).toBe(`${common(54_321)} ${fast} -D ${cluster}`)
  })

  it('takes a free port when none is given, which an ordinary user may have', async () => {
    const { port } = await start(ready)
    expect(port).toBeGreaterThan(1023)
    expect(await told()).toBe(`${common(port)} -D ${cluster}`)
  })

  it('writes a log for its owner alone, and a new one at each start', async () => {
    await writeFile(logFile, 'what the last one said', { mode: 0o644 })
    await start(`echo out; echo err >&2; ${ready}`)
    expect(await text('postgres.log')).toBe('out\nerr')
    expect((await stat(logFile)).mode & 0o777).toBe(0o600)
  })

  it('leads a group of its own, which Ctrl-C in the terminal does not reach', async () => {
    await start(ready)
    expect(process.kill(-(await pid()), 0)).toBe(true)
    expect(await text('stood')).toBe('/') // keeps no directory busy
  })

  it.runIf(isRoot)(
    'runs as the user it is given, behind the command that is put before it',
    async () => {
      const runAs = { prefix: ['env', 'BEFORE=yes'], ids: { uid: nobody, gid: nobody } }
      await start(`echo $(id -u) $(id -g) $BEFORE; ${ready}`, { runAs })
      expect(await text('postgres.log')).toBe(`${nobody} ${nobody} yes`)
    },
  )

  it('is ready when its own note says so, and not by that of another', async () => {
    await writeFile(join(cluster, 'postmaster.pid'), `${process.pid}\n\n\n\n\n\n\nready\n`)
    await start(`sleep 0.1; echo late; note starting; sleep 0.1; echo later; ${ready}`)
    expect(await text('postgres.log')).toBe('late\nlater')
  })

  it('ends when it is stopped, and so does the watch over it', async () => {
    const { stop } = await start(ready)
    const stopped = await pid()
    await stop()
    expect(isAlive(stopped)).toBe(false)
    await until(async () => !(await watched(stopped)), 'the watch to end')
    await stop() // the second call does nothing
  })

  it('is watched over until it has ended, as we may be killed while we wait', async () => {
    const slow = `trap 'echo asked; until [ -e go ]; do sleep 0.02; done; exit 0' INT; note ready; ${lasts}`
    const { stop } = await start(slow)
    const stopped = await pid()
    const stopping = stop()
    await until(async () => (await text('postgres.log')) === 'asked', 'the order to stop')
    expect(await watched(stopped)).toBe(true)
    await writeFile(join(directory, 'go'), '')
    await stopping
    await until(async () => !(await watched(stopped)), 'the watch to end')
  })

  it('is sent nothing when it is stopped after its end, as its number may be of another', async () => {
    const { stop } = await start(`note ready; sleep 0.1`)
    const ended = await pid()
    await until(() => !isAlive(ended), 'the end of the server')
    const kill = vi.spyOn(process, 'kill')
    await stop()
    expect(kill.mock.calls).toEqual([])
    kill.mockRestore()
    await until(async () => !(await watched(ended)), 'the watch to end as well')
  })

  it('does not keep a process from its end, and ends with it', async () => {
    const script = fileURLToPath(new URL('server.child.ts', import.meta.url))
    const child = spawn(process.execPath, [script, directory, await program(ready)])
    await until(() => child.exitCode !== null, 'the process to end by itself')
    expect(child.exitCode).toBe(0)
    const left = await pid()
    await until(() => !isAlive(left), 'the server to be stopped')
    expect(isAlive(left)).toBe(false)
  })

  it('is watched over while it runs', async () => {
    await start(ready)
    expect(await watched(await pid())).toBe(true)
  })
})

describe('a server that does not start', () => {
  const refuses = (times: number, said: string): string =>
    `if [ $n -le ${times} ]; then echo "${said}"; exit 1; fi; ${ready}`
  const taken = 'could not bind IPv4 address'
  const orphans = 'pre-existing shared memory block is still in use'

  it('is started on another port when its own was taken in between', async () => {
    const { port } = await start(refuses(3, taken))
    const commands = await Promise.all([1, 2, 3, 4].map(told))
    const ports = commands.map((command) => Number(/^-c port=(\d+) /.exec(command)?.[1]))
    expect(ports[3]).toBe(port)
    expect(new Set(ports).size).toBeGreaterThan(1)
    expect(await text('starts')).toBe('4')
  })

  it('is given up after three other ports', async () => {
    await expect(start(refuses(4, taken))).rejects.toThrow(didNotStart(`${taken}\n`))
    expect(await text('starts')).toBe('4')
  })

  it('is given up at once when the port it was given is taken', async () => {
    await expect(start(refuses(1, taken), { port: 54_321 })).rejects.toThrow(taken)
    expect(await text('starts')).toBe('1')
  })

  it('is started again until the processes that another left are gone', async () => {
    await start(refuses(5, orphans), { port: 54_321 })
    expect(await text('starts')).toBe('6')
  })

  it('is given up when those processes stay', async () => {
    const stays = start(refuses(99, orphans), { port: 54_321, limitMs: 200 })
    await expect(stays).rejects.toThrow(didNotStart(`${orphans}\n`))
  })

  it.each([
    'FATAL: no',
    'could not create any TCP/IP sockets',
    'could not resize shared memory segment',
    'no memory block of this size',
  ])('is given up at once for any other reason: %s', async (reason) => {
    await expect(start(refuses(1, reason))).rejects.toThrow(didNotStart(`${reason}\n`))
    expect(await text('starts')).toBe('1')
  })

  it('is given up at once when it was killed', async () => {
    await expect(start('echo Killed; kill -9 $$')).rejects.toThrow(didNotStart('Killed\n'))
    expect(await text('starts')).toBe('1')
  })

  it('is quoted with the end of what it said', async () => {
    const said = Array.from({ length: 2000 }, (_, index) => index).join(' ')
    await expect(start(`echo '${said}'; exit 1`)).rejects.toThrow(
      didNotStart(`${said.slice(-3999)}\n`),
    )
  })

  it('may say nothing at all', async () => {
    const silent = 'nothing was written to the log'
    await expect(start('exit 1')).rejects.toThrow(didNotStart(silent))
    const missing = { initdb: '', postgres: join(directory, 'missing') }
    await expect(start('', { runAs: { binaries: missing } })).rejects.toThrow(didNotStart(silent))
  })

  it('is stopped when it is not ready in time', async () => {
    const hangs = `note starting; trap 'echo stopped; exit 0' INT; ${lasts}`
    let end: unknown
    void start(hangs, { limitMs: 300 }).catch((error: unknown) => (end = error))
    await until(() => end !== undefined, 'the start to be given up')
    expect(end).toEqual(didNotStart('stopped\n'))
    expect(isAlive(await pid())).toBe(false)
  })
})

describe('a process that we started', () => {
  it('runs until it ends, in whichever way', async () => {
    const waits = spawn('sleep', ['60'])
    const fails = spawn('false')
    const missing = spawn(join(directory, 'missing'))
    missing.on('error', () => undefined)
    expect(isRunning(missing)).toBe(false) // from the first moment
    await once(fails, 'exit')
    expect([isRunning(waits), isRunning(fails)]).toEqual([true, false])
    waits.kill('SIGKILL')
    await once(waits, 'exit')
    expect(isRunning(waits)).toBe(false)
  })
})
