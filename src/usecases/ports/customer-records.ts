import type { Customer, CustomerKey } from '../../domain/customer/customer.ts'

/** SEP-12 customers. Values are encrypted at rest by the adapter; use-cases see them in clear. */
export interface CustomerRecords {
  /** Adds the customer, or answers the id of the one that already has this key. */
  add(customer: Customer): Promise<{ readonly id: string; readonly added: boolean }>
  /** Saves the next version (`version` is the new one); throws when another commit saved it first. */
  save(customer: Customer): Promise<void>
  find(id: string): Promise<Customer | undefined>
  findMany(ids: readonly string[]): Promise<readonly Customer[]>
  byKey(key: CustomerKey): Promise<Customer | undefined>
  /** Locks the row until the commit ends. */
  lock(id: string): Promise<Customer | undefined>
  lockByKey(key: CustomerKey): Promise<Customer | undefined>
  /** Removes the customer with its files and codes; the id never comes back. */
  remove(id: string): Promise<void>
}
