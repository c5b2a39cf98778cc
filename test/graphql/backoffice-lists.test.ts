import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PayoutAttempt } from '../../src/domain/payout/payout.ts'
import type { Match } from '../../src/domain/stellar-payment/stellar-payment.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { aStellarPayment } from '../builders/stellar-payment.ts'
import { ask, codesOf, dataOf } from './ask.ts'
import {
  backofficeToken as token,
  distributionAccount,
  funded,
  gatewayWorld,
  keepTransaction,
  otherAnchor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
beforeAll(async () => {
  world = await gatewayWorld()
})
afterAll(() => world.stop())

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))

interface Page {
  readonly nodes: readonly Readonly<Record<string, unknown>>[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** One page of a list of the back office. */
async function page(list: string, fields: string): Promise<Page> {
  const query = `{ list: ${list} { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`
  return dataOf(await ask<{ list: Page }>(world.backoffice, query, { token })).list
}

describe('attempts of payouts', () => {
  const attempts: PayoutAttempt[] = []
  let one: string
  beforeAll(async () => {
    one = (await keepTransaction(world.rooms, funded())).id
    const other = (await keepTransaction(world.rooms, funded())).id
    for (const [minute, transactionId] of [one, other, one, other, one].entries()) {
      const number = attempts.filter((known) => known.transactionId === transactionId).length + 1
      attempts.push({
        transactionId,
        number,
        idempotencyKey: `${transactionId}-${number}`,
        state: 'rejected',
        reason: `try ${number}`,
        railPayoutId: `bank-${minute}`,
        startedAt: at(Math.floor(minute / 2)), // two share a moment, so that the key decides
        endedAt: at(minute + 10),
      })
    }
    await world.rooms.commit(async ({ payouts }) => {
      await payouts.add([newPayout(one, at(0)), newPayout(other, at(0))])
      await payouts.addAttempts(attempts)
    })
  })

  it('are listed newest first, page by page, each once', async () => {
    const keys: unknown[] = []
    const moments: string[] = []
    let after = ''
    for (let hasNext = true; hasNext;) {
      const list = `payoutAttempts(first: 2${after})`
      const { nodes, pageInfo } = await page(list, 'idempotencyKey startedAt')
      keys.push(...nodes.map(({ idempotencyKey }) => idempotencyKey))
      moments.push(...nodes.map(({ startedAt }) => String(startedAt)))
      after = `, after: "${pageInfo.endCursor}"`
      hasNext = pageInfo.hasNextPage
    }
    expect(keys).toHaveLength(attempts.length)
    expect(new Set(keys)).toEqual(new Set(attempts.map(({ idempotencyKey }) => idempotencyKey)))
    expect(moments).toEqual(moments.toSorted().toReversed())
  })

  it('of one transaction are paged through by themselves', async () => {
    const numbers: unknown[] = []
    let after = ''
    for (let hasNext = true; hasNext;) {
      const list = `payoutAttempts(first: 1, transactionId: "${one}"${after})`
      const { nodes, pageInfo } = await page(list, 'number')
      numbers.push(...nodes.map(({ number }) => number))
      after = `, after: "${pageInfo.endCursor}"`
      hasNext = pageInfo.hasNextPage
    }
    expect(numbers).toEqual([3, 2, 1])
  })

  it('of one transaction are told with what the rail said', async () => {
    const { nodes } = await page(
      `payoutAttempts(transactionId: "${one.toUpperCase()}")`,
      'transactionId number state reason railPayoutId startedAt endedAt',
    )
    expect(nodes).toEqual(
      [4, 2, 0].map((minute, index) => ({
        transactionId: one,
        number: 3 - index,
        state: 'rejected',
        reason: `try ${3 - index}`,
        railPayoutId: `bank-${minute}`,
        startedAt: at(minute / 2).toISOString(),
        endedAt: at(minute + 10).toISOString(),
      })),
    )
  })
})

describe('an unmatched payment', () => {
  it('is told with who sent it where, what for, and which transaction its memo names', async () => {
    const { id: transactionId } = await keepTransaction(world.rooms, funded())
    const named = aStellarPayment({
      account: distributionAccount,
      part: 2,
      kind: 'other',
      units: 12_345_678n,
      from: otherAnchor,
      memo: { type: 'text', value: 'too late' },
      ledgerClosedAt: at(3),
    })
    const muxed = aStellarPayment({ account: distributionAccount, muxedId: '77' })
    const match: Match = { state: 'unmatched', reason: 'too_late', transactionId }
    await world.rooms.commit(async ({ stellarPayments }) => {
      await stellarPayments.add([named, muxed], new Date())
      await stellarPayments.settleMatches([
        { payment: { ...named, epoch: 1 }, match },
        { payment: { ...muxed, epoch: 1 }, match: { state: 'unmatched', reason: 'no_memo' } },
      ])
    })
    const { nodes } = await page(
      'unmatchedPayments',
      `id epoch part reason transactionId kind amount { value asset } account from memoType memo
       stellarTransactionHash ledgerClosedAt`,
    )
    expect(nodes).toEqual([
      expect.objectContaining({ id: muxed.id, part: 0, memo: '77', transactionId: null }),
      {
        id: named.id,
        epoch: 1,
        part: 2,
        reason: 'too_late',
        transactionId,
        kind: 'other',
        amount: { value: '1.2345678', asset: named.asset },
        account: distributionAccount,
        from: otherAnchor,
        memoType: 'text',
        memo: 'too late',
        stellarTransactionHash: named.transactionHash,
        ledgerClosedAt: at(3).toISOString(),
      },
    ])
  })
})

describe('one transaction', () => {
  const find = async (id: string) =>
    dataOf(
      await ask<{ transaction: object | null }>(
        world.backoffice,
        'query ($id: ID!) { transaction(id: $id) { id ownerAccount ownerMemo } }',
        { token, variables: { id } },
      ),
    ).transaction

  it('of any client is found, in whatever spelling of its id', async () => {
    const owner = { account: otherAnchor, memo: '7' }
    const { id } = await keepTransaction(world.rooms, { owner })
    const found = { id, ownerAccount: otherAnchor, ownerMemo: '7' }
    expect(await find(id)).toEqual(found)
    expect(await find(id.toUpperCase())).toEqual(found)
  })

  it('that is none, or of no form, is null', async () => {
    expect(await find(randomUUID())).toBeNull()
    expect(await find('x')).toBeNull()
  })
})

describe('the report', () => {
  it('covers a leap year, and not a moment more', async () => {
    const report = (before: string) =>
      ask(
        world.backoffice,
        `{ transactionReport(from: "2024-01-01T00:00:00Z", before: "${before}") { day } }`,
        { token },
      )
    expect(codesOf(await report('2025-01-01T00:00:00Z'))).toEqual([])
    expect(codesOf(await report('2025-01-01T00:00:01Z'))).toEqual(['BAD_USER_INPUT'])
  })
})
