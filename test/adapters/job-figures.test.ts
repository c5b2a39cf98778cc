import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'
import { jobNames } from '../../src/usecases/ports/job-queue.ts'
import type { JobFigures } from '../../src/usecases/ports/job-figures.ts'
import type { Job, JobQueue } from '../../src/usecases/ports/job-queue.ts'
import { freshDatabase } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import { bodiesOf } from './job-queue.contract.ts'

const payoutJob = (): Job<'send-payout'> => {
  const transactionId = randomUUID()
  return { name: 'send-payout', subject: transactionId, payload: { transactionId } }
}

const stores = [
  { kind: 'postgres', there: true },
  { kind: 'redis', there: hasRedis },
] as const

describe.each(stores)('the figures of the queue on $kind', ({ kind, there }) => {
  describe.skipIf(!there)('there', () => {
    let queue: JobQueue & JobFigures
    let store: { readonly url: string; stop(): Promise<void> }

    beforeAll(async () => {
      store = await openStore(kind)
      const options: JobStoreOptions = { kind, url: store.url }
      queue = createJobQueue({ store: options, onError: () => undefined })
    })
    afterAll(async () => {
      await queue.close()
      await store.stop()
    })

    it('tell what waits of each job, since when, and what is planned', async () => {
      const before = Date.now()
      await queue.add([payoutJob()])
      const between = Date.now()
      await until(() => Date.now() > between + 5, 'a later moment')
      await queue.add([payoutJob()])
      await queue.add([{ ...payoutJob(), dueAt: new Date(Date.now() + 60_000) }])
      const figures = await queue.figures()
      expect(figures.map(({ job }) => job)).toEqual(jobNames)
      const payouts = figures.find(({ job }) => job === 'send-payout')
      expect(payouts).toMatchObject({ waiting: 2, active: 0, delayed: 1 })
      expect(payouts?.waitingSince?.getTime()).toBeGreaterThanOrEqual(before - 1_000)
      expect(payouts?.waitingSince?.getTime()).toBeLessThanOrEqual(between)
      const others = figures.filter(({ job }) => job !== 'send-payout')
      expect(others.every((one) => one.waiting === 0 && one.waitingSince === undefined)).toBe(true)
    })

    it('tell what is being run, beside what waits and what is planned', async () => {
      let [started, end] = [0, () => {}]
      const ended = new Promise<void>((resolve) => (end = resolve))
      const body = async () => {
        started += 1
        await ended
        return { done: true as const }
      }
      const nothing = () => undefined
      const workers = startJobWorkers({
        store: { kind, url: store.url },
        bodies: bodiesOf(body),
        concurrency: { 'send-payout': 2 },
        reports: { gaveUp: nothing, failed: nothing, troubled: nothing },
      })
      await until(() => started === 2, 'both that wait')
      await queue.add([payoutJob()])
      const figures = await queue.figures()
      end()
      await workers.close()
      const payouts = figures.find(({ job }) => job === 'send-payout')
      expect(payouts).toMatchObject({ waiting: 1, active: 2, delayed: 1 })
    })
  })
})

async function openStore(kind: 'postgres' | 'redis') {
  if (kind === 'redis') return startRedis()
  const { url, drop } = await freshDatabase()
  return { url, stop: drop }
}
