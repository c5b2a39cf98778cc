import { feeUnitsOf, type Envelope } from '../ledger/envelope.ts'

/** Bids compared per operation, without ever dividing (SBX-27, SBX-33). */

export interface Bid {
  readonly fee: bigint
  readonly units: bigint
}

export const bidOf = (envelope: Envelope): Bid => ({
  fee: envelope.fee,
  units: feeUnitsOf(envelope),
})

export const isHigher = (one: Bid, other: Bid): boolean =>
  one.fee * other.units > other.fee * one.units

export const bidsMore = (one: Envelope, other: Envelope): boolean =>
  isHigher(bidOf(one), bidOf(other))

/** The whole stroops bid per operation. */
export const bidPerOperation = (envelope: Envelope): bigint => envelope.fee / feeUnitsOf(envelope)

const replacementFactor = 10n

/** The bid with which a fee bump takes the place of a pending transaction. */
export function replacementBid(pending: Envelope, bump: Envelope): bigint {
  const units = feeUnitsOf(pending)
  return (pending.fee * feeUnitsOf(bump) * replacementFactor + units - 1n) / units
}

/** The smallest bid that is more per operation than another's. */
export const outbid = (other: Bid, newcomer: Envelope): bigint =>
  (other.fee * feeUnitsOf(newcomer)) / other.units + 1n
