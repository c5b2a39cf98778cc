import { Writable } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { jobBodies } from '../../jobs/bodies.ts'
import type { JobRooms } from '../../jobs/bodies.ts'
import { deliverCallbackJob } from '../../jobs/deliver-callback.ts'
import { observeJobs } from '../../jobs/observe.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { createLog } from '../../src/observability/log.ts'
import { currentScope } from '../../src/observability/request-scope.ts'
import { jobNames } from '../../src/usecases/ports/job-queue.ts'
import type { JobBodies, JobName, Jobs, Verdict } from '../../src/usecases/ports/job-queue.ts'

const callbackId = 'one'

afterEach(() => void vi.useRealTimers())

/** A log of everything, and the lines that were written to it. */
function heardLog() {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { log: createLog({ level: 'debug', destination }), lines }
}

it('ends the job of a callback that is given up with the reason, and no other (SEP31-89)', async () => {
  const ends = (outcome: Awaited<ReturnType<JobRooms['deliverCallback']>>) =>
    deliverCallbackJob({ deliverCallback: async () => outcome })({ callbackId })
  expect(await ends(accepted('delivered'))).toEqual({ done: true })
  expect(await ends(accepted('later'))).toEqual({ done: true })
  expect(await ends(refused({ code: 'callback_refused' }))).toEqual({
    done: false,
    reason: 'callback_refused',
  })
})

it('counts each run of a job by its name and by what came of it, as a request of its own in the log', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.advanceTimersByTime(5_000)
  const { log, lines } = heardLog()
  const counted: unknown[] = []
  const answers = [
    async () => accepted('delivered' as const),
    async () => refused({ code: 'callback_refused' } as const),
    () => Promise.reject(new Error('away')),
  ]
  const scopes: unknown[] = []
  const deliverCallback = () => {
    scopes.push(currentScope())
    vi.advanceTimersByTime(100.6)
    return answers.shift()?.() ?? Promise.reject(new Error('no more'))
  }
  const bodies = jobBodies({ deliverCallback } as unknown as JobRooms) // no other is called
  const observed = observeJobs(bodies, {
    log,
    metrics: {
      job: (job, outcome, durationMs) => counted.push([job, outcome, Math.round(durationMs * 10)]),
    },
    newId: () => `run ${scopes.length + 1}`,
  })
  expect(Object.keys(observed)).toEqual(Object.keys(bodies))
  const run = () => observed['deliver-callback']({ callbackId })
  expect(await run()).toEqual({ done: true })
  expect(await run()).toEqual({ done: false, reason: 'callback_refused' })
  await expect(run()).rejects.toThrow('away')
  const job = 'deliver-callback'
  const runs = ['run 1', 'run 2', 'run 3'].map((requestId) => ({ requestId, job }))
  const outcomes = ['done', 'given_up', 'failed']
  expect(scopes).toEqual(runs)
  expect(counted).toEqual(outcomes.map((outcome) => [job, outcome, 1_006]))
  expect(lines).toEqual(
    runs.map((scope, place) => ({
      ...scope,
      level: 'debug',
      time: expect.any(String) as string,
      msg: 'job run',
      outcome: outcomes[place],
      durationMs: 101,
    })),
  )
})

it('observes every job under its own name, and hands on what it is about and what came of it', async () => {
  const { log, lines } = heardLog()
  const told = (job: JobName) => async (about: unknown) => ({ done: false, reason: job, about })
  const bodies = Object.fromEntries(jobNames.map((name) => [name, told(name)]))
  const counted: unknown[] = []
  const observed = observeJobs(bodies as unknown as JobBodies, {
    log,
    metrics: { job: (job, outcome) => counted.push([job, outcome]) },
    newId: () => 'run-1',
  })
  for (const name of jobNames) {
    const run = observed[name] as (payload: Jobs[JobName]) => Promise<Verdict> // its own payload
    const about = { account: name }
    expect(await run(about)).toEqual({ done: false, reason: name, about })
  }
  expect(counted).toEqual(jobNames.map((name) => [name, 'given_up']))
  expect(lines.map(({ job }) => job)).toEqual(jobNames)
})
