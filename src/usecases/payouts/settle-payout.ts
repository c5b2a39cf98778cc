import { later } from '../../domain/payout/back-off.ts'
import { isOpen } from '../../domain/payout/decisions.ts'
import type { PayoutState } from '../../domain/payout/payout.ts'
import type { Records } from '../ports/commit.ts'
import type { PayoutRail } from '../ports/payout-rail.ts'
import { hearRail } from './hear-rail.ts'
import type { PayoutParts, RecordRailWord } from './record-rail-word.ts'

/**
 * Asks the rail what became of a payout that it accepted, until it is delivered, rejected or returned
 * (SEP31-55). A rail that tells by webhook makes this a mere safety net.
 *
 * Answers the payout's state, or `idle` when it is not time to ask.
 * Failures: `DatabaseUnavailable`. Repeats: an answer known already changes nothing.
 */
export type SettlePayout = (transactionId: string) => Promise<PayoutState | 'idle'>

export interface SettleParts extends PayoutParts {
  readonly rail: Pick<PayoutRail, 'find'>
  readonly recordRailWord: RecordRailWord
}

export const settlePayout =
  (parts: SettleParts): SettlePayout =>
  async (transactionId) => {
    const key = await parts.commit((records) => takeQuestion(records, transactionId, parts))
    if (key === undefined) return 'idle'
    const word = await hearRail(() => parts.rail.find(key))
    return (await parts.recordRailWord(key, word ?? { trouble: { code: 'lost' } })) ?? 'idle'
  }

/** The key to ask for; the next look is put off meanwhile, so that only one worker asks. */
async function takeQuestion(
  { payouts }: Records,
  transactionId: string,
  { now, patience }: SettleParts,
): Promise<string | undefined> {
  const moment = now()
  const payout = await payouts.lock(transactionId)
  if (payout?.state !== 'pending' || payout.dueAt > moment) return undefined
  const attempts = await payouts.attempts(transactionId)
  const attempt = attempts.find(isOpen)
  if (attempt === undefined) return undefined
  await payouts.save({ ...payout, dueAt: later(moment, patience.claimMs) })
  return attempt.idempotencyKey
}
