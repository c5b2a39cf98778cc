import type { ProblemKind } from '../http/problem.ts'

/** A fault: which requests it meets, what it does to them, and how often (SBX-97). */
export interface FaultOrder {
  readonly match?: FaultMatch
  readonly effect: FaultEffect
  /** Removed after so many hits; absent: stays until it is removed. */
  readonly times?: number
}

export interface FaultMatch {
  readonly method?: string
  /** A path, `*` standing for any part of it: `/accounts/*`. */
  readonly path?: string
  /** In the path, in the query, or anywhere in a submitted transaction. */
  readonly account?: string
  readonly hash?: string
  /** What the client calls itself in `X-Client-Name` or `User-Agent`. */
  readonly client?: string
  /** Only from the nth matching request on, counted from 1. */
  readonly nth?: number
  /** Decided by the seed of the network. */
  readonly probability?: number
}

export type FaultEffect =
  | SubmitTimeout
  | {
      readonly kind: 'problem'
      readonly problem: ProblemKind
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'rate_limit'; readonly limit?: number; readonly resetSeconds?: number }
  /** A gateway's HTML page in place of JSON. */
  | { readonly kind: 'bad_gateway' }
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'slow'; readonly headersMs?: number; readonly bodyMs?: number }
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'wrong_content_type'; readonly type?: string }
  | StreamCut
  | { readonly kind: 'stream_error'; readonly problem?: ProblemKind }
  /** Records before the cursor come again: so many in a stream, the last one in a page. */
  | { readonly kind: 'repeat'; readonly records: number }
  | Withhold
  /** Reads answer as they would have some ledgers ago. */
  | { readonly kind: 'stale'; readonly ledgers: number }

/** The caller hears of a time-out, whatever became of the transaction (SBX-98..100). */
export interface SubmitTimeout {
  readonly kind: 'submit_timeout'
  readonly applied: 'now' | 'never' | 'later'
  /** With `later`: how many ledgers close before it goes in. */
  readonly ledgers?: number
  readonly answer?: 'timeout' | 'hang_up' | 'silence'
  /** With `silence`: for how long, before the connection is closed. */
  readonly silenceMs?: number
}

export interface StreamCut {
  readonly kind: 'stream_cut'
  readonly afterBytes?: number
  readonly afterRecords?: number
  /** Streams of this match are refused for so long after the cut. */
  readonly refuseMs?: number
}

/** Transactions kept out of streams, while `/transactions/{hash}` shows them (SBX-103). */
export interface Withhold {
  readonly kind: 'withhold'
  readonly hash: string
  /** Absent: for ever. */
  readonly ledgers?: number
  /** From pages too. */
  readonly pages?: boolean
}

export interface Fault {
  readonly id: string
  readonly order: FaultOrder
  /** Every request it changed, so that a test can assert that its fault fired. */
  readonly hits: readonly FaultHit[]
  readonly removed: boolean
}

export interface FaultHit {
  readonly method: string
  readonly path: string
}
