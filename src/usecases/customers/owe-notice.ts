import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import { deliveryOf } from '../callbacks/delivery-job.ts'
import type { Callback } from '../ports/callback-records.ts'
import type { Records } from '../ports/commit.ts'
import type { CustomerView } from './customer-view.ts'

export interface NoticeParts {
  readonly types: CustomerTypes
  readonly newId: () => string
  /** The body of SEP-12 GET customer as text (SEP12-104). */
  readonly writeNotice: (view: CustomerView) => string
}

/** A change of status that the client asked to be told of. */
export interface StatusChange {
  readonly customer: Customer & { readonly callbackUrl: string }
  /** As it is after the change. */
  readonly view: CustomerView
  readonly now: Date
}

/** Whether the client wants to be told of changes. */
export const listens = (customer: Customer): customer is StatusChange['customer'] =>
  customer.callbackUrl !== undefined

/** Adds the notice of a changed status and the work of delivering it, in the caller's commit. */
export async function oweNotice(
  { callbacks, outbox }: Pick<Records, 'callbacks' | 'outbox'>,
  { newId, writeNotice }: NoticeParts,
  { customer, view, now }: StatusChange,
): Promise<void> {
  const callback: Callback = {
    id: newId(),
    subject: { kind: 'customer', id: customer.id },
    url: customer.callbackUrl,
    body: writeNotice(view),
    state: 'due',
    tries: 0,
    dueAt: now,
    createdAt: now,
  }
  await callbacks.add(callback)
  await outbox.addJob(deliveryOf(callback))
}
