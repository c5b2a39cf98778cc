import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { onServer } from '../../database.ts'
import { startGossip } from '../../flows/gossip.ts'
import type { Gossip } from '../../flows/gossip.ts'
import { funded, gatewayWorld, keepTransaction } from '../../graphql/gateway-world.ts'
import type { World } from '../../graphql/gateway-world.ts'
import { hasRedis, startRedis } from '../../redis.ts'
import { until } from '../../until.ts'

/** Each failure that health tells is made to happen. */

/** Shorter than usual, so that the tests are. */
const lookAgainMs = 50

let world: World
let horizon: Gossip
let bank: Gossip
/** What they answer now. */
let ledgerClosedAt: () => Date
let bankAnswers: readonly [number, string]

const emptyList = [200, '{"payouts":[]}'] as const
const head = (): readonly [number, string] => [
  200,
  JSON.stringify({
    history_latest_ledger: 1_000,
    history_latest_ledger_closed_at: ledgerClosedAt().toISOString(),
    history_elder_ledger: 2,
  }),
]

beforeAll(async () => {
  horizon = await startGossip(head)
  bank = await startGossip(() => bankAnswers)
  world = await gatewayWorld({ horizonUrl: horizon.url, bankUrl: bank.url, lookAgainMs })
})
afterAll(async () => {
  await world.stop()
  await horizon.stop()
  await bank.stop()
})
beforeEach(() => {
  ledgerClosedAt = () => new Date()
  bankAnswers = emptyList
})

interface Finding {
  readonly name: string
  readonly status: string
  readonly says: string
  readonly doNext?: string
}

const ask = async (path: string, { internalUrl }: Pick<World, 'internalUrl'> = world) => {
  const response = await fetch(internalUrl + path)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function check(name: string, of = world): Promise<Finding | undefined> {
  const { body } = await ask('/health', of)
  return (body['checks'] as readonly Finding[]).find((finding) => finding.name === name)
}

/** Until health says so; every finding that is not well says what to do. */
async function untilCheck(name: string, status: string, of = world): Promise<Finding> {
  await until(
    async () => (await check(name, of))?.status === status,
    `${name} to be ${status}`,
    15_000,
  )
  const found = await check(name, of)
  if (found === undefined) throw new Error(`There is no check ${name}`)
  const isTold = /^[A-Z].{10,}/.test(found.doNext ?? '')
  expect(isTold).toBe(status !== 'ok')
  return found
}

const run = (statement: string) => onServer(world.databaseUrl, statement)

/** Nobody gets in any more, and who is in is thrown out; or everybody gets in again. */
async function openDoors(isOpen: boolean): Promise<void> {
  const { url } = inject('postgres')
  const name = new URL(world.databaseUrl).pathname.slice(1)
  await onServer(url, `alter database ${name} with allow_connections ${isOpen}`)
  if (isOpen) return
  await onServer(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
    name,
  ])
}

describe('GET /health', () => {
  it('is green when nothing is to be done', async () => {
    await until(async () => (await ask('/health')).body['status'] === 'ok', 'a green health')
    expect(await ask('/health')).toMatchObject({
      status: 200,
      body: { status: 'ok', database: 'ok' },
    })
  })

  it('turns red while the database is away, says so, and is well again afterwards (AP-1.11)', async () => {
    await openDoors(false)
    await untilCheck('database', 'failing')
    expect(await ask('/health')).toMatchObject({
      status: 503,
      body: { status: 'failing', database: 'away' },
    })
    expect(await ask('/health/ready')).toMatchObject({ status: 503, body: { status: 'failing' } })
    expect(await ask('/health/live')).toEqual({ status: 200, body: { status: 'ok' } })
    await openDoors(true)
    await untilCheck('database', 'ok')
    await until(async () => (await ask('/health')).status === 200, 'health to be well again')
  })

  it('turns red for what an operator has to act on, and yellow for what somebody should look at (AP-1.11)', async () => {
    await run(`update migration set name = 'kept-' || name where name like '0011%'`)
    const stuck = await keepTransaction(world.rooms, funded())
    const overdue = await keepTransaction(world.rooms, funded())
    await run(`insert into payout (transaction_id, state, attempt_number, failures, due_at, dead_reason, updated_at) values
      ('${stuck.id}', 'dead', 1, 9, now(), 'account_closed', now()),
      ('${overdue.id}', 'due', 0, 0, now() - interval '10 minutes', null, now())`)
    await run(`insert into callback
      (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at, ended_at) values
      (gen_random_uuid(), 'transaction', '${stuck.id}', 'https://a.example', '', 'dead', 9, now(), now(), now())`)
    await run(`insert into stellar_cursor (account, cursor, moved_at, read_ledger, read_until) values
      ('GLATE', '1', now(), 936, now() - interval '320 seconds')`)
    await run(`insert into stellar_payment
      (id, account, kind, asset, units, from_account, memo_type, transaction_hash, ledger_closed_at, seen_at, match_state, match_reason)
      values (7, 'GLATE', 'payment', 'stellar:native', 1, 'GFROM', 'none', 'ab', now(), now(), 'unmatched', 'no_memo')`)

    expect((await untilCheck('payouts', 'failing')).says).toMatch(/^1 payouts were given up/)
    expect((await untilCheck('workers', 'failing')).says).toMatch(/overdue by 6\d\d s/)
    expect((await untilCheck('collecting', 'failing')).says).toMatch(/GLATE .*, 64 ledgers behind/)
    expect((await untilCheck('unmatched', 'degraded')).says).toMatch(/1 no_memo/)
    expect((await untilCheck('callbacks', 'degraded')).says).toMatch(/^1 callbacks/)
    expect((await untilCheck('migrations', 'failing')).says).toMatch(/lacks 0011-/)
    expect((await ask('/health')).status).toBe(503)
    expect((await ask('/health/ready')).status).toBe(503)
    expect((await ask('/health/live')).status).toBe(200)

    await run(`insert into network_stop (epoch, reason, detail, elder, stopped_at)
      values (1, 'reset', 'for people', 1, now())`)
    expect((await untilCheck('history', 'failing')).doNext).toMatch(/accept/)
    await untilCheck('collecting', 'failing')
    await run('truncate payout, callback, stellar_cursor, stellar_payment, network_stop cascade')
    await run(`update migration set name = replace(name, 'kept-', '')`)
    for (const name of [
      'payouts',
      'workers',
      'collecting',
      'unmatched',
      'callbacks',
      'migrations',
      'history',
    ]) {
      await untilCheck(name, 'ok')
    }
  }, 60_000)

  it('tells a clock that is off from a network that stands still', async () => {
    ledgerClosedAt = () => new Date(Date.now() + 45_000)
    expect((await untilCheck('clock', 'failing')).says).toMatch(/4\d s in the future/)
    ledgerClosedAt = () => new Date(Date.now() - 600_000)
    await until(async () => /ago/.test((await check('clock'))?.says ?? ''), 'the other clock')
    expect((await untilCheck('clock', 'failing')).says).toMatch(/60\d s ago: .* stands still/)
    ledgerClosedAt = () => new Date()
    await untilCheck('clock', 'ok')
  }, 40_000)

  it('is yellow while the bank is away, and red when it does not know us', async () => {
    bankAnswers = [502, 'no']
    const away = await untilCheck('bank', 'degraded')
    expect(away.says).toMatch(/payouts wait/)
    expect((await ask('/health')).status).toBe(200)
    bankAnswers = [401, '{"error":{"code":"unauthorized","message":"Who are you?"}}']
    expect((await untilCheck('bank', 'failing')).says).toMatch(/unauthorized/)
    expect((await ask('/health')).status).toBe(503)
    bankAnswers = emptyList
    await untilCheck('bank', 'ok')
  }, 60_000)

  it('is yellow while Horizon is away', async () => {
    await horizon.stop()
    await untilCheck('network', 'degraded')
    expect((await ask('/health')).status).toBe(200)
  })
})

describe.skipIf(!hasRedis)('GET /health on Redis', () => {
  it('turns red while Redis is away, and stays ready for requests', async () => {
    const redis = await startRedis()
    const own = await gatewayWorld({ redisUrl: redis.url, bankUrl: bank.url, lookAgainMs })
    await untilCheck('queue', 'ok', own)
    await redis.stop()
    expect((await untilCheck('queue', 'failing', own)).doNext).toMatch(/REDIS_URL/)
    expect((await ask('/health', own)).status).toBe(503)
    expect((await ask('/health/ready', own)).status).toBe(200)
    await own.stop()
  }, 40_000)
})
