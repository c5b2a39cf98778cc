import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'
import { memoryJobs } from '../../src/adapters/memory/job-queue.ts'
import type { Job, JobQueue } from '../../src/usecases/ports/job-queue.ts'
import { freshDatabase } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { aJob, bodiesOf, itIsAJobQueue } from './job-queue.contract.ts'
import type { JobQueueUnderTest } from './job-queue.contract.ts'

const quiet = { gaveUp: () => undefined, failed: () => undefined, troubled: () => undefined }

function onBullmq(store: JobStoreOptions, stop: () => Promise<void>): JobQueueUnderTest {
  const queue = createJobQueue({ store, onError: () => undefined })
  return {
    queue,
    work: (bodies) =>
      startJobWorkers({ store, bodies, concurrency: { 'send-payout': 4 }, reports: quiet }),
    close: async () => {
      await queue.close()
      await stop()
    },
  }
}

itIsAJobQueue('in memory', async () => {
  const jobs = memoryJobs()
  return { queue: jobs.queue, work: (bodies) => jobs.work(bodies), close: () => jobs.queue.close() }
})

describe('a job in memory', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const hour = 3_600_000
  const sweeping: Job = { name: 'sweep-due-work', subject: 'all', payload: {} }

  /** Counts the runs of bodies that all do `doing`. */
  function running(doing: () => Promise<{ readonly done: true }>) {
    const jobs = memoryJobs()
    const ranAt: number[] = []
    const begun = Date.now()
    const body = (): Promise<{ readonly done: true }> => {
      ranAt.push(Date.now() - begun)
      return doing()
    }
    return { jobs, ranAt, work: () => jobs.work(bodiesOf(body, body)) }
  }
  const well = () => Promise.resolve({ done: true as const })
  const failing = () => Promise.reject(new Error('bank is away'))

  it.each<[string, (queue: JobQueue) => Promise<void>]>([
    ['added', (queue) => queue.add([aJob()])],
    ['due before', (queue) => queue.add([{ ...aJob(), dueAt: new Date(0) }])],
    ['scheduled', (queue) => queue.schedule(sweeping, hour)],
  ])('is given up after its eighth try, each later than the one before: %s', async (_, give) => {
    const { jobs, ranAt, work } = running(failing)
    work()
    await give(jobs.queue)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranAt).toEqual([0, 20, 60, 140, 300, 620, 1_260, 2_540])
    await jobs.queue.close()
  })

  it('has all its tries again when it is added while its twin runs', async () => {
    const { jobs, ranAt, work } = running(async () => {
      if (ranAt.length === 1) await jobs.queue.add([aJob('twin')])
      return failing()
    })
    work()
    await jobs.queue.add([aJob('twin')])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranAt).toHaveLength(1 + 8)
  })

  it('is not put off by a twin that may wait', async () => {
    const { jobs, ranAt, work } = running(well)
    await jobs.queue.add([aJob('twin')])
    await jobs.queue.add([{ ...aJob('twin'), dueAt: new Date(Date.now() + hour) }])
    work()
    expect(ranAt).toEqual([0])
  })

  it('runs once when it was planned and is added before', async () => {
    const { jobs, ranAt, work } = running(well)
    work()
    await jobs.queue.add([{ ...aJob('twin'), dueAt: new Date(Date.now() + 100) }])
    await jobs.queue.add([aJob('twin')])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ranAt).toEqual([0])
  })

  it('may be planned for longer than a timer takes', async () => {
    const { jobs, ranAt, work } = running(well)
    work()
    await jobs.queue.add([{ ...aJob(), dueAt: new Date(Date.now() + 1_000 * hour) }])
    await vi.advanceTimersByTimeAsync(500 * hour)
    expect(ranAt).toEqual([])
    await jobs.queue.close()
  })

  it('is repeated as often as its newest schedule says', async () => {
    const { jobs, ranAt, work } = running(well)
    work()
    await jobs.queue.schedule(sweeping, 10)
    await jobs.queue.schedule(sweeping, 100)
    await vi.advanceTimersByTimeAsync(300)
    expect(ranAt).toEqual([0, 0, 100, 200, 300])
    await jobs.queue.close()
  })

  it('is repeated beside another of its name, each as often as its own schedule says', async () => {
    const { jobs, ranAt, work } = running(well)
    work()
    await jobs.queue.schedule({ ...sweeping, subject: 'one' }, 100)
    await jobs.queue.schedule({ ...sweeping, subject: 'other' }, 70)
    await vi.advanceTimersByTimeAsync(200)
    expect(ranAt).toEqual([0, 0, 70, 100, 140, 200])
    await jobs.queue.close()
  })

  it('is not begun by workers that close, but by the next ones', async () => {
    let end: (done: { readonly done: true }) => void = () => undefined
    const gate = new Promise<{ readonly done: true }>((resolve) => (end = resolve))
    const { jobs, ranAt, work } = running(() => gate)
    const workers = work()
    await jobs.queue.add([aJob()])
    await vi.advanceTimersByTimeAsync(0)
    const closed = workers.close()
    await jobs.queue.add([aJob()])
    await vi.advanceTimersByTimeAsync(0)
    expect(ranAt).toEqual([0])
    end({ done: true })
    await closed
    work()
    expect(ranAt).toEqual([0, 0])
  })

  it('is not run, tried again or waited for once the queue is closed', async () => {
    let fail: (reason: Error) => void = () => undefined
    const gate = new Promise<never>((_, reject) => (fail = reject))
    const { jobs, ranAt, work } = running(() => gate)
    work()
    const later = () => ({ ...aJob(), dueAt: new Date(Date.now() + 100) })
    await jobs.queue.add([aJob(), later(), later()])
    for (const subject of ['one', 'other']) {
      await jobs.queue.schedule({ ...sweeping, name: 'forget-lapsed', subject }, 100)
    }
    await vi.advanceTimersByTimeAsync(0)
    await jobs.queue.close()
    expect(vi.getTimerCount()).toBe(0)
    fail(new Error('bank is away'))
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
    await jobs.queue.add([aJob()])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ranAt).toEqual([0])
  })
})

itIsAJobQueue('of BullMQ on PostgreSQL', async () => {
  const database = await freshDatabase()
  return onBullmq({ kind: 'postgres', url: database.url }, database.drop)
})

describe.skipIf(!hasRedis)('with Redis', () => {
  itIsAJobQueue('of BullMQ on Redis', async () => {
    const redis = await startRedis()
    return onBullmq({ kind: 'redis', url: redis.url }, redis.stop)
  })
})
