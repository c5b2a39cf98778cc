import { payoutDueAgain } from '../../domain/payout/decisions.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { Payout, PayoutState } from '../../domain/payout/payout.ts'
import { jobsOf } from './payout-job.ts'
import type { PayoutParts } from './record-rail-word.ts'

export type RetryRefusal =
  | { readonly code: 'unknown_payout' }
  /** Only what was given up is retried by hand; the rest is on its way. */
  | { readonly code: 'payout_not_dead'; readonly state: PayoutState }

/**
 * An operator has mended what stood in the way and wants another try. An attempt that is still open
 * keeps its key; only one that the rail refused for good, or returned, is followed by a new one.
 * Repeats: the second call finds the payout due and is refused with `payout_not_dead`.
 */
export type RetryDeadPayout = (
  transactionId: string,
  operator: string,
) => Promise<Outcome<Payout, RetryRefusal>>

export const retryDeadPayout =
  ({
    commit,
    saveChanges,
    now,
  }: Pick<PayoutParts, 'commit' | 'saveChanges' | 'now'>): RetryDeadPayout =>
  (transactionId, operator) =>
    commit(async (records) => {
      const transaction = await records.transactions.lock(transactionId)
      const payout = await records.payouts.lock(transactionId)
      if (transaction === undefined || payout === undefined) {
        return refused({ code: 'unknown_payout' })
      }
      if (payout.state !== 'dead') {
        return refused({ code: 'payout_not_dead', state: payout.state })
      }
      const moment = now()
      const due = payoutDueAgain(payout, moment)
      await records.payouts.save(due)
      const change = {
        before: transaction,
        after: transaction,
        type: 'payoutRetried' as const,
        actor: { kind: 'operator' as const, name: operator },
        ...(payout.deadReason === undefined ? {} : { note: `after ${payout.deadReason}` }),
        jobs: jobsOf(due),
      }
      await saveChanges(records, [change], moment)
      return accepted(due)
    })
