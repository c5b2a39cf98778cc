import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import type { CollectStellarPayments } from '../src/usecases/stellar-payments/collect-stellar-payments.ts'
import type { RecheckStellarPayments } from '../src/usecases/stellar-payments/recheck-stellar-payments.ts'
import type { MatchStellarPayments } from '../src/usecases/stellar-payments/match-stellar-payments.ts'

/** Also matches what an earlier run collected and did not come to match. */
export const collectStellarPaymentsJob =
  (rooms: {
    readonly collectStellarPayments: CollectStellarPayments
    readonly matchStellarPayments: MatchStellarPayments
    readonly recheckStellarPayments: RecheckStellarPayments
  }): JobBodies['collect-stellar-payments'] =>
  async ({ account }) => {
    const collected = await rooms.collectStellarPayments(account)
    if (!collected.ok) return { done: true } // another worker sits there, or an operator has to decide
    await rooms.matchStellarPayments(account)
    const found = await rooms.recheckStellarPayments(account)
    if (found.ok && found.value > 0) await rooms.matchStellarPayments(account)
    return { done: true }
  }
