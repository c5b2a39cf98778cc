import type { Outcome } from '../../domain/outcome.ts'
import { refused } from '../../domain/outcome.ts'
import type { CustomerView } from './customer-view.ts'
import type { FindCustomer } from './find-customer.ts'
import type { CustomerData, RegisterCustomer, RegisterRefusal } from './register-customer.ts'

export type VerifyRefusal = RegisterRefusal | { readonly code: 'no_code_given' }

/** `data.sent` without codes is refused; anything else in it is not looked at. */
export type VerifyCustomer = (
  data: CustomerData & { readonly id: string },
) => Promise<Outcome<CustomerView, VerifyRefusal>>

/**
 * Takes confirmation codes for a customer and answers where it stands then: the older way of SEP-12, by
 * the same rules as registering. Source: SEP-12 1.15.0, PUT customer verification (deprecated).
 */
export const verifyCustomer =
  (parts: {
    readonly registerCustomer: RegisterCustomer
    readonly findCustomer: FindCustomer
  }): VerifyCustomer =>
  async (data) => {
    const sent = new Map([...data.sent].filter(([name]) => name.endsWith('_verification')))
    if (sent.size === 0) return refused({ code: 'no_code_given' })
    const registered = await parts.registerCustomer({ ...data, sent })
    return registered.ok ? parts.findCustomer(data) : registered
  }
