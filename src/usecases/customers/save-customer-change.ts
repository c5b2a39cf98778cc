import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import { changedFields } from '../../domain/customer/provide-fields.ts'
import type { Actor } from '../../domain/transaction/event.ts'
import type { Callback } from '../ports/callback-records.ts'
import type { Records } from '../ports/commit.ts'
import type { CustomerView } from './customer-view.ts'
import type { ResumeTransactionsOfCustomer } from '../transactions/resume-after-customer-update.ts'
import { viewCustomer } from './customer-view.ts'

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

interface Parts {
  readonly types: CustomerTypes
  readonly newId: () => string
  /** The body of SEP-12 GET customer as text (SEP12-104). */
  readonly writeNotice: (view: CustomerView) => string
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
    const { types } = parts
    const listens = after.callbackUrl !== undefined && before.callbackUrl !== undefined
    const typeName = after.lastType
    const wish = { types, ...(typeName !== undefined && { typeName }) }
    const viewBefore = listens ? await viewCustomer(records, before, wish) : undefined
    const saved = { ...after, version: before.version + 1, updatedAt: now }
    await records.customers.save(saved)
    if (before.fields !== after.fields) {
      const changed = changedFields(before.fields, after.fields)
      const update = { customerId: after.id, changedFields: changed, actor }
      await parts.resumeTransactions(records, update, now)
    }
    if (viewBefore === undefined) return saved
    const view = await viewCustomer(records, saved, wish)
    if (view.status === viewBefore.status) return saved
    await addNotice(records, noticeOf(saved, parts, { view, now }))
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

const noticeOf = (
  { id, callbackUrl = '' }: Customer,
  { newId, writeNotice }: Parts,
  { view, now }: { readonly view: CustomerView; readonly now: Date },
): Callback => ({
  id: newId(),
  subject: { kind: 'customer', id },
  url: callbackUrl,
  body: writeNotice(view),
  state: 'due',
  tries: 0,
  dueAt: now,
  createdAt: now,
})

async function addNotice({ callbacks, outbox }: Records, callback: Callback): Promise<void> {
  await callbacks.add(callback)
  await outbox.addJob({
    name: 'deliver-callback',
    payload: { callbackId: callback.id },
    subject: callback.id,
  })
}
