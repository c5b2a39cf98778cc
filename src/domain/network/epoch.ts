import type { Ledger } from './ledger.ts'

/** One run of the network, from one reset to the next. */
export interface Epoch {
  /** From 1. */
  readonly number: number
  readonly beganAt: Date
  /** A ledger of this run, by which it is known again; absent: none was seen yet. */
  readonly anchor?: Ledger
}

/**
 * Why collecting stopped. `reset`: the network began anew (or is another one). `gap`: ledgers that were
 * not read yet are no longer told (trimmed history).
 */
export type StopReason = 'reset' | 'gap'

/** Nothing is collected, matched or expired until an operator has decided. */
export interface Stop {
  readonly id: string
  readonly epoch: number
  readonly reason: StopReason
  /** For people. */
  readonly detail: string
  /** The oldest ledger the network told when it was noticed. */
  readonly elder: bigint
  readonly stoppedAt: Date
  readonly decision?: Decision
}

/**
 * What an operator decided. `new_epoch`: everything is read from the beginning of the new run. `go_on`:
 * reading goes on at the oldest ledger that is still told.
 */
export interface Decision {
  readonly kind: 'new_epoch' | 'go_on'
  readonly at: Date
  readonly by: string
}
