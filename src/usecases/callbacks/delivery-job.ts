import type { Callback } from '../ports/callback-records.ts'
import type { Job } from '../ports/job-queue.ts'

/**
 * The job that delivers a callback. The subject names the try too, so that a job which is just running
 * does not keep the next one out; the sweep, which knows ids only, has a subject of its own.
 */
export const deliveryOf = (
  callback: Pick<Callback, 'id'> & Partial<Pick<Callback, 'tries' | 'dueAt'>>,
): Job<'deliver-callback'> => ({
  name: 'deliver-callback',
  payload: { callbackId: callback.id },
  subject: `${callback.id}-${callback.tries ?? 'swept'}`,
  ...(callback.dueAt !== undefined && { dueAt: callback.dueAt }),
})
