import type { Customer, CustomerKey } from '../../domain/customer/customer.ts'

/** SEP-12 customers. Values are encrypted at rest by the adapter; use-cases see them in clear. */
export interface CustomerRecords {
  /** Adds the customer, or answers the id of the one that already has this key. */
  add(customer: Customer): Promise<{ readonly id: string; readonly added: boolean }>
  save(customer: Customer): Promise<void>
  find(id: string): Promise<Customer | undefined>
  findMany(ids: readonly string[]): Promise<readonly Customer[]>
  byKey(key: CustomerKey): Promise<Customer | undefined>
  lock(id: string): Promise<Customer | undefined>
  /** Removes the customer with all its personal data; the id never comes back. */
  remove(id: string): Promise<void>
}
