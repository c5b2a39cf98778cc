/**
 * What a rail says of one order, in the words of the port `PayoutRail` (the port's types fit these; the
 * domain knows no port).
 */
export type RailReply =
  | { readonly state: 'delivered'; readonly payoutId: string }
  | { readonly state: 'pending'; readonly payoutId: string }
  | {
      readonly state: 'rejected'
      readonly payoutId?: string
      readonly reason: string
      readonly message: string
      readonly fields: readonly RefusedField[]
    }
  | { readonly state: 'returned'; readonly payoutId: string; readonly reason: string }

export interface RefusedField {
  readonly name: string
  readonly owner: 'receiver' | 'sender' | 'transaction'
  readonly message: string
}

/** Why an order must not leave. */
export type PayoutObstacle = 'customer_erased' | 'customer_rejected'

/**
 * Why there is no reply.
 * `unavailable`      the rail certainly did nothing
 * `outcome_unknown`  it may have
 * `access_refused`   it lets no call of ours in and certainly did nothing: a setting of ours
 * `call_refused`     it does not take this call: a bug of ours
 * `lost`             it told us before that it has the order, and does not know it any more
 * `customer_erased`  it was not asked: the data of a customer is erased, so there is no order to send
 * `customer_rejected` it was not asked: an operator turned a customer away
 */
export interface RailTrouble {
  readonly code:
    'unavailable' | 'outcome_unknown' | 'access_refused' | 'call_refused' | 'lost' | PayoutObstacle
  readonly detail?: string
  /** How long the rail asks us to wait. */
  readonly waitMs?: number
}
