import type { Owner } from './transaction.ts'
import type { Happening, Phase } from './lifecycle.ts'

/** What happened to a transaction; kept for ever, in the commit of the change itself. */
export interface TransactionEvent {
  readonly id: string
  readonly transactionId: string
  readonly owner: Owner
  /** `opened` for the first, a happening of the lifecycle, or a fact that moved no phase. */
  readonly type: 'opened' | Happening | 'infoPartlyReceived' | 'payoutFailed' | 'payoutRetried'
  readonly from?: Phase
  readonly to: Phase
  /** The transaction's version after the change. */
  readonly version: number
  readonly at: Date
  readonly actor: Actor
  /** For people; carries no personal data. */
  readonly note?: string
}

/** Who caused it. */
export type Actor =
  | { readonly kind: 'client'; readonly account: string; readonly memo?: string }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'network'; readonly stellarPaymentId: string }
  | { readonly kind: 'rail'; readonly payoutId?: string }
  | { readonly kind: 'gateway' }

/** An event that has its place in the stream. */
export interface RecordedEvent extends TransactionEvent {
  readonly sequence: bigint
}
