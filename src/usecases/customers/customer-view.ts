import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import type { FieldToCorrect, Standing } from '../../domain/customer/standing.ts'
import { standingFor, usualTypeName } from '../../domain/customer/standing.ts'
import type { Records } from '../ports/commit.ts'

/** What SEP-12 tells of a customer; without an id nothing is known about them. */
export interface CustomerView extends Standing {
  readonly id?: string
}

/**
 * Where a customer stands now, with what waiting transactions want corrected. Without `typeName` it is
 * the usual type: that of the latest PUT, of this customer or of the state `typeOf`.
 */
export async function viewCustomer(
  records: Pick<Records, 'transactions'>,
  customer: Customer | undefined,
  wish: { readonly types: CustomerTypes; readonly typeName?: string; readonly typeOf?: Customer },
): Promise<CustomerView> {
  const typeName = wish.typeName ?? usualTypeName(wish.types, wish.typeOf ?? customer)
  const asked = wish.types.byName.get(typeName) ?? []
  if (customer === undefined) return standingFor(undefined, asked)
  const wishes = await fieldsToCorrect(records, customer)
  return { id: customer.id, ...standingFor(customer, asked, wishes) }
}

/**
 * Fields that transactions with a refused payout wait for. What was sent again is no longer among them:
 * it is taken off the transaction in the commit of the correction.
 */
async function fieldsToCorrect(
  { transactions }: Pick<Records, 'transactions'>,
  customer: Customer,
): Promise<readonly FieldToCorrect[]> {
  const ids = await transactions.waitingForCustomer(customer.id)
  if (ids.length === 0) return []
  const waiting = await transactions.findMany(ids)
  return waiting.flatMap(({ senderId, receiverId, wantedCustomerFields }) =>
    wantedCustomerFields.filter(({ owner }) =>
      owner === 'sender' ? senderId === customer.id : receiverId === customer.id,
    ),
  )
}
