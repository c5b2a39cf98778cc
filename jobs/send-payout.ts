import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import type { SendPayout } from '../src/usecases/payouts/send-payout.ts'

/** Whatever comes of it, the database holds the next step and the outbox its job. */
export const sendPayoutJob =
  (rooms: { readonly sendPayout: SendPayout }): JobBodies['send-payout'] =>
  async ({ transactionId }) => {
    await rooms.sendPayout(transactionId)
    return { done: true }
  }
