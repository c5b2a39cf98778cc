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
