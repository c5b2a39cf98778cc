import type { DeliverCallback } from '../src/usecases/callbacks/deliver-callback.ts'
import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

/**
 * The callback's row holds the next try and the outbox its job. A receiver that calls our callback wrong
 * ends the job with that reason, for somebody to look at (SEP31-89).
 */
export const deliverCallbackJob =
  (rooms: { readonly deliverCallback: DeliverCallback }): JobBodies['deliver-callback'] =>
  async ({ callbackId }) => {
    const outcome = await rooms.deliverCallback(callbackId)
    return outcome.ok ? { done: true } : { done: false, reason: outcome.refusal.code }
  }
