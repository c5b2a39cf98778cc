import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { isValidAssetCode, issuedKey } from '../asset.ts'
import { isAuthorized, trustLineFlags } from '../balance.ts'
import { authorizationFlags, authorizeLine, isRevocable } from './authorization.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.AllowTrustResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.allowTrust(value))

/** SBX-46, the older form. */
export const allowTrust: OperationRule<BodyOf<'allowTrust'>> = {
  threshold: 'low',
  success: result(xdr.AllowTrustResult.allowTrustSuccess()),
  check({ allowTrustOp: { trustor, asset, authorize } }, source) {
    const known = authorize <= trustLineFlags.maintainLiabilities
    if (known && isValidAssetCode(asset) && accountIdOf(trustor) !== source) return undefined
    return result(xdr.AllowTrustResult.allowTrustMalformed())
  },
  apply({ allowTrustOp: { trustor, asset, authorize } }, { state, source }) {
    const revocable = isRevocable(state, source)
    if (authorize === 0 && !revocable) return result(xdr.AllowTrustResult.allowTrustCantRevoke())
    const line = state.trustLine(accountIdOf(trustor), issuedKey(asset, source))
    if (line === undefined) return result(xdr.AllowTrustResult.allowTrustNoTrustLine())
    const lowers = authorize === trustLineFlags.maintainLiabilities && isAuthorized(line)
    if (lowers && !revocable) return result(xdr.AllowTrustResult.allowTrustCantRevoke())
    authorizeLine(state, line, (line.flags & ~authorizationFlags) | authorize)
    return allowTrust.success
  },
}
