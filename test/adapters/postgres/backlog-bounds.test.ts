import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { backlogRecords } from '../../../src/adapters/postgres/backlog-records.ts'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
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

it('counts nothing else beyond the bound either: callbacks, given-up payouts, events and payments', async () => {
  await onServer(db.url, 'truncate callback, stellar_cursor')
  const startedAt = new Date('2026-11-20T12:00:00Z')
  for (const place of [1, 2, 3]) {
    const transaction = aTransaction({ startedAt })
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    const rows = [
      `insert into payout (transaction_id, state, attempt_number, failures, due_at, dead_reason, updated_at)
       values ($1, 'dead', 1, 9, now(), 'account_closed', now())`,
      `insert into callback (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at, ended_at)
       select gen_random_uuid(), 'transaction', $1, 'https://a.example', '', state, 1, now(), now(), now()
       from unnest(array['due', 'dead']) as state`,
      `insert into transaction_event (id, transaction_id, owner_account, type, to_phase, version, at, actor)
       values (gen_random_uuid(), $1, 'GOWN', 'opened', 'awaitingFunds', 1, now(), '{}')`,
    ]
    for (const row of rows) await onServer(db.url, row, [transaction.id])
    await onServer(
      db.url,
      `insert into stellar_payment (epoch, id, account, kind, asset, units, from_account, memo_type,
         transaction_hash, ledger_closed_at, seen_at, match_state)
       values (1, $1, 'GA', 'payment', 'stellar:native', 1, 'GFROM', 'none', 'ab', now(), now(), 'waiting')`,
      [place],
    )
  }
  await db.commit(({ stellarPayments }) => stellarPayments.startCursor('GA', '0'))
  const { payouts, callbacks, events, accounts } = await read()
  expect(payouts).toEqual([{ state: 'dead', count: 2 }])
  expect(callbacks).toMatchObject({ due: 2, dead: 2, deadLately: 2 })
  expect(events).toMatchObject({ unnumbered: 2 })
  expect(accounts).toMatchObject([{ account: 'GA', waiting: 2 }])
})

it('counts callbacks that were given up within a day as given up lately', async () => {
  await onServer(db.url, 'truncate callback')
  const dead = (hours: number) =>
    onServer(
      db.url,
      `insert into callback (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at, ended_at)
       values (gen_random_uuid(), 'transaction', gen_random_uuid(), 'https://a.example', '', 'dead', 1, now(), now(),
         now() - $1 * interval '1 hour')`,
      [hours],
    )
  for (const hours of [25, 24.5, 23.5]) await dead(hours)
  expect((await read()).callbacks).toMatchObject({ dead: 2, deadLately: 1 })
  await onServer(db.url, `delete from callback where ended_at > now() - interval '1 day'`)
  expect((await read()).callbacks).toMatchObject({ dead: 2, deadLately: 0 })
})

it('is bounded by a hundred thousand where nothing else is told', async () => {
  const asked: (readonly unknown[])[] = []
  const session = sessionOf(async (_, values) => {
    asked.push(values)
    return []
  })
  await expect(backlogRecords(session).read()).rejects.toThrow('one row')
  expect(asked.map(([max]) => max)).toEqual([100_000])
})
