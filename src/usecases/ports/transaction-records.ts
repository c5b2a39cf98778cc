import type { TransactionEvent } from '../../domain/transaction/event.ts'
import type { Memo, Owner, Transaction } from '../../domain/transaction/transaction.ts'

/** Transactions of all clients. Loads by a client take the owner, so nobody sees another's. */
export interface TransactionRecords {
  /**
   * Adds the transaction with its first events and the idempotency key it was opened with: one round
   * trip, all or nothing. `memo_taken`: (distribution account, memo) is in use, draw another;
   * `key_taken`: the owner's key was used before, or is being used by another commit.
   */
  open(opening: NewTransaction): Promise<'opened' | 'memo_taken' | 'key_taken'>
  /** Saves the next versions in one round trip; throws when another commit saved one of them first. */
  save(...transactions: readonly Transaction[]): Promise<void>
  ofOwner(owner: Owner, id: string): Promise<Transaction | undefined>
  /** Locks the row until the commit ends. */
  lock(id: string): Promise<Transaction | undefined>
  /** Locks those that are there, in one round trip and in one order. */
  lockMany(ids: readonly string[]): Promise<readonly Transaction[]>
  find(id: string): Promise<Transaction | undefined>
  findMany(ids: readonly string[]): Promise<readonly Transaction[]>
  /** Locks the transactions that these memos on this account name, in one round trip. */
  lockByMemos(account: string, memos: readonly Memo[]): Promise<readonly Transaction[]>
  /** Transactions that wait for data of this customer, before or after funds. */
  waitingForCustomer(customerId: string): Promise<readonly string[]>
  /**
   * Unfunded ones whose deadline lies more than `graceMs` back, and for which no payment can still turn
   * up: their account was read past deadline and grace, and no unmatched payment names them. (An account
   * that nobody watches has no payments to wait for.)
   */
  lapsed(query: LapsedQuery & { readonly limit: number }): Promise<readonly string[]>
  /** Locks those of `ids` that are still as `lapsed` tells; locked ones are skipped. */
  lockLapsed(ids: readonly string[], query: LapsedQuery): Promise<readonly Transaction[]>
  list(query: TransactionQuery): Promise<readonly Transaction[]>
  /** The idempotency record of a client's key; see `IdempotentOpening`. */
  openingByKey(owner: Owner, key: string): Promise<IdempotentOpening | undefined>
}

export interface LapsedQuery {
  readonly now: Date
  /** How long after the deadline a payment made in time may still be on its way to us. */
  readonly graceMs: number
}

/** Everything that is stored when a transaction is opened. */
export interface NewTransaction {
  readonly transaction: Transaction
  readonly events: readonly TransactionEvent[]
  readonly idempotency?: { readonly key: string; readonly inputHash: string }
}

/** First use of an idempotency key: hash of the input and the transaction it gave. */
export interface IdempotentOpening {
  readonly key: string
  readonly inputHash: string
  readonly transactionId: string
}

/** Newest first, keyset by (startedAt, id). */
export interface TransactionQuery {
  readonly owner?: Owner
  /** Every memo of this base account; for operators only. */
  readonly ownerAccount?: string
  readonly ids?: readonly string[]
  readonly phases?: readonly string[]
  readonly externalTransactionId?: string
  readonly stellarTransactionHash?: string
  readonly customerId?: string
  readonly memo?: string
  readonly assetCode?: string
  readonly startedFrom?: Date
  readonly startedBefore?: Date
  readonly after?: { readonly startedAt: Date; readonly id: string }
  readonly before?: { readonly startedAt: Date; readonly id: string }
  /** Backwards: the last ones before `before`, still given newest first. */
  readonly backwards?: boolean
  readonly limit: number
}
