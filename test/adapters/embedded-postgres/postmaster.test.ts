import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  clearLeftovers,
  isPostmasterOf,
  readPostmaster,
  stopPostmaster,
  stopSteps,
  watchOverPostmaster,
} from '../../../src/adapters/embedded-postgres/postmaster.ts'
import { until } from '../../until.ts'

const unused = 2 ** 31 - 1 // above what any system gives to a process
const script = fileURLToPath(new URL('watch.child.ts', import.meta.url))
const onWindows = process.platform === 'win32'

let cluster: string
const children: ChildProcess[] = []

beforeEach(async () => {
  cluster = join(await realpath(await mkdtemp(join(tmpdir(), 'fairlead-postmaster-'))), 'cluster')
  await mkdir(cluster)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(join(cluster, '..'), { recursive: true, force: true })
})

const note = (text: string): Promise<void> => writeFile(join(cluster, 'postmaster.pid'), text)

interface Stand {
  readonly child: ChildProcess
  readonly pid: number
  /** The signals it got, one a line. */
  heard(): Promise<string>
}

/** Stands for a postmaster: writes down the signals it gets, and ends `after` one, for which it takes its time. */
async function standIn(
  given: { name?: string; cwd?: string; after?: string; takesMs?: number } = {},
): Promise<Stand> {
  const file = join(cluster, '..', `heard-${children.length}`)
  const code = `
    const { appendFileSync } = require('node:fs')
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM'])
      process.on(signal, () => {
        appendFileSync(process.env.HEARD, signal + '\\n')
        if (signal === '${given.after ?? 'SIGINT'}') setTimeout(() => process.exit(0), ${given.takesMs ?? 50})
      })
    setInterval(() => undefined, 1000)
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--eval', code], {
    argv0: given.name ?? 'postgres',
    cwd: given.cwd ?? cluster,
    env: { HEARD: file },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  const heard = () => readFile(file, 'utf8').catch(() => '')
  return { child, pid: child.pid ?? 0, heard }
}

const ended = ({ child }: Stand): boolean => child.exitCode !== null || child.signalCode !== null

describe('postmaster.pid', () => {
  const lines = (state: string): string =>
    ['4711', '/ready/cluster', '1763800000', '5432', '', 'ready', '  5432   98304', state].join(
      '\n',
    )

  it.each([
    ['ready', lines('ready   \n'), { pid: 4711, ready: true }],
    ['starting', lines('starting\n'), { pid: 4711, ready: false }],
    ['stopping', lines('stopping\n'), { pid: 4711, ready: false }],
    ['not far enough to say', '4711\n/ready\n', { pid: 4711, ready: false }],
  ])('tells the process, and that it is %s', async (_, text, told) => {
    await note(text)
    expect(await readPostmaster(cluster)).toEqual(told)
  })

  it('is not there when no server runs', async () => {
    expect(await readPostmaster(cluster)).toBeUndefined()
  })
})

describe('what a killed process left behind', () => {
  it('is nothing after a clean stop', async () => {
    await clearLeftovers(cluster)
    expect(await readdir(cluster)).toEqual([])
  })

  it('is stopped cleanly when it is the server of this cluster, and its note goes', async () => {
    const left = await standIn()
    await note(`${left.pid}\n`)
    await clearLeftovers(cluster)
    expect(ended(left)).toBe(true)
    expect(await left.heard()).toBe('SIGINT\n')
    expect(await readdir(cluster)).toEqual([])
  })

  it('is a note without a server after a power cut, and goes', async () => {
    await note(`${unused}\n`)
    await clearLeftovers(cluster)
    expect(await readdir(cluster)).toEqual([])
  })

  it('is a note with a number that belongs to another by now, who is left alone', async () => {
    const other = await standIn({ name: 'editor' })
    await note(`${other.pid}\n`)
    await clearLeftovers(cluster)
    expect(await readdir(cluster)).toEqual([])
    expect(await other.heard()).toBe('')
    expect(ended(other)).toBe(false)
  })

  it('may have taken its note away itself while it stopped', async () => {
    const left = await standIn()
    await note(`${left.pid}\n`)
    const clearing = clearLeftovers(cluster)
    await until(async () => (await left.heard()) !== '', 'the signal')
    await rm(join(cluster, 'postmaster.pid'))
    await clearing
    expect(await readdir(cluster)).toEqual([])
  })
})

describe('the server of a cluster', () => {
  const none = [false, false, false]
  const beside = (): readonly string[] => [
    '/',
    join(cluster, '..'),
    join(cluster, 'base'),
    `${cluster}.draft`,
    join(cluster, '..', 'other', 'cluster'),
  ]
  const is = async (given: { name?: string; cwd?: string }): Promise<boolean> =>
    isPostmasterOf((await standIn(given)).pid, cluster, 'linux')

  it.runIf(process.platform === 'linux')('is called postgres and stands in it', async () => {
    expect(await is({})).toBe(true)
    for (const cwd of beside()) {
      await mkdir(cwd, { recursive: true })
      expect([cwd, await is({ cwd })]).toEqual([cwd, false])
    }
    expect(await is({ name: 'editor' })).toBe(false)
    expect(isPostmasterOf(unused, cluster, 'linux')).toBe(false)
  })

  /** Puts a program in place of one of the system; it is told a process and answers with its line. */
  const answers = async (
    program: string,
    told: string,
    lines: Readonly<Record<string, string>>,
  ) => {
    const cases = Object.entries(lines).map(([pid, line]) => `'${told} ${pid}') echo '${line}';;`)
    const script = ['#!/bin/sh', 'case "$1 $2 $3 $4" in', ...cases, '*) exit 1;; esac'].join('\n')
    await writeFile(join(cluster, program), script, { mode: 0o755 })
    vi.stubEnv('PATH', cluster)
  }

  it.skipIf(onWindows)('is called postgres and is told it, where there is no /proc', async () => {
    await answers('ps', '-o command= -p', {
      7: `/bin/postgres -c port=1 -D ${cluster}`,
      8: '/bin/postgres -D /another',
      9: `/bin/editor ${cluster}`,
    })
    const pids = [7, 8, 9, 10]
    expect(pids.map((pid) => isPostmasterOf(pid, cluster, 'darwin'))).toEqual([true, ...none])
  })

  it.skipIf(onWindows)('is called postgres by tasklist on Windows', async () => {
    await answers('tasklist', '/FI PID eq', {
      '7 /FO CSV': '"postgres.exe","7","Console","1","9 K"',
      '8 /FO CSV': '"editor.exe","8","Console","1","9 K"',
    })
    const pids = [7, 8, 0, 10]
    expect(pids.map((pid) => isPostmasterOf(pid, cluster, 'win32'))).toEqual([true, ...none])
  })

  it('is none that the system does not tell about', () => {
    vi.stubEnv('PATH', cluster)
    expect(isPostmasterOf(process.pid, cluster, 'darwin')).toBe(false)
    expect(isPostmasterOf(process.pid, cluster, 'win32')).toBe(false)
  })
})

describe('the stop of a server', () => {
  const stepsOf = (...waits: readonly number[]) =>
    waits.map((waitMs, index) => ({ ...(stopSteps[index] ?? stopSteps[0]), waitMs }))

  it('begins with the fast shutdown, and gives it seconds before the harder signals', () => {
    expect(stopSteps).toEqual([
      { signal: 'SIGINT', waitMs: 4000 },
      { signal: 'SIGQUIT', waitMs: 2000 },
      { signal: 'SIGKILL', waitMs: 2000 },
    ])
  })

  it('sends nothing harder while the server is about to end', async () => {
    const server = await standIn({ after: 'SIGINT', takesMs: 400 })
    await stopPostmaster(server.pid)
    expect(await server.heard()).toBe('SIGINT\n')
    expect(ended(server)).toBe(true)
  })

  it('goes on to the next signal when the server does not end', async () => {
    const server = await standIn({ after: 'SIGQUIT', takesMs: 400 })
    await stopPostmaster(server.pid, stepsOf(50, 5000, 5000))
    expect(await server.heard()).toBe('SIGINT\nSIGQUIT\n')
    expect(server.child.signalCode).toBeNull()
  })

  it('kills a server that listens to nothing', async () => {
    const server = await standIn({ after: 'nothing' })
    await stopPostmaster(server.pid, stepsOf(50, 50, 5000))
    expect(server.child.signalCode).toBe('SIGKILL')
  })

  it('fails when the server does not end', async () => {
    const server = await standIn({ after: 'nothing' })
    await expect(stopPostmaster(server.pid, stepsOf(50))).rejects.toThrow(
      new Error(`PostgreSQL (process ${server.pid}) does not end`),
    )
  })

  it('is done when the server is gone', async () => {
    await expect(stopPostmaster(unused)).resolves.toBeUndefined()
  })
})

describe.skipIf(onWindows)('the watch over a server', () => {
  const watchElsewhere = (server: Stand, mode = ''): ChildProcess => {
    const child = spawn(process.execPath, [script, String(server.pid), mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // leads a group of its own, as a command in a terminal does
    })
    children.push(child)
    return child
  }

  it('stops it when the process ends without doing so, and does not keep that from ending', async () => {
    const server = await standIn()
    const child = watchElsewhere(server)
    await until(() => child.exitCode !== null, 'the process to end by itself')
    await until(() => ended(server), 'the server to be stopped')
    expect(await server.heard()).toBe('SIGINT\n')
  })

  it('outlasts Ctrl-C, which the terminal sends to the whole group', async () => {
    const server = await standIn()
    const child = watchElsewhere(server, 'deaf')
    const [watch] = (await once(child.stdout ?? child, 'data')) as [Buffer]
    const hasProc = process.platform === 'linux'
    const stands = hasProc ? await readlink(`/proc/${Number(watch.toString())}/cwd`) : '/'
    expect(stands).toBe('/') // keeps no directory busy
    process.kill(-(child.pid ?? 0), 'SIGINT')
    child.kill('SIGKILL')
    await until(() => ended(server), 'the server to be stopped')
    expect(await server.heard()).toBe('SIGINT\n')
    expect(Number(watch.toString())).toBeGreaterThan(0)
  })

  it('is done without where there is no shell', async () => {
    const watch = watchOverPostmaster(unused, join(cluster, 'no-shell'))
    await until(() => watch.exitCode !== null, 'the failure') // unheard, it would end the process
    expect([watch.pid, watch.kill('SIGKILL')]).toEqual([undefined, false])
  })
})
