import type { Customer } from '../../domain/customer/customer.ts'
import { partyIdsOf } from '../../domain/customer/party.ts'
import { claimPayout } from '../../domain/payout/decisions.ts'
import type { ClaimedPayout } from '../../domain/payout/decisions.ts'
import type { Payout, PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'
import type { PayoutObstacle } from '../../domain/payout/payout-reply.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { Records } from '../ports/commit.ts'
import type { PayoutOrder, PayoutRail } from '../ports/payout-rail.ts'
import { gathered } from '../commits/gathered.ts'
import { hearRail } from './hear-rail.ts'
import { orderOf } from './payout-order.ts'
import type { PayoutParts, RailWord, RecordRailWord } from './record-rail-word.ts'

/**
 * Sends the payout of a transaction when it is due: claims an attempt with its own key in one commit,
 * calls the rail outside of any, keeps what it said in another; payouts of the same moment share these
 * commits. An attempt found open (a worker died, the outcome was unknown, the rail was away) is asked for
 * by its key first, and only when the rail does not know it, is sent again under the same key; so whatever
 * is killed when, no payout leaves twice. When a customer was erased or rejected meanwhile, no order is
 * sent: an operator has to look.
 *
 * Answers the payout's state, or `idle` when there was nothing to do (not due, another worker has it).
 * Failures: `DatabaseUnavailable`. A rail that is away is no failure: the next try is planned.
 */
export type SendPayout = (transactionId: string) => Promise<PayoutState | 'idle'>

export interface SendParts extends PayoutParts {
  readonly rail: Pick<PayoutRail, 'send' | 'find'>
  readonly recordRailWord: RecordRailWord
}

export const sendPayout = (parts: SendParts): SendPayout => {
  const claimed = gathered((transactionIds: readonly string[]) =>
    parts.commit((records) => claimIn(records, transactionIds, parts)),
  )
  return async (transactionId) => {
    const claim = await claimed(transactionId)
    if (claim === undefined) return 'idle'
    const word = await wordOf(parts.rail, claim)
    return (await parts.recordRailWord(claim.order.idempotencyKey, word)) ?? 'idle'
  }
}

interface Claim {
  readonly payout: Payout
  readonly order: PayoutOrder
  readonly obstacle: PayoutObstacle | undefined
  readonly attempt: PayoutAttempt
  readonly isNew: boolean
}

/** Load, decide, save. Undefined: there is nothing to do. */
async function claimIn(
  { transactions, payouts, customers }: Records,
  transactionIds: readonly string[],
  { now, patience }: SendParts,
): Promise<ReadonlyMap<string, Claim | undefined>> {
  const locked = await transactions.lockMany(transactionIds)
  const due = await payouts.lockMany(transactionIds)
  const attempts = await payouts.attemptsOfMany(transactionIds)
  const parties = await customers.findMany(locked.flatMap(partyIdsOf))
  const terms = { now: now(), patience }
  const claims = locked.flatMap((transaction) => {
    const payout = due.find((one) => one.transactionId === transaction.id)
    const made = attempts.filter((one) => one.transactionId === transaction.id)
    const claimed = payout && claimPayout(payout, made, terms)
    return claimed === undefined ? [] : [claimOf(transaction, parties, claimed)]
  })
  await payouts.save(...claims.map(({ payout }) => payout))
  await payouts.addAttempts(claims.filter(({ isNew }) => isNew).map(({ attempt }) => attempt))
  const claimOfId = (id: string) => claims.find(({ attempt }) => attempt.transactionId === id)
  return new Map(transactionIds.map((id) => [id, claimOfId(id)]))
}

function claimOf(
  transaction: Transaction,
  known: readonly Customer[],
  { payout, attempt: open, isNew }: ClaimedPayout,
): Claim {
  const ids = partyIdsOf(transaction)
  const customers = known.filter(({ id }) => ids.includes(id))
  const attempt = isNew ? { ...open, customerVersions: versionsOf(customers) } : open
  const order = orderOf(attempt, transaction, customers)
  return { payout, order, obstacle: obstacleOf(ids, customers), attempt, isNew }
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
