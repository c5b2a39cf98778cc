import { feeUnitsOf, type Envelope } from '../ledger/envelope.ts'

/** Bids compared per operation, without ever dividing (SBX-27, SBX-33). */

export const bidsMore = (one: Envelope, other: Envelope): boolean =>
  one.fee * feeUnitsOf(other) > other.fee * feeUnitsOf(one)

/** For sorting: the highest bid per operation first. */
export function byBidDescending(one: Envelope, other: Envelope): number {
  if (bidsMore(one, other)) return -1
  return bidsMore(other, one) ? 1 : 0
}

/** The whole stroops bid per operation. */
export const bidPerOperation = (envelope: Envelope): bigint => envelope.fee / feeUnitsOf(envelope)

const replacementFactor = 10n

/** The bid with which a fee bump takes the place of a pending transaction. */
export function replacementBid(pending: Envelope, bump: Envelope): bigint {
  const units = feeUnitsOf(pending)
  return (pending.fee * feeUnitsOf(bump) * replacementFactor + units - 1n) / units
}

/** The smallest bid that is more per operation than another's. */
export const outbid = (other: Envelope, newcomer: Envelope): bigint =>
  (other.fee * feeUnitsOf(newcomer)) / feeUnitsOf(other) + 1n
