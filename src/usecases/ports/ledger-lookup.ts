import type { Ledger } from '../../domain/network/ledger.ts'

/** What the network can be read of at this moment. */
export interface NetworkHead {
  readonly latest: Pick<Ledger, 'sequence' | 'closedAt'>
  /** The oldest ledger that is still told. */
  readonly elder: bigint
}

/** Ledgers of the network. Failures of every call: `NetworkUnavailable`. */
export interface LedgerLookup {
  head(): Promise<NetworkHead>
  /** Undefined: not there, not yet or no more. */
  find(sequence: bigint): Promise<Ledger | undefined>
}
