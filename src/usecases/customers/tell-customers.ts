import { partyIdsOf } from '../../domain/customer/party.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { Records } from '../ports/commit.ts'
import { viewCustomer } from './customer-view.ts'
import type { NoticeParts } from './owe-notice.ts'
import { listens, oweNotice } from './owe-notice.ts'

/** Whose customers may stand otherwise after the work. */
export interface Affected {
  readonly transaction: Pick<Transaction, 'senderId' | 'receiverId'>
  readonly now: Date
}

/** Does `work` and owes the notices it causes; see `tellCustomers`. */
export type TellCustomers = <Answer>(
  records: Records,
  affected: Affected,
  work: () => Promise<Answer>,
) => Promise<Answer>

/**
 * For changes of a transaction that change where its customers stand, as when the rail refuses one of
 * their fields: clients that asked for it are owed a notice (SEP12-102), in the caller's commit.
 */
export const tellCustomers =
  (parts: NoticeParts): TellCustomers =>
  async (records, { transaction, now }, work) => {
    const { types } = parts
    const parties = await records.customers.findMany(partyIdsOf(transaction))
    const customers = parties.filter(listens)
    const before = new Map<string, string>()
    for (const customer of customers) {
      before.set(customer.id, (await viewCustomer(records, customer, { types })).status)
    }
    const answer = await work()
    for (const customer of customers) {
      const view = await viewCustomer(records, customer, { types })
      if (view.status !== before.get(customer.id)) {
        await oweNotice(records, parts, { customer, view, now })
      }
    }
    return answer
  }
