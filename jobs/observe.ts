import type { Log } from '../src/observability/log.ts'
import type { JobOutcome, Metrics } from '../src/observability/metrics.ts'
import { withinScope } from '../src/observability/request-scope.ts'
import type { JobBodies, JobName, Jobs, Verdict } from '../src/usecases/ports/job-queue.ts'

export interface JobObserver {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'job'>
  readonly newId: () => string
}

/** The same bodies; each run is a request of its own in the log, and one line and one measurement. */
export function observeJobs(bodies: JobBodies, observer: JobObserver): JobBodies {
  const entries = Object.entries(bodies) as [
    JobName,
    (payload: Jobs[JobName]) => Promise<Verdict>,
  ][] // a mapped type over JobName has no other keys
  const observed = entries.map(([name, body]) => [name, observeJob(name, body, observer)])
  return Object.fromEntries(observed) as JobBodies // the same names with bodies of the same form
}

const observeJob =
  (
    job: JobName,
    body: (payload: Jobs[JobName]) => Promise<Verdict>,
    { log, metrics, newId }: JobObserver,
  ) =>
  (payload: Jobs[JobName]): Promise<Verdict> =>
    withinScope({ requestId: newId(), job }, async () => {
      const startedAt = performance.now()
      let outcome: JobOutcome = 'failed'
      try {
        const verdict = await body(payload)
        outcome = verdict.done ? 'done' : 'given_up'
        return verdict
      } finally {
        const durationMs = performance.now() - startedAt
        metrics.job(job, outcome, durationMs)
        log.debug({ outcome, durationMs: Math.round(durationMs) }, 'job run')
      }
    })
