import 'reflect-metadata'
import { describe, expect, it } from 'vitest'
import type { SeenPayment } from '../../src/domain/stellar-payment/stellar-payment.ts'
import { backofficeContext } from '../../src/graphql/backoffice/context.ts'
import type { BackofficeRooms } from '../../src/graphql/backoffice/context.ts'
import { ReportBackoffice } from '../../src/graphql/report/report.backoffice.ts'
import { UnmatchedPaymentBackoffice } from '../../src/graphql/stellar-payment/unmatched-payment.backoffice.ts'
import type { AssetDayReport } from '../../src/usecases/ports/report-records.ts'
import { aStellarPayment } from '../builders/stellar-payment.ts'

const contextOf = (rooms: Partial<BackofficeRooms>) =>
  backofficeContext(rooms as BackofficeRooms, 'Olga') // no other room is asked

describe('a day of the report', () => {
  const from = new Date('2026-01-01T00:00:00Z')
  const before = new Date('2026-02-01T00:00:00Z')
  const day: AssetDayReport = {
    day: '2026-01-02',
    assetCode: 'SRT',
    opened: 16,
    funded: 8,
    completed: 4,
    failed: 3,
    expired: 2,
    amountInUnits: 123_456_789n,
    feeUnits: 12_345_678n,
    medianSecondsToPayout: 60,
    p95SecondsToPayout: 600,
  }
  const reported = async (...days: readonly AssetDayReport[]) => {
    const asked: unknown[] = []
    const reportByAssetAndDay = async (query: unknown) => {
      asked.push(query)
      return days
    }
    const context = contextOf({ reportByAssetAndDay })
    const told = await new ReportBackoffice().reportByAssetAndDay(from, before, context)
    expect(asked).toEqual([{ from, before }])
    return told
  }

  it('tells each figure as that which it is', async () => {
    const { amountInUnits: _, feeUnits: __, ...figures } = day
    expect(await reported(day)).toEqual([
      { ...figures, amountIn: '12.3456789', fee: '1.2345678', successRate: 0.5 },
    ])
  })

  it('tells no rate of none that was paid, and none that succeeded as a rate of 0', async () => {
    const [{ medianSecondsToPayout: _, p95SecondsToPayout: __, ...unpaid }] = [day]
    const told = await reported(
      { ...unpaid, funded: 0, completed: 0 },
      { ...unpaid, completed: 0 },
      { ...day, completed: 8, medianSecondsToPayout: 0, p95SecondsToPayout: 0 },
    )
    expect(
      told.map((one) => [one.successRate, one.medianSecondsToPayout, one.p95SecondsToPayout]),
    ).toEqual([
      [null, null, null],
      [0, null, null],
      [1, 0, 0],
    ])
  })
})

describe('an unmatched payment', () => {
  const told = async (payment: SeenPayment) => {
    const context = contextOf({ listUnmatchedPayments: async () => [payment] })
    const { nodes } = await new UnmatchedPaymentBackoffice().listUnmatchedPayments(
      {},
      null,
      context,
    )
    return nodes[0]
  }

  it.each<[string, Partial<SeenPayment>, object]>([
    ['its run', { epoch: 3 }, { epoch: 3 }],
    ['no memo', { memo: { type: 'none' } }, { memoType: 'none', memo: null }],
    ['its memo', { memo: { type: 'text', value: '7' } }, { memoType: 'text', memo: '7' }],
    [
      'the muxed id, not the memo beside it',
      { memo: { type: 'text', value: '7' }, muxedId: '8' },
      { memoType: 'text', memo: '8' },
    ],
    [
      'the id of its operation, its hash and its accounts, each as that which it is',
      { id: '1', transactionHash: 'two', account: 'GTHREE', from: 'GFOUR', part: 5 },
      { id: '1', stellarTransactionHash: 'two', account: 'GTHREE', from: 'GFOUR', part: 5 },
    ],
  ])('tells %s', async (_, changes, expected) => {
    const match = { state: 'unmatched', reason: 'conflicting_memo' } as const
    const seenAt = new Date('2026-01-02T03:04:05Z')
    const payment = { ...aStellarPayment(), seenAt, epoch: 1, match, ...changes }
    expect(await told(payment)).toMatchObject({ reason: 'conflicting_memo', ...expected })
  })
})

describe('what hangs on several transactions', () => {
  it.each([
    ['timeline', 'timelinesOf'],
    ['payout', 'payoutsOf'],
    ['attempts', 'payoutAttemptsOf'],
  ] as const)(
    'is loaded for all at once, and each gets its own in order: %s',
    async (kind, room) => {
      const entries = ['b 1', 'a 1', 'b 2', 'a 2', 'b 3'].map((name) => ({
        transactionId: name.slice(0, 1),
        name,
      }))
      const asked: unknown[] = []
      const load = async (ids: readonly string[]) => {
        asked.push(ids)
        return entries.filter(({ transactionId }) => ids.includes(transactionId)) as never
      }
      const { ofTransaction } = contextOf({ [room]: load })
      const found = await Promise.all(['a', 'none', 'b'].map((id) => ofTransaction[kind].load(id)))
      expect(asked).toEqual([['a', 'none', 'b']])
      expect(found).toEqual([[entries[1], entries[3]], [], [entries[0], entries[2], entries[4]]])
    },
  )
})
