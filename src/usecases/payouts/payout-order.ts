import type { Customer } from '../../domain/customer/customer.ts'
import { sep9Field } from '../../domain/customer/sep9-fields.ts'
import type { PayoutAttempt } from '../../domain/payout/payout.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { PayoutFields, PayoutOrder } from '../ports/payout-rail.ts'

/** The order that a rail gets for one attempt, from the transaction and its customers as they are now. */
export function orderOf(
  attempt: PayoutAttempt,
  transaction: Transaction,
  customers: readonly Customer[],
): PayoutOrder {
  const fieldsOf = (id: string | undefined): PayoutFields =>
    writtenFields(customers.find((customer) => customer.id === id))
  return {
    idempotencyKey: attempt.idempotencyKey,
    transactionId: transaction.id,
    amount: {
      currency: transaction.assetOut.replace(/^iso4217:/, ''),
      units: transaction.amountOutUnits,
      decimals: transaction.assetOutDecimals,
    },
    method: transaction.fundingMethod,
    receiver: fieldsOf(transaction.receiverId),
    sender: fieldsOf(transaction.senderId),
    transactionFields: transaction.fields,
    reference: transaction.id,
  }
}

/** Pictures of documents stay in the house: a rail needs none. */
function writtenFields(customer: Customer | undefined): PayoutFields {
  return Object.fromEntries(
    Object.entries(customer?.fields ?? {})
      .filter(([name]) => sep9Field(name)?.kind !== 'binary')
      .map(([name, { value }]) => [name, value]),
  )
}
