import { delayMs, later } from './back-off.ts'
import type { PayoutPatience } from './back-off.ts'
import type { Payout, PayoutAttempt } from './payout.ts'
import type { RailTrouble } from './payout-reply.ts'

/** Moment and patience that every decision takes. */
export interface PayoutTerms {
  readonly now: Date
  readonly patience: PayoutPatience
}

/** The payout that received funds owe: due at once. */
export const newPayout = (transactionId: string, now: Date): Payout => ({
  transactionId,
  state: 'due',
  attemptNumber: 0,
  failures: 0,
  dueAt: now,
  updatedAt: now,
})

/** Due at once, with a clean slate: data was corrected, or an operator wants another try. */
export function payoutDueAgain(payout: Payout, now: Date): Payout {
  const { deadReason: _, ...rest } = payout
  return { ...rest, state: 'due', failures: 0, dueAt: now, updatedAt: now }
}

/** Given up: an operator has to look. */
export const deadPayout = (payout: Payout, deadReason: string, now: Date): Payout => ({
  ...payout,
  state: 'dead',
  deadReason,
  dueAt: now,
  updatedAt: now,
})

/** An attempt whose outcome is not known yet; there is at most one per payout. */
export const isOpen = ({ state }: PayoutAttempt): boolean =>
  state === 'claimed' || state === 'pending'

/** A payout taken by one worker: what it has to do is decided by whether the attempt is new. */
export interface ClaimedPayout {
  readonly payout: Payout
  readonly attempt: PayoutAttempt
  /** The attempt was made now. If not, the rail is asked for its key before anything is sent. */
  readonly isNew: boolean
}

/**
 * Takes the payout for one worker, for `claimMs`; undefined when there is nothing to do (not due, or
 * another worker has it). An attempt that is still open is taken up again with its own key, whatever
 * became of the worker that made it: a new key under doubt could pay twice.
 */
export function claimPayout(
  payout: Payout,
  attempts: readonly PayoutAttempt[],
  { now, patience }: PayoutTerms,
): ClaimedPayout | undefined {
  if ((payout.state !== 'due' && payout.state !== 'claimed') || payout.dueAt > now) return undefined
  const open = attempts.find(isOpen)
  const attempt = open ?? newAttempt(payout, now)
  return {
    payout: {
      ...payout,
      state: 'claimed',
      attemptNumber: attempt.number,
      dueAt: later(now, patience.claimMs),
      updatedAt: now,
    },
    attempt,
    isNew: open === undefined,
  }
}

const newAttempt = ({ transactionId, attemptNumber }: Payout, now: Date): PayoutAttempt => ({
  transactionId,
  number: attemptNumber + 1,
  idempotencyKey: `${transactionId}-${attemptNumber + 1}`,
  state: 'claimed',
  startedAt: now,
})

/**
 * The payout after a call that gave no reply: another try later, or given up. The attempt stays open in
 * every case, so that the next try, also an operator's, asks for its key first.
 */
export function afterTrouble(
  payout: Payout,
  trouble: RailTrouble,
  { now, patience }: PayoutTerms,
): Payout {
  const failures = payout.failures + 1
  if (isHopeless(payout, trouble, patience)) {
    return deadPayout({ ...payout, failures }, reasonOf(trouble), now)
  }
  return {
    ...payout,
    state: stateAfter(payout, trouble),
    failures,
    dueAt: later(now, Math.max(delayMs(failures, patience), trouble.waitMs ?? 0)),
    updatedAt: now,
  }
}

/** An order that the rail has is asked after for as long as it takes, unless the rail lost it. */
function isHopeless(payout: Payout, { code }: RailTrouble, patience: PayoutPatience): boolean {
  if (code === 'lost' || code === 'customer_erased' || code === 'customer_rejected') return true
  if (payout.state === 'pending') return false
  return code === 'call_refused' || payout.failures >= patience.failuresMax
}

function stateAfter(payout: Payout, trouble: RailTrouble): Payout['state'] {
  if (payout.state === 'pending') return 'pending'
  return didNothing.has(trouble.code) ? 'due' : 'claimed'
}

const didNothing: ReadonlySet<RailTrouble['code']> = new Set(['unavailable', 'access_refused'])

const reasonOf = ({ code, detail }: RailTrouble): string =>
  detail === undefined ? code : `${code}: ${detail}`
