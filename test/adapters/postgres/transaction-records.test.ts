import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { TransactionChangedMeanwhile } from '../../../src/adapters/postgres/transaction-records.ts'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { TransactionEvent } from '../../../src/domain/transaction/event.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer, testSealer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() =>
  onServer(db.url, 'truncate "transaction", stellar_cursor, stellar_payment, network_stop cascade'),
)

const now = new Date('2026-11-21T12:00:00Z')
const graceMs = 60_000
const before = (ms: number): Date => new Date(now.getTime() - ms)

async function keep(changes: Partial<Transaction> = {}): Promise<string> {
  const transaction = aTransaction({ lapsesAt: before(10 * graceMs), ...changes })
  await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction.id
}
const idsOf = (transactions: readonly Transaction[]) => transactions.map(({ id }) => id)
const lapsed = (limit = 9) =>
  db.read(({ transactions }) => transactions.lapsed({ now, graceMs, limit }))
const lockLapsed = (ids: readonly string[]) =>
  db.commit(async ({ transactions }) => idsOf(await transactions.lockLapsed(ids, { now, graceMs })))

describe('transactions that lapsed', () => {
  it('are those whose deadline lies further back than the grace', async () => {
    await keep({ lapsesAt: before(graceMs) })
    const id = await keep({ lapsesAt: before(graceMs + 1) })
    expect(await lapsed()).toEqual([id])
  })

  it('are told by their deadlines, the longest ago first, and no more than asked', async () => {
    const later = await keep({ lapsesAt: before(2 * graceMs) })
    const first = await keep({ lapsesAt: before(4 * graceMs) })
    const second = await keep({ lapsesAt: before(3 * graceMs) })
    expect(await lapsed()).toEqual([first, second, later])
    expect(await lapsed(2)).toEqual([first, second])
  })

  it.each([
    ['nothing was read yet', undefined, 0],
    ['it was read up to deadline and grace', before(4 * graceMs), 0],
    ['it was read past deadline and grace', before(4 * graceMs - 1), 1],
  ])('are none while their account may hold a payment: %s (SEP31-77)', async (_, until, count) => {
    await db.commit(async ({ stellarPayments }) => {
      for (const account of ['GOURS', 'GOTHER']) await stellarPayments.startCursor(account, '0')
      await stellarPayments.takeSeat('GOURS', 'one', { now, until: now })
      await stellarPayments.leaveSeat('GOURS', 'one', until && { until, ledger: 1n })
    })
    const id = await keep({ distributionAccount: 'GOURS', lapsesAt: before(5 * graceMs) })
    expect(await lapsed()).toHaveLength(count)
    expect(await lockLapsed([id])).toHaveLength(count)
  })

  it('are locked if they are asked for and lapsed still, and nobody else holds them', async () => {
    const [held, free, other] = [await keep(), await keep(), await keep()]
    const young = await keep({ lapsesAt: now })
    await db.commit(async ({ transactions }) => {
      await transactions.lock(held)
      expect(await lockLapsed([held, free, young])).toEqual([free])
    })
    expect(await lockLapsed([free, other])).toEqual([free, other].toSorted())
  })
})

describe('a transaction that lapsed, and a payment that is not decided yet', () => {
  const named = { type: 'id', value: '7' } as const
  const cases: readonly (readonly [string, Partial<StellarPayment>, 'waits' | 'lapses'])[] = [
    ['names it', { memo: named }, 'waits'],
    ['names it by its account', { muxedId: '7' }, 'waits'],
    [
      'names it by its account, and another by its memo',
      { muxedId: '7', memo: { type: 'text', value: '8' } },
      'waits',
    ],
    ['names another', { memo: { ...named, value: '8' } }, 'lapses'],
    ['names it in another kind of memo', { memo: { ...named, type: 'text' } }, 'lapses'],
    ['names another by its account', { muxedId: '8', memo: named }, 'lapses'],
    ['names it on another account', { memo: named, account: 'GOTHER' }, 'lapses'],
    ['names nothing', {}, 'lapses'],
  ]

  it.each(cases)('that %s (SEP31-77)', async (_, payment, fate) => {
    const id = await keep({ distributionAccount: 'GOURS', memo: named })
    await db.commit(({ stellarPayments }) =>
      stellarPayments.add([aStellarPayment({ account: 'GOURS', ...payment })], now),
    )
    expect([await lapsed(), await lockLapsed([id])]).toEqual(
      fate === 'waits' ? [[], []] : [[id], [id]],
    )
  })

  it('is not kept by one that names it once that is decided', async () => {
    const id = await keep({ distributionAccount: 'GOURS', memo: named })
    await db.commit(async ({ stellarPayments }) => {
      await stellarPayments.add([aStellarPayment({ account: 'GOURS', memo: named })], now)
      const [payment] = await stellarPayments.lockWaiting('GOURS', { limit: 1 })
      const match = { state: 'unmatched', reason: 'too_late' } as const
      await stellarPayments.settleMatches(payment === undefined ? [] : [{ payment, match }])
    })
    expect(await lapsed()).toEqual([id])
  })
})

it('locks by a memo what has it on this account, and no other', async () => {
  const memo = { type: 'id', value: '7' } as const
  const id = await keep({ distributionAccount: 'GOURS', memo })
  await keep({ distributionAccount: 'GOTHER', memo })
  await keep({ distributionAccount: 'GOURS', memo: { ...memo, value: '8' } })
  await keep({ distributionAccount: 'GOURS', memo: { ...memo, type: 'text' } })
  const locked = await db.commit(({ transactions }) => transactions.lockByMemos('GOURS', [memo]))
  expect(idsOf(locked)).toEqual([id])
})

it('locks by several memos those whose type and value belong together', async () => {
  const open = (type: 'id' | 'text', value: string) =>
    keep({ distributionAccount: 'GOURS', memo: { type, value } })
  const [first, second] = [await open('id', '7'), await open('text', '8')]
  await open('text', '7')
  await open('id', '8')
  const memos = [
    { type: 'id', value: '7' },
    { type: 'text', value: '8' },
  ] as const
  const locked = await db.commit(({ transactions }) => transactions.lockByMemos('GOURS', memos))
  expect(idsOf(locked)).toEqual([first, second].toSorted())
})

it('lets a transaction lapse before its funds have come, and never later', async () => {
  const phases = Object.keys(lifecycle) as Phase[]
  const ids = new Map<Phase, string>()
  for (const [place, phase] of phases.entries()) {
    const funded = { stellarPaymentId: `${place + 1}`, completedAt: now }
    ids.set(phase, await keep({ phase, lapsesAt: before((place + 2) * graceMs), ...funded }))
  }
  const open = ['awaitingFunds', 'awaitingInfo', 'screening'] as const
  const expected = open.map((phase) => ids.get(phase) ?? '')
  expect((await lapsed(99)).toSorted()).toEqual(expected.toSorted())
  expect(await lockLapsed([...ids.values()])).toEqual(expected.toSorted())
  const stop = { epoch: 1, reason: 'gap', detail: '', elder: 1n, stoppedAt: now } as const
  await db.commit(({ network }) => network.stop(stop))
  expect([await lapsed(99), await lockLapsed([...ids.values()])]).toEqual([[], []])
})

it('saves several at once, each as it is, and none when another commit changed one of them', async () => {
  const kept = [aTransaction(), aTransaction(), aTransaction()]
  for (const transaction of kept) {
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  }
  const [one, two, other] = kept
  if (one === undefined || two === undefined || other === undefined) throw new Error('three are')
  const later = (transaction: Transaction, place: number): Transaction => ({
    ...transaction,
    phase: place === 1 ? 'failed' : 'awaitingInfo',
    version: transaction.version + 1,
    fields: { routing_number: `${place}` },
    statusMessage: `the ${place}.`,
    stellarEpoch: place + 5,
    stellarPaymentId: `${place}`,
    stellarTransactionHash: `hash ${place}`,
    fundsReceivedAt: before(place),
    externalTransactionId: `bank-${place}`,
    callbackUrl: `https://wallet.example.com/${place}`,
    updatedAt: before(10 + place),
    completedAt: before(20 + place),
    lapsesAt: before(30 + place),
    requiredInfoMessage: `info ${place}`,
  })
  const find = (id: string) => db.read(({ transactions }) => transactions.find(id))
  const saved = [later(one, 1), later(two, 2)]
  await db.commit(({ transactions }) => transactions.save(...saved))
  expect(await Promise.all(kept.map(({ id }) => find(id)))).toEqual([...saved, other])
  const stale = db.commit(({ transactions }) => transactions.save(later(other, 3), later(one, 4)))
  await expect(stale).rejects.toThrow(
    new TransactionChangedMeanwhile(`Another commit changed one of ${other.id}, ${one.id}`),
  )
  await expect(stale).rejects.toBeInstanceOf(TransactionChangedMeanwhile)
  expect(await find(other.id)).toEqual(other)
})

it('knows an opening by its key and by who opened it, the memo included', async () => {
  const owners = [{ account: 'GOWN' }, { account: 'GOWN', memo: '1' }, { account: 'GOTHER' }]
  const openings = owners.flatMap((owner) => ['one', 'two'].map((key) => ({ owner, key })))
  for (const [place, { owner, key }] of openings.entries()) {
    const transaction = aTransaction({ id: `00000000-0000-4000-8000-00000000000${place}`, owner })
    const idempotency = { key, inputHash: `hash ${place}` }
    await db.commitAtOnce(({ transactions }) =>
      transactions.open({ transaction, events: [], idempotency }),
    )
  }
  const found = openings.map(({ owner, key }) =>
    db.read(({ transactions }) => transactions.openingByKey(owner, key)),
  )
  expect(await Promise.all(found)).toEqual(
    openings.map(({ key }, place) => ({
      key,
      inputHash: `hash ${place}`,
      transactionId: `00000000-0000-4000-8000-00000000000${place}`,
    })),
  )
  const none = db.read(({ transactions }) => transactions.openingByKey({ account: 'GOWN' }, 'x'))
  expect(await none).toBeUndefined()
})

it('keeps back an opening whose key was used by its owner, and asks for another memo before that', async () => {
  const open = (transaction: Transaction, key: string) =>
    db.commitAtOnce(({ transactions }) =>
      transactions.open({ transaction, events: [], idempotency: { key, inputHash: 'hash' } }),
    )
  const owner = { account: 'GOWN', memo: '1' }
  const [first, second] = [aTransaction({ owner }), aTransaction({ owner })]
  expect(await open(first, 'key')).toBe('opened')
  expect(await open(second, 'key')).toBe('key_taken')
  expect(await open({ ...second, memo: first.memo }, 'key')).toBe('memo_taken')
  expect(await db.read(({ transactions }) => transactions.find(second.id))).toBeUndefined()
  expect(await open(second, 'another key')).toBe('opened')
  for (const other of [{ account: 'GOWN' }, { account: 'GOTHER', memo: '1' }]) {
    expect(await open(aTransaction({ owner: other }), 'key')).toBe('opened')
  }
})

it('locks several by their ids, in whatever order they were opened or asked for', async () => {
  const ids = Array.from({ length: 6 }, () => randomUUID()).toSorted()
  const kept = ids.toReversed().map((id) => aTransaction({ id }))
  for (const transaction of kept) {
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  }
  const [first] = kept
  const locked = await db.commit(async ({ transactions }) => ({
    many: await transactions.lockMany([...ids.slice(3), ...ids.slice(0, 3), 'no id']),
    byMemos: await transactions.lockByMemos(
      first?.distributionAccount ?? '',
      kept.map(({ memo }) => memo),
    ),
  }))
  expect(idsOf(locked.many)).toEqual(ids)
  expect(idsOf(locked.byMemos)).toEqual(ids)
})

it('tells what waits for a customer on either side, oldest first, and nothing else', async () => {
  const [customerId, stranger] = [randomUUID(), randomUUID()]
  const startedAt = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute))
  const last = await keep({
    receiverId: customerId,
    phase: 'awaitingPayoutCustomerInfo',
    startedAt: startedAt(3),
    stellarPaymentId: '1',
  })
  const first = await keep({
    senderId: customerId,
    phase: 'awaitingInfo',
    startedAt: startedAt(1),
  })
  const second = await keep({
    receiverId: customerId,
    phase: 'screening',
    startedAt: startedAt(2),
  })
  await keep({ receiverId: stranger, phase: 'screening' })
  await keep({ senderId: customerId, phase: 'awaitingFunds' })
  await keep({
    senderId: customerId,
    phase: 'awaitingPayoutTransactionInfo',
    stellarPaymentId: '2',
  })
  const waiting = await db.read(({ transactions }) => transactions.waitingForCustomer(customerId))
  expect(waiting).toEqual([first, second, last])
})

it('shows a transaction to its owner alone, the memo included', async () => {
  const id = await keep({ owner: { account: 'GOWN', memo: '1' } })
  const seenBy = async (account: string, memo?: string) =>
    (await db.read(({ transactions }) =>
      transactions.ofOwner({ account, ...(memo !== undefined && { memo }) }, id),
    )) !== undefined
  expect(await seenBy('GOWN', '1')).toBe(true)
  expect(await seenBy('GOWN')).toBe(false)
  expect(await seenBy('GOWN', '2')).toBe(false)
  expect(await seenBy('GOTHER', '1')).toBe(false)
})

describe.each(['with', 'without'] as const)('opening %s an idempotency key', (way) => {
  const open = (
    transaction: Transaction,
    events: readonly TransactionEvent[] = [],
    commitAtOnce = db.commitAtOnce,
  ) =>
    commitAtOnce(({ transactions }) =>
      transactions.open({
        transaction,
        events,
        ...(way === 'with' && { idempotency: { key: transaction.id, inputHash: 'hash' } }),
      }),
    )
  const sharing = (changes: Partial<Transaction> = {}) =>
    aTransaction({ memo: { type: 'id', value: '7' }, ...changes })

  it('is kept back by a memo that is taken, and by nothing else of the kind (SEP31-39)', async () => {
    expect(await open(sharing())).toBe('opened')
    const late = sharing()
    expect(await open(late)).toBe('memo_taken')
    expect(await open(sharing({ distributionAccount: 'GOTHER' }))).toBe('opened')
    expect(await open(sharing({ memo: { type: 'text', value: '7' } }))).toBe('opened')
    // the key of the one that was kept back is free
    expect(await open({ ...late, memo: { type: 'id', value: '8' } })).toBe('opened')
  })

  it('writes its events as they are, in the order of their versions', async () => {
    const transaction = aTransaction({ owner: { account: 'GOWN', memo: '7' } })
    const { id: transactionId, owner } = transaction
    const event = { id: randomUUID(), transactionId, owner, at: now }
    const events: readonly TransactionEvent[] = [
      {
        ...event,
        type: 'opened',
        to: 'screening',
        version: 1,
        actor: { kind: 'client', account: 'GOWN', memo: '7' },
      },
      {
        ...event,
        id: randomUUID(),
        type: 'infoMissing',
        from: 'screening',
        to: 'awaitingInfo',
        version: 2,
        at: before(2),
        actor: { kind: 'gateway' },
      },
      {
        ...event,
        id: randomUUID(),
        type: 'infoReceived',
        from: 'awaitingInfo',
        to: 'screening',
        version: 3,
        at: before(1),
        actor: { kind: 'operator', name: 'ada' },
      },
    ]
    await open(
      transaction,
      [2, 0, 1].flatMap((place) => events[place] ?? []),
    )
    await db.commit((records) => records.events.assignSequences(9))
    const told = await db.read((records) => records.events.ofTransaction(transactionId))
    const start = told[0]?.sequence ?? 0n
    expect(told).toStrictEqual(
      events.map((one, place) => ({ ...one, sequence: start + BigInt(place) })),
    )
  })

  it.each([
    ['and one is kept back', 1],
    ['and none is kept back', undefined],
  ])(
    'is answered each for itself where several come in the same turn, %s (SEP31-39)',
    async (_, late) => {
      await open(sharing())
      const owners = [{ account: 'GA', memo: '1' }, { account: 'GB' }, { account: 'GC', memo: '3' }]
      const opened = owners.map((owner, place) =>
        place === late ? sharing({ owner }) : aTransaction({ owner }),
      )
      const eventOf = ({ id: transactionId, owner }: Transaction): TransactionEvent => ({
        id: randomUUID(),
        transactionId,
        owner,
        type: 'opened',
        to: 'awaitingFunds',
        version: 1,
        at: now,
        actor: { kind: 'client', ...owner },
      })
      const events = opened.map(eventOf)
      const answers = opened.map((transaction, place) =>
        open(transaction, events.slice(place, place + 1)),
      )
      expect(await Promise.all(answers)).toEqual(
        opened.map((__, place) => (place === late ? 'memo_taken' : 'opened')),
      )
      await db.commit((records) => records.events.assignSequences(9))
      for (const [place, { id }] of opened.entries()) {
        const isKept = place !== late
        const found = db.read(({ transactions }) => transactions.find(id))
        expect(await found).toEqual(isKept ? opened[place] : undefined)
        const told = await db.read((records) => records.events.ofTransaction(id))
        const sequence: unknown = expect.any(BigInt)
        expect(told).toEqual(isKept ? [{ ...events[place], sequence }] : [])
      }
    },
  )

  it('wakes the relay when it is kept, and else not', async () => {
    let told = 0
    const { commitAtOnce } = createCommit({
      database: db.database,
      factories: recordFactories(testSealer),
      onOutgoing: () => (told += 1),
    })
    expect([await open(sharing(), [], commitAtOnce), told]).toEqual(['opened', 1])
    expect([await open(sharing(), [], commitAtOnce), told]).toEqual(['memo_taken', 1])
  })
})
