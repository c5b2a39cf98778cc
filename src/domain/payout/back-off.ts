/** How patient the gateway is with a payout rail. */
export interface PayoutPatience {
  /** How long one call to the rail may be under way before another worker asks what became of it. */
  readonly claimMs: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Tries without progress before a payout is given up to an operator. */
  readonly failuresMax: number
  readonly returns: ReturnPatience
}

/** How often a rail is asked whether what it delivered has come back: its word of it may be lost. */
export interface ReturnPatience {
  /** Age of the delivery at the first question. */
  readonly firstMs: number
  /** Age at the last one. */
  readonly untilMs: number
}

/** About six hours of a bank that does not answer, before an operator is asked. */
export const defaultPatience: PayoutPatience = {
  claimMs: 40_000,
  firstDelayMs: 1_000,
  longestDelayMs: 15 * 60_000,
  failuresMax: 32,
  returns: { firstMs: 3_600_000, untilMs: 30 * 86_400_000 }, // banks send back within days
}

/** The n-th wait: 1, 2, 4 … times the first one, up to the longest. Without jitter, so tests are exact. */
export function delayMs(failures: number, patience: PayoutPatience): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30)
  return Math.min(patience.firstDelayMs * 2 ** doublings, patience.longestDelayMs)
}

export const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms)

/**
 * When a delivered payout is asked about next: at the first age, then each time it is twice as old as at
 * the last question, and once more at the end; undefined after that. So there are few questions (eleven
 * in 30 days), and fewer still when they are late.
 */
export function nextReturnCheck(
  deliveredAt: Date,
  now: Date,
  { returns: { firstMs, untilMs } }: PayoutPatience,
): Date | undefined {
  const age = now.getTime() - deliveredAt.getTime()
  if (age >= untilMs) return undefined
  return later(deliveredAt, Math.min(Math.max(firstMs, 2 * age), untilMs))
}

/** When it is asked about again after no answer came; a rail that stays silent is left in peace at last. */
export function returnCheckAfterTrouble(
  deliveredAt: Date,
  { now, waitMs = 0 }: { readonly now: Date; readonly waitMs?: number | undefined },
  { longestDelayMs, returns: { untilMs } }: PayoutPatience,
): Date | undefined {
  const age = now.getTime() - deliveredAt.getTime()
  return age >= 2 * untilMs ? undefined : later(now, Math.max(longestDelayMs, waitMs))
}
