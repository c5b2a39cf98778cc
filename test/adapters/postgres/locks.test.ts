import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import { aCallback } from '../../builders/callback.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

const at = new Date('2026-11-21T12:00:00Z')
const transactions = [1, 2].map((place) =>
  aTransaction({
    id: `00000000-0000-4000-8000-00000000000${place}`,
    memo: { type: 'id', value: `${place}` },
    distributionAccount: 'GA',
    lapsesAt: new Date(0),
  }),
)
const [one, other] = transactions as [Transaction, Transaction] // two were made
const callback = aCallback({ id: one.id, subject: { kind: 'transaction', id: one.id } })

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
  for (const transaction of transactions) {
    await db.commit((records) => records.transactions.open({ transaction, events: [] }))
  }
  await db.commit(async ({ payouts, callbacks, stellarPayments }) => {
    const payout = {
      state: 'due',
      attemptNumber: 0,
      failures: 0,
      dueAt: at,
      updatedAt: at,
    } as const
    await payouts.add(transactions.map(({ id }) => ({ ...payout, transactionId: id })))
    await callbacks.add(callback, { ...callback, id: other.id })
    const account = 'GB' // not the one above, whose transactions would wait for it
    await stellarPayments.add(
      [1, 2].map((id) => aStellarPayment({ id: `${id}`, account })),
      at,
    )
  })
  for (const reason of ['gap', 'reset'] as const) {
    await db.commit(async ({ network }) => {
      await network.stop({ epoch: 1, reason, detail: '', elder: 1n, stoppedAt: at })
      const stop = await network.openStop()
      await network.decide(stop?.id ?? '', { kind: 'go_on', at, by: 'ada' })
    })
  }
})
afterAll(() => db.close())

/** What locks of each table the row of the first, and of no other. */
const locking: readonly (readonly [
  string,
  string,
  (records: Records, id: string) => Promise<unknown>,
])[] = [
  ['a transaction', '"transaction"', (records, id) => records.transactions.lock(id)],
  ['some transactions', '"transaction"', (records, id) => records.transactions.lockMany([id])],
  [
    'transactions by their memos',
    '"transaction"',
    (records) => records.transactions.lockByMemos('GA', [one.memo]),
  ],
  [
    'transactions that lapsed',
    '"transaction"',
    (records, id) => records.transactions.lockLapsed([id], { now: at, graceMs: 0 }),
  ],
  ['a payout', 'payout', (records, id) => records.payouts.lock(id)],
  ['some payouts', 'payout', (records, id) => records.payouts.lockMany([id])],
  ['a callback', 'callback', (records, id) => records.callbacks.lock(id)],
  [
    'payments that wait',
    'stellar_payment',
    (records) => records.stellarPayments.lockWaiting('GB', { limit: 1 }),
  ],
  ['a stop', 'network_stop', (records) => records.network.lockStop('1')],
]

it.each(locking)(
  'keeps %s from everybody else, and no other, until the end',
  async (_, table, lock) => {
    const free = () => onServer(db.url, `select from ${table} for update skip locked`)
    await db.commit(async (records) => {
      await lock(records, one.id)
      expect(await free()).toHaveLength(1)
    })
    expect(await free()).toHaveLength(2)
  },
)

it('locks nothing by an id that nobody has, or that is none', async () => {
  for (const id of [randomUUID(), 'no id']) {
    await db.commit(async ({ transactions: records, payouts }) => {
      const found = [
        await records.lock(id),
        await records.lockMany([id]),
        await records.lockLapsed([randomUUID()], { now: at, graceMs: 0 }),
        await payouts.lock(id),
        await payouts.lockMany([id]),
      ]
      expect(found).toEqual([undefined, [], [], undefined, []])
    })
  }
})
