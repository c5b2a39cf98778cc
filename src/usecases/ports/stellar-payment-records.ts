import type {
  Match,
  PaymentKey,
  SeenPayment,
  StellarPayment,
  UnmatchedReason,
} from '../../domain/stellar-payment/stellar-payment.ts'

/** Credits seen on watched accounts, and how far each account was read. */
export interface StellarPaymentRecords {
  /** Paging token read so far; undefined: never read. */
  cursor(account: string): Promise<string | undefined>
  /** Creates the cursor row if there is none. */
  startCursor(account: string, cursor: string): Promise<void>
  /**
   * Moves the cursor from `from` to `to`; false when another collector moved it first, and then
   * nothing of this commit may be kept.
   */
  moveCursor(account: string, from: string, to: string): Promise<boolean>
  /** Takes or keeps the collector's seat for an account until `until`; false when somebody else has it. */
  takeSeat(
    account: string,
    holder: string,
    lease: { readonly now: Date; readonly until: Date },
  ): Promise<boolean>
  /**
   * Leaves the seat, if the holder still has it. `readUntil`: everything the network told up to this
   * moment is kept; undefined: the last page was not reached.
   */
  leaveSeat(account: string, holder: string, readUntil?: Date): Promise<void>
  /** Adds facts to the current epoch; those already known are skipped. Returns how many were new. */
  add(payments: readonly StellarPayment[], seenAt: Date): Promise<number>
  /**
   * Payments nobody has matched yet, oldest first, those after `after`; locked for this commit, locked
   * ones skipped. None while collecting is stopped (`NetworkRecords`).
   */
  lockWaiting(account: string, batch: WaitingBatch): Promise<readonly SeenPayment[]>
  settleMatches(matches: readonly SettledMatch[]): Promise<void>
  /** The newest with this operation id. */
  find(id: string): Promise<SeenPayment | undefined>
  listUnmatched(query: UnmatchedQuery): Promise<readonly SeenPayment[]>
  waitingCount(): Promise<number>
}

export interface SettledMatch {
  readonly payment: PaymentKey
  readonly match: Match
}

export interface WaitingBatch {
  readonly after?: Pick<PaymentKey, 'epoch' | 'id'>
  readonly limit: number
}

export interface UnmatchedQuery {
  readonly reason?: UnmatchedReason
  /** Payments before this one (newest first). */
  readonly before?: PaymentKey
  readonly limit: number
}
