import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset, issuerOf } from '../asset.ts'
import { trustLineFlags } from '../balance.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.ClawbackResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.clawback(value))

/** SBX-50. */
export const clawback: OperationRule<BodyOf<'clawback'>> = {
  threshold: 'medium',
  success: result(xdr.ClawbackResult.clawbackSuccess()),
  check({ clawbackOp: { asset, from, amount } }, source) {
    const fine =
      amount > 0n &&
      isValidAsset(asset) &&
      issuerOf(assetKeyOf(asset)) === source &&
      mainAccountOf(from) !== source
    return fine ? undefined : result(xdr.ClawbackResult.clawbackMalformed())
  },
  apply({ clawbackOp: { asset, from, amount } }, { state }) {
    const line = state.trustLine(mainAccountOf(from), assetKeyOf(asset))
    if (line === undefined) return result(xdr.ClawbackResult.clawbackNoTrust())
    if ((line.flags & trustLineFlags.clawback) === 0) {
      return result(xdr.ClawbackResult.clawbackNotClawbackEnabled())
    }
    const balance = line.balance - amount
    if (balance < line.liabilities.selling) {
      return result(xdr.ClawbackResult.clawbackUnderfunded())
    }
    state.put({ ...line, balance })
    return clawback.success
  },
}
