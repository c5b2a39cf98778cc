import type { Principal } from '../../domain/client/principal.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import { readCallbackUrl } from '../../domain/callback/callback-url.ts'
import type { CallbackRules, CallbackUrlRefusal } from '../../domain/callback/callback-url.ts'
import type { Commit } from '../ports/commit.ts'
import type { HostLookup } from '../ports/host-lookup.ts'

export interface SetTransactionCallbackCommand {
  readonly principal: Principal
  readonly id: string
  readonly url: string
}

/**
 * Notes where changes of the status are told to: SEP-31 PUT Transaction Callback. A later call replaces
 * the address, also for notices that are still to be delivered (SEP31-81, SEP31-83).
 * Refusals: those of `readCallbackUrl`, `callback_url_private` also for a name that
 * leads to a private address (SEP31-82), then `not_found` (also another client's).
 */
export type SetTransactionCallback = (
  command: SetTransactionCallbackCommand,
) => Promise<Outcome<undefined, CallbackUrlRefusal | { readonly code: 'not_found' }>>

interface Parts {
  readonly commit: Commit
  readonly callbackRules: CallbackRules
  readonly hosts: HostLookup
}

export const setTransactionCallback =
  ({ commit, callbackRules, hosts }: Parts): SetTransactionCallback =>
  async ({ principal, id, url: given }) => {
    const url = readCallbackUrl(given, callbackRules)
    if (!url.ok) return url
    if (!callbackRules.allowPrivateHosts && !(await hosts.isPublic(url.value))) {
      return refused({ code: 'callback_url_private' })
    }
    return commit(async ({ transactions, callbacks }) => {
      const owned = await transactions.ofOwner(principal, id)
      const before = owned && (await transactions.lock(owned.id))
      if (before === undefined) return refused({ code: 'not_found' })
      if (before.callbackUrl !== url.value) {
        await transactions.save({ ...before, callbackUrl: url.value, version: before.version + 1 })
        await callbacks.redirect(before.id, url.value)
      }
      return accepted(undefined)
    })
  }
