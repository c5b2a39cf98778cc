import type { Customer } from '../../domain/customer/customer.ts'
import { claimPayout } from '../../domain/payout/decisions.ts'
import type { PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'
import type { PayoutObstacle } from '../../domain/payout/payout-reply.ts'
import type { Records } from '../ports/commit.ts'
import type { PayoutOrder, PayoutRail } from '../ports/payout-rail.ts'
import { hearRail } from './hear-rail.ts'
import { orderOf } from './payout-order.ts'
import type { PayoutParts, RailWord, RecordRailWord } from './record-rail-word.ts'

/**
 * Sends the payout of a transaction when it is due: claims an attempt with its own key in one commit,
 * calls the rail outside of any, keeps what it said in another. An attempt found open (a worker died, the
 * outcome was unknown, the rail was away) is asked for by its key first, and only when the rail does not
 * know it, is sent again under the same key; so whatever is killed when, no payout leaves twice. When a
 * customer was erased or rejected meanwhile, no order is sent: an operator has to look.
 *
 * Answers the payout's state, or `idle` when there was nothing to do (not due, another worker has it).
 * Failures: `DatabaseUnavailable`. A rail that is away is no failure: the next try is planned.
 */
export type SendPayout = (transactionId: string) => Promise<PayoutState | 'idle'>

export interface SendParts extends PayoutParts {
  readonly rail: Pick<PayoutRail, 'send' | 'find'>
  readonly recordRailWord: RecordRailWord
}

export const sendPayout =
  (parts: SendParts): SendPayout =>
  async (transactionId) => {
    const claim = await parts.commit((records) => claimIn(records, transactionId, parts))
    if (claim === undefined) return 'idle'
    const word = await wordOf(parts.rail, claim)
    return (await parts.recordRailWord(claim.order.idempotencyKey, word)) ?? 'idle'
  }

interface Claim {
  readonly order: PayoutOrder
  readonly obstacle: PayoutObstacle | undefined
  readonly attempt: PayoutAttempt
  readonly isNew: boolean
}

async function claimIn(
  records: Records,
  transactionId: string,
  { now, patience }: SendParts,
): Promise<Claim | undefined> {
  const transaction = await records.transactions.lock(transactionId)
  const payout = await records.payouts.lock(transactionId)
  if (transaction === undefined || payout === undefined) return undefined
  const attempts = await records.payouts.attempts(transactionId)
  const claimed = claimPayout(payout, attempts, { now: now(), patience })
  if (claimed === undefined) return undefined
  const { senderId, receiverId } = transaction
  const ids = [senderId, receiverId].filter((id) => id !== undefined)
  const customers = await records.customers.findMany(ids)
  const obstacle = obstacleOf(ids, customers)
  await records.payouts.save(claimed.payout)
  const { isNew } = claimed
  const attempt = isNew
    ? { ...claimed.attempt, customerVersions: versionsOf(customers) }
    : claimed.attempt
  if (isNew) await records.payouts.addAttempt(attempt)
  return { order: orderOf(attempt, transaction, customers), obstacle, attempt, isNew }
}

/** Of an erased customer the order would have gaps; to a rejected one nothing is to be paid. */
function obstacleOf(
  ids: readonly string[],
  customers: readonly Customer[],
): PayoutObstacle | undefined {
  if (ids.some((wanted) => !customers.some(({ id }) => id === wanted))) return 'customer_erased'
  return customers.some(({ rejected }) => rejected !== undefined) ? 'customer_rejected' : undefined
}

const versionsOf = (customers: readonly Customer[]): Readonly<Record<string, number>> =>
  Object.fromEntries(customers.map(({ id, version }) => [id, version]))

async function wordOf(rail: SendParts['rail'], claim: Claim): Promise<RailWord> {
  const known = claim.isNew
    ? undefined
    : await hearRail(() => rail.find(claim.order.idempotencyKey))
  if (known !== undefined) return known
  if (claim.attempt.state === 'pending') return { trouble: { code: 'lost' } }
  if (claim.obstacle !== undefined) return { trouble: { code: claim.obstacle } }
  const sent = await hearRail(() => rail.send(claim.order))
  return sent ?? { trouble: { code: 'outcome_unknown' } }
}
