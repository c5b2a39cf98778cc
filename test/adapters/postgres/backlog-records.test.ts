import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrationsList } from '../../../migrations/list.ts'
import type { Backlog } from '../../../src/usecases/ports/backlog-records.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const read = (): Promise<Backlog> => db.read(({ backlog }) => backlog.read())
const run = (statement: string) => onServer(db.url, statement)

describe('what stands open', () => {
  beforeEach(() =>
    run(`truncate "transaction", transaction_event, payout, callback, stellar_payment,
      stellar_cursor, outbox, network_stop cascade`),
  )

  it('is nothing in a new database', async () => {
    const backlog = await read()
    expect(backlog).toMatchObject({
      accounts: [],
      unmatched: [],
      payouts: [{ state: 'dead', count: 0 }],
      callbacks: { due: 0, dead: 0, deadLately: 0 },
      events: { highest: 0n, unnumbered: 0, outbox: 0 },
    })
    expect(backlog.transactions.every(({ count }) => count === 0)).toBe(true)
    expect(backlog).not.toHaveProperty('networkStop')
    expect(backlog).not.toHaveProperty('payoutDueSince')
  })

  it('counts open transactions by phase, and payouts and callbacks by state', async () => {
    await fill()
    const backlog = await read()
    const counts = new Map(backlog.transactions.map(({ phase, count }) => [phase, count]))
    expect(counts.get('awaitingFunds')).toBe(2)
    expect(counts.get('payingOut')).toBe(3)
    expect(counts.get('settling')).toBe(0)
    expect(backlog.payouts.toSorted((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
      { state: 'claimed', count: 1 },
      { state: 'dead', count: 1 },
      { state: 'due', count: 1 },
    ])
    expect(backlog.payoutDueSince).toEqual(new Date('2026-11-21T12:00:00Z'))
    expect(backlog.callbacks).toEqual({
      due: 1,
      dead: 2,
      deadLately: 1,
      dueSince: new Date('2026-11-21T12:01:00Z'),
    })
  })

  it('counts transactions in each phase that is not the last', async () => {
    const phases = [
      'awaitingFunds',
      'awaitingInfo',
      'awaitingPayoutCustomerInfo',
      'awaitingPayoutTransactionInfo',
      'payingOut',
      'screening',
      'settling',
    ]
    for (const [place, phase] of [...phases, 'expired'].entries()) {
      const transaction = aTransaction(place > 1 ? { stellarPaymentId: `${100 + place}` } : {})
      await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
      await run(`update "transaction" set phase = '${phase}' where id = '${transaction.id}'`)
    }
    const { transactions } = await read()
    expect(transactions).toHaveLength(phases.length)
    expect(transactions).toEqual(
      expect.arrayContaining(phases.map((phase) => ({ phase, count: 1 }))),
    )
  })

  it('takes a payout for overdue while a bank owes its answer, and not while it waits for people', async () => {
    const ids = [randomUUID(), randomUUID()]
    for (const id of ids) {
      const transaction = aTransaction({ id })
      await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    }
    await run(`insert into payout (transaction_id, state, attempt_number, failures, due_at, updated_at)
      values ('${ids[0] ?? ''}', 'pending', 1, 0, '2026-11-21T11:30:00Z', now()),
        ('${ids[1] ?? ''}', 'waiting', 1, 0, '2026-11-21T10:00:00Z', now())`)
    const { payouts, payoutDueSince } = await read()
    expect(payoutDueSince).toEqual(new Date('2026-11-21T11:30:00Z'))
    expect(payouts).toEqual([
      { state: 'pending', count: 1 },
      { state: 'dead', count: 0 },
    ])
  })

  it('asks of callbacks that came through, or never will, only how many died', async () => {
    const callback = (state: string, minute: number) => `insert into callback
      (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at, ended_at)
      values (gen_random_uuid(), 'transaction', gen_random_uuid(), 'https://a.example', '', '${state}',
        1, '2026-11-21T12:0${minute}:00Z', now(), ${state === 'due' ? 'null' : 'now()'})`
    for (const [state, minute] of [
      ['due', 5],
      ['due', 4],
      ['dead', 2],
      ['delivered', 1],
    ] as const) {
      await run(callback(state, minute))
    }
    expect((await read()).callbacks).toEqual({
      due: 2,
      dead: 1,
      deadLately: 1,
      dueSince: new Date('2026-11-21T12:04:00Z'),
    })
  })

  it('tells how far the stream has come, and since when the oldest event waits for its number', async () => {
    await fill()
    await db.commit(({ events }) => events.assignSequences(10))
    const { highest } = (await read()).events
    expect(highest).toBeGreaterThan(0n)
    expect((await read()).events).toEqual({ highest, unnumbered: 0, outbox: 1 })
    for (const minute of [4, 5]) {
      await run(`insert into transaction_event
        (id, transaction_id, owner_account, type, to_phase, version, at, actor)
        select gen_random_uuid(), id, 'GOWN', 'opened', 'awaitingFunds', 1,
          '2026-11-21T12:0${minute}:00Z', '{}' from "transaction" limit 1`)
    }
    // the row moves to the end of the table, and no index has it first
    await run(`drop index transaction_event_unnumbered`)
    await run(`update transaction_event set owner_memo = '1' where at = '2026-11-21T12:04:00Z'`)
    expect((await read()).events).toMatchObject({
      highest,
      unnumbered: 2,
      unnumberedSince: new Date('2026-11-21T12:04:00Z'),
    })
  })

  it('forgets a stop that somebody decided about', async () => {
    await run(`insert into network_stop
      (epoch, reason, detail, elder, stopped_at, decision, decided_at, decided_by)
      values (1, 'gap', 'for people', 1, '2026-11-21T12:03:00Z', 'go_on', now(), 'ada')`)
    expect(await read()).not.toHaveProperty('networkStop')
    await run(`insert into network_stop (epoch, reason, detail, elder, stopped_at)
      values (1, 'reset', 'for people', 1, '2026-11-21T12:05:00Z')`)
    const since = new Date('2026-11-21T12:05:00Z')
    expect((await read()).networkStop).toEqual({ reason: 'reset', since })
  })

  it('tells how far each account is read, and what of it waits', async () => {
    await fill()
    const { accounts, unmatched } = await read()
    expect(accounts).toEqual([
      {
        account: 'GREAD',
        watchedSince: new Date('2026-11-21T10:00:00Z'),
        readLedger: 9_007_199_254_740_993n,
        readUntil: new Date('2026-11-21T12:00:00Z'),
        waiting: 2,
      },
      { account: 'GUNREAD', watchedSince: new Date('2026-11-21T10:00:00Z'), waiting: 0 },
    ])
    expect(unmatched).toEqual([{ reason: 'unknown_memo', count: 1 }])
  })

  it('tells what the relay has not passed on, and a stop that nobody decided about', async () => {
    await fill()
    const { events, networkStop } = await read()
    expect(events).toMatchObject({
      unnumbered: 1,
      unnumberedSince: new Date('2026-11-21T12:02:00Z'),
      outbox: 1,
    })
    expect(networkStop).toEqual({ reason: 'reset', since: new Date('2026-11-21T12:03:00Z') })
  })

  it('estimates ended transactions once PostgreSQL has looked at the table', async () => {
    await fill()
    await run(`update "transaction" set phase = 'expired' where phase = 'awaitingFunds'`)
    await run(`analyze "transaction"`)
    const { transactions } = await read()
    expect(transactions.filter(({ count }) => count > 0)).toEqual([
      { phase: 'payingOut', count: 3 },
      { phase: 'expired', count: 2 },
    ])
  })

  it('estimates no ended transactions of a table that was emptied since', async () => {
    await fill()
    await run(`update "transaction" set phase = 'expired'`)
    await run(`analyze "transaction"`)
    const isEnded = ({ phase }: { readonly phase: string }) => phase === 'expired'
    expect((await read()).transactions.filter(isEnded)).toEqual([{ phase: 'expired', count: 5 }])
    await run(`truncate "transaction" cascade`)
    expect((await read()).transactions.filter(isEnded)).toEqual([])
  })

  it('tells migrations by the names this version knows', async () => {
    const applied = await db.read(({ backlog }) => backlog.appliedMigrations())
    expect(applied).toEqual(migrationsList.map(({ name }) => name))
  })
})

/** Two transactions that wait for funds, three that are paid out, and something of everything else. */
async function fill(): Promise<void> {
  const ids = Array.from({ length: 5 }, () => randomUUID())
  for (const [place, id] of ids.entries()) {
    const isFunded = place > 1
    const phase = isFunded ? 'payingOut' : 'awaitingFunds'
    const funding = isFunded ? { stellarPaymentId: `${900 + place}` } : {}
    const transaction = aTransaction({ id, phase, ...funding })
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  }
  const [, , due = '', claimed = '', dead = ''] = ids
  await run(`insert into payout (transaction_id, state, attempt_number, failures, due_at, dead_reason, updated_at) values
    ('${due}', 'due', 0, 0, '2026-11-21T12:30:00Z', null, now()),
    ('${claimed}', 'claimed', 1, 0, '2026-11-21T12:00:00Z', null, now()),
    ('${dead}', 'dead', 1, 9, '2026-11-21T11:00:00Z', 'account_closed', now())`)
  const callback = (state: string, endedAt: string) => `insert into callback
    (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at, ended_at)
    values (gen_random_uuid(), 'transaction', '${due}', 'https://a.example', '', '${state}', 1, '2026-11-21T12:01:00Z', now(), ${endedAt})`
  await run(callback('due', 'null'))
  await run(callback('dead', 'now()'))
  await run(callback('dead', `now() - interval '2 days'`))
  await run(`insert into stellar_cursor (account, cursor, moved_at, read_ledger, read_until) values
    ('GUNREAD', '1', '2026-11-21T10:00:00Z', null, null),
    ('GREAD', '1', '2026-11-21T10:00:00Z', 9007199254740993, '2026-11-21T12:00:00Z')`)
  const payment = (id: number, state: string) => `insert into stellar_payment
    (id, account, kind, asset, units, from_account, memo_type, transaction_hash, ledger_closed_at, seen_at, match_state, match_reason)
    values (${id}, 'GREAD', 'payment', 'stellar:native', 1, 'GFROM', 'none', 'ab', now(), now(), '${state}', ${state === 'unmatched' ? `'unknown_memo'` : 'null'})`
  for (const [id, state] of [
    [1, 'waiting'],
    [2, 'waiting'],
    [3, 'unmatched'],
  ] as const) {
    await run(payment(id, state))
  }
  await run(`insert into transaction_event
    (id, transaction_id, owner_account, type, to_phase, version, at, actor)
    values (gen_random_uuid(), '${due}', 'GOWN', 'opened', 'awaitingFunds', 1, '2026-11-21T12:02:00Z', '{}')`)
  await run(`insert into outbox (name, subject, payload) values ('send-payout', 'x', '{}')`)
  await run(`insert into network_stop (epoch, reason, detail, elder, stopped_at)
    values (1, 'reset', 'for people', 1, '2026-11-21T12:03:00Z')`)
}
