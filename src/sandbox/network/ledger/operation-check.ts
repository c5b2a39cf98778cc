import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from './account-id.ts'
import type { AccountEntry } from './entries.ts'
import type { PlainEnvelope } from './envelope.ts'
import type { ThresholdLevel } from './operations/operation-rule.ts'
import { ruleFor, thresholdOf } from './operations/operation-table.ts'
import { unsupportedSuccess } from './operations/unsupported.ts'
import type { SignatureCheck } from './signatures.ts'
import type { LedgerState } from './state.ts'

export const operationSource = (operation: xdr.Operation, envelope: PlainEnvelope): string =>
  operation.sourceAccount === null ? envelope.source : mainAccountOf(operation.sourceAccount)

export interface SignedOperation {
  readonly operation: xdr.Operation
  readonly envelope: PlainEnvelope
  readonly signatures: SignatureCheck
}

/** Whether the signatures are enough for one operation; the reason when they are not. */
export function authorizationRefusal(
  state: LedgerState,
  { operation, envelope, signatures }: SignedOperation,
): xdr.OperationResult | undefined {
  const id = operationSource(operation, envelope)
  const source = state.account(id)
  if (source !== undefined) {
    const needed = weightFor(source, thresholdOf(operation.body))
    return signatures.accountReaches(source, needed) ? undefined : xdr.OperationResult.opBadAuth()
  }
  return signatures.signersReach([{ key: id, weight: 1 }], 0)
    ? undefined
    : xdr.OperationResult.opBadAuth()
}

/** Row 11 of SBX-21 for one operation: supported, then authorized, then well-formed. */
export function admissionRefusal(
  state: LedgerState,
  signed: SignedOperation,
): xdr.OperationResult | undefined {
  const { operation, envelope } = signed
  const rule = ruleFor(operation.body)
  if (rule === undefined) return xdr.OperationResult.opNotSupported()
  return (
    authorizationRefusal(state, signed) ??
    rule.check(operation.body, operationSource(operation, envelope))
  )
}

/** What a result shows for an operation nobody looked at. */
export const untouchedResult = ({ body }: xdr.Operation): xdr.OperationResult =>
  ruleFor(body)?.success ?? unsupportedSuccess(body)

function weightFor({ thresholds }: AccountEntry, level: ThresholdLevel): number {
  return thresholds[level]
}
