import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import type { MatchStellarPayments } from '../src/usecases/stellar-payments/match-stellar-payments.ts'

export const matchStellarPaymentsJob =
  (rooms: {
    readonly matchStellarPayments: MatchStellarPayments
  }): JobBodies['match-stellar-payments'] =>
  async ({ account }) => {
    await rooms.matchStellarPayments(account)
    return { done: true }
  }
