import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobReports } from '../../src/adapters/bullmq/job-workers.ts'
import type { Job, JobBodies, JobQueue } from '../../src/usecases/ports/job-queue.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { until } from '../until.ts'

let database: TestDatabase
let queue: JobQueue
beforeAll(async () => {
  database = await freshDatabase()
  const store = { kind: 'postgres', url: database.url } as const
  queue = createJobQueue({ store, onError: () => undefined })
})
afterAll(async () => {
  await queue.close()
  await database.drop()
})

const idle = () => Promise.resolve({ done: true as const })
const idleBodies: JobBodies = {
  'collect-stellar-payments': idle,
  'match-stellar-payments': idle,
  'send-payouts': idle,
  'send-payout': idle,
  'settle-payout': idle,
  'deliver-callback': idle,
  'expire-transactions': idle,
  'ask-after-delivery': idle,
  'forget-lapsed': idle,
  'sweep-due-work': idle,
}
const jobOf = (name: 'send-payout' | 'settle-payout'): Job => {
  const transactionId = randomUUID()
  return { name, subject: transactionId, payload: { transactionId } }
}

async function during(
  { bodies, reports }: { bodies: Partial<JobBodies>; reports?: Partial<JobReports> },
  check: () => Promise<void>,
): Promise<void> {
  const workers = startJobWorkers({
    store: { kind: 'postgres', url: database.url },
    bodies: { ...idleBodies, ...bodies },
    concurrency: { 'send-payout': 2 },
    reports: {
      gaveUp: () => undefined,
      failed: () => undefined,
      troubled: () => undefined,
      ...reports,
    },
  })
  try {
    await check()
  } finally {
    await workers.close()
  }
}

describe('the workers of jobs', () => {
  it('run as many jobs of a name at once as they were told, and one where nothing was told', async () => {
    const [payouts, settlements] = [
      { running: 0, done: 0, most: 0 },
      { running: 0, done: 0, most: 0 },
    ]
    const counted = (count: typeof payouts) => async () => {
      count.running += 1
      count.most = Math.max(count.most, count.running)
      await until(() => count.done > 0 || payouts.most === 2, 'the other one', 5_000)
      count.running -= 1
      count.done += 1
      return { done: true as const }
    }
    const names = ['send-payout', 'send-payout', 'settle-payout', 'settle-payout'] as const
    await queue.add(names.map(jobOf))
    const bodies = { 'send-payout': counted(payouts), 'settle-payout': counted(settlements) }
    await during({ bodies }, () =>
      until(() => payouts.done === 2 && settlements.done === 2, 'the ends of all'),
    )
    expect([payouts.most, settlements.most]).toEqual([2, 1])
  })

  it('keep the end of what they were running, and only then leave the database', async () => {
    let end: () => void = () => undefined
    let isRunning = false
    const body = () => {
      isRunning = true
      return new Promise<{ readonly done: true }>((resolve) => {
        end = () => resolve({ done: true })
      })
    }
    await queue.add([jobOf('send-payout')])
    await during({ bodies: { 'send-payout': body } }, async () => {
      await until(() => isRunning, 'the job to run')
      setImmediate(() => end()) // once they are told to close
    })
    expect(
      await onServer(database.url, `select state from bullmq.job where name = 'send-payout'`),
    ).toEqual([])
  })

  it('report why a job was given up, and each try that failed with its number', async () => {
    const reported: unknown[] = []
    const bodies: Partial<JobBodies> = {
      'send-payout': () => Promise.resolve({ done: false, reason: 'wrong_phase' }),
      'settle-payout': () => Promise.reject(new Error('the bank is away')),
    }
    const reports: Partial<JobReports> = {
      gaveUp: (name, reason) => void reported.push([name, reason]),
      failed: (name, error, tries) => void reported.push([name, error.message, tries]),
    }
    await queue.add([jobOf('send-payout'), jobOf('settle-payout')])
    await during({ bodies, reports }, () => until(() => reported.length === 3, 'three reports'))
    expect(reported).toEqual(
      expect.arrayContaining([
        ['send-payout', 'wrong_phase'],
        ['settle-payout', 'the bank is away', 1],
        ['settle-payout', 'the bank is away', 2],
      ]),
    )
  })

  it('do not try a turn of a schedule again that threw: its next turn is soon enough', async () => {
    const tries: number[] = []
    const sweep = { name: 'sweep-due-work', subject: 'all', payload: {} } as const
    await queue.schedule(sweep, 1_500)
    const bodies: Partial<JobBodies> = {
      'sweep-due-work': () => Promise.reject(new Error('the database is away')),
    }
    const failed: JobReports['failed'] = (name, _error, tried) => {
      if (name === sweep.name) tries.push(tried)
    }
    const twoTurns = () => until(() => tries.length > 1, 'two turns')
    await during({ bodies, reports: { failed } }, twoTurns)
    expect(tries.slice(0, 2)).toEqual([1, 1])
  })
})
