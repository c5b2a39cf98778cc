import type {
  JobBodies,
  JobName,
  Jobs,
  JobWorkers,
  Verdict,
} from '../../usecases/ports/job-queue.ts'
import { openJobStore } from './store.ts'
import type { JobStore, JobStoreOptions, JobsWorker } from './store.ts'

/** What happens at the workers, for the log. */
export interface JobReports {
  /** A body refused: the reason is a refusal's code, and the job is over. */
  gaveUp(name: JobName, reason: string): void
  /** A body threw; it is tried again unless this was the last try. */
  failed(name: JobName, error: Error, tries: number): void
  /** The queue's store is away or answers oddly. */
  troubled(error: Error): void
}

export interface JobWorkersOptions {
  readonly store: JobStoreOptions
  readonly bodies: JobBodies
  /** Jobs of this name that one process runs at once; 1 where not told. */
  readonly concurrency: Readonly<Partial<Record<JobName, number>>>
  readonly reports: JobReports
  /** A worker that dies is noticed after this; what it held then runs elsewhere. */
  readonly lockMs?: number
}

const lockMsUsually = 10_000
const closeLimitMs = 3_000
const openAgainMs = 1_000

/** Starts one worker per job name on one pool. */
export function startJobWorkers(options: JobWorkersOptions): JobWorkers {
  const names = Object.keys(options.bodies) as JobName[] // a mapped type over JobName has no other keys
  const store = openJobStore(options.store, names.length + 8)
  const workers = names.map((name) => untilReady(() => startWorker(store, name, options)))
  const lockMs = options.lockMs ?? lockMsUsually
  const freeing = setInterval(() => {
    store.freeFarOffLocks(2 * lockMs).catch((error: Error) => options.reports.troubled(error))
  }, lockMs)
  return {
    async close() {
      clearInterval(freeing)
      await Promise.all(workers.map(closeWithin))
      await store.close()
    },
  }
}

function startWorker<Name extends JobName>(
  store: JobStore,
  name: Name,
  { bodies, concurrency, reports, lockMs = lockMsUsually }: JobWorkersOptions,
): JobsWorker {
  const body: (payload: Jobs[Name]) => Promise<Verdict> = bodies[name]
  const worker = store.worker(
    name,
    async (job) => {
      const verdict = await body(job.data as Jobs[Name]) // only `add` writes this queue
      if (!verdict.done) reports.gaveUp(name, verdict.reason)
    },
    {
      concurrency: concurrency[name] ?? 1,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: 10,
    },
  )
  worker.on('failed', (job, error) => reports.failed(name, error, job?.attemptsMade ?? 0))
  worker.on('error', (error) => reports.troubled(error))
  return worker
}

/**
 * A worker that could not connect keeps that failure for ever, and asks on without a pause in which anything
 * else is heard: another one is opened in its place.
 */
function untilReady(open: () => JobsWorker): Pick<JobsWorker, 'close'> {
  let worker = open()
  let again: NodeJS.Timeout | undefined
  let isClosing = false
  const watch = () => {
    worker.waitUntilReady().catch(() => {
      if (isClosing) return
      void worker.close(true).catch(() => undefined)
      again = setTimeout(() => {
        worker = open()
        watch()
      }, openAgainMs)
    })
  }
  watch()
  return {
    close(force) {
      isClosing = true
      clearTimeout(again)
      return worker.close(force)
    },
  }
}

/** Lets running jobs end; what takes too long is left to another worker, as after a crash. */
async function closeWithin(worker: Pick<JobsWorker, 'close'>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), closeLimitMs)
  })
  const closing = worker.close().then(() => 'closed' as const)
  const end = await Promise.race([closing, limit])
  clearTimeout(timer)
  if (end === 'late') await Promise.race([worker.close(true), pause(500)])
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
