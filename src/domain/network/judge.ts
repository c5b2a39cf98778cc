import type { Ledger } from './ledger.ts'

/**
 * - `same`: a ledger of the run that the anchor is of, or one that was asked a moment ago: behind it.
 * - `reset`: proof of another run.
 * - `beyond`: only the hash of the anchor's own ledger can tell.
 */
export type Verdict = 'same' | 'reset' | 'beyond'

/**
 * Whether a ledger that the network shows is of the same run as the anchor, a ledger seen before. In one
 * run the closing times grow with the numbers, and another run begins after everything of this one was
 * closed; so a lower ledger closed later is of another run, while a lower one closed earlier comes from
 * a Horizon that is behind (a stale answer is never taken for a reset).
 */
export function judgeLedger(
  anchor: Ledger,
  { sequence, closedAt }: Pick<Ledger, 'sequence' | 'closedAt'>,
): Verdict {
  if (sequence > anchor.sequence) return 'beyond'
  if (closedAt > anchor.closedAt) return 'reset'
  if (sequence === anchor.sequence && closedAt < anchor.closedAt) return 'reset'
  return 'same'
}
