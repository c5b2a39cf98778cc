import { formField } from '../http/form.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import { namesIn } from '../network/slip-in.ts'
import type { Asked } from './registry.ts'

/** The accounts and hashes in a submitted transaction, for faults that wait for one of them. */
export function namedInSubmission(asked: Asked, networkPassphrase: string): ReadonlySet<string> {
  if (asked.method !== 'POST') return new Set()
  try {
    return namesIn(readEnvelope(formField(asked, 'tx') ?? '', networkPassphrase))
  } catch {
    return new Set()
  }
}
