/**
 * Our transfer to the receiving client. One payout per transaction; each try of it is an attempt
 * with an idempotency key of its own.
 *
 * `due`      may be sent from `dueAt` on
 * `claimed`  an attempt is under way or its outcome is unknown: ask the rail for its key, never send again
 * `pending`  the rail has it and will deliver; ask again from `dueAt` on
 * `waiting`  the sending anchor has to correct data first
 * `delivered` done
 * `dead`     given up: an operator has to look and may retry
 */
export type PayoutState = 'due' | 'claimed' | 'pending' | 'waiting' | 'delivered' | 'dead'

export interface Payout {
  readonly transactionId: string
  readonly state: PayoutState
  /** Number of the latest attempt; 0 before the first. */
  readonly attemptNumber: number
  /** Tries since the last progress (new data, operator's retry); bounds the back-off. */
  readonly failures: number
  readonly dueAt: Date
  readonly deadReason?: string
  readonly updatedAt: Date
}

export type AttemptState =
  'claimed' | 'pending' | 'delivered' | 'rejected' | 'returned' | 'not_done'

export interface PayoutAttempt {
  readonly transactionId: string
  /** From 1. */
  readonly number: number
  readonly idempotencyKey: string
  readonly state: AttemptState
  /** The rail's id once it told one. */
  readonly railPayoutId?: string
  readonly reason?: string
  readonly startedAt: Date
  readonly endedAt?: Date
  /** Version of each customer, by id, that the order was made from; absent in attempts of old. */
  readonly customerVersions?: Readonly<Record<string, number>>
  /** Delivered: when the rail is asked whether it came back; absent when it is asked no more. */
  readonly askAgainAt?: Date
}
