import type { SendPayout } from '../src/usecases/payouts/send-payout.ts'
import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

/** All at once, and each to its end: one that fails costs the others nothing, and the job is tried again. */
export const sendPayoutsJob =
  (rooms: { readonly sendPayout: SendPayout }): JobBodies['send-payouts'] =>
  async ({ transactionIds }) => {
    const ends = await Promise.allSettled(transactionIds.map((id) => rooms.sendPayout(id)))
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return { done: true }
  }
