import { expect, it } from 'vitest'
import { jobBodies } from '../../jobs/bodies.ts'
import type { JobRooms } from '../../jobs/bodies.ts'
import { deliverCallbackJob } from '../../jobs/deliver-callback.ts'
import { observeJobs } from '../../jobs/observe.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { createLog } from '../../src/observability/log.ts'
import { currentScope } from '../../src/observability/request-scope.ts'

const callbackId = 'one'

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
  const counted: unknown[] = []
  const answers = [
    async () => accepted('delivered' as const),
    async () => refused({ code: 'callback_refused' } as const),
    () => Promise.reject(new Error('away')),
  ]
  const scopes: unknown[] = []
  const took: number[] = []
  const begun = performance.now()
  const deliverCallback = () => {
    scopes.push(currentScope())
    return answers.shift()?.() ?? Promise.reject(new Error('no more'))
  }
  const bodies = jobBodies({ deliverCallback } as unknown as JobRooms) // no other is called
  const observed = observeJobs(bodies, {
    log: createLog({ level: 'silent' }),
    metrics: {
      job: (job, outcome, durationMs) => {
        counted.push([job, outcome])
        took.push(durationMs)
      },
    },
    newId: () => `run ${scopes.length + 1}`,
  })
  expect(Object.keys(observed)).toEqual(Object.keys(bodies))
  const run = () => observed['deliver-callback']({ callbackId })
  expect(await run()).toEqual({ done: true })
  expect(await run()).toEqual({ done: false, reason: 'callback_refused' })
  await expect(run()).rejects.toThrow('away')
  const elapsed = performance.now() - begun
  for (const durationMs of took) {
    expect(durationMs).toBeGreaterThanOrEqual(0)
    expect(durationMs).toBeLessThanOrEqual(elapsed)
  }
  const job = 'deliver-callback'
  expect(scopes).toEqual(['run 1', 'run 2', 'run 3'].map((requestId) => ({ requestId, job })))
  expect(counted).toEqual([
    ['deliver-callback', 'done'],
    ['deliver-callback', 'given_up'],
    ['deliver-callback', 'failed'],
  ])
})
