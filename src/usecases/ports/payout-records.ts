import type { Payout, PayoutAttempt } from '../../domain/payout/payout.ts'

/** Payouts and their attempts. */
export interface PayoutRecords {
  add(payouts: readonly Payout[]): Promise<void>
  lock(transactionId: string): Promise<Payout | undefined>
  /** Locks those that are there, in one round trip and in one order. */
  lockMany(transactionIds: readonly string[]): Promise<readonly Payout[]>
  find(transactionId: string): Promise<Payout | undefined>
  findMany(transactionIds: readonly string[]): Promise<readonly Payout[]>
  save(...payouts: readonly Payout[]): Promise<void>
  /** Unique (transaction, number) and unique key: the database makes a payout happen once. */
  addAttempts(attempts: readonly PayoutAttempt[]): Promise<void>
  saveAttempts(attempts: readonly PayoutAttempt[]): Promise<void>
  attempts(transactionId: string): Promise<readonly PayoutAttempt[]>
  /** Attempts of many payouts in one round trip, by transaction and number. */
  attemptsOfMany(transactionIds: readonly string[]): Promise<readonly PayoutAttempt[]>
  attemptsByKeys(idempotencyKeys: readonly string[]): Promise<readonly PayoutAttempt[]>
  /** Payouts that are `due`, `claimed` or `pending` with `dueAt` not after `now`, longest due first. */
  due(now: Date, limit: number): Promise<readonly Payout[]>
  /** Newest first, keyset by (updatedAt, transaction id). */
  listDead(query: {
    readonly before?: { readonly at: Date; readonly id: string }
    readonly limit: number
  }): Promise<readonly Payout[]>
  /** Delivered attempts with `askAgainAt` not after `now`, longest due first. */
  attemptsToAsk(now: Date, limit: number): Promise<readonly PayoutAttempt[]>
  /** Sets `askAgainAt` of those that are delivered still, and leaves out those that are being changed. */
  askAgain(plans: readonly AskPlan[]): Promise<void>
  listAttempts(query: AttemptQuery): Promise<readonly PayoutAttempt[]>
}

export interface AskPlan {
  readonly idempotencyKey: string
  /** Undefined: never. */
  readonly at: Date | undefined
}

export interface AttemptQuery {
  readonly transactionId?: string
  readonly states?: readonly string[]
  readonly before?: { readonly startedAt: Date; readonly key: string }
  readonly limit: number
}
