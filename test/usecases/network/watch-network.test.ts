import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/domain/network/ledger.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { watchNetwork } from '../../../src/usecases/network/watch-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate network_stop'))

const start = new Date('2026-11-21T12:00:00Z')
const closed = (sequence: bigint): Ledger => ({
  sequence,
  hash: `hash ${sequence}`,
  closedAt: new Date(start.getTime() + Number(sequence) * 5_000),
})

/** A Horizon that tells of the ledgers up to `latest`, those of `lacks` left out. */
function watched(
  options: { lookEveryMs?: number | undefined; compareEveryMs?: number | undefined } = {},
) {
  const said: unknown[] = []
  const { lookEveryMs, compareEveryMs } = { lookEveryMs: 0, compareEveryMs: 0, ...options }
  const told = {
    latest: 100n,
    elder: 1n,
    lacks: new Set<bigint>(),
    wrong: new Map<bigint, Ledger>(),
  }
  const clock = { now: start }
  const asked: bigint[] = []
  /** How long it takes to answer. */
  const slow = { headMs: 0, findMs: 0 }
  const pass = (ms: number) => void (clock.now = new Date(clock.now.getTime() + ms))
  const ledgers = {
    head: async () => {
      pass(slow.headMs)
      return { latest: closed(told.latest), elder: told.elder }
    },
    find: async (sequence: bigint) => {
      asked.push(sequence)
      pass(slow.findMs)
      return told.lacks.has(sequence) ? undefined : (told.wrong.get(sequence) ?? closed(sequence))
    },
  }
  const { commit, read } = db
  const watch = watchNetwork({
    ledgers,
    commit,
    read,
    now: () => clock.now,
    onStopped: (stop) => said.push(stop),
    ...(lookEveryMs !== undefined && { lookEveryMs }),
    ...(compareEveryMs !== undefined && { compareEveryMs }),
    looksToSettle: 1,
  })
  return { told, watch, clock, said, asked, slow }
}

/** A run of which nothing was seen yet. */
async function nextRun(): Promise<number> {
  return db.commit(async ({ network }) => {
    const number = (await network.epoch()).number + 1
    await network.beginEpoch(number, start)
    return number
  })
}

const anchor = () => db.read(async ({ network }) => (await network.epoch()).anchor)
const openStop = () => db.read(({ network }) => network.openStop())

it('waits for a Horizon that does not have the ledger we know just now, and stops nothing', async () => {
  const { told, watch } = watched()
  await watch.look()
  told.latest = 200n
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(NetworkUnavailable)
  expect(await openStop()).toBeUndefined()
  told.lacks.clear()
  expect(await watch.look()).toMatchObject({ ok: true, value: { latest: 200n } })
})

it('stops when the ledger we know is told no longer, as it is before the oldest one', async () => {
  const { told, watch } = watched()
  told.latest = 300n
  await watch.look()
  told.latest = 400n
  told.elder = 301n
  told.lacks.add(300n)
  expect(await watch.look()).toEqual({ ok: false, refusal: { code: 'network_stopped' } })
  expect(await openStop()).toMatchObject({ reason: 'gap', elder: 301n })
})

it('takes no look at the run before for one at this run, however fresh it is', async () => {
  const { watch, told } = watched({ lookEveryMs: 60_000 })
  told.latest = 500n
  expect(await watch.look()).toMatchObject({ value: { epoch: 1 } })
  await db.commit(({ network }) => network.beginEpoch(2, start))
  expect(await watch.look()).toMatchObject({ value: { epoch: 2 } })
})

it('waits also when the ledger we know is the oldest one, or is told though it should be gone', async () => {
  await nextRun()
  const { told, watch } = watched()
  await watch.look()
  Object.assign(told, { latest: 200n, elder: 100n })
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(NetworkUnavailable)
  told.lacks.clear()
  told.elder = 150n // as another Horizon behind the same address says
  expect(await watch.look()).toMatchObject({ ok: true, value: { latest: 200n } })
  expect(await openStop()).toBeUndefined()
})

it('looks again after five seconds, and answers from memory until then', async () => {
  await nextRun()
  const { watch, told, clock } = watched({ lookEveryMs: undefined })
  const latestAfter = async (ms: number) => {
    clock.now = new Date(start.getTime() + ms)
    const seen = await watch.look()
    return seen.ok && seen.value.latest
  }
  expect(await latestAfter(0)).toBe(100n)
  told.latest = 101n
  expect(await latestAfter(4_999)).toBe(100n)
  expect(await latestAfter(-4_999)).toBe(100n)
  expect(await latestAfter(5_000)).toBe(101n)
  told.latest = 102n
  expect(await latestAfter(0)).toBe(102n) // the clock was set back
})

it('answers from memory no longer once it was stopped, whoever stopped it', async () => {
  const epoch = await nextRun()
  const { watch, said } = watched({ lookEveryMs: 60_000 })
  const seen = await watch.look()
  if (!seen.ok) throw new Error(seen.refusal.code)
  const stop = { reason: 'gap', detail: 'Noticed elsewhere', elder: 1n, stoppedAt: start } as const
  await db.commit(({ network }) => network.stop({ ...stop, epoch }))
  const stopped = { ok: false, refusal: { code: 'network_stopped' } }
  expect(await watch.look()).toEqual(stopped)
  expect(await watch.stop(seen.value, { reason: 'gap', detail: 'Noticed here too' })).toEqual(
    stopped,
  )
  expect(said).toEqual([]) // that was told where it was noticed first
  expect(await openStop()).toMatchObject(stop)
})

it('compares again at the next look when Horizon could not tell the ledger it knows', async () => {
  await nextRun()
  const { watch, told, asked } = watched({ compareEveryMs: undefined })
  await watch.look()
  told.latest = 200n
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(NetworkUnavailable)
  told.lacks.clear()
  asked.length = 0
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(200n) } })
  expect(asked).toEqual([100n, 200n])
})

it('counts a look, and a comparison, from when it was begun, however long Horizon takes', async () => {
  await nextRun()
  const { watch, told, clock, asked, slow } = watched({
    lookEveryMs: undefined,
    compareEveryMs: undefined,
  })
  slow.headMs = 4_000
  const latestAt = async (ms: number) => {
    clock.now = new Date(start.getTime() + ms)
    const seen = await watch.look()
    return seen.ok && seen.value.latest
  }
  expect(await latestAt(0)).toBe(100n)
  told.latest = 200n
  expect(await latestAt(4_999)).toBe(100n)
  slow.findMs = 20_000
  expect(await latestAt(5_000)).toBe(200n) // compared at 9 s, which took 40 s
  slow.findMs = 0
  told.latest = 300n
  asked.length = 0
  expect([await latestAt(34_999), asked]).toEqual([300n, []]) // 38.999 s when it is told
  expect([await latestAt(40_000), asked]).toEqual([300n, [200n, 300n]])
})

it('knows a run by no ledger that another Horizon tells of otherwise', async () => {
  await nextRun()
  const { watch, told } = watched()
  const other = (sequence: bigint) => ({
    ...closed(sequence),
    hash: 'other',
    closedAt: new Date(closed(sequence).closedAt.getTime() + 1),
  })
  told.wrong.set(100n, other(100n))
  await expect(watch.look()).rejects.toThrow(NetworkUnavailable)
  expect(await anchor()).toBeUndefined()
  told.wrong.clear()
  await watch.look()
  told.latest = 200n
  told.wrong.set(200n, other(200n))
  expect(await watch.look()).toMatchObject({ ok: true, value: { anchor: closed(100n) } })
  expect(await anchor()).toEqual(closed(100n))
  told.latest = 300n
  expect(await watch.look()).toMatchObject({ ok: true, value: { anchor: closed(300n) } })
  expect(await openStop()).toBeUndefined()
})

it('compares the ledger it knows again after half a minute, and not at each look', async () => {
  await nextRun()
  const { watch, told, clock } = watched({ compareEveryMs: undefined })
  await watch.look()
  told.latest = 200n
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(200n) } })
  told.latest = 300n
  told.wrong.set(200n, { ...closed(200n), hash: 'other' })
  clock.now = new Date(start.getTime() + 29_999)
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(200n), latest: 300n } })
  clock.now = new Date(start.getTime() + 30_000)
  expect(await watch.look()).toEqual({ ok: false, refusal: { code: 'network_stopped' } })
  expect(await openStop()).toMatchObject({ reason: 'reset' })
})

it('compares the ledger it knows also when the clock was set back', async () => {
  await nextRun()
  const { watch, told, clock } = watched({ compareEveryMs: undefined })
  await watch.look()
  told.latest = 200n
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(200n) } })
  told.latest = 300n
  clock.now = new Date(start.getTime() - 29_999)
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(200n), latest: 300n } })
  clock.now = new Date(start.getTime() - 30_000)
  expect(await watch.look()).toMatchObject({ value: { anchor: closed(300n), latest: 300n } })
})

it.each([
  [220n, 'a Horizon that is behind'],
  [221n, 'another network'],
])('takes a place in ledger %s, when the newest is 100, for %s', async (ledger, word) => {
  await onServer(db.url, 'truncate stellar_cursor')
  await nextRun()
  const place = (ledger << 32n).toString()
  await db.commit(({ stellarPayments }) => stellarPayments.startCursor('GA', place))
  const { watch, told } = watched()
  expect((await watch.look()).ok).toBe(word === 'a Horizon that is behind')
  // a run that is known by a ledger is judged by that, however far behind it is told
  await onServer(db.url, 'truncate network_stop')
  told.latest = 230n
  await watch.look()
  told.latest = 10n
  expect(await watch.look()).toMatchObject({ ok: true })
  await onServer(db.url, 'truncate stellar_cursor')
})

const resetAt = (sequence: bigint) => ({
  reason: 'reset',
  detail:
    `Ledger ${sequence} was hash ${sequence}, closed ${closed(sequence).closedAt.toISOString()}; ` +
    'the network that Horizon tells of now has another history. If it was reset, accept that; ' +
    'if Horizon is the wrong one, mend its address and resume',
})

describe('credits that were read', () => {
  /** In ledger `sequence`, as if it was closed so many seconds later than we know. */
  const credit = (sequence: bigint, seconds = 0) => {
    const closedAt = closed(sequence).closedAt.getTime() + seconds * 1_000
    const id = (sequence << 32n).toString()
    return aStellarPayment({ id, ledgerClosedAt: new Date(closedAt) })
  }
  const later = 86_400

  it.each<[string, bigint, readonly StellarPayment[], readonly bigint[]]>([
    ['none', 100n, [], []],
    ['of ledgers before the one we know', 100n, [credit(98n), credit(99n), credit(100n)], []],
    ['of which the first is beyond', 100n, [credit(101n), credit(99n)], [100n]],
    ['of which the last is beyond', 100n, [credit(99n), credit(101n)], [100n]],
    ['beyond the last young ledger', 5_000n, [credit(5_001n)], [5_000n]],
    ['beyond one that is not young', 5_001n, [credit(5_002n)], []],
  ])('are of this run: %s; what is beyond a young ledger is compared', async (...line) => {
    const [, sequence, credits, compared] = line
    const { watch, asked } = watched()
    const sight = { epoch: 1, anchor: closed(sequence), latest: sequence, elder: 1n }
    expect(await watch.confirm(sight, credits)).toEqual({ ok: true, value: true })
    expect(asked).toEqual(compared)
  })

  it.each<[string, readonly StellarPayment[]]>([
    ['the first', [credit(90n, later), credit(99n), credit(101n)]],
    ['the last', [credit(101n), credit(99n), credit(90n, later)]],
  ])('are of another run when one is: %s', async (_, credits) => {
    const epoch = await nextRun()
    const { watch, asked, said } = watched()
    const sight = { epoch, anchor: closed(100n), latest: 100n, elder: 7n }
    expect(await watch.confirm(sight, credits)).toEqual({
      ok: false,
      refusal: { code: 'network_stopped' },
    })
    expect(asked).toEqual([])
    expect(said).toEqual([{ ...resetAt(100n), epoch, elder: 7n, stoppedAt: start }])
  })
})

describe('a stop', () => {
  it('after a reset names the ledger that is another one, to who notices and in the table', async () => {
    const epoch = await nextRun()
    const { watch, told, clock, said } = watched()
    await watch.look()
    Object.assign(told, { latest: 200n, elder: 3n })
    told.wrong.set(100n, { ...closed(100n), hash: 'other' })
    clock.now = new Date(start.getTime() + 1_000)
    expect((await watch.look()).ok).toBe(false)
    expect((await watch.look()).ok).toBe(false)
    const stop = { ...resetAt(100n), epoch, elder: 3n, stoppedAt: clock.now }
    expect(said).toEqual([stop])
    const kept = await openStop()
    expect(kept).toEqual({ ...stop, id: kept?.id })
  })

  it('at trimmed history names where it begins, and the ledger that was seen last', async () => {
    const epoch = await nextRun()
    const { watch, told, said } = watched()
    await watch.look()
    Object.assign(told, { latest: 400n, elder: 301n })
    told.lacks.add(100n)
    await watch.look()
    const detail =
      "Horizon's history begins at ledger 301 only, after ledger 100, the last one that was seen: " +
      'what came between cannot be read from it. Take a Horizon with more history, or look at the ' +
      'accounts yourself, and resume'
    expect(said).toEqual([{ reason: 'gap', detail, epoch, elder: 301n, stoppedAt: start }])
  })

  it('for a place ahead of the network names the account, whichever of several it is', async () => {
    await onServer(db.url, 'truncate stellar_cursor')
    const epoch = await nextRun()
    for (const [account, ledger] of [
      ['GA', 90n],
      ['GB', 500n],
      ['GC', 100n],
    ] as const) {
      const place = (ledger << 32n).toString()
      await db.commit(({ stellarPayments }) => stellarPayments.startCursor(account, place))
    }
    const { watch, said } = watched()
    expect((await watch.look()).ok).toBe(false)
    await onServer(db.url, 'truncate stellar_cursor')
    const detail =
      'GB was read up to ledger 500, but the network has come to ledger 100 only: it was reset, or ' +
      'Horizon is the wrong one'
    expect(said).toEqual([{ reason: 'reset', detail, epoch, elder: 1n, stoppedAt: start }])
  })
})

it('says which ledger Horizon does not have, and what of it is seen by all', async () => {
  const epoch = await nextRun()
  const { watch, told } = watched()
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(
    new NetworkUnavailable('Horizon does not have its latest ledger'),
  )
  told.lacks.clear()
  expect(await watch.look()).toEqual({
    ok: true,
    value: {
      epoch,
      anchor: closed(100n),
      latest: 100n,
      elder: 1n,
      settled: { ledger: 100n, until: closed(100n).closedAt },
    },
  })
  told.latest = 200n
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(
    new NetworkUnavailable('Horizon does not have ledger 100 now'),
  )
})
