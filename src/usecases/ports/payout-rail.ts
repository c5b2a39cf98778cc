import type { Outcome } from '../../domain/outcome.ts'

/**
 * A rail carries a payout from the anchor's bank to the receiving client's account. This file is all
 * that the use-cases know of it; the `http` rail, the operator's manual rail and the in-memory twin
 * fulfil it alike (one contract suite: test/adapters/payout-rail.contract.ts).
 */

/** A sum of off-ledger money. `units` counts the smallest unit: 10.50 USD is 1050n with 2 decimals. */
export interface PayoutAmount {
  /** ISO 4217, three capital letters. */
  readonly currency: string
  readonly units: bigint
  readonly decimals: number
}

/** Names of SEP-9 (or of SEP-31 `fields.transaction`) to what was given for them. */
export type PayoutFields = Readonly<Record<string, string>>

/**
 * One try at paying one transaction out. The key belongs to the attempt, not to the transaction: after
 * a rejection the corrected payout is a new attempt with a new key, and the old key stays rejected.
 */
export interface PayoutOrder {
  /** Unique per attempt, 1 to 128 printable ASCII characters; committed before the rail is called. */
  readonly idempotencyKey: string
  readonly transactionId: string
  readonly amount: PayoutAmount
  /** The `funding_method` the sending anchor asked for, for example `SEPA` or `WIRE`. */
  readonly method: string
  /** SEP-9 fields of the customer who is paid. */
  readonly receiver: PayoutFields
  /** SEP-9 fields of the customer who pays. */
  readonly sender: PayoutFields
  /** SEP-31 `fields.transaction`, for example `account_number` and `routing_number`. */
  readonly transactionFields: PayoutFields
  /** What the receiving client reads on the bank statement. */
  readonly reference: string
}

/** Whose field the bank refuses; it decides between the two statuses that ask for corrections (SEP-31). */
export type PayoutFieldOwner = 'receiver' | 'sender' | 'transaction'

/** One field that has to be corrected before a new attempt can succeed. */
export interface RejectedPayoutField {
  readonly name: string
  readonly owner: PayoutFieldOwner
  /** A sentence that may be shown to the sending anchor: what is wrong and what to send instead. */
  readonly message: string
}

/** The money is in the receiving client's account. */
export interface PayoutDelivered {
  readonly state: 'delivered'
  readonly payoutId: string
  readonly deliveredAt: Date
}

/** The bank has the order and will say later (by webhook, or when asked by `find`). */
export interface PayoutPending {
  readonly state: 'pending'
  readonly payoutId: string
}

/**
 * The bank says no, for this key for ever; no money moved. With `fields`, a new attempt with corrected
 * fields may succeed; without any, the rejection is for good. A cancelled payout is a rejection with
 * reason `cancelled`.
 */
export interface PayoutRejected {
  readonly state: 'rejected'
  /** Missing when the bank refused the order before it opened a payout. */
  readonly payoutId?: string
  /** Stable snake_case code, for example `invalid_field`, `account_closed`, `cancelled`. */
  readonly reason: string
  readonly message: string
  readonly fields: readonly RejectedPayoutField[]
}

/** Delivered or accepted first, then sent back by the receiving bank: the anchor has the money again. */
export interface PayoutReturned {
  readonly state: 'returned'
  readonly payoutId: string
  /** Stable snake_case code, for example `account_closed`. */
  readonly reason: string
}

/**
 * Where a payout stands. `rejected` and `returned` are final, `pending` may become anything, and
 * `delivered` may only become `returned`.
 */
export type PayoutReply = PayoutDelivered | PayoutPending | PayoutRejected | PayoutReturned

/** Too late: the money has left (or is returned or rejected already). Unknown: no payout with this key. */
export type PayoutCancellation = 'cancelled' | 'too_late' | 'unknown'

/** Carries payouts. No call is ever made inside a commit: claim the attempt first, call, then record. */
export interface PayoutRail {
  /**
   * Orders a payout.
   *
   * Failures: `PayoutOutcomeUnknown` - the bank may have booked it: ask with `find` until it answers,
   * and never send under another key before. `PayoutRailUnavailable` - certainly not booked by this
   * call: the same order may be sent again, later, under the same key.
   *
   * Repeats: the same key and order give the payout's present state and move no more money; the same
   * key with another order throws `PayoutKeyReused` (a bug of ours, not an outcome).
   */
  send(order: PayoutOrder): Promise<PayoutReply>

  /**
   * The present state of the payout ordered under this key; undefined when the bank has none. After an
   * unknown outcome, undefined means that it was not done, and the order may be sent again under the
   * same key. Failures: `PayoutRailUnavailable` only, as asking changes nothing.
   */
  find(idempotencyKey: string): Promise<PayoutReply | undefined>

  /**
   * Stops a payout that is still pending. Failures: `PayoutOutcomeUnknown` (ask with `find`) and
   * `PayoutRailUnavailable`. Repeats: a cancelled payout is `cancelled` again.
   */
  cancel(idempotencyKey: string): Promise<PayoutCancellation>
}

/** A payout's state as the bank told it unasked. */
export interface PayoutNotice {
  readonly idempotencyKey: string
  /** As of the notice: notices may come late, twice or in the wrong order, so it is wise to `find`. */
  readonly reply: PayoutReply
}

export type PayoutNoticeRefusal =
  | { readonly code: 'bad_signature'; readonly message: string }
  | { readonly code: 'stale_timestamp'; readonly message: string }
  | { readonly code: 'malformed_notice'; readonly message: string }

/**
 * Reads the call by which a bank tells an outcome, and checks that the bank made it.
 * @param headers - names in lower case.
 * @param body - the bytes as they came; the signature is over them.
 */
export type ReadPayoutNotice = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Uint8Array,
) => Outcome<PayoutNotice, PayoutNoticeRefusal>

/** The bank may or may not have done it: time-out, dropped connection, 5xx, or a reply that makes no sense. */
export class PayoutOutcomeUnknown extends Error {
  override readonly name = 'PayoutOutcomeUnknown'
  readonly severity = 'warn'
}

/** The bank certainly did nothing: connection refused, 503 before processing, 429. */
export class PayoutRailUnavailable extends Error {
  override readonly name = 'PayoutRailUnavailable'
  readonly severity = 'warn'
  /** How long the bank asks us to wait, where it says so. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    options: ErrorOptions & { readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, options)
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * The bank understood us and refuses the call itself, not the payout: a key used for another order, or an
 * order it cannot read. Certainly not booked by this call, and the same
 * call will not help: a bug or a setting of ours, which an operator has to look at.
 */
export class PayoutCallRefused extends Error {
  override readonly name: string = 'PayoutCallRefused'
  readonly severity = 'error'
  /** The bank's stable code, for example `malformed_order`. */
  readonly code: string

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options)
    this.code = code
  }
}

/**
 * The bank lets no call of ours in: token, signature or clock. It certainly did nothing, and says nothing
 * about this payout: every call is good again once the setting is.
 */
export class PayoutAccessRefused extends PayoutCallRefused {
  override readonly name = 'PayoutAccessRefused'
}

/** The key already belongs to an order with other contents; what was booked is what `find` says. */
export class PayoutKeyReused extends PayoutCallRefused {
  override readonly name = 'PayoutKeyReused'

  constructor(message: string, options: ErrorOptions = {}) {
    super('key_reused', message, options)
  }
}
