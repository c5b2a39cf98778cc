import { xdr } from '@stellar/stellar-sdk'
import { accountIn } from '../reserve.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.BumpSequenceResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.bumpSequence(value))

/** SBX-45: never lowers the sequence, but always notes when it was asked for. */
export const bumpSequence: OperationRule<BodyOf<'bumpSequence'>> = {
  threshold: 'low',
  success: result(xdr.BumpSequenceResult.bumpSequenceSuccess()),
  check({ bumpSequenceOp: { bumpTo } }) {
    return bumpTo < 0n ? result(xdr.BumpSequenceResult.bumpSequenceBadSeq()) : undefined
  },
  apply({ bumpSequenceOp: { bumpTo } }, { state, source }) {
    const account = accountIn(state, source)
    state.put({
      ...account,
      sequence: bumpTo > account.sequence ? bumpTo : account.sequence,
      sequenceLedger: state.circumstances.sequence,
      sequenceTime: state.circumstances.closeTime,
    })
    return bumpSequence.success
  },
}
