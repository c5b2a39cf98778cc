import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import type { Envelope } from '../ledger/envelope.ts'
import type { Ledger } from '../ledger/ledger.ts'

export interface TransactionSet {
  readonly transactions: readonly Envelope[]
  /** What each operation of the set pays: higher than the ledger's base fee only when not all fitted. */
  readonly baseFee: bigint
}

export interface QueueOptions {
  /** Several pending transactions of one account, in a row of sequences (off on the real network). */
  readonly allowChaining?: boolean
}

/** Transactions waiting for a ledger (SBX-27..29). */
export interface Queue {
  readonly size: number
  /** Decoded envelopes, in order of arrival. */
  readonly pending: readonly Envelope[]
  /** `elapsed`: whole seconds since the last close. */
  admit(envelope: Envelope, elapsed?: bigint): Admission
  /** What the next ledger takes; what cannot be valid at `closeTime` is dropped and its hash refused for a while. */
  takeForLedger(closeTime: bigint): TransactionSet
  afterClose(closed: ClosedLedger): void
}

export function createQueue(_ledger: Ledger, _options: QueueOptions = {}): Queue {
  throw new Error('the queue is not built yet')
}
