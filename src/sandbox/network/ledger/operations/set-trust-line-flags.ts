import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset, issuerOf } from '../asset.ts'
import { trustLineFlags } from '../balance.ts'
import { authorizationFlags, authorizeLine, isRevocable } from './authorization.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.SetTrustLineFlagsResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.setTrustLineFlags(value))

const clearable = authorizationFlags | trustLineFlags.clawback

/** SBX-46. */
export const setTrustLineFlags: OperationRule<BodyOf<'setTrustLineFlags'>> = {
  threshold: 'low',
  success: result(xdr.SetTrustLineFlagsResult.setTrustLineFlagsSuccess()),
  check({ setTrustLineFlagsOp: op }, source) {
    const issuer = issuerOf(assetKeyOf(op.asset))
    const wrongParties =
      !isValidAsset(op.asset) || issuer !== source || accountIdOf(op.trustor) === source
    return wrongParties || hasWrongMasks(op)
      ? result(xdr.SetTrustLineFlagsResult.setTrustLineFlagsMalformed())
      : undefined
  },
  apply({ setTrustLineFlagsOp: op }, { state, source }) {
    if (revokes(op) && !isRevocable(state, source)) {
      return result(xdr.SetTrustLineFlagsResult.setTrustLineFlagsCantRevoke())
    }
    const line = state.trustLine(accountIdOf(op.trustor), assetKeyOf(op.asset))
    if (line === undefined) {
      return result(xdr.SetTrustLineFlagsResult.setTrustLineFlagsNoTrustLine())
    }
    const flags = (line.flags & ~op.clearFlags) | op.setFlags
    if ((flags & authorizationFlags) === authorizationFlags) {
      return result(xdr.SetTrustLineFlagsResult.setTrustLineFlagsInvalidState())
    }
    authorizeLine(state, line, flags)
    return setTrustLineFlags.success
  },
}

function hasWrongMasks({ setFlags, clearFlags }: xdr.SetTrustLineFlagsOp): boolean {
  return (
    (setFlags & clearFlags) !== 0 ||
    (setFlags & ~authorizationFlags) !== 0 ||
    setFlags === authorizationFlags ||
    (clearFlags & ~clearable) !== 0
  )
}

/** By the masks alone: whether the line has the flag at all does not matter. */
const revokes = ({ setFlags, clearFlags }: xdr.SetTrustLineFlagsOp): boolean =>
  (clearFlags & authorizationFlags) !== 0 && (setFlags & trustLineFlags.authorized) === 0
