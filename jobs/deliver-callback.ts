import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

/** Whatever comes of it, the callback's row holds the next try and the outbox its job. */
export const deliverCallbackJob =
  (rooms: {
    readonly deliverCallback: (callbackId: string) => Promise<unknown>
  }): JobBodies['deliver-callback'] =>
  async ({ callbackId }) => {
    await rooms.deliverCallback(callbackId)
    return { done: true }
  }
