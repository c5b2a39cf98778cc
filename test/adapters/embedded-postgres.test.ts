import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'
import type { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'
import { onServer } from '../database.ts'
import { until } from '../until.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const script = fileURLToPath(new URL('embedded-postgres.child.ts', import.meta.url))

let parent: string
let running: EmbeddedPostgres[] = []
const children: ChildProcess[] = []
let directories = 0

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'fairlead-embedded-'))
  await chmod(parent, 0o755)
})
afterEach(async () => {
  await Promise.all(running.map(({ stop }) => stop()))
  running = []
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rm(parent, { recursive: true, force: true }))

const freshDirectory = (): string => join(parent, `data-${(directories += 1)}`)

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, durable: true })
  running.push(postgres)
  return postgres
}

/** Another process of ours; resolves with its URL when PostgreSQL is up, or throws what it said. */
async function startElsewhere(
  dataDir: string,
  options: { readonly mode?: string; readonly uid?: number } = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [script, dataDir, options.mode ?? ''], {
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // leads a group of its own, as a command in a terminal does
  })
  children.push(child)
  let out = ''
  let errors = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  await until(() => out.endsWith('\n') || child.exitCode !== null, 'the other process', 20_000)
  if (!out.endsWith('\n')) throw new Error(errors)
  return { child, url: out.trim() }
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await until(() => child.signalCode !== null, 'the killed process to be gone')
}

const postmasterPid = async (dataDir: string): Promise<number> =>
  Number((await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0])

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number)

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

const isAlive = (pid: number): boolean => signalled(pid, 0)

const note = (url: string): Promise<unknown> =>
  onServer(url, 'create table kept as select 42 as answer')
const recall = (url: string): Promise<unknown> => onServer(url, 'select answer from kept')

describe('the embedded PostgreSQL', () => {
  it('keeps what was written from one start to the next, and stops for good', async () => {
    const dataDir = freshDirectory()
    const first = await start(dataDir)
    await note(first.url)
    const pid = await postmasterPid(dataDir)
    process.kill(pid, 'SIGSTOP')
    const stopping = first.stop()
    const tooSoon: unknown = await start(dataDir).catch((reason: unknown) => reason)
    const again = first.stop() // the second call waits for the same end
    process.kill(pid, 'SIGCONT')
    await again
    expect(tooSoon).toMatchObject({ name: 'DataDirectoryInUse' }) // it is given back last
    expect(isAlive(pid)).toBe(false)
    await Promise.all([stopping, first.stop()]) // nor does a later one do anything
    if (isRoot) await chown(join(dataDir, 'cluster'), 0, 0) // as one restored from a backup is
    const second = await start(dataDir)
    expect(await recall(second.url)).toEqual([{ answer: 42 }])
  })

  it('lets nobody in without the password, which its owner alone can read', async () => {
    const dataDir = freshDirectory()
    const { url, stop } = await start(dataDir)
    const passwordFile = join(dataDir, 'password')
    expect(url).toMatch(/^postgres:\/\/fairlead:[\w-]{32}@127\.0\.0\.1:\d+\/fairlead$/)
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777
    expect(await modeOf(dataDir)).toBe(0o711)
    expect(await modeOf(passwordFile)).toBe(0o600)
    expect(await modeOf(join(dataDir, 'postgres.log'))).toBe(0o600)
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.draft'))).toEqual([])
    expect((await stat(join(dataDir, 'cluster'))).mode & 0o077).toBe(0)
    const settings = `select name, setting from pg_settings where name in ('fsync',
      'full_page_writes', 'listen_addresses', 'password_encryption', 'synchronous_commit',
      'TimeZone', 'unix_socket_directories', 'server_encoding') order by lower(name)`
    expect(await onServer(url, settings)).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'password_encryption', setting: 'scram-sha-256' },
      { name: 'server_encoding', setting: 'UTF8' },
      { name: 'synchronous_commit', setting: 'on' },
      { name: 'TimeZone', setting: 'UTC' },
      { name: 'unix_socket_directories', setting: '' },
    ])
    const others = "select pid from pg_stat_activity where datname = 'postgres'"
    await until(async () => (await onServer(url, others)).length === 0, 'our own leave')
    const stranger = new URL(url)
    stranger.password = 'guess'
    await expect(onServer(stranger.href, 'select 1')).rejects.toThrow('password')
    await stop()
    await writeFile(passwordFile, 'guess')
    await expect(start(dataDir)).rejects.toThrow('password authentication failed')
    expect((await readdir(dataDir)).toSorted()).toEqual(['cluster', 'password', 'postgres.log'])
    expect(await readdir(join(dataDir, 'cluster'))).not.toContain('postmaster.pid') // it is stopped
  })

  it('refuses a directory that another process uses, and says which', async () => {
    const dataDir = freshDirectory()
    const { url } = await start(dataDir)
    const inUse = `Another Fairlead (process ${process.pid}) uses the database in ${await realpath(dataDir)}/:`
    await expect(startElsewhere(dataDir)).rejects.toThrow(inUse)
    const link = `${dataDir}-link`
    await symlink(dataDir, link)
    for (const path of [dataDir, link, relative(process.cwd(), link)]) {
      await expect(start(path)).rejects.toThrow(inUse)
    }
    expect(await onServer(url, 'select 1 as one')).toEqual([{ one: 1 }]) // nobody stopped it
  })

  it('lets exactly one of several simultaneous starters have the directory', async () => {
    const dataDir = freshDirectory()
    const starts = await Promise.allSettled([1, 2, 3].map(() => startElsewhere(dataDir)))
    const reasons = starts.flatMap((outcome) =>
      outcome.status === 'rejected' ? [String(outcome.reason)] : [],
    )
    expect(reasons).toHaveLength(2)
    for (const reason of reasons) expect(reason).toContain('DataDirectoryInUse')
  })

  it('takes over what a killed process left behind', async () => {
    const dataDir = freshDirectory()
    const { child, url } = await startElsewhere(dataDir)
    await note(url)
    const left = await postmasterPid(dataDir)
    await killHard(child)
    const postgres = await start(dataDir)
    expect(await recall(postgres.url)).toEqual([{ answer: 42 }])
    expect(isAlive(left)).toBe(false)
  })

  it('does not outlive a killed process', async () => {
    const dataDir = freshDirectory()
    const { child } = await startElsewhere(dataDir)
    const left = await postmasterPid(dataDir)
    await killHard(child)
    await until(() => !isAlive(left), 'PostgreSQL to stop by itself')
    expect(isAlive(left)).toBe(false)
  })

  it('outlasts Ctrl-C, which the terminal sends to the whole group, until its process ends', async () => {
    const dataDir = freshDirectory()
    const { child, url } = await startElsewhere(dataDir, { mode: 'deaf' })
    const left = await postmasterPid(dataDir)
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await note(url)
    expect(await recall(url)).toEqual([{ answer: 42 }])
    await killHard(child)
    await until(() => !isAlive(left), 'PostgreSQL to stop by itself')
    expect(isAlive(left)).toBe(false)
  })

  it('recovers when PostgreSQL was killed as well, as in a power cut', async () => {
    const dataDir = freshDirectory()
    const { child, url } = await startElsewhere(dataDir)
    await note(url)
    process.kill(await postmasterPid(dataDir), 'SIGKILL')
    await killHard(child)
    const postgres = await start(dataDir)
    expect(await recall(postgres.url)).toEqual([{ answer: 42 }])
  })

  it('waits for what a killed PostgreSQL left running on the same files', async () => {
    const dataDir = freshDirectory()
    const { child, url } = await startElsewhere(dataDir)
    await note(url)
    const postmaster = await postmasterPid(dataDir)
    const orphans = (await childrenOf(postmaster)).filter((pid) => signalled(pid, 'SIGSTOP'))
    process.kill(postmaster, 'SIGKILL')
    await killHard(child)
    const starting = start(dataDir)
    const log = () => readFile(join(dataDir, 'postgres.log'), 'utf8').catch(() => '')
    await until(async () => (await log()).includes('pre-existing shared memory block'), 'a refusal')
    for (const pid of orphans) signalled(pid, 'SIGCONT')
    expect(await recall((await starting).url)).toEqual([{ answer: 42 }])
  })

  it('ends with what PostgreSQL said when its port is taken, and frees the directory', async () => {
    const dataDir = freshDirectory()
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo // it listens on TCP
    const taken = startEmbeddedPostgres({ dataDir, durable: true, port })
    await expect(taken).rejects.toThrow(/^PostgreSQL did not start in .*could not bind/s)
    holder.close()
    const { url } = await start(dataDir)
    expect(await onServer(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('starts afresh after a first start that was cut short', async () => {
    const dataDir = freshDirectory()
    await mkdir(join(dataDir, 'cluster.draft', 'half'), { recursive: true })
    const postgres = await startEmbeddedPostgres({ dataDir, durable: false })
    running.push(postgres)
    expect(await onServer(postgres.url, 'show fsync')).toEqual([{ fsync: 'off' }]) // as it was told
  })

  const canRun = (command: string, ...options: string[]): boolean =>
    isRoot && spawnSync(command, [...options, 'true']).status === 0
  const ways = {
    namespace: canRun('unshare', '--user'),
    capability: canRun('setpriv', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'),
  }

  for (const way of ['namespace', 'capability'] as const) {
    it.skipIf(!ways[way])(`runs as root below a directory of root alone, by ${way}`, async () => {
      const hidden = join(parent, `private-${way}`)
      await mkdir(hidden, { mode: 0o700 })
      const options = { dataDir: join(hidden, 'data'), durable: true, runAs: [way] }
      const first = await startEmbeddedPostgres(options)
      running.push(first)
      await note(first.url)
      await first.stop()
      const second = await startEmbeddedPostgres(options)
      running.push(second)
      expect(await recall(second.url)).toEqual([{ answer: 42 }])
    })
  }

  it.skipIf(!isRoot)('says what to do when root has no way to run it', async () => {
    const hidden = join(parent, 'private-none')
    await mkdir(hidden, { mode: 0o700 })
    const none = startEmbeddedPostgres({
      dataDir: join(hidden, 'data'),
      durable: true,
      runAs: ['nobody'],
    })
    await expect(none).rejects.toThrow('Run Fairlead as an ordinary user')
  })

  it.skipIf(!isRoot)('runs as an ordinary user', async () => {
    const own = join(parent, 'ordinary')
    await mkdir(own)
    await chown(own, nobody, nobody)
    const { child } = await startElsewhere(join(own, 'data'), { mode: 'stop', uid: nobody })
    await until(() => child.exitCode !== null, 'the ordinary user to be done')
    expect(child.exitCode).toBe(0)
  })
})
