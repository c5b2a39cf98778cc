import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from '../account-id.ts'
import { removeSigner } from '../account-signers.ts'
import { withNative } from '../balance.ts'
import type { AccountEntry } from '../entries.ts'
import { accountIn, removeEntry } from '../reserve.ts'
import { accountFlags } from './account-flags.ts'
import { done, type BodyOf, type OperationRule, type Scope } from './operation-rule.ts'

const result = (value: xdr.AccountMergeResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.accountMerge(value))

/** SBX-44. */
export const accountMerge: OperationRule<BodyOf<'accountMerge'>> = {
  threshold: 'high',
  success: result(xdr.AccountMergeResult.accountMergeSuccess(0n)),
  check({ destination }, source) {
    if (mainAccountOf(destination) !== source) return undefined
    return result(xdr.AccountMergeResult.accountMergeMalformed())
  },
  apply({ destination }, scope) {
    const { state, source } = scope
    const heir = mainAccountOf(destination)
    if (state.account(heir) === undefined) {
      return result(xdr.AccountMergeResult.accountMergeNoAccount())
    }
    const leaving = accountIn(state, source)
    const refusal = refusalToLeave(leaving, scope)
    if (refusal !== undefined) return refusal
    for (const { key } of leaving.signers) removeSigner(state, source, key)
    const { baseReserve } = state.circumstances
    const richer = withNative(accountIn(state, heir), leaving.balance, baseReserve)
    if (richer === undefined) return result(xdr.AccountMergeResult.accountMergeDestFull())
    state.put(richer)
    removeEntry(state, accountIn(state, source), source)
    return result(xdr.AccountMergeResult.accountMergeSuccess(leaving.balance))
  },
}

function refusalToLeave(
  account: AccountEntry,
  { state, sponsorships }: Scope,
): xdr.OperationResult | undefined {
  if ((account.flags & accountFlags.immutable) !== 0) {
    return result(xdr.AccountMergeResult.accountMergeImmutableSet())
  }
  if (account.subentries !== account.signers.length) {
    return result(xdr.AccountMergeResult.accountMergeHasSubEntries())
  }
  // An account must not come back with sequence numbers it has used in this life.
  if (account.sequence >= BigInt(state.circumstances.sequence) << 32n) {
    return result(xdr.AccountMergeResult.accountMergeSeqnumTooFar())
  }
  if (account.sponsoring > 0 || [...sponsorships.values()].includes(account.id)) {
    return result(xdr.AccountMergeResult.accountMergeIsSponsor())
  }
  return undefined
}
