import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NetworkRecords } from '../../../src/usecases/ports/network-records.ts'
import type { StellarPaymentRecords } from '../../../src/usecases/ports/stellar-payment-records.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(async () => {
  await onServer(db.url, 'truncate network_stop, stellar_cursor')
  await onServer(db.url, 'delete from network_epoch where number > 1')
  await onServer(
    db.url,
    `update network_epoch set anchor_sequence = null, anchor_hash = null, anchor_closed_at = null,
       ended_at = null, ended_cursors = null`,
  )
})

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))
const work = <Answer>(ask: (records: NetworkRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ network }) => ask(network))
const ofPayments = <Answer>(
  ask: (records: StellarPaymentRecords) => Promise<Answer>,
): Promise<Answer> => db.commit(({ stellarPayments }) => ask(stellarPayments))

const ledger = (sequence: bigint) => ({ sequence, hash: `hash ${sequence}`, closedAt: at(1) })
const aStop = (epoch = 1) =>
  ({ epoch, reason: 'gap', detail: `of ${epoch}`, elder: 7n, stoppedAt: at(2) }) as const
const anchorOf = async () => (await work((records) => records.epoch())).anchor

/** An account that was read, checked and sat at. */
async function read(account: string): Promise<void> {
  await ofPayments(async (records) => {
    await records.wantCursor(account, at(0))
    await records.startCursor(account, '50')
    await records.moveCursor(account, { epoch: 1, from: '50', to: '100' })
    await records.takeSeat(account, 'one', { now: at(0), until: at(9) })
    await records.leaveSeat(account, 'one', { until: at(3), ledger: 30n })
    await records.takeSeat(account, 'one', { now: at(0), until: at(9) })
  })
}

describe('the ledger by which a run is known', () => {
  it('is a later one than before, never an earlier, and never another of the same number', async () => {
    const { beganAt } = await work((records) => records.epoch())
    await work((records) => records.anchor(1, ledger(10n)))
    await work((records) => records.anchor(1, { ...ledger(10n), hash: 'of another network' }))
    expect(await anchorOf()).toEqual(ledger(10n))
    await work((records) => records.anchor(1, ledger(9n)))
    expect(await anchorOf()).toEqual(ledger(10n))
    await work((records) => records.anchor(1, ledger(11n)))
    const known = { number: 1, beganAt, anchor: ledger(11n) }
    expect(await work((records) => records.epoch())).toEqual(known)
  })

  it('stays what it is while reading is stopped, and of a run that is over', async () => {
    await work((records) => records.anchor(1, ledger(10n)))
    await work((records) => records.stop(aStop()))
    await work((records) => records.anchor(1, ledger(11n)))
    expect(await anchorOf()).toEqual(ledger(10n))
    const id = (await work((records) => records.openStop()))?.id ?? ''
    await work((records) => records.decide(id, { kind: 'new_epoch', at: at(4), by: 'ada' }))
    await work((records) => records.beginEpoch(2, at(4)))
    await work((records) => records.anchor(1, ledger(12n)))
    const [first] = await onServer(
      db.url,
      'select anchor_sequence::int as kept from network_epoch where number = 1',
    )
    expect(first).toEqual({ kept: 10 })
    expect(await work((records) => records.epoch())).toEqual({ number: 2, beganAt: at(4) })
  })
})

describe('a stop', () => {
  it('is one at a time, and of the run that is being read', async () => {
    expect(await work((records) => records.stop(aStop(2)))).toBe(false)
    expect(await work((records) => records.stop(aStop()))).toBe(true)
    expect(await work((records) => records.stop(aStop()))).toBe(false)
    await work((records) => records.beginEpoch(2, at(4)))
    const id = (await work((records) => records.openStop()))?.id ?? ''
    const decision = { kind: 'new_epoch', at: at(4), by: 'ada' } as const
    await work((records) => records.decide(id, decision))
    expect(await work((records) => records.openStop())).toBeUndefined()
    expect(await work((records) => records.stop(aStop()))).toBe(false)
    expect(await work((records) => records.lastStop())).toEqual({ ...aStop(), id, decision })
    expect(await work((records) => records.stop(aStop(2)))).toBe(true)
    const newest = await work((records) => records.lastStop())
    expect(newest).toEqual({ ...aStop(2), id: newest?.id })
    expect(await work((records) => records.openStop())).toEqual(newest)
  })
})

describe('a new run', () => {
  it('begins for every account at the beginning, with nothing of what was known of the old', async () => {
    await read('GB')
    await read('GA')
    await work((records) => records.beginEpoch(2, at(4)))
    for (const account of ['GA', 'GB']) {
      expect(await ofPayments((records) => records.place(account))).toEqual({
        account,
        epoch: 2,
        cursor: '0',
        checked: '0',
      })
      const seat = { now: at(0), until: at(9) }
      expect(await ofPayments((records) => records.takeSeat(account, 'other', seat))).toBe(true)
    }
    expect(await work((records) => records.places())).toEqual([
      { account: 'GA', cursor: '0' },
      { account: 'GB', cursor: '0' },
    ])
    expect((await db.read(({ backlog }) => backlog.read())).accounts).toEqual([
      { account: 'GA', watchedSince: at(4), waiting: 0 },
      { account: 'GB', watchedSince: at(4), waiting: 0 },
    ])
  })

  it('leaves the runs that were over before as they ended', async () => {
    await read('GA')
    await work((records) => records.beginEpoch(2, at(4)))
    await work((records) => records.beginEpoch(3, at(5)))
    const ended = await onServer(
      db.url,
      'select number, ended_at, ended_cursors from network_epoch order by number',
    )
    expect(ended).toEqual([
      { number: 1, ended_at: at(4), ended_cursors: { GA: '100' } },
      { number: 2, ended_at: at(5), ended_cursors: { GA: '0' } },
      { number: 3, ended_at: null, ended_cursors: null },
    ])
  })
})

it('decides the stop that is named, while it is open, and no other', async () => {
  const decide = (id: string, by: string) =>
    work((records) => records.decide(id, { kind: 'go_on', at: at(4), by }))
  const openId = async () => (await work((records) => records.openStop()))?.id ?? ''
  await work((records) => records.stop(aStop()))
  const first = await openId()
  await decide(first, 'ada')
  await work((records) => records.stop(aStop()))
  const second = await openId()
  await decide(first, 'eve')
  expect(await openId()).toBe(second)
  expect((await work((records) => records.lockStop(first)))?.decision?.by).toBe('ada')
})

describe('going on after a gap', () => {
  const goOnFrom = (sequence: bigint) => work((records) => records.goOnFrom(sequence))
  const readLedger = async (account: string) =>
    (await ofPayments((records) => records.place(account)))?.readLedger

  it('counts each account as read up to there, and none as read less than it was', async () => {
    await read('GA')
    await goOnFrom(20n)
    expect(await readLedger('GA')).toBe(30n)
    await goOnFrom(40n)
    expect(await readLedger('GA')).toBe(39n)
  })

  it('forgets the ledger of the run when that is given up, too, and no later one', async () => {
    await work((records) => records.anchor(1, ledger(10n)))
    await goOnFrom(10n)
    expect(await anchorOf()).toEqual(ledger(10n))
    await goOnFrom(11n)
    expect(await anchorOf()).toBeUndefined()
  })

  it('keeps what the runs before were known by', async () => {
    await work((records) => records.anchor(1, ledger(10n)))
    await work((records) => records.beginEpoch(2, at(4)))
    await goOnFrom(11n)
    const [first] = await onServer(db.url, 'select anchor_hash from network_epoch where number = 1')
    expect(first).toEqual({ anchor_hash: 'hash 10' })
  })

  it('leaves an account alone whose beginning is not known yet', async () => {
    await ofPayments((records) => records.wantCursor('GA', at(0)))
    await goOnFrom(20n)
    await ofPayments((records) => records.startCursor('GA', '50'))
    expect(await readLedger('GA')).toBeUndefined()
  })
})
