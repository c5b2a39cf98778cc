import { xdr } from '@stellar/stellar-sdk'
import type { PlainEnvelope } from './envelope.ts'
import { operationSource } from './operation-check.ts'
import { ruleFor } from './operations/operation-table.ts'
import type { LedgerState } from './state.ts'

interface OperationInPlace {
  readonly operation: xdr.Operation
  readonly envelope: PlainEnvelope
  readonly index: number
  readonly sponsorships: Map<string, string>
}

/** One operation against the state; the caller takes a failed one back. */
export function applyOperation(
  state: LedgerState,
  { operation, envelope, index, sponsorships }: OperationInPlace,
): xdr.OperationResult {
  const { body } = operation
  const rule = ruleFor(body)
  const source = operationSource(operation, envelope)
  if (rule === undefined) return xdr.OperationResult.opNotSupported()
  if (state.account(source) === undefined) return xdr.OperationResult.opNoAccount()
  return (
    rule.check(body, source) ??
    rule.apply(body, {
      state,
      source,
      index,
      transaction: { source: envelope.source, sequence: envelope.sequence },
      sponsorships,
    })
  )
}
