import fs from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair, Networks, TransactionBuilder } from '@stellar/stellar-sdk'
import { Client } from 'pg'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../src/observability/log.ts'
import { serverCertificate } from '../../src/sandbox/network/tls/authority.ts'
import { startFairlead } from '../../src/start.ts'
import type { Role, Started, StartSettings } from '../../src/start.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { configOf, distributionAccount, freePorts } from '../graphql/gateway-world.ts'
import { until } from '../until.ts'

/** Knows no account; a question for one is answered when `open` is called, if it `holds`. */
const horizon = { held: [] as ServerResponse[], holds: false }
const answer = (response: ServerResponse) => {
  const type = 'https://stellar.org/horizon-errors/not_found'
  response.writeHead(404).end(JSON.stringify({ status: 404, type }))
}
const outside = createServer(({ url = '' }, response) => {
  if (horizon.holds && url.startsWith('/accounts/')) horizon.held.push(response)
  else answer(response)
})
const directory = fs.mkdtempSync(join(tmpdir(), 'fairlead-start-'))
let certificate: { readonly key: string; readonly cert: string }
let dispatcher: Agent
let database: TestDatabase
/** What was written to stderr, which is all that is logged. */
let said = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  const names = ['127.0.0.2']
  const { key, cert, caFile } = await serverCertificate({ directory, names, now: new Date() })
  certificate = { key, cert }
  dispatcher = new Agent({ connect: { ca: fs.readFileSync(caFile) } })
})
afterAll(async () => {
  await dispatcher.close()
  outside.close()
  fs.rmSync(directory, { recursive: true })
})

beforeEach(async () => {
  database = await freshDatabase()
  said = ''
  vi.spyOn(fs, 'write').mockImplementation(((_fd: number, text: string, ...rest: unknown[]) => {
    said += text
    const written = rest.at(-1) as (error: null, bytes: number) => void // as pino calls it
    setImmediate(() => written(null, Buffer.byteLength(text)))
  }) as typeof fs.write)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await database.drop()
})

async function settingsOf(roles: readonly Role[], logLevel = 'warn') {
  const horizonUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
  const { config, secrets } = configOf(database.url, { horizonUrl, bankUrl: horizonUrl })
  const [publicPort, internalPort] = await freePorts()
  const [port, workerPort] = await freePorts()
  const hosts = { publicHost: '127.0.0.2', internalHost: '127.0.0.3' }
  const listen = { ...config.listen, ...hosts, publicPort, internalPort, workerPort }
  const site = { url: 'https://127.0.0.1', homeDomain: '127.0.0.1' }
  return {
    config: { ...config, logLevel, listen },
    secrets,
    roles,
    tls: { ...certificate, port, site },
  } satisfies StartSettings
}

/** On free ports; another process may take one before we do, hence the tries. */
async function start(roles: readonly Role[], logLevel?: string) {
  for (let tries = 1; ; tries += 1) {
    const settings = await settingsOf(roles, logLevel)
    try {
      const started = await startFairlead(settings)
      return { ...started, doors: doorsOf(settings, started), settings }
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || tries === 3) throw error
    }
  }
}

const doorsOf = ({ config, tls }: Awaited<ReturnType<typeof settingsOf>>, started?: Started) => ({
  public: `http://${config.listen.publicHost}:${config.listen.publicPort}/.well-known/stellar.toml`,
  https: `https://${config.listen.publicHost}:${tls.port}/.well-known/stellar.toml`,
  internal: `http://${config.listen.internalHost}:${config.listen.internalPort}/health/live`,
  ...(started?.watchUrl !== undefined && { watch: `${started.watchUrl}/health/live` }),
})

/** Of the doors that are open: the login that is published there, or the health that is told. */
async function open(doors: ReturnType<typeof doorsOf>): Promise<Readonly<Record<string, unknown>>> {
  const words = Object.entries(doors).map(async ([name, url]) => {
    const text = await request(url, { dispatcher }).then(
      ({ body }) => body.text(),
      () => undefined,
    )
    return text === undefined ? [] : [[name, /AUTH_ENDPOINT = "(.*)"/.exec(text)?.[1] ?? text]]
  })
  return Object.fromEntries((await Promise.all(words)).flat()) as Record<string, unknown>
}

/** Connections to the database but ours. */
async function sessions(): Promise<unknown> {
  const [row] = await onServer(
    database.url,
    `select count(*)::int as open from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  )
  return row?.['open']
}

interface Trouble {
  readonly msg: string
  readonly part: string
  readonly error: { readonly name: string; readonly code?: string }
}

const troubles = (): readonly Trouble[] =>
  said
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Trouble)
    .filter(({ msg }) => msg === 'trouble')

const ok = '{"status":"ok"}'
const ofGateway = {
  public: 'http://localhost:8080/auth',
  https: 'https://127.0.0.1/auth',
  internal: ok,
}

/** How often a worker of the sandbox does what it does again and again. */
const rhythm = [
  { name: 'ask-after-delivery', ms: 1_000 },
  { name: 'collect-stellar-payments', ms: 250 },
  { name: 'expire-transactions', ms: 10_000 },
  { name: 'forget-lapsed', ms: 300_000 },
  { name: 'sweep-due-work', ms: 3_000 },
]

describe('a process of Fairlead', () => {
  it.each<[readonly Role[], object, boolean]>([
    [['gateway', 'worker'], ofGateway, true],
    [['gateway'], ofGateway, false],
    [['worker'], { watch: ok }, true],
  ])('opens what it needs as %j, and leaves nothing open', async (roles, needed, works) => {
    const { doors, ...started } = await start(roles)
    expect(await open(doors)).toEqual(needed)
    expect(
      await onServer(
        database.url,
        `select account, exists (select from bullmq.scheduler) as works from stellar_cursor`,
      ),
    ).toEqual([{ account: distributionAccount, works }])
    const scheduled = 'select name, every_ms::int as ms from bullmq.scheduler order by name'
    expect(await onServer(database.url, scheduled)).toEqual(works ? rhythm : [])
    await started.stop()
    expect(await open(doors)).toEqual({})
    await until(async () => (await sessions()) === 0, 'the end of the sessions')
  })

  it('gives at each of its addresses challenges of that address', async () => {
    const { doors, ...started } = await start(['gateway'])
    for (const [door, host, other] of [
      [doors.public, 'localhost:8080', '127.0.0.1'],
      [doors.https, '127.0.0.1', 'localhost:8080'],
    ] as const) {
      const { href } = new URL(`/auth?account=${Keypair.random().publicKey()}`, door)
      const { body } = await request(href, { dispatcher })
      const { transaction } = (await body.json()) as { readonly transaction: string }
      const challenge = Buffer.from(transaction, 'base64').toString('latin1')
      expect([challenge.includes(host), challenge.includes(other)]).toEqual([true, false])
    }
    await started.stop()
  })

  it('bounds logins, believes proxies and has its page for GraphQL at each of its addresses', async () => {
    const settings = await settingsOf(['gateway'])
    const config = { ...settings.config, loginsPerMinute: 1, trustProxy: 1 }
    const started = await startFairlead({ ...settings, config })
    const doors = doorsOf(settings)
    for (const door of [doors.public, doors.https]) {
      const statusOf = async (path: string, from = '1') => {
        const headers = { 'x-forwarded-for': `203.0.113.${from}` }
        const { statusCode, body } = await request(new URL(path, door), { dispatcher, headers })
        await body.dump()
        return statusCode
      }
      const auth = `/auth?account=${Keypair.random().publicKey()}`
      const statuses = [await statusOf(auth), await statusOf(auth), await statusOf(auth, '2')]
      expect([door, ...statuses]).toEqual([door, 200, 429, 200])
      expect([door, await statusOf('/graphiql')]).toEqual([door, 200])
    }
    await started.stop()
  })

  it('that is a worker only tells its health where the configuration says, and logs as it says', async () => {
    for (const logLevel of ['info', 'warn']) {
      said = ''
      const { settings, watchUrl, ...started } = await start(['worker'], logLevel)
      const { internalHost, workerPort } = settings.config.listen
      expect(watchUrl).toBe(`http://${internalHost}:${workerPort}`)
      await started.stop()
      createLog({ level: 'warn' }).warn('the end')
      await until(() => said.includes('the end'), 'the last line')
      expect([logLevel, said.includes('"listening"')]).toEqual([logLevel, logLevel === 'info'])
    }
  })

  it('that cannot open a door ends all that it has begun', async () => {
    const settings = await settingsOf(['gateway', 'worker'])
    const { config } = settings
    const internalPort = (outside.address() as AddressInfo).port
    const listen = { ...config.listen, internalHost: '127.0.0.1', internalPort }
    const taken = { ...config, listen }
    const starting = startFairlead({ ...settings, config: taken })
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(await open(doorsOf(settings))).toEqual({})
    await until(async () => (await sessions()) === 0, 'the end of the sessions')
  })

  it('that works counts its jobs, holds them as long as its patience says, and tells a trouble once', async () => {
    const intervals = vi.spyOn(globalThis, 'setInterval')
    const { doors, ...started } = await start(['worker'])
    expect(intervals.mock.calls.map(([, ms]) => ms)).toContain(4_000)
    const metrics = new URL('/metrics', doors.watch).href
    await until(async () => {
      const { body } = await request(metrics)
      return /^fairlead_job_\w+_count\{job="sweep-due-work",outcome="done"\} [1-9]/m.test(
        await body.text(),
      )
    }, 'a job to be counted')
    await onServer(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'fairlead-jobs'`,
    )
    const ofWorkers = () => troubles().filter(({ part }) => part === 'workers')
    await until(() => ofWorkers().length > 0, 'the workers to be in trouble')
    await started.stop()
    const kinds = ofWorkers().map(({ error }) => error.code ?? error.name)
    expect(kinds).toEqual([...new Set(kinds)])
  })

  it('opens nothing, and gives no work, before each account has its place in history', async () => {
    const settings = await settingsOf(['gateway', 'worker'])
    const release = await hold('stellar_cursor')
    const starting = startFairlead(settings)
    await until(isHeld, 'the place to be asked')
    expect(await open(doorsOf(settings))).toEqual({})
    expect(await onServer(database.url, 'select name from bullmq.scheduler')).toEqual([])
    await release()
    const started = await starting
    expect(await open(doorsOf(settings))).toEqual(ofGateway)
    await started.stop()
  })

  it('that cannot give an account its place ends all that it has begun', async () => {
    await onServer(database.url, 'drop table stellar_cursor cascade')
    const starting = startFairlead(await settingsOf(['worker']))
    await expect(starting).rejects.toThrow('stellar_cursor')
    await until(async () => (await sessions()) === 0, 'the end of the sessions')
  })

  it('that stops lets end what was asked before, and tells no trouble any more', async () => {
    const { doors, ...started } = await start(['gateway'])
    const auth = new URL('/auth', doors.public).href
    const transaction = await signedChallenge(auth)
    horizon.holds = true
    const answered = post(auth, { transaction })
    await until(() => horizon.held.length > 0, 'Horizon to be asked')
    const stopped = started.stop()
    await until(async () => Object.keys(await open(doors)).length === 0, 'the doors to close')
    await cutListener()
    horizon.holds = false
    horizon.held.splice(0).forEach(answer)
    expect(await answered).toEqual({ status: 200, body: { token: expect.any(String) as unknown } })
    await stopped
    createLog({ level: 'warn' }).warn('the end')
    await until(() => said.includes('the end'), 'the last line')
    expect(said).not.toContain('"trouble"')
  })
})

async function signedChallenge(auth: string): Promise<string> {
  const client = Keypair.random()
  const { body } = await request(`${auth}?account=${client.publicKey()}`)
  const challenge = (await body.json()) as { readonly transaction: string }
  const transaction = TransactionBuilder.fromXDR(challenge.transaction, Networks.TESTNET)
  transaction.sign(client)
  return transaction.toEnvelope().toXdr('base64')
}

async function post(url: string, json: object) {
  const headers = { 'content-type': 'application/json' }
  const asked = { method: 'POST', headers, body: JSON.stringify(json) } as const
  const { statusCode, body } = await request(url, asked)
  return { status: statusCode, body: await body.json() }
}

/** Keeps everybody from a table until it is released. */
async function hold(table: string): Promise<() => Promise<void>> {
  const holder = new Client({ connectionString: database.url })
  await holder.connect()
  await holder.query(`begin; lock table ${table} in access exclusive mode`)
  return () => holder.end()
}

/** Whether somebody waits for what is held. */
async function isHeld(): Promise<boolean> {
  const waits = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  return (await onServer(database.url, waits)).length > 0
}

/** Cuts the connection that waits for notices, and waits for the one that takes its place. */
async function cutListener(): Promise<void> {
  const listening = `from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen %'`
  const cut = `select pid, pg_terminate_backend(pid) as is_cut ${listening}`
  const [before] = await onServer(database.url, cut)
  expect(before?.['is_cut']).toBe(true)
  await until(async () => {
    const [now] = await onServer(database.url, `select pid ${listening}`)
    return now !== undefined && now['pid'] !== before?.['pid']
  }, 'another listener')
}
