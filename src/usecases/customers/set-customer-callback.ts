import { readCallbackUrl } from '../../domain/callback/callback-url.ts'
import type { CallbackRules, CallbackUrlRefusal } from '../../domain/callback/callback-url.ts'
import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Commit } from '../ports/commit.ts'
import type { HostLookup } from '../ports/host-lookup.ts'
import { locateCustomer } from './locate-customer.ts'
import type { CustomerQuestion, LocateRefusal } from './locate-customer.ts'
import { actorOf } from './register-customer.ts'
import type { SaveCustomerChange } from './save-customer-change.ts'

export type SetCustomerCallbackRefusal = LocateRefusal | CallbackUrlRefusal

export type SetCustomerCallback = (
  question: CustomerQuestion & { readonly url: string },
) => Promise<Outcome<undefined, SetCustomerCallbackRefusal>>

interface Parts {
  readonly commit: Commit
  readonly types: CustomerTypes
  readonly saveCustomerChange: SaveCustomerChange
  readonly callbackRules: CallbackRules
  readonly hosts: HostLookup
  readonly now: () => Date
}

/**
 * Notes where changes of the customer's status are told to, until `ACCEPTED` or `REJECTED` was told; a
 * later call replaces the address, also for notices still to be delivered (SEP12-99 to 103). Refusals:
 * those of the address, then those of locating; nothing known is `customer_unknown`.
 * Source: SEP-12 1.15.0, PUT customer callback.
 */
export const setCustomerCallback =
  (parts: Parts): SetCustomerCallback =>
  async (question) => {
    const url = readCallbackUrl(question.url, parts.callbackRules)
    if (!url.ok) return url
    const { allowPrivateHosts } = parts.callbackRules
    if (!allowPrivateHosts && !(await parts.hosts.isPublic(url.value))) {
      return refused({ code: 'callback_url_private' })
    }
    // the host is signed as it is kept: lower case, without the usual port (SEP12-108)
    const callbackUrl = new URL(url.value).href
    return parts.commit(async (records) => {
      const { types } = parts
      const located = await locateCustomer(records, question, { types, forChange: true })
      if (!located.ok) return located
      const before = located.value.customer
      if (before === undefined) return refused({ code: 'customer_unknown' })
      if (before.callbackUrl === callbackUrl) return accepted(undefined)
      const after = { ...before, callbackUrl }
      const change = { before, after, actor: actorOf(question) }
      await parts.saveCustomerChange(records, change, parts.now())
      await records.callbacks.redirect(before.id, callbackUrl)
      return accepted(undefined)
    })
  }
