import { xdr } from '@stellar/stellar-sdk'
import type { ReserveRefusal } from '../reserve.ts'
import type { LedgerState } from '../state.ts'

export type ThresholdLevel = 'low' | 'medium' | 'high'

/** Where an operation is applied. */
export interface Scope {
  readonly state: LedgerState
  /** The account the operation acts for; it exists. */
  readonly source: string
  /** Position in the transaction, from 0. */
  readonly index: number
  readonly transaction: { readonly source: string; readonly sequence: bigint }
  /** Open sandwiches of this transaction: sponsored account → sponsor. */
  readonly sponsorships: Map<string, string>
}

/** One kind of operation: what it takes to sign it, what it may not say, what it does. */
export interface OperationRule<Body extends xdr.OperationBody> {
  readonly threshold: ThresholdLevel | ((body: Body) => ThresholdLevel)
  /** What stands in a result for an operation that was not looked at. */
  readonly success: xdr.OperationResult
  /** The *malformed* family: what is wrong whatever the state of the ledger. */
  readonly check: (body: Body, source: string) => xdr.OperationResult | undefined
  readonly apply: (body: Body, scope: Scope) => xdr.OperationResult
}

export type BodyOf<Type extends xdr.OperationBody['type']> = Extract<
  xdr.OperationBody,
  { type: Type }
>

export const done = (tr: xdr.OperationResultTr): xdr.OperationResult =>
  xdr.OperationResult.opInner(tr)

export const succeeded = (result: xdr.OperationResult): boolean =>
  result.type === 'opInner' && result.tr.value.type.endsWith('Success')

/** The result of an operation whose entry could not be paid for. */
export function reserveResult(
  refusal: ReserveRefusal,
  lowReserve: xdr.OperationResult,
): xdr.OperationResult {
  switch (refusal) {
    case 'low_reserve':
      return lowReserve
    case 'too_many_subentries':
      return xdr.OperationResult.opTooManySubentries()
    case 'too_many_sponsoring':
      return xdr.OperationResult.opTooManySponsoring()
  }
}
