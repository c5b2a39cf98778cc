/** What stands open in the database, for operators: counts and ages, nothing of anybody. */
export interface Backlog {
  /** Transactions by phase: open phases are counted up to `countMax`, ended ones are estimated. */
  readonly transactions: readonly { readonly phase: string; readonly count: number }[]
  readonly accounts: readonly AccountBacklog[]
  /** Payments that fit no transaction, by reason; the newest `countMax`. */
  readonly unmatched: readonly { readonly reason: string; readonly count: number }[]
  /** Payouts that are due, claimed, pending or dead. */
  readonly payouts: readonly { readonly state: string; readonly count: number }[]
  /** Earliest moment from which a payout should have been taken on; absent: none is open. */
  readonly payoutDueSince?: Date
  readonly callbacks: {
    readonly due: number
    readonly dead: number
    /** Of the dead ones, those given up within a day. */
    readonly deadLately: number
    readonly dueSince?: Date
  }
  readonly events: {
    readonly highest: bigint
    readonly unnumbered: number
    readonly unnumberedSince?: Date
    /** Jobs that wait to be handed to the queue. */
    readonly outbox: number
  }
  /** Collecting stands still until an operator decides. */
  readonly networkStop?: { readonly reason: string; readonly since: Date }
}

/** How far one of our accounts is read. */
export interface AccountBacklog {
  readonly account: string
  readonly watchedSince: Date
  /** Ledger up to which everything of the account is kept. */
  readonly readLedger?: bigint
  readonly readUntil?: Date
  /** Payments that are kept and not yet matched. */
  readonly waiting: number
}

export const countMax = 100_000

export interface BacklogRecords {
  /** One round trip, bounded in time by the database itself, and in work by `countMax`. */
  read(): Promise<Backlog>
  /** Names of the migrations that were run; the simplest question there is. */
  appliedMigrations(): Promise<readonly string[]>
}
