import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted } from '../../domain/outcome.ts'
import type { Read } from '../ports/commit.ts'
import type { CustomerView } from './customer-view.ts'
import { viewCustomer } from './customer-view.ts'
import { locateCustomer } from './locate-customer.ts'
import type { CustomerQuestion, LocateRefusal } from './locate-customer.ts'

export type FindCustomer = (
  question: CustomerQuestion,
) => Promise<Outcome<CustomerView, LocateRefusal>>

/**
 * Where a customer stands for a type. Somebody unknown is not refused but answered with what would be
 * needed; nothing is created (SEP12-31, SEP12-34). Values are never part of the answer.
 * Source: SEP-12 1.15.0, GET customer.
 */
export const findCustomer =
  ({ read, types }: { readonly read: Read; readonly types: CustomerTypes }): FindCustomer =>
  (question) =>
    read(async (records) => {
      const located = await locateCustomer(records, question, { types, forChange: false })
      if (!located.ok) return located
      const { customer, typeName } = located.value
      return accepted(await viewCustomer(records, customer, { types, typeName }))
    })
