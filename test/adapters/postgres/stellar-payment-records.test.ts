import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Match, SeenPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import type { StellarPaymentRecords } from '../../../src/usecases/ports/stellar-payment-records.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(async () => {
  await onServer(db.url, 'truncate stellar_payment, network_stop')
  await onServer(db.url, 'delete from network_epoch where number > 1')
  await onServer(db.url, 'update network_epoch set ended_at = null')
})

const seenAt = new Date('2026-11-21T12:00:00Z')
const work = <Answer>(ask: (records: StellarPaymentRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ stellarPayments }) => ask(stellarPayments))
const add = (...places: readonly (readonly [id: number, account: string, part?: number])[]) =>
  work((records) =>
    records.add(
      places.map(([id, account, part]) =>
        aStellarPayment({ id: `${id}`, account, ...(part !== undefined && { part }) }),
      ),
      seenAt,
    ),
  )
const nextEpoch = () => db.commit(({ network }) => network.beginEpoch(2, seenAt))
const placesOf = (payments: readonly SeenPayment[]) =>
  payments.map(({ epoch, id, account, part }) => `${epoch} ${id} ${account} ${part ?? 0}`)
const unmatched = { state: 'unmatched', reason: 'no_memo' } as const
const settle = (payments: readonly SeenPayment[], match: Match = unmatched) =>
  work((records) => records.settleMatches(payments.map((payment) => ({ payment, match }))))
const waiting = (account: string, limit = 9) =>
  work((records) => records.lockWaiting(account, { limit }))
const listed = async () => placesOf(await work((records) => records.listUnmatched({ limit: 9 })))

describe('payments that wait', () => {
  it('are told oldest first, those of one account, from where it is asked on', async () => {
    await add([5, 'GA'])
    await nextEpoch()
    await add([3, 'GA'], [2, 'GA', 1], [2, 'GA'], [1, 'GB'])
    const all = await waiting('GA')
    expect(placesOf(all)).toEqual(['1 5 GA 0', '2 2 GA 0', '2 2 GA 1', '2 3 GA 0'])
    expect(placesOf(await waiting('GA', 2))).toEqual(['1 5 GA 0', '2 2 GA 0'])
    for (const [place, after] of all.entries()) {
      const rest = await work((records) => records.lockWaiting('GA', { after, limit: 9 }))
      expect(rest).toEqual(all.slice(place + 1))
    }
  })

  it('are left to whoever decides about them just now, who is not waited for', async () => {
    await add([1, 'GA'], [2, 'GA'])
    await work(async (records) => {
      expect(placesOf(await records.lockWaiting('GA', { limit: 1 }))).toEqual(['1 1 GA 0'])
      expect(placesOf(await waiting('GA'))).toEqual(['1 2 GA 0'])
    })
  })

  it('are none while reading is stopped, and those that are decided wait no more', async () => {
    await add([1, 'GA'], [2, 'GA'])
    await settle(await waiting('GA', 1))
    expect(placesOf(await waiting('GA'))).toEqual(['1 2 GA 0'])
    expect(await work((records) => records.waitingCount())).toBe(1)
    const stop = { epoch: 1, reason: 'gap', detail: '', elder: 1n, stoppedAt: seenAt } as const
    await db.commit(({ network }) => network.stop(stop))
    expect(await waiting('GA')).toEqual([])
  })
})

describe('what is decided of a payment', () => {
  it('is of it alone, not of its twins in another run, account or part', async () => {
    await add([1, 'GA'])
    await nextEpoch()
    await add([1, 'GA'], [1, 'GA', 1], [1, 'GB'])
    const [, second] = await waiting('GA')
    await settle(second === undefined ? [] : [second])
    expect(await listed()).toEqual(['2 1 GA 0'])
  })

  it('stands, when another decides it as well (SEP31-49)', async () => {
    await add([1, 'GA'])
    const payments = await waiting('GA')
    await settle(payments)
    await settle(payments, { state: 'unmatched', reason: 'too_late' })
    const [kept] = await work((records) => records.listUnmatched({ limit: 1 }))
    expect(kept?.match).toEqual(unmatched)
  })

  it('is each its own, when several are decided at once', async () => {
    const transaction = aTransaction()
    const { id: transactionId } = transaction
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    await add([1, 'GA'], [1, 'GA', 1], [2, 'GA'], [3, 'GA'], [4, 'GA'])
    const payments = await waiting('GA')
    const matches: readonly Match[] = [
      { state: 'matched', transactionId },
      unmatched,
      { ...unmatched, reason: 'too_late', transactionId },
      { state: 'waiting' },
      { ...unmatched, reason: 'unknown_memo' },
    ]
    await work((records) =>
      records.settleMatches(
        payments.flatMap((payment, place) => {
          const match = matches[place]
          return match === undefined ? [] : [{ payment, match }]
        }),
      ),
    )
    const kept = await work(async (records) => [
      await records.find('1'),
      ...(await records.listUnmatched({ limit: 9 })).toReversed(),
      ...(await records.lockWaiting('GA', { limit: 9 })),
    ])
    expect(kept.map((payment) => payment?.match)).toEqual([
      matches[0],
      matches[1],
      matches[2],
      matches[4],
      matches[3],
    ])
  })

  it('names the transaction, matched or not', async () => {
    const transaction = aTransaction()
    const { id } = transaction
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    await add([1, 'GA'], [2, 'GA'])
    const [one, other] = await waiting('GA')
    const misfit: Match = { ...unmatched, reason: 'too_late', transactionId: id }
    await settle(one === undefined ? [] : [one], misfit)
    await settle(other === undefined ? [] : [other], { state: 'matched', transactionId: id })
    const found = await work(async (records) => [await records.find('1'), await records.find('2')])
    expect(found.map((payment) => payment?.match)).toEqual([
      misfit,
      { state: 'matched', transactionId: id },
    ])
  })
})

describe('unmatched payments', () => {
  it('are listed newest first, page by page, each once, and none that waits', async () => {
    await add([9, 'GA'])
    await nextEpoch()
    await add([1, 'GA'], [2, 'GA'], [2, 'GA', 1], [2, 'GB'])
    for (const account of ['GA', 'GB']) await settle(await waiting(account))
    await add([3, 'GA'])
    const expected = ['2 2 GB 0', '2 2 GA 1', '2 2 GA 0', '2 1 GA 0', '1 9 GA 0']
    expect(await listed()).toEqual(expected)
    const paged: SeenPayment[] = []
    for (let before: SeenPayment | undefined; paged.length < 9; before = paged.at(-1)) {
      const page = await work((records) =>
        records.listUnmatched({ ...(before && { before }), limit: 1 }),
      )
      if (page.length === 0) break
      paged.push(...page)
    }
    expect(placesOf(paged)).toEqual(expected)
  })

  it('are listed of one reason alone, where that is asked for, and none past what is no place', async () => {
    await add([1, 'GA'], [2, 'GA'], [3, 'GA'])
    const [one, two, three] = await waiting('GA')
    const only = (payment: SeenPayment | undefined) => (payment === undefined ? [] : [payment])
    await settle(only(one), { ...unmatched, reason: 'too_late' })
    await settle(only(two))
    await settle(only(three), { ...unmatched, reason: 'too_late' })
    const list = (query: Partial<Parameters<StellarPaymentRecords['listUnmatched']>[0]>) =>
      work((records) => records.listUnmatched({ limit: 9, ...query }))
    expect(placesOf(await list({ reason: 'too_late' }))).toEqual(['1 3 GA 0', '1 1 GA 0'])
    expect(placesOf(await list({ reason: 'no_memo' }))).toEqual(['1 2 GA 0'])
    expect(placesOf(await list({ reason: 'too_late', limit: 1 }))).toEqual(['1 3 GA 0'])
    const before = { epoch: 1, id: '3', account: 'GA' }
    expect(placesOf(await list({ reason: 'too_late', before }))).toEqual(['1 1 GA 0'])
    expect(await list({ before: { ...before, id: 'no id' } })).toEqual([])
  })
})

it('finds of two runs the payment of the newer by its operation', async () => {
  await add([1, 'GA'])
  await nextEpoch()
  await add([1, 'GA'])
  expect(await work((records) => records.find('1'))).toMatchObject({ epoch: 2 })
})

it('finds of one operation its first place, and nothing by what is no operation', async () => {
  await add([7, 'GB'], [7, 'GA', 1], [7, 'GA'])
  const find = (id: string) => work((records) => records.find(id))
  expect(await find('7')).toMatchObject({ account: 'GA' })
  expect(await find('7')).not.toHaveProperty('part')
  for (const id of ['9223372036854775808', '9'.repeat(30), '-7', '7 ', 'seven', '']) {
    expect([id, await find(id)]).toEqual([id, undefined])
  }
  expect(await find('9223372036854775807')).toBeUndefined()
})

it('gives a payment back as it was seen', async () => {
  const closedAt = (second: number) => new Date(Date.UTC(2026, 10, 21, 11, 59, second))
  const payments = [
    aStellarPayment({
      account: 'GA',
      from: 'GFROM',
      kind: 'account_merge',
      units: 2n ** 62n,
      ledgerClosedAt: closedAt(1),
    }),
    aStellarPayment({
      account: 'GA',
      memo: { type: 'text', value: "it's" },
      muxedId: '77',
      part: 2,
      asset: 'stellar:native',
      ledgerClosedAt: closedAt(2),
    }),
    aStellarPayment({ account: 'GA', memo: { type: 'hash', value: 'aa' }, kind: 'other' }),
    aStellarPayment({ account: 'GA', memo: { type: 'return', value: 'bb' }, muxedId: '78' }),
    aStellarPayment({ account: 'GA', memo: { type: 'id', value: '7' }, from: 'GOTHER' }),
  ]
  expect(await work((records) => records.add(payments, seenAt))).toBe(5)
  expect(await work((records) => records.add(payments.toReversed(), new Date(0)))).toBe(0)
  const match = { state: 'waiting' }
  expect(await waiting('GA')).toEqual(
    payments.map((payment) => ({ ...payment, epoch: 1, seenAt, match })),
  )
})
