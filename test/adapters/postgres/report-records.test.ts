import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate "transaction" cascade'))

it('begins a day at midnight of UTC, wherever the database stands, and tells the newest first', async () => {
  const opened = [
    ['2026-11-20T00:00:00.000Z', 'SRT'],
    ['2026-11-20T23:59:59.999Z', 'SRT'],
    ['2026-11-21T00:00:00.000Z', 'USDC'],
    ['2026-11-21T00:00:00.000Z', 'SRT'],
    ['2026-11-22T00:00:00.000Z', 'SRT'],
  ] as const
  for (const [startedAt, assetCode] of opened) {
    const transaction = aTransaction({ startedAt: new Date(startedAt), assetCode })
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  }
  const rows = await db.read(({ reports }) =>
    reports.byAssetAndDay({
      from: new Date('2026-11-20T00:00:00Z'),
      before: new Date('2026-11-22T00:00:00Z'),
    }),
  )
  expect(rows.map((row) => [row.day, row.assetCode, row.opened])).toEqual([
    ['2026-11-21', 'SRT', 1],
    ['2026-11-21', 'USDC', 1],
    ['2026-11-20', 'SRT', 2],
  ])
})

it('tells how many came to what, the sums of what was paid, and the times of what was paid out', async () => {
  const startedAt = new Date('2026-11-20T10:00:00Z')
  const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1_000)
  let payments = 0
  const keep = async (changes: Partial<Transaction>) => {
    const transaction = aTransaction({ startedAt, ...changes })
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  }
  const funded = (units: bigint): Partial<Transaction> => ({
    amountInUnits: units,
    fee: { totalUnits: units / 10n, parts: [] },
    stellarPaymentId: `${(payments += 1)}`,
    fundsReceivedAt: after(1_000),
  })
  for (const seconds of [10, 20, 60]) {
    await keep({ phase: 'completed', completedAt: after(1_000 + seconds), ...funded(2n ** 60n) })
  }
  await keep({ phase: 'failed', completedAt: after(9_000), ...funded(500n) })
  await keep({ phase: 'failed' })
  for (let count = 0; count < 3; count += 1) await keep({ phase: 'expired' })
  await keep({ phase: 'payingOut', ...funded(70n) })
  const day = { from: new Date('2026-11-20T00:00:00Z'), before: new Date('2026-11-21T00:00:00Z') }
  const dollars: Partial<Transaction> = { assetCode: 'USDC', ...funded(40n) }
  await keep({ phase: 'completed', completedAt: after(1_005), ...dollars })
  await keep({ assetCode: 'USDC', phase: 'expired' })
  const [report, ofDollars] = await db.read(({ reports }) => reports.byAssetAndDay(day))
  expect(ofDollars).toEqual({
    day: '2026-11-20',
    assetCode: 'USDC',
    opened: 2,
    funded: 1,
    completed: 1,
    failed: 0,
    expired: 1,
    amountInUnits: 40n,
    feeUnits: 4n,
    medianSecondsToPayout: 5,
    p95SecondsToPayout: 5,
  })
  expect(report).toEqual({
    day: '2026-11-20',
    assetCode: 'SRT',
    opened: 9,
    funded: 5,
    completed: 3,
    failed: 2,
    expired: 3,
    amountInUnits: 3n * 2n ** 60n + 570n,
    feeUnits: 3n * (2n ** 60n / 10n) + 57n,
    medianSecondsToPayout: 20,
    p95SecondsToPayout: expect.closeTo(56, 6),
  })
})

it('tells no sum and no time of a day on which nothing was paid', async () => {
  const transaction = aTransaction({ startedAt: new Date('2026-11-20T10:00:00Z') })
  await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  const day = { from: new Date('2026-11-20T00:00:00Z'), before: new Date('2026-11-21T00:00:00Z') }
  const [report] = await db.read(({ reports }) => reports.byAssetAndDay(day))
  expect(report).toMatchObject({ opened: 1, amountInUnits: 0n, feeUnits: 0n })
  expect(Object.keys(report ?? {}).filter((name) => /seconds/i.test(name))).toEqual([])
})
