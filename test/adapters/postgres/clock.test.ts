import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openClock } from '../../../src/adapters/postgres/clock.ts'
import { openDatabase, sql } from '../../../src/adapters/postgres/database.ts'
import type { Database } from '../../../src/adapters/postgres/database.ts'
import { freshDatabase } from '../../database.ts'
import type { TestDatabase } from '../../database.ts'

let place: TestDatabase
let database: Database
beforeAll(async () => {
  place = await freshDatabase()
  database = openDatabase({ url: place.url, poolSize: 1 })
})
afterAll(async () => {
  await database.close()
  await place.drop()
})
afterEach(() => {
  vi.useRealTimers()
})

const failed = (error: unknown) => {
  throw error
}

async function databaseTime(): Promise<number> {
  const [row] = await sql<{ now: Date }>(database.pooled, 'select clock_timestamp() as now')
  return row?.now.getTime() ?? 0
}

it('tells the time of the database, however wrong the clock of this machine is', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  const clock = await openClock({ database, elapsedMs: () => performance.now(), onError: failed })
  expect(Math.abs(clock.now().getTime() - (await databaseTime()))).toBeLessThan(2_000)
  vi.setSystemTime(Date.now() - 7_200_000)
  expect(Math.abs(clock.now().getTime() - (await databaseTime()))).toBeLessThan(2_000)
  clock.close()
})

it('runs evenly between two looks at the database', async () => {
  let elapsed = 0
  const clock = await openClock({ database, elapsedMs: () => elapsed, onError: failed })
  const before = clock.now().getTime()
  elapsed = 1_234
  expect(clock.now().getTime() - before).toBe(1_234)
  clock.close()
})
