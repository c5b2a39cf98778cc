import { readAccountAddress } from '../client/account-address.ts'
import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import { isMemoType, readMemo } from '../transaction/memo.ts'
import { isSameCustomerKey } from './customer.ts'
import type { Customer, CustomerKey, CustomerMemo } from './customer.ts'

/** The account and memo a login token names; see `Principal`. */
export interface Claimant {
  readonly account: string
  readonly memo?: string
}

/** Whom a request says it is about; each part may be absent, as the token says enough (SEP12-12). */
export interface ClaimedIdentity {
  readonly account?: string
  readonly memo?: string
  readonly memoType?: string
}

export type IdentityRefusal =
  | { readonly code: 'account_of_another' }
  | { readonly code: 'memo_of_another' }
  | { readonly code: 'memo_with_contract' }
  | { readonly code: 'memo_type_unknown' }
  | { readonly code: 'memo_malformed'; readonly type: CustomerMemo['type'] }

/**
 * The customer a request is about, by the token and by what the request says. Guards in this order:
 * account, memo against the token's, memo of a contract, memo type, memo form.
 * Source: SEP-12 1.15.0, "Authentication", "Shared omnibus accounts".
 */
export function claimedKey(
  claimant: Claimant,
  claimed: ClaimedIdentity,
): Outcome<CustomerKey, IdentityRefusal> {
  if (claimed.account !== undefined && !isOwnAccount(claimant, claimed.account)) {
    return refused({ code: 'account_of_another' })
  }
  if (claimant.memo !== undefined) {
    if (claimed.memo !== undefined && claimed.memo !== claimant.memo) {
      return refused({ code: 'memo_of_another' })
    }
    return accepted({
      account: claimant.account,
      memo: { type: 'id', value: claimant.memo },
    })
  }
  if (claimant.account.startsWith('C') && claimed.memo !== undefined) {
    return refused({ code: 'memo_with_contract' })
  }
  return keyByMemo(claimant.account, claimed)
}

/**
 * Whether the token reaches a customer found by its id: its own one, and without a memo in the token
 * all that were created under the account (SEP12-26).
 */
export const mayReach = (claimant: Claimant, customer: Customer): boolean =>
  customer.key.account === claimant.account &&
  (claimant.memo === undefined ||
    isSameCustomerKey(customer.key, {
      account: claimant.account,
      memo: { type: 'id', value: claimant.memo },
    }))

/** Whether the account named is the token's: as `G…`, or as the `M…` of the same id (SEP12-14). */
export function isOwnAccount(claimant: Claimant, account: string): boolean {
  if (account === claimant.account) return true
  const address = readAccountAddress(account)
  return (
    address?.muxedId !== undefined &&
    address.account === claimant.account &&
    address.muxedId === claimant.memo
  )
}

/** One spelling per memo, so that one memo is one customer (SEP12-21). */
function keyByMemo(
  account: string,
  { memo, memoType = 'id' }: ClaimedIdentity,
): Outcome<CustomerKey, IdentityRefusal> {
  if (!isMemoType(memoType)) return refused({ code: 'memo_type_unknown' })
  if (memo === undefined) return accepted({ account })
  const read = readMemo(memoType, memo)
  return read === undefined
    ? refused({ code: 'memo_malformed', type: memoType })
    : accepted({ account, memo: read })
}
