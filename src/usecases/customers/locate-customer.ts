import type { Principal } from '../../domain/client/principal.ts'
import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import { isSameCustomerKey } from '../../domain/customer/customer.ts'
import type { Customer, CustomerKey } from '../../domain/customer/customer.ts'
import { claimedKey, mayReach } from '../../domain/customer/identity.ts'
import type { ClaimedIdentity, IdentityRefusal } from '../../domain/customer/identity.ts'
import { partyOf } from '../../domain/customer/party.ts'
import { usualTypeName } from '../../domain/customer/standing.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Records } from '../ports/commit.ts'

/** Which customer a request is about, for which type; all but the principal may be absent. */
export interface CustomerQuestion extends ClaimedIdentity {
  readonly principal: Pick<Principal, 'account' | 'memo'>
  readonly id?: string
  readonly type?: string
  readonly transactionId?: string
}

/** The answer: a known customer, or the key under which one may be created. */
export interface Located {
  readonly key: CustomerKey
  readonly customer?: Customer
  readonly typeName: string
}

export type LocateRefusal =
  | IdentityRefusal
  | { readonly code: 'type_unknown'; readonly type: string; readonly known: readonly string[] }
  /** Unknown, or somebody else's: the two are not told apart (SEP12-26). */
  | { readonly code: 'customer_unknown' }
  /** Unknown, or opened by another principal: the two are not told apart (SEP12-44). */
  | { readonly code: 'transaction_unknown' }
  | { readonly code: 'customer_not_of_transaction' }

type LocatingRecords = Pick<Records, 'customers' | 'transactions'>

/** How customers are loaded: to be read, or locked to be changed. */
export interface Loading {
  readonly types: CustomerTypes
  readonly forChange: boolean
}

/**
 * Finds whom a request is about. Guards in this order: identity against the token, type, transaction,
 * id. Creates nothing.
 */
export async function locateCustomer(
  records: LocatingRecords,
  question: CustomerQuestion,
  loading: Loading,
): Promise<Outcome<Located, LocateRefusal>> {
  const key = claimedKey(question.principal, question)
  if (!key.ok) return key
  const { type } = question
  const { byName } = loading.types
  if (type !== undefined && !byName.has(type)) {
    return refused({ code: 'type_unknown', type, known: [...byName.keys()] })
  }
  const found = await search(records, { question, loading, key: key.value })
  return found.ok ? accepted(located(found.value, { question, loading, key: key.value })) : found
}

interface Search {
  readonly question: CustomerQuestion
  readonly loading: Loading
  readonly key: CustomerKey
}

type Found = Outcome<
  { readonly customer?: Customer | undefined; readonly typeHint?: string },
  LocateRefusal
>

const search = (records: LocatingRecords, { question, loading, key }: Search): Promise<Found> =>
  question.transactionId === undefined
    ? byIdOrKey(records, { question, loading, key })
    : ofTransaction(records, question.transactionId, { question, loading, key })

/** Of a transaction its own type counts: a large sum may want more than the type that was named (SEP12-47). */
function located(
  { customer, typeHint }: { readonly customer?: Customer | undefined; readonly typeHint?: string },
  { question, loading, key }: Search,
): Located {
  const typeName = typeHint ?? question.type ?? usualTypeName(loading.types, customer)
  return customer === undefined ? { key, typeName } : { key: customer.key, customer, typeName }
}

async function byIdOrKey(records: LocatingRecords, search: Search): Promise<Found> {
  const { question, key, loading } = search
  if (question.id === undefined) {
    const customer = await (loading.forChange
      ? records.customers.lockByKey(key)
      : records.customers.byKey(key))
    return accepted({ customer })
  }
  const customer = await load(records, question.id, loading)
  return customer !== undefined && isMeant(customer, search)
    ? accepted({ customer })
    : refused({ code: 'customer_unknown' })
}

/** A transaction whose party is not known to us (any more) leaves the caller's own customer. */
async function ofTransaction(
  records: LocatingRecords,
  transactionId: string,
  sought: Search,
): Promise<Found> {
  const { question, loading } = sought
  const transaction = await records.transactions.ofOwner(question.principal, transactionId)
  if (transaction === undefined) return refused({ code: 'transaction_unknown' })
  const { customerId, type } = partyOf(transaction, question)
  const hint = type !== undefined && loading.types.byName.has(type) ? { typeHint: type } : {}
  if (question.id !== undefined && question.id !== customerId) {
    return refused({ code: 'customer_not_of_transaction' })
  }
  const customer = customerId === undefined ? undefined : await load(records, customerId, loading)
  if (customer !== undefined) return asParty(customer, sought, hint)
  const own = await byIdOrKey(records, sought)
  return own.ok ? accepted({ ...own.value, ...hint }) : own
}

function asParty(customer: Customer, sought: Search, hint: { readonly typeHint?: string }): Found {
  if (!mayReach(sought.question.principal, customer)) return refused({ code: 'customer_unknown' })
  return isMeant(customer, sought)
    ? accepted({ customer, ...hint })
    : refused({ code: 'customer_not_of_transaction' })
}

const load = (
  { customers }: LocatingRecords,
  id: string,
  { forChange }: Loading,
): Promise<Customer | undefined> => (forChange ? customers.lock(id) : customers.find(id))

/** Whether the token reaches the customer, and a memo that was named too is its memo (SEP12-27). */
const isMeant = (customer: Customer, { question, key }: Search): boolean =>
  mayReach(question.principal, customer) &&
  (question.memo === undefined || isSameCustomerKey(customer.key, key))
