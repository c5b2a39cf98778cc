import { xdr } from '@stellar/stellar-sdk'

/** A transaction result without the difference between a plain and a bumped transaction. */
export interface ResultParts {
  readonly type: xdr.TransactionResultResult['type']
  /** Of a fee bump: what became of the transaction inside. */
  readonly innerType?: xdr.InnerTransactionResultResult['type']
  /** Absent when no operation was looked at. */
  readonly operations?: readonly xdr.OperationResult[]
}

export function resultParts({ result }: xdr.TransactionResult): ResultParts {
  if (result.type === 'txSuccess' || result.type === 'txFailed') {
    return { type: result.type, operations: result.results }
  }
  if (result.type === 'txFeeBumpInnerSuccess' || result.type === 'txFeeBumpInnerFailed') {
    return { type: result.type, ...innerParts(result.innerResultPair.result.result) }
  }
  return { type: result.type }
}

function innerParts(result: xdr.InnerTransactionResultResult): Omit<ResultParts, 'type'> {
  return result.type === 'txSuccess' || result.type === 'txFailed'
    ? { innerType: result.type, operations: result.results }
    : { innerType: result.type }
}

export function decodeResult(resultXdr: string): xdr.TransactionResult {
  return xdr.TransactionResult.fromXdr(resultXdr, 'base64')
}

/** The result inside `opInner`, when the operation got as far as being tried. */
export function triedResult(
  result: xdr.OperationResult | undefined,
): xdr.OperationResultTr | undefined {
  return result?.type === 'opInner' ? result.tr : undefined
}
