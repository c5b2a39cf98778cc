import { xdr } from '@stellar/stellar-sdk'
import { removeEntry, touchAccount } from '../reserve.ts'
import { holdsAt } from './claim-predicate.ts'
import { balanceKey } from './create-claimable-balance.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'
import { credit, type CreditRefusal } from './transfer.ts'

const result = (value: xdr.ClaimClaimableBalanceResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.claimClaimableBalance(value))

const refusals: Record<CreditRefusal, xdr.OperationResult> = {
  noTrust: result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceNoTrust()),
  notAuthorized: result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceNotAuthorized()),
  lineFull: result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceLineFull()),
}

/** SBX-48. */
export const claimClaimableBalance: OperationRule<BodyOf<'claimClaimableBalance'>> = {
  threshold: 'low',
  success: result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceSuccess()),
  check: () => undefined,
  apply({ claimClaimableBalanceOp: { balanceId } }, { state, source }) {
    const entry = state.get(`claimable_balance|${balanceKey(balanceId.v0.value)}`)
    if (entry?.type !== 'claimable_balance') {
      return result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceDoesNotExist())
    }
    const claimant = entry.claimants.find(({ destination }) => destination === source)
    if (claimant === undefined || !holdsAt(claimant.predicate, state.circumstances.closeTime)) {
      return result(xdr.ClaimClaimableBalanceResult.claimClaimableBalanceCannotClaim())
    }
    const { asset, amount } = entry
    const refusal = credit(state, { account: source, asset, amount })
    if (refusal !== undefined) return refusals[refusal]
    touchAccount(state, source)
    removeEntry(state, entry, source)
    return claimClaimableBalance.success
  },
}
