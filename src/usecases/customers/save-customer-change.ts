import type { Customer } from '../../domain/customer/customer.ts'
import { changedFields } from '../../domain/customer/provide-fields.ts'
import type { Actor } from '../../domain/transaction/event.ts'
import type { Records } from '../ports/commit.ts'
import type { ResumeTransactionsOfCustomer } from '../transactions/resume-after-customer-update.ts'
import type { CustomerView } from './customer-view.ts'
import { viewCustomer } from './customer-view.ts'
import type { NoticeParts } from './owe-notice.ts'
import { listens, oweNotice } from './owe-notice.ts'

export interface CustomerChange {
  /** As it was loaded and locked in this commit. */
  readonly before: Customer
  /** Version and `updatedAt` are settled on saving. */
  readonly after: Customer
  readonly actor: Actor
}

/** Saves a changed customer; see `saveCustomerChange`. */
export type SaveCustomerChange = (
  records: Records,
  change: CustomerChange,
  now: Date,
) => Promise<Customer>

interface Parts extends NoticeParts {
  readonly resumeTransactions: ResumeTransactionsOfCustomer
}

/**
 * The one way to save a changed customer: the next version, the transactions that may go on because of
 * it, and the notice owed when the status changed, all in the caller's commit. The notice tells the
 * status for the type of the latest PUT (SEP12-114); one that tells `ACCEPTED` or `REJECTED` ends the
 * subscription (SEP12-103).
 */
export const saveCustomerChange =
  (parts: Parts): SaveCustomerChange =>
  async (records, { before, after, actor }, now) => {
    const saved = { ...after, version: before.version + 1, updatedAt: now }
    const wish = { types: parts.types, typeOf: saved }
    const viewBefore = listens(before) ? await viewCustomer(records, before, wish) : undefined
    await records.customers.save(saved)
    if (before.fields !== after.fields) {
      const changed = changedFields(before.fields, after.fields)
      const update = { customerId: after.id, changedFields: changed, actor }
      await parts.resumeTransactions(records, update, now)
    }
    if (viewBefore === undefined || !listens(saved)) return saved
    const view = await viewCustomer(records, saved, wish)
    if (view.status === viewBefore.status) return saved
    await oweNotice(records, parts, { customer: saved, view, now })
    return isLastNotice(view) ? endSubscription(records, saved) : saved
  }

const isLastNotice = ({ status }: CustomerView): boolean =>
  status === 'ACCEPTED' || status === 'REJECTED'

async function endSubscription(records: Records, customer: Customer): Promise<Customer> {
  const { callbackUrl: _ended, ...rest } = customer
  const saved = { ...rest, version: customer.version + 1 }
  await records.customers.save(saved)
  return saved
}
