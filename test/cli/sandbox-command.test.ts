import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair, Networks, Transaction } from '@stellar/stellar-sdk'
import { parse } from 'smol-toml'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sandbox } from '../../src/cli/sandbox/sandbox.ts'
import { start } from '../../src/cli/start.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { until } from '../until.ts'
import { certificateNames } from './certificate-names.ts'

const portNames = ['PUBLIC', 'HTTPS', 'INTERNAL', 'SANDBOX', 'SANDBOX_HTTPS', 'BANK'].map(
  (name) => `FAIRLEAD_${name}_PORT`,
)

let dataDir: string
let database: TestDatabase
let said: unknown[]
let signals: Map<unknown, () => void>

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fairlead-sandbox-'))
  database = await freshDatabase()
  await onServer(database.url, 'drop schema bullmq cascade') // not migrated altogether
  for (const name of portNames) vi.stubEnv(name, '0')
  vi.stubEnv('FAIRLEAD_DATA_DIR', dataDir)
  vi.stubEnv('FAIRLEAD_LOG_LEVEL', 'error')
  vi.stubEnv('DATABASE_URL', database.url)
  said = []
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
  signals = new Map()
  const on = process.on.bind(process)
  vi.spyOn(process, 'on').mockImplementation((event, listener) => {
    if (!/^SIG(INT|TERM)$/.test(String(event))) return on(event, listener)
    signals.set(event, listener as () => void)
    return process
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await database.drop()
  await rm(dataDir, { recursive: true })
})

/** Of these addresses, those at which somebody answers. */
async function open(urls: Readonly<Record<string, string>>, ca: string) {
  const dispatcher = new Agent({ connect: { ca } })
  const answers = Object.entries(urls).map(async ([name, url]) =>
    request(url, { dispatcher }).then(
      async ({ body }) => [name, (await body.text()).length > 0],
      () => [],
    ),
  )
  const names = (await Promise.all(answers)).flatMap(([name]) => name ?? [])
  await dispatcher.destroy()
  return names
}

async function textAt(url: string, ca: string): Promise<string> {
  const dispatcher = new Agent({ connect: { ca } })
  const { body } = await request(url, { dispatcher })
  const text = await body.text()
  await dispatcher.destroy()
  return text
}

/** The home domain that a login is for where none is named. */
async function domainOfLogin(url: string, ca: string): Promise<string | undefined> {
  const asked = `${url}/auth?account=${Keypair.random().publicKey()}`
  const { transaction } = JSON.parse(await textAt(asked, ca)) as { transaction: string }
  const { operations } = new Transaction(transaction, Networks.TESTNET)
  const [first] = operations
  return first?.type === 'manageData' ? first.name.replace(/ auth$/, '') : undefined
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // of a server that listens
  await new Promise((resolve) => server.close(resolve))
  return port
}

type World = Readonly<
  Record<
    'publicUrl' | 'publicHttpsUrl' | 'internalUrl' | 'horizonUrl' | 'bankUrl' | 'caFile',
    string
  >
>

async function worldOf() {
  const world = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as World
  const urls = {
    public: `${world.publicUrl}/.well-known/stellar.toml`,
    https: `${world.publicHttpsUrl}/.well-known/stellar.toml`,
    internal: `${world.internalUrl}/health/live`,
    network: world.horizonUrl,
    bank: `${world.bankUrl}/book`,
  }
  return { world, urls, ca: await readFile(world.caFile, 'utf8') }
}

/** All that a sandbox says until it is ready. */
const wordsOf = ({ publicUrl, internalUrl, horizonUrl, bankUrl }: World): readonly string[] => [
  'Fairlead sandbox: for development only, nothing here is worth anything.',
  `Stellar network   ${horizonUrl}`,
  `Bank              ${bankUrl}`,
  'Database          as told',
  `Partner API       ${publicUrl}/graphql (try it: ${publicUrl}/graphiql)`,
  `Back office       ${internalUrl}/graphiql`,
  `stellar.toml      ${publicUrl}/.well-known/stellar.toml`,
  `Keys, addresses   ${dataDir}/sandbox.json`,
  `ready ${publicUrl}`,
]

async function hasQueue(): Promise<unknown> {
  const asked = `select to_regclass('bullmq.job') is not null as has`
  return (await onServer(database.url, asked))[0]?.['has']
}

/** Whether some worker reads what is paid. */
async function isCollected(): Promise<boolean> {
  const asked = `select 1 from stellar_cursor where seat_holder is not null`
  return (await onServer(database.url, asked)).length > 0
}

const isReady = () => until(() => String(said.at(-1)).startsWith('ready '), 'the sandbox', 20_000)

describe('the command that runs a sandbox', () => {
  it('opens a world that is told, and ends it when it is told to', async () => {
    const ended = sandbox([])
    const heeded = [...signals.keys()] // from the beginning
    await isReady()
    const { world, urls, ca } = await worldOf()
    expect(await open(urls, ca)).toEqual(['public', 'https', 'internal', 'network', 'bank'])
    expect(said).toEqual(wordsOf(world))
    expect(await hasQueue()).toBe(true)
    const names = await certificateNames(Number(new URL(world.publicHttpsUrl).port))
    expect(names).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost',
    )
    for (const url of [urls.public, urls.https]) {
      const page = parse(await textAt(url, ca))
      expect(page['WEB_AUTH_ENDPOINT']).toBe(url.replace('/.well-known/stellar.toml', '/auth'))
    }
    await until(isCollected, 'the collector of payments')
    signals.get('SIGTERM')?.()
    expect(await ended).toBe(0)
    expect(await open(urls, ca)).toEqual([])
    expect(heeded).toEqual(['SIGINT', 'SIGTERM'])
  })

  it('ends its gateway before the world around it', async () => {
    const ended = sandbox([])
    await isReady()
    const { world, urls, ca } = await worldOf()
    const { port } = new URL(world.publicUrl)
    const slow = connect({ host: '127.0.0.1', port: Number(port) })
    let answer = ''
    slow.setEncoding('utf8').on('data', (text: string) => (answer += text))
    slow.write(
      'PUT /customer HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
    )
    await until(() => answer !== '', 'the request to be heard')
    signals.get('SIGTERM')?.()
    await until(async () => !(await open(urls, ca)).includes('public'), 'the gateway to close')
    expect(await open(urls, ca)).toEqual(expect.arrayContaining(['network', 'bank']))
    slow.end('{}')
    expect(await ended).toBe(0)
    expect(await open(urls, ca)).toEqual([])
  })

  it('speaks under the addresses that are told, over HTTPS for the host of that address', async () => {
    const port = await freePort()
    vi.stubEnv('FAIRLEAD_HTTPS_PORT', String(port))
    vi.stubEnv('FAIRLEAD_PUBLIC_HTTPS_URL', 'https://secure.example:444')
    vi.stubEnv('FAIRLEAD_HOME_DOMAIN', 'home.example')
    const ended = sandbox([])
    await isReady()
    const { world, ca } = await worldOf()
    expect(world.publicHttpsUrl).toBe('https://secure.example:444')
    expect(await certificateNames(port)).toMatch(/, DNS:secure\.example$/)
    const secure = `https://localhost:${port}`
    const page = parse(await textAt(`${secure}/.well-known/stellar.toml`, ca))
    expect(page['WEB_AUTH_ENDPOINT']).toBe('https://secure.example:444/auth')
    expect(await domainOfLogin(secure, ca)).toBe('secure.example:444')
    expect(await domainOfLogin(world.publicUrl, ca)).toBe('home.example')
    signals.get('SIGTERM')?.()
    expect(await ended).toBe(0)
  })

  it('tells scripts nothing of a world without a database', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1:1/none')
    await expect(sandbox([])).rejects.toThrow(/./)
    expect(await readdir(dataDir)).not.toContain('sandbox.json')
    expect(said).toHaveLength(4)
  })

  it('leaves gateway and worker to processes that are started with its settings', async () => {
    const ended = sandbox(['--without-gateway'])
    await isReady()
    const endSandbox = signals.get('SIGTERM')
    const { world, urls, ca } = await worldOf()
    expect(said).toEqual(wordsOf(world))
    expect(await hasQueue()).toBe(true)
    for (const name of portNames) vi.stubEnv(name, undefined) // those of its file are taken
    vi.stubEnv('FAIRLEAD_WORKER_PORT', '0')
    const ready = `ready ${world.publicUrl}`
    const health = expect.stringMatching(/^health http:\/\/127\.0\.0\.1:[1-9]\d*\/health$/)
    for (const [role, doors, words] of [
      ['worker', [], [health, ready]],
      ['gateway', ['public', 'internal'], [ready]],
      [undefined, ['public', 'internal'], [ready]],
    ] as const) {
      said = []
      const args = role === undefined ? [] : ['--role', role]
      const running = start([...args, '--env-file', join(dataDir, 'fairlead.env')])
      await isReady()
      if (role !== 'gateway') await until(isCollected, 'the collector of payments')
      expect(said).toEqual(words)
      expect(await open(urls, ca)).toEqual([...doors, 'network', 'bank'])
      signals.get('SIGINT')?.()
      expect(await running).toBe(0)
      expect(await open(urls, ca)).toEqual(['network', 'bank'])
    }
    endSandbox?.()
    expect(await ended).toBe(0)
    expect(await open(urls, ca)).toEqual([])
  })

  it('leaves nothing open when its gateway cannot open a door', async () => {
    const taken = createServer((_, response) => void response.end())
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('FAIRLEAD_INTERNAL_PORT', String((taken.address() as AddressInfo).port))
    await expect(sandbox([])).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const { urls, ca } = await worldOf()
    expect(await open(urls, ca)).toEqual(['internal']) // that is ours
    expect(said).toHaveLength(4) // of one world: a port that was told is not chosen anew
    await new Promise((resolve) => taken.close(resolve))
  })
})
