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
  /** The cursor with what else is known of the reading; undefined: never read. */
  place(account: string): Promise<AccountPlace | undefined>
  /** Notes since when the account is to be read, if nobody did; `since` is what the first one noted. */
  wantCursor(
    account: string,
    since: Date,
  ): Promise<{ readonly since: Date; readonly isNew: boolean }>
  /** Gives the account its cursor if it has none. */
  startCursor(account: string, cursor: string): Promise<void>
  /**
   * Moves the cursor; false when another collector moved it first, its epoch is over, or collecting is
   * stopped, and then nothing of this commit may be kept.
   */
  moveCursor(account: string, move: CursorMove): Promise<boolean>
  /** Moves the place up to which everything was read a second time; false as with `moveCursor`. */
  moveChecked(account: string, move: CursorMove): Promise<boolean>
  /** Takes or keeps the collector's seat for an account until `until`; false when somebody else has it. */
  takeSeat(
    account: string,
    holder: string,
    lease: { readonly now: Date; readonly until: Date },
  ): Promise<boolean>
  /**
   * Leaves the seat, if the holder still has it. `read`: everything up to this ledger, closed at that
   * moment, is kept; undefined: the last page was not reached.
   */
  leaveSeat(
    account: string,
    holder: string,
    read?: { readonly until: Date; readonly ledger: bigint },
  ): Promise<void>
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

export interface AccountPlace {
  readonly account: string
  readonly epoch: number
  readonly cursor: string
  /** Up to here everything was read a second time. */
  readonly checked: string
  /** Up to this ledger nothing more of the account was there. */
  readonly readLedger?: bigint
}

export interface CursorMove {
  readonly epoch: number
  readonly from: string
  readonly to: string
}

export interface SettledMatch {
  readonly payment: PaymentKey
  readonly match: Match
}

export interface WaitingBatch {
  readonly after?: Pick<PaymentKey, 'epoch' | 'id' | 'part'>
  readonly limit: number
}

export interface UnmatchedQuery {
  readonly reason?: UnmatchedReason
  /** Payments before this one (newest first). */
  readonly before?: PaymentKey
  readonly limit: number
}
