import { nextReturnCheck, returnCheckAfterTrouble } from '../../domain/payout/back-off.ts'
import type { PayoutAttempt } from '../../domain/payout/payout.ts'
import type { Read } from '../ports/commit.ts'
import type { PayoutRail } from '../ports/payout-rail.ts'
import type { AskPlan } from '../ports/payout-records.ts'
import { hearRail } from './hear-rail.ts'
import type { PayoutParts, RailWord, RecordRailWord } from './record-rail-word.ts'

/**
 * Asks the rail whether delivered payouts came back, at widening ages (`ReturnPatience`): its word of a
 * return may have been lost, and the money would be with us unnoticed. One call at a time and so many in
 * a turn, as nobody waits for it; when there are more, they are asked about later and thus more seldom.
 * The first call that is not answered ends the turn. Nothing but a return changes a payout.
 *
 * Answers how many were asked about.
 * Failures: `DatabaseUnavailable`. Repeats: asking changes nothing, and a return is recorded once.
 */
export type AskAfterDelivery = () => Promise<number>

export interface AskParts extends Pick<PayoutParts, 'commit' | 'now' | 'patience'> {
  readonly read: Read
  readonly rail: Pick<PayoutRail, 'find'>
  readonly recordRailWord: RecordRailWord
  readonly turn: AskTurn
}

/** How much is asked before the next turn comes. */
export interface AskTurn {
  readonly callsMax: number
  readonly takesMs: number
}

export const askAfterDelivery =
  (parts: AskParts): AskAfterDelivery =>
  async () => {
    const { commit, read, now, turn } = parts
    const begun = now().getTime()
    const due = await read(({ payouts }) => payouts.attemptsToAsk(now(), turn.callsMax))
    const plans: AskPlan[] = []
    for (const attempt of due) {
      const { plan, isAnswered } = await askAbout(attempt, parts)
      plans.push(plan)
      if (!isAnswered || now().getTime() - begun >= turn.takesMs) break
    }
    if (plans.length > 0) await commit(({ payouts }) => payouts.askAgain(plans))
    return plans.length
  }

async function askAbout(attempt: PayoutAttempt, { rail, recordRailWord, now, patience }: AskParts) {
  const { idempotencyKey, startedAt, endedAt: deliveredAt = startedAt } = attempt
  const word = await hearRail(() => rail.find(idempotencyKey))
  if (word !== undefined && isReturn(word)) await recordRailWord(idempotencyKey, word)
  const trouble = word !== undefined && 'trouble' in word ? word.trouble : undefined
  const at =
    trouble === undefined
      ? nextReturnCheck(deliveredAt, now(), patience)
      : returnCheckAfterTrouble(deliveredAt, { now: now(), waitMs: trouble.waitMs }, patience)
  return { plan: { idempotencyKey, at }, isAnswered: trouble === undefined }
}

/** A bank that forgets old orders, or says of a delivered one what it must not say, gives no news. */
const isReturn = (word: RailWord): boolean => 'reply' in word && word.reply.state === 'returned'
