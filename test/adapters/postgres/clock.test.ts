import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openClock } from '../../../src/adapters/postgres/clock.ts'
import { openDatabase, sessionOf, sql } from '../../../src/adapters/postgres/database.ts'
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

it('keeps no process alive', async () => {
  const timers = vi.spyOn(globalThis, 'setInterval')
  const clock = await openClock({ database, elapsedMs: () => 0, onError: failed })
  expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([
    false,
  ])
  clock.close()
  timers.mockRestore()
})

it('runs evenly between two looks at the database', async () => {
  let elapsed = 0
  const clock = await openClock({ database, elapsedMs: () => elapsed, onError: failed })
  const before = clock.now().getTime()
  elapsed = 1_234
  expect(clock.now().getTime() - before).toBe(1_234)
  clock.close()
})

describe('a clock that looks again', () => {
  /** A database that tells these times, one after the other, and takes its time to answer. */
  async function looking(...times: readonly (number | Error)[]) {
    let elapsed = 0
    const left = [...times]
    const failures: unknown[] = []
    const run = async () => {
      elapsed += 400
      const time = left.shift() ?? new Error('away')
      if (time instanceof Error) throw time
      return [{ now: new Date(time) }]
    }
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const clock = await openClock({
      database: { pooled: sessionOf(run) },
      elapsedMs: () => elapsed,
      onError: (error) => failures.push(error),
    })
    return { clock, failures, now: () => clock.now().getTime() }
  }

  it('takes half of the time until the answer for its way back', async () => {
    const { clock, now } = await looking(50_000)
    expect(now()).toBe(50_200)
    clock.close()
  })

  it('follows the database, goes on without it while it is away, and ends', async () => {
    const { clock, failures, now } = await looking(50_000, 90_000, new Error('away'), 70_000)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(now()).toBe(90_200)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([now(), failures.length]).toEqual([90_600, 1])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(now()).toBe(70_200)
    clock.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
