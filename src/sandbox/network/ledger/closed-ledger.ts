import type { FeeBumpTransaction, Transaction, xdr } from '@stellar/stellar-sdk'
import type { EntryChange } from './entries.ts'
import type { Envelope } from './envelope.ts'

/** What a closed ledger hands to history: everything that Horizon shows is derived from it. */
export interface ClosedLedger {
  readonly sequence: number
  /** Hex SHA-256 of the header XDR; the next ledger's `previousHash`. */
  readonly hash: string
  readonly previousHash: string
  /** Unix seconds. */
  readonly closeTime: bigint
  readonly header: xdr.LedgerHeader
  readonly transactions: readonly AppliedTransaction[]
  /** What an upgrade changed after the transactions; only there when it changed something. */
  readonly upgradeChanges?: readonly EntryChange[]
}

/** A transaction that got into a ledger, successful or not, in order of application. */
export interface AppliedTransaction {
  /** The SDK's view, made when first asked for. */
  readonly envelope: Transaction | FeeBumpTransaction
  /** The same as the ledger read it; `submitted.xdr` is the envelope. */
  readonly submitted: Envelope
  /** Hex hash of the (outer) transaction, and of the inner one of a fee bump. */
  readonly hash: string
  readonly innerHash?: string
  /** Position in the ledger, from 1. */
  readonly index: number
  readonly successful: boolean
  readonly feeCharged: bigint
  readonly result: xdr.TransactionResult
  /** What taking the fee changed, then what consuming the sequence number and one-time signers changed. */
  readonly feeChanges: readonly EntryChange[]
  readonly sequenceChanges: readonly EntryChange[]
  /** One per operation, also when the transaction failed (then `changes` is empty). */
  readonly operations: readonly AppliedOperation[]
}

export interface AppliedOperation {
  readonly result: xdr.OperationResult
  readonly changes: readonly EntryChange[]
}

/** The answer of stellar-core to a submitted envelope. `error` carries the result that left no trace. */
export type Admission =
  | { readonly status: 'PENDING' | 'DUPLICATE' | 'TRY_AGAIN_LATER' }
  | { readonly status: 'ERROR'; readonly result: xdr.TransactionResult }

export interface NetworkParameters {
  readonly networkPassphrase: string
  readonly protocolVersion: number
  readonly baseFee: bigint
  readonly baseReserve: bigint
  readonly maxTxSetSize: number
  readonly totalCoins: bigint
}
