import { describe, expect, it, vi } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'
import { memoryJobs } from '../../src/adapters/memory/job-queue.ts'
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

it('gives a job up in memory after its eighth try', async () => {
  vi.useFakeTimers()
  try {
    const jobs = memoryJobs()
    let runs = 0
    const failing = async (): Promise<never> => {
      runs += 1
      throw new Error('bank is away')
    }
    jobs.work(bodiesOf(failing))
    await jobs.queue.add([aJob()])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(runs).toBe(8)
  } finally {
    vi.useRealTimers()
  }
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
