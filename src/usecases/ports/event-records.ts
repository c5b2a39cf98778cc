import type { TransactionEvent, RecordedEvent } from '../../domain/transaction/event.ts'

/**
 * The append-only log of what happened. Sequences are given by `assignSequences` after the commit
 * that added the event (one caller at a time, under a lock), so a reader that has seen sequence n
 * never later finds a smaller one: readers may resume from any sequence.
 */
export interface EventRecords {
  add(events: readonly TransactionEvent[]): Promise<void>
  /** Gives numbers to committed events that have none, oldest first, and returns the highest number. */
  assignSequences(limit: number): Promise<{ readonly assigned: number; readonly highest: bigint }>
  highestSequence(): Promise<bigint>
  /** Numbered events after `after`, in order; only those of `owner` when given. */
  after(query: EventQuery): Promise<readonly RecordedEvent[]>
  /** The timeline of one transaction, oldest first. */
  ofTransaction(transactionId: string): Promise<readonly RecordedEvent[]>
  /** The timelines of many in one round trip; each one's events oldest first. */
  ofTransactions(transactionIds: readonly string[]): Promise<readonly RecordedEvent[]>
}

export interface EventQuery {
  readonly after: bigint
  readonly limit: number
  readonly owner?: { readonly account: string; readonly memo?: string }
  readonly transactionId?: string
}
