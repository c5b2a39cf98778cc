import type { xdr } from '@stellar/stellar-sdk'
import { namedAccount } from './addresses.ts'
import type { NamedAccount } from './addresses.ts'
import { decodeParts } from './envelopes.ts'
import type { EnvelopeParts } from './envelopes.ts'
import { decodeResult, resultParts } from './results.ts'
import type { StoredOperation } from './stored.ts'

/** What the words of one kind of operation are made of. */
export interface ReadOperation {
  readonly body: xdr.OperationBody
  readonly source: NamedAccount
  /** Decoded when it is asked for: most words do without. */
  readonly result: xdr.OperationResult | undefined
  readonly stored: StoredOperation
  /** The transaction that it is in. */
  readonly inner: xdr.Transaction
}

export function readOperation(
  stored: StoredOperation,
  { inner }: EnvelopeParts = decodeParts(stored.transaction.envelopeXdr),
): ReadOperation {
  const { transaction, index } = stored
  const operation = inner.operations[index]
  if (!operation) throw new Error(`operation ${stored.id} is not in its envelope`)
  return {
    body: operation.body,
    source: namedAccount(operation.sourceAccount ?? inner.sourceAccount),
    get result() {
      return resultParts(decodeResult(transaction.resultXdr)).operations?.[index]
    },
    stored,
    inner,
  }
}

/** `<field>` is written by the caller; this adds the muxed forms beside it. */
export function muxedField(field: string, { muxed }: NamedAccount): object {
  return muxed ? { [`${field}_muxed`]: muxed.address, [`${field}_muxed_id`]: muxed.id } : {}
}
