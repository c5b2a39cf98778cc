import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { backlogRecords } from '../../../src/adapters/postgres/backlog-records.ts'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import type { Payout } from '../../../src/domain/payout/payout.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer, testSealer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate "transaction", stellar_payment cascade'))

const at = new Date('2026-11-21T12:00:00Z')
/** Bounded by two, where it is a hundred thousand: what counts is that nothing is counted beyond it. */
const read = () =>
  createCommit({
    database: db.database,
    factories: {
      ...recordFactories(testSealer),
      backlog: (session) => backlogRecords(session, 2),
    },
  }).read(({ backlog }) => backlog.read())

it('counts nothing that is open beyond the bound', async () => {
  for (const place of [1, 2, 3]) {
    const transaction = aTransaction()
    const payout: Payout = {
      transactionId: transaction.id,
      state: 'due',
      attemptNumber: 0,
      failures: 0,
      dueAt: at,
      updatedAt: at,
    }
    const job = { name: 'sweep-due-work', subject: `${place}`, payload: {} } as const
    await db.commit(async ({ transactions, payouts, outbox }) => {
      await transactions.open({ transaction, events: [] })
      await payouts.add([payout])
      await outbox.addJob(job)
    })
  }
  const { transactions, payouts, events } = await read()
  expect(transactions.filter(({ count }) => count > 0)).toEqual([
    { phase: 'awaitingFunds', count: 2 },
  ])
  expect(payouts).toEqual([
    { state: 'due', count: 2 },
    { state: 'dead', count: 0 },
  ])
  expect(events.outbox).toBe(2)
})

type Place = readonly [epoch: number, id: number, account: string]
const orders: readonly (readonly [string, Place, Place, Place])[] = [
  ['run', [1, 9, 'GZ'], [2, 1, 'GA'], [2, 2, 'GA']],
  ['operation', [1, 1, 'GZ'], [1, 2, 'GA'], [1, 3, 'GA']],
  ['account', [1, 1, 'GA'], [1, 1, 'GB'], [1, 1, 'GC']],
]

it.each(orders)(
  'tells of unmatched payments the newest alone, by their %s',
  async (_, ...places) => {
    const [oldest, newer, newest] = places
    const add = (place: Place, reason: string) =>
      onServer(
        db.url,
        `insert into stellar_payment (epoch, id, account, kind, asset, units, from_account, memo_type,
         transaction_hash, ledger_closed_at, seen_at, match_state, match_reason)
       values ($1, $2, $3, 'payment', 'stellar:native', 1, 'GFROM', 'none', 'ab', now(), now(),
         'unmatched', $4)`,
        [...place, reason],
      )
    await add(newest, 'too_late')
    await add(oldest, 'no_memo')
    await add(newer, 'too_late')
    expect((await read()).unmatched).toEqual([{ reason: 'too_late', count: 2 }])
  },
)
