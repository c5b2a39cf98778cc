import { feeUnitsOf, innerOf, type Envelope } from '../ledger/envelope.ts'
import { bidOf, bidPerOperation, isHigher, type Bid } from './fee-rate.ts'

export interface TransactionSet {
  readonly transactions: readonly Envelope[]
  /** What each operation of the set pays: above the ledger's base fee only when not all fitted. */
  readonly baseFee: bigint
}

interface Limits {
  readonly baseFee: bigint
  readonly mostOperations: number
}

/** The best bids that fit a ledger, and the price they clear at (SBX-33). */
export function chooseForLedger(
  candidates: readonly Envelope[],
  { baseFee, mostOperations }: Limits,
): TransactionSet {
  const passedBy = new Set<string>()
  const chosen = new Set<Envelope>()
  let room = BigInt(mostOperations)
  for (const envelope of bestFirst(candidates)) {
    const { source } = innerOf(envelope)
    if (passedBy.has(source)) continue
    if (feeUnitsOf(envelope) > room) {
      passedBy.add(source)
      continue
    }
    room -= feeUnitsOf(envelope)
    chosen.add(envelope)
  }
  const transactions = candidates.filter((envelope) => chosen.has(envelope))
  return { transactions, baseFee: passedBy.size === 0 ? baseFee : lowestBid(transactions, baseFee) }
}

/**
 * By bid; one that waits behind another of its account is worth no more than that one, so that it
 * never comes first.
 */
function bestFirst(candidates: readonly Envelope[]): readonly Envelope[] {
  const worth = new Map<string, Bid>()
  const valued = candidates.map((envelope) => {
    const { source } = innerOf(envelope)
    const before = worth.get(source)
    const own = bidOf(envelope)
    const bid = before !== undefined && isHigher(own, before) ? before : own
    worth.set(source, bid)
    return { envelope, bid }
  })
  return valued
    .toSorted((one, other) => byHigher(one.bid, other.bid))
    .map(({ envelope }) => envelope)
}

function byHigher(one: Bid, other: Bid): number {
  if (isHigher(one, other)) return -1
  return isHigher(other, one) ? 1 : 0
}

function lowestBid(transactions: readonly Envelope[], baseFee: bigint): bigint {
  const [first, ...others] = transactions.map(bidPerOperation)
  if (first === undefined) return baseFee
  return others.reduce((lowest, bid) => (bid < lowest ? bid : lowest), first)
}
