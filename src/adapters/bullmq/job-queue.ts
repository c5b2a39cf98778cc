import type { BulkJobOptions } from 'bullmq'
import type { JobFigure, JobFigures } from '../../usecases/ports/job-figures.ts'
import { JobQueueUnavailable, jobNames } from '../../usecases/ports/job-queue.ts'
import type { Job, JobName, JobQueue } from '../../usecases/ports/job-queue.ts'
import { openJobStore } from './store.ts'
import type { JobsQueue, JobStoreOptions } from './store.ts'

export interface JobQueueOptions {
  readonly store: JobStoreOptions
  /** Connection troubles between calls; a call that fails throws. */
  readonly onError: (error: Error) => void
  readonly now?: () => Date
}

const addLimitMs = 5_000
const connectionsMax = 5
const schedulingSlackMs = 2_000

/** The adding side of the queue: one BullMQ queue per job name, opened when it is first needed. */
export function createJobQueue(options: JobQueueOptions): JobQueue & JobFigures {
  const store = openJobStore(options.store, connectionsMax)
  const queues = new Map<JobName, JobsQueue>()
  const now = options.now ?? (() => new Date())

  function queueOf(name: JobName): JobsQueue {
    const open = queues.get(name)
    if (open !== undefined) return open
    const queue = store.queue(name)
    queue.on('error', options.onError)
    queues.set(name, queue)
    queue.waitUntilReady().catch(() => {
      queues.delete(name) // the next call opens another, as this one would fail for ever
      void queue.close().catch(() => undefined)
    })
    return queue
  }

  return {
    async add(jobs) {
      const names = new Set(jobs.map(({ name }) => name))
      const adding = [...names].map((name) =>
        queueOf(name).addBulk(
          jobs
            .filter((job) => job.name === name)
            .map((job) => ({ name, data: job.payload, opts: addedOptions(job, now()) })),
        ),
      )
      await bounded(Promise.all(adding))
    },

    schedule: (job, everyMs) => bounded(schedule(queueOf(job.name), job, everyMs)),

    figures: () => bounded(Promise.all(jobNames.map((name) => figureOf(name, queueOf(name))))),

    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()))
      await store.close()
    },
  }
}

/**
 * A turn is planned by the clock of the worker that had the last one. If that clock was ahead, the next
 * turn lies far off, and giving the schedule again would leave it there: then it is begun anew.
 */
async function schedule(queue: JobsQueue, job: Job, everyMs: number): Promise<void> {
  const id = jobId(job)
  const known = await queue.getJobScheduler(id)
  const isFarOff = (known?.next ?? 0) > Date.now() + everyMs + schedulingSlackMs // BullMQ goes by it too
  if (isFarOff) await queue.removeJobScheduler(id)
  const template = { name: job.name, data: job.payload, opts: { ...retries, attempts: 1 } }
  await queue.upsertJobScheduler(id, { every: everyMs }, template)
}

async function figureOf(job: JobName, queue: JobsQueue): Promise<JobFigure> {
  const counts = await queue.getJobCounts('wait', 'active', 'delayed')
  const waiting = counts['wait'] ?? 0
  // Newest first on both stores: asked for ascending, PostgreSQL still counts from the newest.
  const [oldest] = waiting > 0 ? await queue.getJobs(['wait'], waiting - 1, waiting - 1, false) : []
  return {
    job,
    waiting,
    active: counts['active'] ?? 0,
    delayed: counts['delayed'] ?? 0,
    ...(oldest && { waitingSince: new Date(oldest.timestamp) }),
  }
}

const jobId = ({ name, subject }: Pick<Job, 'name' | 'subject'>): string => `${name}-${subject}`

/** Bounded tries, then forgotten: what is still due in the database is swept into the queue again. */
const retries = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
} as const

/**
 * A waiting twin makes a second job needless; a delayed one (planned, or backing off) is replaced, as
 * something new is known; and while one runs, one more is kept to run after it, since the running
 * one may have read the database before the change that this job is for.
 */
function addedOptions(job: Job, now: Date): BulkJobOptions {
  const delay = job.dueAt === undefined ? 0 : Math.max(0, job.dueAt.getTime() - now.getTime())
  return {
    ...retries,
    deduplication: { id: jobId(job), keepLastIfActive: true, replace: true },
    ...(delay > 0 ? { delay } : {}),
  }
}

async function bounded<Answer>(call: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${addLimitMs} ms`)), addLimitMs)
  })
  try {
    return await Promise.race([call, limit])
  } catch (cause) {
    throw new JobQueueUnavailable('The job queue cannot be reached', { cause })
  } finally {
    clearTimeout(timer)
  }
}
