import { availableBalance } from '../ledger/balance.ts'
import type { Admission } from '../ledger/closed-ledger.ts'
import { feeSourceOf, feeUnitsOf, innerOf, type Envelope } from '../ledger/envelope.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { transactionResult, type Refusal } from '../ledger/transaction-result.ts'
import { bidOf, bidsMore, isHigher, outbid, replacementBid, type Bid } from './fee-rate.ts'
import type { Pending, Waiting } from './pending.ts'

/** What a transaction meets in the queue before and after its own validity is looked at. */

export const refuse = (code: Refusal, feeCharged: bigint): Admission => ({
  status: 'ERROR',
  result: transactionResult({ code }, feeCharged),
})

/** The waiting transaction that stands in the way of a new one of the same account. */
export function inTheWayOf(
  envelope: Envelope,
  waiting: readonly Waiting[],
  allowChaining: boolean,
): Envelope | undefined {
  const last = waiting.at(-1)?.envelope
  if (!allowChaining || last === undefined) return last
  const { sequence } = innerOf(envelope)
  if (sequence === innerOf(last).sequence + 1n) return undefined
  return waiting.find((one) => innerOf(one.envelope).sequence === sequence)?.envelope ?? last
}

/** The answer to another transaction of an account that has one waiting; none when it may replace it. */
export function besideAnswer(envelope: Envelope, waiting: Envelope): Admission | undefined {
  if (isSame(waiting, envelope)) return { status: 'DUPLICATE' }
  const { sequence } = innerOf(envelope)
  const current = innerOf(waiting).sequence
  if (sequence < current) return refuse('txBadSeq', 0n)
  if (envelope.kind === 'plain' || sequence > current) return { status: 'TRY_AGAIN_LATER' }
  const needed = replacementBid(waiting, envelope)
  return envelope.fee < needed ? refuse('txInsufficientFee', needed) : undefined
}

/** The same transaction, or the bare inner one of a waiting fee bump. */
const isSame = (waiting: Envelope, envelope: Envelope): boolean =>
  waiting.hash === envelope.hash || innerOf(waiting).hash === envelope.hash

interface Crowd {
  readonly pending: Pending
  readonly replaced: Envelope | undefined
  readonly mostOperations: bigint
  /** The best bid that had to go since the last close; a new one has to beat it. */
  readonly evictedBid: Bid | undefined
}

export type Space =
  | { readonly evicted: readonly Envelope[] }
  /** The bid with which it would have fitted; 0 when no bid would do. */
  | { readonly needed: bigint }

/** What has to go for a transaction to fit, or why it cannot. */
export function roomFor(envelope: Envelope, crowd: Crowd): Space {
  const { pending, replaced, mostOperations, evictedBid } = crowd
  if (evictedBid !== undefined && !isHigher(bidOf(envelope), evictedBid)) {
    return { needed: outbid(evictedBid, envelope) }
  }
  if (feeUnitsOf(envelope) > mostOperations) return { needed: 0n }
  let used = pending.operations + feeUnitsOf(envelope)
  if (replaced !== undefined) used -= feeUnitsOf(replaced)
  if (used <= mostOperations) return { evicted: [] }
  const evicted: Envelope[] = []
  for (const other of cheapestFirst(pending, replaced)) {
    if (used <= mostOperations) break
    if (!bidsMore(envelope, other)) return { needed: outbid(bidOf(other), envelope) }
    evicted.push(other)
    used -= feeUnitsOf(other)
  }
  return { evicted }
}

const cheapestFirst = (pending: Pending, replaced: Envelope | undefined): readonly Envelope[] =>
  pending
    .all()
    .map(({ envelope }) => envelope)
    .filter((envelope) => envelope !== replaced)
    .toSorted((one, other) => (bidsMore(one, other) ? 1 : bidsMore(other, one) ? -1 : 0))

interface Payment {
  readonly ledger: Ledger
  readonly pending: Pending
  readonly replaced: Envelope | undefined
}

/** Whether the fee source can pay for everything of its that waits (SBX-29). */
export function canAfford(envelope: Envelope, { ledger, pending, replaced }: Payment): boolean {
  const payer = feeSourceOf(envelope)
  const account = ledger.account(payer)
  if (account === undefined) return false
  const returned = replaced !== undefined && feeSourceOf(replaced) === payer ? replaced.fee : 0n
  const available = availableBalance(account, ledger.head.baseReserve)
  return available - (envelope.fee - returned) >= pending.feesOf(payer)
}
