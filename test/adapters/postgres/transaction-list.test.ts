import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import type { TransactionQuery } from '../../../src/usecases/ports/transaction-records.ts'
import { aTransaction, distributionAccount } from '../../builders/transaction.ts'
import { freshCommit } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
const kept: Transaction[] = []
const customer = 'd3f2a8e0-1111-4222-8333-444455556666'

/** Twelve, in pairs of the same moment, newest first as a list gives them. */
beforeAll(async () => {
  db = await freshCommit()
  for (let place = 0; place < 12; place += 1) {
    kept.push(
      aTransaction({
        startedAt: new Date(Date.UTC(2026, 0, 1, 0, Math.floor(place / 2))),
        owner: { account: place % 3 === 0 ? 'GOTHER' : 'GOWN', ...(place === 1 && { memo: '1' }) },
        ...(place === 5 && { receiverId: customer }),
        ...(place === 7 && { senderId: customer }),
        ...(place === 8 && {
          phase: 'completed',
          completedAt: new Date(),
          stellarPaymentId: '9223372036854775807',
          stellarTransactionHash: 'ab',
          externalTransactionId: 'bank-1',
        }),
      }),
    )
  }
  await db.commit(async ({ transactions }) => {
    for (const transaction of kept) await transactions.open({ transaction, events: [] })
  })
  kept.sort((a, b) => +b.startedAt - +a.startedAt || (a.id < b.id ? 1 : -1))
})
afterAll(() => db.close())

const list = (query: Partial<TransactionQuery>) =>
  db.read(({ transactions }) => transactions.list({ limit: 100, ...query }))
const idsOf = (transactions: readonly Transaction[]) => transactions.map(({ id }) => id)

describe('a list of transactions', () => {
  it('gives everything back as it was kept, newest first', async () => {
    expect(await list({})).toEqual(kept)
  })

  it('gives pages that join without a gap or a repeat, also between equal moments (POLARIS-8.29)', async () => {
    const seen: string[] = []
    let after: TransactionQuery['after']
    for (let page = 0; page < 6; page += 1) {
      const found = await list({ limit: 2 + (page % 2), ...(after && { after }) })
      seen.push(...idsOf(found))
      after = found.at(-1) ?? after
    }
    expect(seen).toEqual(idsOf(kept))
  })

  it('gives the last ones before a place, still newest first', async () => {
    const before = kept[7]
    if (before === undefined) throw new Error('twelve were kept')
    expect(idsOf(await list({ before, backwards: true, limit: 3 }))).toEqual(
      idsOf(kept.slice(4, 7)),
    )
  })

  it('gives the last ones of all, still newest first', async () => {
    expect(idsOf(await list({ backwards: true, limit: 3 }))).toEqual(idsOf(kept.slice(-3)))
  })

  it('shows an owner only its own, the memo included', async () => {
    const own = await list({ owner: { account: 'GOWN' } })
    expect(own).toHaveLength(7)
    expect(await list({ owner: { account: 'GOWN', memo: '1' } })).toHaveLength(1)
    expect(await list({ owner: { account: 'GOWN', memo: '2' } })).toEqual([])
  })

  it.each([
    [{ phases: ['completed'] }, 1],
    [{ phases: [] }, 0],
    [{ externalTransactionId: 'bank-1' }, 1],
    [{ stellarTransactionHash: 'ab' }, 1],
    [{ customerId: customer }, 2],
    [{ customerId: 'not-an-id' }, 0],
    [{ ids: ['not-an-id'] }, 0],
    [{ assetCode: 'SRT' }, 12],
    [{ assetCode: 'EUR' }, 0],
    [{ startedFrom: new Date('2026-01-01T00:04:00Z') }, 4],
    [{ startedBefore: new Date('2026-01-01T00:01:00Z') }, 2],
    [{ memo: "'; drop table" }, 0],
    [{ owner: { account: 'GOWN' }, phases: ['completed'], assetCode: 'SRT' }, 1],
  ] as const)('keeps to the filter %j', async (query, count) => {
    expect(await list(query)).toHaveLength(count)
  })

  it('finds by ids and by memo', async () => {
    const [first, second] = kept
    if (first === undefined || second === undefined) throw new Error('twelve were kept')
    expect(await list({ memo: first.memo.value })).toEqual([first])
    expect(await list({ ids: [second.id, first.id] })).toEqual([first, second])
    const spelt = [second.id.toUpperCase(), 'not-an-id', first.id]
    expect(await list({ ids: spelt })).toEqual([first, second])
    expect(await list({ customerId: customer.toUpperCase() })).toHaveLength(2)
  })
})

describe('transactions named by memos', () => {
  it('are found by type and value (SEP31-47, SEP31-W05, SEP31-W09)', async () => {
    const [first] = kept
    if (first === undefined) throw new Error('twelve were kept')
    const lock = (memos: readonly Transaction['memo'][], account = distributionAccount) =>
      db.commit(({ transactions }) => transactions.lockByMemos(account, memos))
    expect(await lock([first.memo])).toEqual([first])
    expect(await lock([{ type: 'text', value: first.memo.value }])).toEqual([])
    expect(await lock([first.memo], 'GOTHER')).toEqual([])
    expect(await lock([])).toEqual([])
    expect(await lock(kept.map(({ memo }) => memo))).toHaveLength(12)
  })
})

describe('a list by each filter', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2027, 0, 1, 0, minute))
  const mine = 'e0f2a8e0-1111-4222-8333-444455556666'
  const theirs = 'e1f2a8e0-1111-4222-8333-444455556666'
  /** Newest first. Each value stands in another column of a neighbour as well. */
  const rows = [
    aTransaction({
      startedAt: at(3),
      owner: { account: 'GONE', memo: 'GTWO' },
      assetCode: 'ONE',
      memo: { type: 'text', value: 'two' },
      senderId: mine,
      receiverId: theirs,
      externalTransactionId: 'one',
      stellarTransactionHash: 'two',
    }),
    aTransaction({
      startedAt: at(2),
      owner: { account: 'GTWO', memo: 'GONE' },
      assetCode: 'TWO',
      memo: { type: 'text', value: 'one' },
      senderId: theirs,
      externalTransactionId: 'two',
      stellarTransactionHash: 'one',
      phase: 'screening',
    }),
    aTransaction({
      startedAt: at(1),
      owner: { account: 'GONE' },
      assetCode: 'TWO',
      receiverId: mine,
      phase: 'expired',
      updatedAt: at(9),
    }),
  ]
  beforeAll(() =>
    db.commit(async ({ transactions }) => {
      for (const transaction of rows) await transactions.open({ transaction, events: [] })
    }),
  )

  const onlyOurs = { startedFrom: at(0) }
  it.each<[TransactionQuery | Partial<TransactionQuery>, readonly number[]]>([
    [{}, [0, 1, 2]],
    [{ owner: { account: 'GONE', memo: 'GTWO' } }, [0]],
    [{ owner: { account: 'GONE' } }, [2]],
    [{ ownerAccount: 'GONE' }, [0, 2]],
    [{ ownerAccount: 'GTWO' }, [1]],
    [{ phases: ['screening', 'expired'] }, [1, 2]],
    [{ externalTransactionId: 'one' }, [0]],
    [{ stellarTransactionHash: 'one' }, [1]],
    [{ customerId: mine }, [0, 2]],
    [{ customerId: theirs }, [0, 1]],
    [{ memo: 'one' }, [1]],
    [{ assetCode: 'TWO' }, [1, 2]],
    [{ startedFrom: at(2) }, [0, 1]],
    [{ startedBefore: at(2) }, [2]],
    [{ ownerAccount: 'GONE', customerId: mine, assetCode: 'TWO', phases: ['expired'] }, [2]],
    [{ customerId: theirs, startedBefore: at(3), memo: 'one', externalTransactionId: 'two' }, [1]],
  ])('%j has what fits it, and nothing else', async (query, places) => {
    const found = await list({ ...onlyOurs, ...query })
    expect(idsOf(found)).toEqual(places.map((place) => rows[place]?.id))
  })

  it('goes on after a place, or before it, with the other filters', async () => {
    const [first, second, third] = rows
    if (first === undefined || second === undefined || third === undefined) throw new Error('three')
    const after = (place: Transaction, query: Partial<TransactionQuery> = {}) =>
      list({ ...onlyOurs, ...query, after: place })
    const before = (place: Transaction, query: Partial<TransactionQuery> = {}) =>
      list({ ...onlyOurs, ...query, before: place })
    expect(idsOf(await after(first))).toEqual([second.id, third.id])
    expect(idsOf(await after(first, { ownerAccount: 'GONE' }))).toEqual([third.id])
    expect(idsOf(await before(third))).toEqual([first.id, second.id])
    expect(idsOf(await before(third, { backwards: true, limit: 1 }))).toEqual([second.id])
    expect(idsOf(await before(third, { assetCode: 'ONE', backwards: true }))).toEqual([first.id])
  })
})
