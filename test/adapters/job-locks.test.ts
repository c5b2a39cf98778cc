import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'
import { freshDatabase, onServer } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import { aJob, bodiesOf } from './job-queue.contract.ts'

const lockMs = 60_000
const hourMs = 3_600_000
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0).toReversed()) await close()
})

async function openUrl(): Promise<string> {
  const { url, drop } = await freshDatabase()
  closers.push(drop)
  return url
}

const done = () => Promise.resolve({ done: true as const })

function work(
  store: JobStoreOptions,
  { body = done, ...lock }: { readonly lockMs?: number; readonly body?: typeof done } = { lockMs },
) {
  const troubles: Error[] = []
  const reports = {
    gaveUp: () => undefined,
    failed: () => undefined,
    troubled: (error: Error) => void troubles.push(error),
  }
  const bodies = bodiesOf(body)
  return { troubles, ...startJobWorkers({ store, bodies, concurrency: {}, reports, ...lock }) }
}

/** Jobs of a queue that nobody here works on: only what frees far-off locks may touch them. */
async function lockJobs(url: string, locks: readonly (readonly [string, number])[]) {
  const queue = createJobQueue({ store: { kind: 'postgres', url }, onError: () => undefined })
  await queue.add(locks.map((_, index) => aJob(String(index))))
  await queue.close()
  for (const [index, [state, until]] of locks.entries()) {
    await onServer(
      url,
      `update bullmq.job set queue = 'elsewhere', state = $2, locked_until_ms = $3
       where data ->> 'transactionId' = $1`,
      [String(index), state, until],
    )
  }
}

const noteTimes = (url: string, times: readonly (readonly [string, string, number])[]) =>
  Promise.all(
    times.map((row) =>
      onServer(url, 'insert into bullmq.meta (queue, field, value) values ($1, $2, $3)', row),
    ),
  )

/** Milliseconds from `now`, in whole minutes. */
async function minutesAhead(url: string, now: number): Promise<readonly unknown[]> {
  const rows = await onServer(
    url,
    `select round((ms - $1) / 60000.0)::int as minutes from (
       select 1 as part, data ->> 'transactionId' as name, locked_until_ms as ms
       from bullmq.job where queue = 'elsewhere'
       union all
       select 2, queue || field, value::bigint from bullmq.meta where queue like 'elsewhere%'
     ) as times order by part, name collate "C"`,
    [now],
  )
  return rows.map(({ minutes }) => minutes)
}

describe('the workers of jobs on PostgreSQL', () => {
  it('end what a clock that was ahead has locked for long, and nothing else', async () => {
    const url = await openUrl()
    const now = Date.now()
    await lockJobs(url, [
      ['active', now + hourMs],
      ['active', now + 2 * lockMs],
      ['waiting', now + hourMs],
    ])
    await noteTimes(url, [
      ['elsewhere1', 'stalled-check', now + hourMs],
      ['elsewhere2', 'stalled-check', now + 2 * lockMs],
      ['elsewhere3', 'other', now + hourMs],
    ])
    expect(await minutesAhead(url, now)).toEqual([60, 2, 60, 60, 2, 60])
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const workers = work({ kind: 'postgres', url })
    vi.advanceTimersByTime(lockMs)
    await until(async () => (await minutesAhead(url, now))[0] === 0, 'the lock to be ended')
    await workers.close()
    expect([await minutesAhead(url, now), workers.troubles]).toEqual([[0, 2, 60, 0, 2, 60], []])
  })

  it('hold a job for ten seconds unless told otherwise, and free what is held for twice as long', async () => {
    const url = await openUrl()
    const now = Date.now()
    await lockJobs(url, [
      ['active', now + 17_000],
      ['active', now + hourMs],
    ])
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const held: unknown[] = []
    const locks = () =>
      onServer(
        url,
        `select locked_until_ms::float8 - $1 as ms from bullmq.job where queue = 'elsewhere' order by seq`,
        [now],
      )
    const body = async () => {
      const of = `select (locked_until_ms - processed_at_ms)::int as ms from bullmq.job where queue <> 'elsewhere'`
      held.push(...(await onServer(url, of)))
      return { done: true as const }
    }
    const store = { kind: 'postgres', url } as const
    for (const given of [{}, { lockMs }]) {
      const workers = work(store, { ...given, body })
      const queue = createJobQueue({ store, onError: () => undefined })
      const before = held.length
      await queue.add([aJob()])
      await until(() => held.length > before, 'the job to run')
      if (before === 0) {
        vi.advanceTimersByTime(10_000)
        await until(async () => Number((await locks())[1]?.['ms']) < hourMs, 'the lock to be ended')
      }
      await Promise.all([queue.close(), workers.close()])
    }
    expect((await locks())[0]).toEqual({ ms: 17_000 })
    expect(held).toEqual([{ ms: 10_000 }, { ms: lockMs }])
  })

  it('tell of what keeps them from freeing it', async () => {
    const url = await openUrl()
    await lockJobs(url, [['active', Date.now() + hourMs]])
    for (const statement of [
      `create function bullmq.refuse() returns trigger language plpgsql as
         'begin raise exception ''the lock is kept''; end'`,
      `create trigger refuse before update on bullmq.job
         for each row execute function bullmq.refuse()`,
    ]) {
      await onServer(url, statement)
    }
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const workers = work({ kind: 'postgres', url })
    vi.advanceTimersByTime(lockMs)
    await until(() => workers.troubles.length > 0, 'the trouble')
    await workers.close()
    expect(workers.troubles.map(({ message }) => message)).toEqual(['the lock is kept'])
  })

  it('leave no connection behind, and free nothing any more, once they are closed', async () => {
    const pools: Pool[] = []
    const url = await openUrl()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const workers = work({ kind: 'postgres', url, onPool: (pool: Pool) => pools.push(pool) })
    expect(vi.getTimerCount()).toBe(1)
    const { length } = Object.keys(bodiesOf(() => Promise.resolve({ done: true })))
    expect(pools.map(({ options }) => options.max)).toEqual([length + 8])
    await workers.close()
    expect([vi.getTimerCount(), pools.map(({ ended }) => ended)]).toEqual([0, [true]])
  })
})

describe.skipIf(!hasRedis)('the workers of jobs on Redis', () => {
  it('look for jobs of dead workers twice in the time of a lock', async () => {
    const redis = await startRedis()
    closers.push(redis.stop)
    const workers = work({ kind: 'redis', url: redis.url })
    const asking = new Redis(redis.url)
    closers.push(async () => asking.disconnect())
    const untilNextLook = () => asking.pttl('fairlead:send-payout:stalled-check')
    await until(async () => (await untilNextLook()) > 0, 'the first look')
    const left = await untilNextLook()
    // One that begins to wait only on the false clock leaves timers of its own there.
    const names = Object.keys(bodiesOf(() => Promise.resolve({ done: true })))
    const waiting = async () => (await asking.client('LIST')) as string
    const counted = async () => (await waiting()).split('cmd=bzpopmin').length - 1
    await until(async () => (await counted()) === names.length, 'all workers to wait for jobs')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await workers.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(left / lockMs).toBeGreaterThan(1 / 3)
    expect(left / lockMs).toBeLessThanOrEqual(1 / 2)
  })
})
