import { xdr } from '@stellar/stellar-sdk'
import type { FeeBumpEnvelope } from './envelope.ts'

/** Why a transaction as a whole is refused, before or instead of its operations. */
export type Refusal =
  | 'txTooEarly'
  | 'txTooLate'
  | 'txMissingOperation'
  | 'txBadSeq'
  | 'txBadAuth'
  | 'txInsufficientBalance'
  | 'txNoAccount'
  | 'txInsufficientFee'
  | 'txBadAuthExtra'
  | 'txBadSponsorship'
  | 'txBadMinSeqAgeOrGap'
  | 'txMalformed'
  | 'txSorobanInvalid'

export type Verdict =
  | { readonly code: Refusal }
  | {
      readonly code: 'txSuccess' | 'txFailed'
      readonly operations: readonly xdr.OperationResult[]
    }

export function transactionResult(verdict: Verdict, feeCharged: bigint): xdr.TransactionResult {
  return new xdr.TransactionResult({
    feeCharged,
    result: resultArm(verdict),
    ext: xdr.TransactionResultExt.v0(),
  })
}

function resultArm(verdict: Verdict): xdr.TransactionResultResult {
  return 'operations' in verdict
    ? xdr.TransactionResultResult[verdict.code]([...verdict.operations])
    : xdr.TransactionResultResult[verdict.code]()
}

/** The result of a fee bump whose inner transaction was looked at; the inner fee is always 0. */
export function feeBumpResult(
  envelope: FeeBumpEnvelope,
  inner: Verdict,
  feeCharged: bigint,
): xdr.TransactionResult {
  const pair = new xdr.InnerTransactionResultPair({
    transactionHash: envelope.inner.hashBytes,
    result: new xdr.InnerTransactionResult({
      feeCharged: 0n,
      result:
        'operations' in inner
          ? xdr.InnerTransactionResultResult[inner.code]([...inner.operations])
          : xdr.InnerTransactionResultResult[inner.code](),
      ext: xdr.InnerTransactionResultExt.v0(),
    }),
  })
  return new xdr.TransactionResult({
    feeCharged,
    result:
      inner.code === 'txSuccess'
        ? xdr.TransactionResultResult.txFeeBumpInnerSuccess(pair)
        : xdr.TransactionResultResult.txFeeBumpInnerFailed(pair),
    ext: xdr.TransactionResultExt.v0(),
  })
}
