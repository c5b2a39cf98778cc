import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import type { SettlePayout } from '../src/usecases/payouts/settle-payout.ts'

export const settlePayoutJob =
  (rooms: { readonly settlePayout: SettlePayout }): JobBodies['settle-payout'] =>
  async ({ transactionId }) => {
    await rooms.settlePayout(transactionId)
    return { done: true }
  }
