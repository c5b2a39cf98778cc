import { TransactionResult } from '@stellar/stellar-sdk/xdr'
import type { OperationResult, TransactionResultResult } from '@stellar/stellar-sdk/xdr'
import { unreadable } from './reading.ts'

/**
 * What an account merge brought, in stroops: Horizon's operation does not tell, the result of its
 * transaction does.
 * @param operationId - TOID: its low 12 bits count the operations of the transaction from 1.
 */
export function mergedUnits(operationId: string, resultXdr: string): bigint {
  const index = Number(BigInt(operationId) & 0xfffn) - 1
  const result = operationResults(decode(resultXdr).result)?.[index]
  const tried = result?.type === 'opInner' ? result.tr : undefined
  const merge = tried?.type === 'accountMerge' ? tried.accountMergeResult : undefined
  if (merge?.type !== 'accountMergeSuccess') throw unreadable('the result is of no account merge')
  return merge.sourceAccountBalance
}

function decode(resultXdr: string): TransactionResult {
  try {
    return TransactionResult.fromXdr(resultXdr, 'base64')
  } catch {
    throw unreadable('result_xdr is no transaction result')
  }
}

/** Of a fee bump: those of the transaction inside. */
function operationResults(result: TransactionResultResult): readonly OperationResult[] | undefined {
  if (result.type === 'txSuccess') return result.results
  if (result.type !== 'txFeeBumpInnerSuccess') return undefined
  const inner = result.innerResultPair.result.result
  return inner.type === 'txSuccess' ? inner.results : undefined
}
