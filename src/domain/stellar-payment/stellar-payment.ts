import type { AssetName } from '../money/amount.ts'

/**
 * The memo of a Stellar transaction as the network has it; `hash` and `return` in base64. A text memo
 * whose bytes are no readable text (not UTF-8, or with a NUL) is `\x` and the bytes in hex: no memo of
 * ours looks like that.
 */
export type NetworkMemo =
  | { readonly type: 'none' }
  | { readonly type: 'id' | 'text' | 'hash' | 'return'; readonly value: string }

/** How money came to a watched account. */
export type CreditKind =
  | 'payment'
  | 'path_payment_strict_receive'
  | 'path_payment_strict_send'
  | 'create_account'
  | 'account_merge'
  | 'claim_claimable_balance'
  /** A contract's transfer, or a kind of operation that this version does not know. */
  | 'other'

/** What one operation credited to a watched account in one asset, as a fact of the ledger. */
export interface StellarPayment {
  /** Horizon's operation id (TOID): unique in one run of the network. */
  readonly id: string
  readonly account: string
  /** Which of the assets it is, counted from 0: a contract may credit several at once. Absent: 0. */
  readonly part?: number
  readonly kind: CreditKind
  readonly asset: AssetName
  /** What was credited here, in stroops; never what was sent. */
  readonly units: bigint
  readonly from: string
  readonly memo: NetworkMemo
  /** Muxed id of the destination, when it was an M… address. */
  readonly muxedId?: string
  readonly transactionHash: string
  readonly ledgerClosedAt: Date
}

/** Why a payment funds no transaction. */
export type UnmatchedReason =
  | 'no_memo'
  | 'unknown_memo'
  | 'wrong_asset'
  | 'wrong_amount'
  | 'too_late'
  | 'already_funded'
  | 'not_payable'
  | 'conflicting_memo'
  | 'not_a_payment'

export type Match =
  | { readonly state: 'waiting' }
  | { readonly state: 'matched'; readonly transactionId: string }
  | {
      readonly state: 'unmatched'
      readonly reason: UnmatchedReason
      readonly transactionId?: string
    }

/** The run of the network that Fairlead was started in. Each reset begins another one. */
export const firstEpoch = 1

/** What names a seen payment: a network that was reset numbers its operations anew. */
export interface PaymentKey {
  readonly epoch: number
  readonly id: string
  /** One operation of a contract may credit several accounts. */
  readonly account: string
  readonly part?: number
}

/** A payment with what became of it. */
export interface SeenPayment extends StellarPayment, PaymentKey {
  readonly match: Match
  readonly seenAt: Date
}
