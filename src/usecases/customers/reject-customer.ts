import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Commit } from '../ports/commit.ts'
import type { ResumeTransactionsOfCustomer } from '../transactions/resume-after-customer-update.ts'
import { fieldsWantedOf } from './fields-wanted.ts'
import type { SaveCustomerChange } from './save-customer-change.ts'

export interface RejectCustomerCommand {
  readonly id: string
  /** Shown to the client as `message`, so it tells no more than policy allows (SEP12-67). */
  readonly reason: string
  readonly operator: string
}

export type RejectionRefusal =
  | { readonly code: 'customer_unknown' }
  | { readonly code: 'customer_already_rejected' }
  | { readonly code: 'reason_malformed'; readonly lengthMax: number }

/**
 * An operator turns a customer away for good: SEP-12 `REJECTED`, with the reason (SEP12-53). What waits
 * for funds or for data of the customer ends in `error`, so that nothing more is paid in; funds that
 * come all the same are unmatched. After funds, a payout that waits for data goes to an operator, and no
 * further order leaves. The client that asked for it is told.
 *
 * Refusals, in this order: `reason_malformed`, `customer_unknown`, `customer_already_rejected`.
 * Repeats: the second call is refused `customer_already_rejected`.
 */
export type RejectCustomer = (
  command: RejectCustomerCommand,
) => Promise<Outcome<undefined, RejectionRefusal>>

interface Parts {
  readonly commit: Commit
  readonly saveCustomerChange: SaveCustomerChange
  readonly resumeTransactions: ResumeTransactionsOfCustomer
  readonly now: () => Date
}

const lengthMax = 500

export const rejectCustomer =
  ({ commit, saveCustomerChange, resumeTransactions, now }: Parts): RejectCustomer =>
  async ({ id, reason, operator }) => {
    const rejected = reason.trim()
    if (rejected === '' || rejected.length > lengthMax) {
      return refused({ code: 'reason_malformed', lengthMax })
    }
    return commit(async (records) => {
      const before = await records.customers.lock(id)
      if (before === undefined) return refused({ code: 'customer_unknown' })
      if (before.rejected !== undefined) return refused({ code: 'customer_already_rejected' })
      const actor = { kind: 'operator', name: operator } as const
      const changedFields = await fieldsWantedOf(records, id)
      await saveCustomerChange(records, { before, after: { ...before, rejected }, actor }, now())
      const update = { customerId: id, changedFields, isRejected: true, actor }
      await resumeTransactions(records, update, now())
      return accepted(undefined)
    })
  }
