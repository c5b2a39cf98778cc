import { startJobWorkers } from '../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../src/adapters/bullmq/store.ts'
import type { Log } from '../src/observability/log.ts'
import type { Troubles } from '../src/observability/troubles.ts'
import type { JobName, JobQueue } from '../src/usecases/ports/job-queue.ts'
import { jobBodies } from './bodies.ts'
import type { JobRooms } from './bodies.ts'
import { observeJobs } from './observe.ts'
import type { JobObserver } from './observe.ts'
import { schedules } from './schedules.ts'
import type { SchedulePeriods } from './schedules.ts'

export interface WorkerParts {
  readonly rooms: JobRooms
  readonly queue: Pick<JobQueue, 'schedule'>
  readonly store: JobStoreOptions
  readonly log: Log
  /** Left out, nothing is counted. */
  readonly observer?: JobObserver
  readonly troubles?: Pick<Troubles, 'of'>
}

export interface WorkerSettings extends SchedulePeriods {
  /** Distribution accounts whose payments are collected. */
  readonly accounts: readonly string[]
  /** A worker that dies is noticed within two of these. */
  readonly jobLockMs?: number
  /** Schedules live in the queue, which may be lost at any time: they are given again this often. */
  readonly scheduleAgainMs?: number
}

/** How many jobs of a name one process runs at once; each payout in them is a call to the bank, too. */
const concurrency: Readonly<Record<JobName, number>> = {
  'collect-stellar-payments': 4,
  'match-stellar-payments': 2,
  'send-payout': 16,
  'send-payouts': 4, // of up to eight
  'settle-payout': 16,
  'ask-after-delivery': 1,
  'deliver-callback': 8,
  'expire-transactions': 1,
  'forget-lapsed': 1,
  'sweep-due-work': 1,
}

const usualScheduleAgainMs = 10_000

/** Takes jobs and gives the schedules, until it is closed; `close` ends within four seconds. */
export async function startWorker(
  { rooms, queue, store, log, observer, troubles }: WorkerParts,
  settings: WorkerSettings,
): Promise<{ close(): Promise<void> }> {
  const repeating = schedules(settings.accounts, settings)
  const tell = (part: string) =>
    troubles?.of(part) ?? ((error: unknown) => log.warn({ part, error }, 'trouble'))
  const schedule = async (): Promise<void> => {
    try {
      for (const { job, everyMs } of repeating) await queue.schedule(job, everyMs)
    } catch (error) {
      tell('schedules')(error)
    }
  }
  await schedule()
  const timer = setInterval(() => void schedule(), settings.scheduleAgainMs ?? usualScheduleAgainMs)
  const workers = startJobWorkers({
    store,
    bodies: observer ? observeJobs(jobBodies(rooms), observer) : jobBodies(rooms),
    concurrency,
    ...(settings.jobLockMs !== undefined && { lockMs: settings.jobLockMs }),
    reports: {
      gaveUp: (job, reason) => log.info({ job, reason }, 'job given up'),
      failed: (job, error, tries) => log.warn({ job, tries, error }, 'job failed'),
      troubled: tell('workers'),
    },
  })
  return {
    async close() {
      clearInterval(timer)
      await workers.close()
    },
  }
}
