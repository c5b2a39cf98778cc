import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Ledger } from '../../../src/domain/network/ledger.ts'
import { watchNetwork } from '../../../src/usecases/network/watch-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
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
function watched(options: { lookEveryMs?: number | undefined; compareEveryMs?: number } = {}) {
  const { lookEveryMs, compareEveryMs } = { lookEveryMs: 0, compareEveryMs: 0, ...options }
  const told = {
    latest: 100n,
    elder: 1n,
    lacks: new Set<bigint>(),
    wrong: new Map<bigint, Ledger>(),
  }
  const clock = { now: start }
  const ledgers = {
    head: async () => ({ latest: closed(told.latest), elder: told.elder }),
    find: async (sequence: bigint) =>
      told.lacks.has(sequence) ? undefined : (told.wrong.get(sequence) ?? closed(sequence)),
  }
  const { commit, read } = db
  const watch = watchNetwork({
    ledgers,
    commit,
    read,
    now: () => clock.now,
    onStopped: () => undefined,
    ...(lookEveryMs !== undefined && { lookEveryMs }),
    compareEveryMs,
    looksToSettle: 1,
  })
  return { told, watch, clock }
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

it('compares the ledger it knows again and again, and not at each look', async () => {
  await nextRun()
  const { watch, told, clock } = watched({ compareEveryMs: 30_000 })
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
