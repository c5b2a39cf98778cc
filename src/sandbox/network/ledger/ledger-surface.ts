import type { xdr } from '@stellar/stellar-sdk'
import type { ClosedLedger, NetworkParameters } from './closed-ledger.ts'
import type {
  AccountEntry,
  DataEntry,
  Entry,
  EntryKey,
  OfferEntry,
  TrustLineEntry,
} from './entries.ts'
import type { Envelope } from './envelope.ts'

/** The last closed ledger. */
export interface LedgerHead {
  readonly sequence: number
  /** Hex SHA-256 of the header XDR. */
  readonly hash: string
  readonly closeTime: bigint
  readonly baseFee: bigint
  readonly baseReserve: bigint
  readonly protocolVersion: number
  readonly maxTxSetSize: number
  readonly totalCoins: bigint
  readonly feePool: bigint
  readonly idPool: bigint
}

export type CheckVerdict =
  { readonly ok: true } | { readonly ok: false; readonly result: xdr.TransactionResult }

export interface CheckCircumstances {
  /** Whole seconds since the last close; they push out the expected close time. */
  readonly elapsed?: bigint
  /** When the next ledger will close, if that is known. */
  readonly closeTime?: bigint
  /** The source's sequence once what waits before this transaction has been applied. */
  readonly sequence?: bigint
}

export interface Upgrades {
  readonly baseFee?: bigint
  readonly baseReserve?: bigint
  readonly maxTxSetSize?: number
}

export interface ClosePlan {
  readonly transactions: readonly Envelope[]
  readonly closeTime: bigint
  /** What each operation is charged; the ledger's base fee unless the queue found a higher clearing rate. */
  readonly baseFee?: bigint
  /** `fifo` keeps the given order; a seed shuffles accounts, each in the order of its sequences. */
  readonly applyOrder?: 'fifo' | { readonly seed: string }
  /** Take effect after the transactions of this ledger. */
  readonly upgrades?: Upgrades
  /** The transactions come from a record of our own: their signatures were verified then. */
  readonly replayed?: boolean
}

/** Opaque; belongs to the ledger it was taken from, and can be restored any number of times. */
export interface LedgerSnapshot {
  readonly head: LedgerHead
}

export interface Ledger {
  readonly parameters: NetworkParameters
  readonly head: LedgerHead
  /** Header and (no) transactions of the first ledger, for history. */
  readonly genesis: ClosedLedger
  account(id: string): AccountEntry | undefined
  entry(key: EntryKey): Entry | undefined
  entries(): Iterable<Entry>
  /** Trust lines, offers and data entries of an account. */
  subentriesOf(account: string): Iterable<TrustLineEntry | OfferEntry | DataEntry>
  /** Admission without a queue (SBX-21). */
  check(envelope: Envelope, circumstances?: CheckCircumstances): CheckVerdict
  close(plan: ClosePlan): ClosedLedger
  snapshot(): LedgerSnapshot
  restore(snapshot: LedgerSnapshot): void
}
