/** How patient the gateway is with a payout rail. */
export interface PayoutPatience {
  /** How long one call to the rail may be under way before another worker asks what became of it. */
  readonly claimMs: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Tries without progress before a payout is given up to an operator. */
  readonly failuresMax: number
}

/** About six hours of a bank that does not answer, before an operator is asked. */
export const defaultPatience: PayoutPatience = {
  claimMs: 40_000,
  firstDelayMs: 1_000,
  longestDelayMs: 15 * 60_000,
  failuresMax: 32,
}

/** The n-th wait: 1, 2, 4 … times the first one, up to the longest. Without jitter, so tests are exact. */
export function delayMs(failures: number, patience: PayoutPatience): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30)
  return Math.min(patience.firstDelayMs * 2 ** doublings, patience.longestDelayMs)
}

export const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms)
