import { later } from '../../domain/payout/back-off.ts'
import { isOpen } from '../../domain/payout/decisions.ts'
import type { PayoutState } from '../../domain/payout/payout.ts'
import type { Records } from '../ports/commit.ts'
import type { PayoutRail } from '../ports/payout-rail.ts'
import { gathered } from '../commits/gathered.ts'
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

export const settlePayout = (parts: SettleParts): SettlePayout => {
  const keyToAsk = gathered((transactionIds: readonly string[]) =>
    parts.commit((records) => takeQuestions(records, transactionIds, parts)),
  )
  return async (transactionId) => {
    const key = await keyToAsk(transactionId)
    if (key === undefined) return 'idle'
    const word = await hearRail(() => parts.rail.find(key))
    return (await parts.recordRailWord(key, word ?? { trouble: { code: 'lost' } })) ?? 'idle'
  }
}

/** The keys to ask for; the next look is put off meanwhile, so that only one worker asks. */
async function takeQuestions(
  { payouts }: Records,
  transactionIds: readonly string[],
  { now, patience }: SettleParts,
): Promise<ReadonlyMap<string, string | undefined>> {
  const locked = await payouts.lockMany(transactionIds)
  const open = (await payouts.attemptsOfMany(transactionIds)).filter(isOpen)
  const moment = now()
  const taken = locked.flatMap((payout) => {
    const attempt = open.find(({ transactionId }) => transactionId === payout.transactionId)
    const isTime = payout.state === 'pending' && payout.dueAt <= moment
    return isTime && attempt !== undefined ? [{ payout, attempt }] : []
  })
  const dueAt = later(moment, patience.claimMs)
  await payouts.save(...taken.map(({ payout }) => ({ ...payout, dueAt })))
  const keyOf = (id: string) =>
    taken.find(({ attempt }) => attempt.transactionId === id)?.attempt.idempotencyKey
  return new Map(transactionIds.map((id) => [id, keyOf(id)]))
}
