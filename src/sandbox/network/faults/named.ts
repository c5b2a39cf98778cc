import { formField } from '../http/form.ts'
import { feeSourceOf, innerOf, readEnvelope } from '../ledger/envelope.ts'
import { namedAccount } from '../history/addresses.ts'
import { participantsOf } from '../history/participants.ts'
import type { Asked } from './registry.ts'

/** The accounts and hashes in a submitted transaction, for faults that wait for one of them. */
export function namedInSubmission(asked: Asked, networkPassphrase: string): ReadonlySet<string> {
  if (asked.method !== 'POST') return new Set()
  try {
    const sent = formField(asked, 'tx') ?? ''
    const envelope = readEnvelope(sent, networkPassphrase)
    const inner = innerOf(envelope)
    const accounts = inner.operations.flatMap((operation) => {
      const source = operation.sourceAccount
        ? namedAccount(operation.sourceAccount).account
        : inner.source
      return [...participantsOf(operation, source, [])]
    })
    return new Set([envelope.hash, inner.hash, inner.source, feeSourceOf(envelope), ...accounts])
  } catch {
    return new Set()
  }
}
