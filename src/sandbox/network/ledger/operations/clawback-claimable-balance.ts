import { xdr } from '@stellar/stellar-sdk'
import { issuerOf } from '../asset.ts'
import { removeEntry, touchAccount } from '../reserve.ts'
import { balanceKey, clawbackEnabled } from './create-claimable-balance.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.ClawbackClaimableBalanceResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.clawbackClaimableBalance(value))

/** SBX-50. */
export const clawbackClaimableBalance: OperationRule<BodyOf<'clawbackClaimableBalance'>> = {
  threshold: 'medium',
  success: result(xdr.ClawbackClaimableBalanceResult.clawbackClaimableBalanceSuccess()),
  check: () => undefined,
  apply({ clawbackClaimableBalanceOp: { balanceId } }, { state, source }) {
    const entry = state.get(`claimable_balance|${balanceKey(balanceId.v0.value)}`)
    if (entry?.type !== 'claimable_balance') {
      return result(xdr.ClawbackClaimableBalanceResult.clawbackClaimableBalanceDoesNotExist())
    }
    if (issuerOf(entry.asset) !== source) {
      return result(xdr.ClawbackClaimableBalanceResult.clawbackClaimableBalanceNotIssuer())
    }
    if (entry.flags !== clawbackEnabled) {
      return result(xdr.ClawbackClaimableBalanceResult.clawbackClaimableBalanceNotClawbackEnabled())
    }
    touchAccount(state, source)
    removeEntry(state, entry, source)
    return clawbackClaimableBalance.success
  },
}
