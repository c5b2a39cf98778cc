import type { MemoType } from '../asset/asset-policy.ts'
import type { Fee } from '../fee/fee-schedule.ts'
import type { AssetName } from '../money/amount.ts'
import type { Phase } from './lifecycle.ts'

/** Base account and id memo (or muxed id) of the client that created a record; the memo may be absent. */
export interface Owner {
  readonly account: string
  readonly memo?: string
}

export interface Memo {
  readonly type: MemoType
  /** `id`: unsigned 64-bit decimal; `text`: up to 28 bytes; `hash`: base64 of 32 bytes. */
  readonly value: string
}

/** The record of one cross-border payment that a sending anchor asked for. Source: SEP-31. */
export interface Transaction {
  readonly id: string
  readonly kind: 'receive'
  readonly phase: Phase
  /** Grows by one with each saved change. */
  readonly version: number
  readonly owner: Owner
  /** Code of the asset as in `/info`. */
  readonly assetCode: string
  readonly assetIn: AssetName
  /** Units of `assetIn` (7 decimals) that have to arrive. */
  readonly amountInUnits: bigint
  readonly assetOut: AssetName
  /** Units of `assetOut` (its ISO 4217 minor unit) that the receiving client gets. */
  readonly amountOutUnits: bigint
  /** Decimals of `amountOutUnits` as they were when it was opened, whatever the configuration says later. */
  readonly assetOutDecimals: number
  /** The `destination_asset` the client named, if any; then amount out is told only after the payment (SEP31-65). */
  readonly destinationAsset?: AssetName
  /** In units of `assetIn`; amount in − fee = amount out, to the unit. */
  readonly fee: Fee
  readonly fundingMethod: string
  readonly senderId?: string
  readonly receiverId?: string
  /** SEP-12 types the two customers are checked for. */
  readonly senderType?: string
  readonly receiverType?: string
  /** Where the sending anchor pays, and the memo that names this transaction there. */
  readonly distributionAccount: string
  readonly memo: Memo
  readonly refundMemo?: Memo
  /** Per-payment bank data by name (SEP-31 `fields.transaction`). Personal data: encrypted at rest. */
  readonly fields: Readonly<Record<string, string>>
  /** Fields of the transaction the rail refused, with the reason; only in `awaitingPayoutTransactionInfo`. */
  readonly wantedFields: Readonly<Record<string, string>>
  /** Customer fields the rail refused, by side; only in `awaitingPayoutCustomerInfo`. */
  readonly wantedCustomerFields: readonly WantedCustomerField[]
  readonly requiredInfoMessage?: string
  readonly statusMessage?: string
  readonly language: string
  /** Run of the network in which it was funded; absent: the first. */
  readonly stellarEpoch?: number
  /** Operation id (TOID) and hash of the Stellar payment that funded it. */
  readonly stellarPaymentId?: string
  readonly stellarTransactionHash?: string
  readonly fundsReceivedAt?: Date
  /** The rail's own id of the payout. */
  readonly externalTransactionId?: string
  readonly callbackUrl?: string
  readonly startedAt: Date
  /** When the current status was reached. */
  readonly updatedAt: Date
  readonly completedAt?: Date
  /** Until when the phase before the funds may last; starts anew when it may be paid. */
  readonly lapsesAt: Date
}

export interface WantedCustomerField {
  readonly owner: 'sender' | 'receiver'
  readonly name: string
  readonly message: string
}
