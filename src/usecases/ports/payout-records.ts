import type { Payout, PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'

/** Payouts and their attempts. */
export interface PayoutRecords {
  add(payouts: readonly Payout[]): Promise<void>
  lock(transactionId: string): Promise<Payout | undefined>
  find(transactionId: string): Promise<Payout | undefined>
  save(payout: Payout): Promise<void>
  /** Unique (transaction, number) and unique key: the database makes a payout happen once. */
  addAttempt(attempt: PayoutAttempt): Promise<void>
  saveAttempt(attempt: PayoutAttempt): Promise<void>
  attempts(transactionId: string): Promise<readonly PayoutAttempt[]>
  attemptByKey(idempotencyKey: string): Promise<PayoutAttempt | undefined>
  /** Transaction ids whose payout is `due`, `claimed` or `pending` with `dueAt` not after `now`. */
  due(
    now: Date,
    limit: number,
  ): Promise<readonly { readonly transactionId: string; readonly state: PayoutState }[]>
  /** Newest first; `before` is the transaction id of the last one seen. */
  listDead(query: {
    readonly before?: { readonly at: Date; readonly id: string }
    readonly limit: number
  }): Promise<readonly Payout[]>
  listAttempts(query: AttemptQuery): Promise<readonly PayoutAttempt[]>
}

export interface AttemptQuery {
  readonly transactionId?: string
  readonly states?: readonly string[]
  readonly before?: { readonly startedAt: Date; readonly key: string }
  readonly limit: number
}
