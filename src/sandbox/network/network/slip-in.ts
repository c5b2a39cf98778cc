import { namedAccount } from '../history/addresses.ts'
import { participantsOf } from '../history/participants.ts'
import { feeSourceOf, innerOf } from '../ledger/envelope.ts'
import type { Envelope } from '../ledger/envelope.ts'

/**
 * A foreign transaction that gets in first (SBX-110, 112). Before admission of the one it waits for,
 * it takes that one's place in the sequence; before application, it changes what was checked.
 */
export interface SlipIn {
  readonly envelope: Envelope
  /** A hash, or an account that takes part in the transaction it waits for. */
  readonly before: string
  readonly when: 'admission' | 'application'
}

export interface SlipIns {
  add(slipIn: SlipIn): void
  /** Those that waited for one of these transactions; each comes once. */
  take(when: SlipIn['when'], envelopes: readonly Envelope[]): readonly Envelope[]
  /** What they waited for will not come. */
  clear(): void
}

export function createSlipIns(): SlipIns {
  let waiting: SlipIn[] = []
  return {
    add(slipIn) {
      waiting.push(slipIn)
    },
    take(when, envelopes) {
      if (waiting.length === 0) return []
      const names = new Set(envelopes.flatMap((envelope) => [...namesIn(envelope)]))
      const due = waiting.filter((one) => one.when === when && names.has(one.before))
      waiting = waiting.filter((one) => !due.includes(one))
      return due.map(({ envelope }) => envelope)
    },
    clear() {
      waiting = []
    },
  }
}

/** Hashes and accounts of a transaction. */
export function namesIn(envelope: Envelope): ReadonlySet<string> {
  const inner = innerOf(envelope)
  const accounts = inner.operations.flatMap((operation) => {
    const source = operation.sourceAccount
      ? namedAccount(operation.sourceAccount).account
      : inner.source
    return [...participantsOf(operation, source, [])]
  })
  return new Set([envelope.hash, inner.hash, inner.source, feeSourceOf(envelope), ...accounts])
}
