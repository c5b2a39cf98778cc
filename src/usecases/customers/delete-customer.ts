import type { Principal } from '../../domain/client/principal.ts'
import { isSameCustomerKey } from '../../domain/customer/customer.ts'
import { claimedKey, isOwnAccount } from '../../domain/customer/identity.ts'
import type { IdentityRefusal } from '../../domain/customer/identity.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Commit } from '../ports/commit.ts'
import type { ResumeTransactionsOfCustomer } from '../transactions/resume-after-customer-update.ts'
import { fieldsWantedOf } from './fields-wanted.ts'

export interface DeleteCustomerCommand {
  readonly principal: Pick<Principal, 'account' | 'memo'>
  /** As in the path. */
  readonly account: string
  readonly memo?: string
  readonly memoType?: string
}

export type DeleteCustomerRefusal =
  | IdentityRefusal
  /** Told before anything is looked up, so it says nothing about what is known (SEP12-117). */
  | { readonly code: 'not_the_owner' }
  | { readonly code: 'customer_unknown' }

interface Parts {
  readonly commit: Commit
  readonly resumeTransactions: ResumeTransactionsOfCustomer
  readonly now: () => Date
}

export type DeleteCustomer = (
  command: DeleteCustomerCommand,
) => Promise<Outcome<undefined, DeleteCustomerRefusal>>

/**
 * Removes a customer with all personal data: values of all types, files, codes and notices that are
 * kept (SEP12-122). Transactions keep the id alone, which leads nowhere any more; one that waits for
 * this customer before its funds goes on waiting until it lapses. After funds it waits no longer for data
 * that cannot come: its payout is due, finds the customer erased, and goes to an operator (SEP12-126). A
 * second call is refused, as there is nothing left. Source: SEP-12 1.15.0, DELETE customer.
 */
export const deleteCustomer =
  ({ commit, resumeTransactions, now }: Parts): DeleteCustomer =>
  async (command) => {
    const { principal } = command
    if (!isOwnAccount(principal, command.account)) return refused({ code: 'not_the_owner' })
    const key = claimedKey(principal, command)
    if (!key.ok) return key
    const ownKey = claimedKey(principal, {})
    const isOwn = ownKey.ok && isSameCustomerKey(ownKey.value, key.value)
    return commit(async (records) => {
      const { customers, customerFiles, callbacks } = records
      const customer = await customers.lockByKey(key.value)
      if (customer === undefined) return refused({ code: 'customer_unknown' })
      await callbacks.removeOfSubject(customer.id)
      await customers.remove(customer.id)
      const changedFields = await fieldsWantedOf(records, customer.id)
      if (changedFields.size > 0) {
        const { account, memo } = principal
        const actor = { kind: 'client', account, ...(memo !== undefined && { memo }) } as const
        await resumeTransactions(records, { customerId: customer.id, changedFields, actor }, now())
      }
      if (isOwn) await customerFiles.removeLoose(principal)
      return accepted(undefined)
    })
  }
