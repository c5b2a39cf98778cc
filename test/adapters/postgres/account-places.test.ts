import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NetworkRecords } from '../../../src/usecases/ports/network-records.ts'
import type { StellarPaymentRecords } from '../../../src/usecases/ports/stellar-payment-records.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))
const work = <Answer>(ask: (records: StellarPaymentRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ stellarPayments }) => ask(stellarPayments))
const ofNetwork = <Answer>(ask: (records: NetworkRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ network }) => ask(network))

async function anAccount(cursor = '100'): Promise<string> {
  const account = `G${randomUUID()}`
  await work((records) => records.startCursor(account, cursor))
  return account
}
const placeOf = (account: string) => work((records) => records.place(account))
const move = (from: string, to: string) => ({ epoch: 1, from, to })
const untilOf = async (account: string) =>
  (await ofNetwork((records) => records.places())).find((place) => place.account === account)
    ?.readUntil

describe('the place of an account', () => {
  it('is where reading began first, whatever is said later (AP-1.2)', async () => {
    const account = await anAccount('100')
    await work((records) => records.startCursor(account, '7'))
    expect(await placeOf(account)).toEqual({ account, epoch: 1, cursor: '100', checked: '100' })
  })

  it('is not known while only the moment is, and the first moment counts', async () => {
    const account = `G${randomUUID()}`
    const want = (minute: number) => work((records) => records.wantCursor(account, at(minute)))
    expect(await want(1)).toEqual({ since: at(1), isNew: true })
    expect(await want(2)).toEqual({ since: at(1), isNew: false })
    expect(await placeOf(account)).toBeUndefined()
    expect(await work((records) => records.cursor(account))).toBeUndefined()
    await work((records) => records.startCursor(account, '100'))
    expect(await placeOf(account)).toMatchObject({ cursor: '100', checked: '100' })
    expect(await work((records) => records.moveChecked(account, move('100', '150')))).toBe(true)
  })

  it('is wanted from the moment that is asked for, where it began without one', async () => {
    const account = await anAccount('100')
    const wanted = await work((records) => records.wantCursor(account, at(5)))
    expect(wanted).toEqual({ since: at(5), isNew: false })
  })

  it('moves on from where it is, never back, and by nobody who knows an older one', async () => {
    const account = await anAccount('90')
    const moved = (from: string, to: string) =>
      work((records) => records.moveCursor(account, move(from, to)))
    expect(await moved('90', '100')).toBe(true)
    expect(await moved('90', '200')).toBe(false)
    expect(await moved('100', '100')).toBe(false)
    expect(await moved('100', '99')).toBe(false)
    expect(await placeOf(account)).toMatchObject({ cursor: '100', checked: '90' })
  })

  it('up to which was read twice moves on by itself, never back', async () => {
    const account = await anAccount('90')
    await work((records) => records.moveCursor(account, move('90', '200')))
    const moved = (from: string, to: string) =>
      work((records) => records.moveChecked(account, move(from, to)))
    expect(await moved('90', '100')).toBe(true)
    expect(await moved('90', '150')).toBe(false)
    expect(await moved('100', '99')).toBe(false)
    expect(await placeOf(account)).toMatchObject({ cursor: '200', checked: '100' })
  })

  it('begins to be checked at the cursor where an earlier version noted none', async () => {
    const account = await anAccount('90')
    const forget = 'update stellar_cursor set checked_cursor = null where account = $1'
    await onServer(db.url, forget, [account])
    expect(await placeOf(account)).toMatchObject({ cursor: '90', checked: '90' })
    await work((records) => records.moveCursor(account, move('90', '200')))
    expect(await placeOf(account)).toMatchObject({ cursor: '200', checked: '90' })
  })

  it('is moved by nobody who reads another run of the network, nor while it is stopped', async () => {
    const account = await anAccount('100')
    const bothWith = async (epoch: number) => {
      const to = { ...move('100', '200'), epoch }
      return [
        await work((records) => records.moveCursor(account, to)),
        await work((records) => records.moveChecked(account, to)),
      ]
    }
    expect(await bothWith(2)).toEqual([false, false])
    const stop = { epoch: 1, reason: 'gap', detail: '', elder: 1n, stoppedAt: at(0) } as const
    await ofNetwork((records) => records.stop(stop))
    expect(await bothWith(1)).toEqual([false, false])
    const id = (await ofNetwork((records) => records.openStop()))?.id ?? ''
    await ofNetwork((records) => records.decide(id, { kind: 'go_on', at: at(1), by: 'ada' }))
    expect(await bothWith(1)).toEqual([true, true])
  })
})

describe('the seat of an account', () => {
  const lease = (from: number, until: number) => ({ now: at(from), until: at(until) })

  it('is kept by who has it, and taken by another only when it has lapsed', async () => {
    const account = await anAccount()
    const take = (holder: string, from: number, until: number) =>
      work((records) => records.takeSeat(account, holder, lease(from, until)))
    expect(await take('one', 0, 2)).toBe(true)
    expect(await take('other', 1, 9)).toBe(false)
    expect(await take('one', 1, 4)).toBe(true)
    expect(await take('other', 3, 9)).toBe(false)
    expect(await take('other', 4, 9)).toBe(true)
    expect(await take('one', 5, 9)).toBe(false)
  })

  it('is free once it was left, which only who has it can do', async () => {
    const account = await anAccount()
    const take = (holder: string) =>
      work((records) => records.takeSeat(account, holder, lease(0, 9)))
    await take('one')
    const read = { until: at(5), ledger: 5n }
    await work((records) => records.leaveSeat(account, 'other', read))
    expect(await take('other')).toBe(false)
    expect(await placeOf(account)).not.toHaveProperty('readLedger')
    await work((records) => records.leaveSeat(account, 'one', read))
    expect(await take('other')).toBe(true)
    expect(await placeOf(account)).toMatchObject({ readLedger: 5n })
  })

  it('is left with how far was read, which never becomes less', async () => {
    const account = await anAccount()
    const leave = async (read?: { until: Date; ledger: bigint }) => {
      await work((records) => records.takeSeat(account, 'one', lease(0, 9)))
      await work((records) => records.leaveSeat(account, 'one', read))
      return [(await placeOf(account))?.readLedger, await untilOf(account)]
    }
    expect(await leave({ until: at(5), ledger: 5n })).toEqual([5n, at(5)])
    expect(await leave()).toEqual([5n, at(5)])
    expect(await leave({ until: at(4), ledger: 4n })).toEqual([5n, at(5)])
    expect(await leave({ until: at(6), ledger: 6n })).toEqual([6n, at(6)])
  })
})

it('takes and leaves the seat of the account that is named, and of no other by the same holder', async () => {
  const [one, other] = [await anAccount(), await anAccount()]
  const lease = { now: at(0), until: at(9) }
  await work((records) => records.takeSeat(one, 'holder', lease))
  expect(await work((records) => records.takeSeat(other, 'rival', lease))).toBe(true)
  await work((records) => records.takeSeat(other, 'holder', { now: at(9), until: at(19) }))
  await work((records) => records.leaveSeat(one, 'holder', { until: at(5), ledger: 5n }))
  expect(await work((records) => records.takeSeat(other, 'rival', lease))).toBe(false)
  expect([(await placeOf(one))?.readLedger, await untilOf(one)]).toEqual([5n, at(5)])
  expect([(await placeOf(other))?.readLedger, await untilOf(other)]).toEqual([undefined, undefined])
})

it('watches an account since it began or moved last, whatever was checked of it since', async () => {
  const account = `G${randomUUID()}`
  const watchedSince = async () => {
    const { accounts } = await db.read(({ backlog }) => backlog.read())
    return accounts.find((one) => one.account === account)?.watchedSince.getTime() ?? 0
  }
  const long = new Date('2026-01-01T00:00:00Z').getTime()
  const forget = () =>
    onServer(
      db.url,
      `update stellar_cursor set moved_at = '2026-01-01T00:00:00Z' where account = $1`,
      [account],
    )
  await work((records) => records.wantCursor(account, at(0)))
  await forget()
  await work((records) => records.startCursor(account, '90'))
  expect(await watchedSince()).toBeGreaterThan(long)
  await forget()
  await work((records) => records.moveCursor(account, move('90', '100')))
  expect(await watchedSince()).toBeGreaterThan(long)
  await forget()
  await work((records) => records.moveChecked(account, move('90', '100')))
  await work((records) => records.startCursor(account, '7'))
  expect(await watchedSince()).toBe(long)
})

it('begins an account in the run of the network that is read now, and forgets since when it was wanted before', async () => {
  const [old, wanted] = [`G${randomUUID()}`, `G${randomUUID()}`]
  const want = (account: string, minute: number) =>
    work((records) => records.wantCursor(account, at(minute)))
  await want(old, 1)
  await work((records) => records.startCursor(old, '100'))
  await ofNetwork((records) => records.beginEpoch(2, at(2)))
  const started = await anAccount('7')
  await want(wanted, 3)
  await work((records) => records.startCursor(wanted, '8'))
  expect(await Promise.all([started, wanted].map(placeOf))).toEqual([
    { account: started, epoch: 2, cursor: '7', checked: '7' },
    { account: wanted, epoch: 2, cursor: '8', checked: '8' },
  ])
  expect(await want(old, 5)).toEqual({ since: at(5), isNew: false })
})
