import { afterAll, beforeAll, expect, it } from 'vitest'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

it('begins a day at midnight of UTC, wherever the database stands, and tells the newest first', async () => {
  const name = new URL(db.url).pathname.slice(1)
  await onServer(db.url, `alter database ${name} set timezone to 'Asia/Tokyo'`)
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
