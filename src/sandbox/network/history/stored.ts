import type { EntryChange } from '../ledger/entries.ts'

/** What history keeps. Envelopes and results stay encoded: they are decoded when somebody reads them. */

export interface StoredLedger {
  readonly id: bigint
  readonly sequence: number
  readonly hash: string
  readonly previousHash: string
  readonly closeTime: bigint
  readonly headerXdr: string
  readonly protocolVersion: number
  readonly totalCoins: bigint
  readonly feePool: bigint
  readonly baseFee: number
  readonly baseReserve: number
  readonly maxTxSetSize: number
  readonly transactions: readonly StoredTransaction[]
}

export interface StoredTransaction {
  readonly id: bigint
  readonly ledger: StoredLedger
  readonly hash: string
  readonly innerHash?: string
  readonly successful: boolean
  readonly feeCharged: bigint
  /** What the sender was ready to pay for the whole (outer) transaction. */
  readonly feeBid: bigint
  readonly source: string
  readonly feeSource: string
  readonly envelopeXdr: string
  readonly resultXdr: string
  readonly operations: readonly StoredOperation[]
}

export interface StoredOperation {
  readonly id: bigint
  readonly transaction: StoredTransaction
  /** Position in the transaction, from 0. */
  readonly index: number
  /** Counts as a payment (section 11.4). */
  readonly payment: boolean
  /** Kept only where effects cannot be told from envelope and result alone. */
  readonly changes: readonly EntryChange[]
}
