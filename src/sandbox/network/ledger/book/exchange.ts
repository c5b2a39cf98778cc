import { maxInt64 } from '../balance.ts'
import type { OfferEntry } from '../entries.ts'

/**
 * How much changes hands when an offer is taken (SBX-51). *Wheat* is what the offer sells, *sheep*
 * what it wants; its price is sheep per wheat.
 */

export type Price = OfferEntry['price']

export type Rounding = 'normal' | 'strictSend' | 'strictReceive'

export interface Bounds {
  readonly wheatSend: bigint
  readonly wheatReceive: bigint
  readonly sheepSend: bigint
  readonly sheepReceive: bigint
}

export interface Exchange {
  readonly wheat: bigint
  readonly sheep: bigint
  /** Something of the offer is left over; otherwise the taker's side is. */
  readonly wheatStays: boolean
}

export function exchange(price: Price, bounds: Bounds, rounding: Rounding): Exchange {
  const raw = exchangeUnchecked(price, bounds, rounding)
  if (rounding !== 'normal' || !isOffPrice(price, raw)) return raw
  return { wheat: 0n, sheep: 0n, wheatStays: raw.wheatStays }
}

/** Without the rule that the effective price may not be off by more than one percent. */
export function exchangeUnchecked(price: Price, bounds: Bounds, rounding: Rounding): Exchange {
  const n = BigInt(price.n)
  const d = BigInt(price.d)
  const wheatValue = least(bounds.wheatSend * n, bounds.sheepReceive * d)
  const sheepValue = least(bounds.sheepSend * d, bounds.wheatReceive * n)
  return wheatValue > sheepValue
    ? { ...wheatLeft({ n, d, value: sheepValue }, bounds, rounding), wheatStays: true }
    : { ...sheepLeft({ n, d, value: wheatValue }), wheatStays: false }
}

interface Terms {
  readonly n: bigint
  readonly d: bigint
  /** The smaller side, in n × wheat = d × sheep. */
  readonly value: bigint
}

/** The rounding favours the side that stays: here the offer. */
function wheatLeft({ n, d, value }: Terms, bounds: Bounds, rounding: Rounding) {
  if (rounding === 'strictSend') {
    return { wheat: value / n, sheep: least(bounds.sheepSend, bounds.sheepReceive) }
  }
  if (n > d || rounding === 'strictReceive') {
    const wheat = value / n
    return { wheat, sheep: ceiling(wheat * n, d) }
  }
  const sheep = value / d
  return { wheat: (sheep * d) / n, sheep }
}

function sheepLeft({ n, d, value }: Terms) {
  if (n > d) {
    const wheat = value / n
    return { wheat, sheep: (wheat * n) / d }
  }
  const sheep = value / d
  return { wheat: ceiling(sheep * d, n), sheep }
}

function isOffPrice(price: Price, { wheat, sheep }: Pick<Exchange, 'wheat' | 'sheep'>): boolean {
  const fair = 100n * BigInt(price.n) * wheat
  const paid = 100n * BigInt(price.d) * sheep
  const difference = fair > paid ? fair - paid : paid - fair
  return difference > BigInt(price.n) * wheat
}

/** What is left of an offer that can give and take no more than this; 0 when it cannot trade. */
export const adjustedAmount = (price: Price, wheatSend: bigint, sheepReceive: bigint): bigint =>
  exchange(
    price,
    { wheatSend, sheepReceive, wheatReceive: maxInt64, sheepSend: maxInt64 },
    'normal',
  ).wheat

export const isDearer = (one: Price, other: Price): boolean =>
  BigInt(one.n) * BigInt(other.d) > BigInt(other.n) * BigInt(one.d)

export const least = (one: bigint, ...others: readonly bigint[]): bigint =>
  others.reduce((smallest, other) => (other < smallest ? other : smallest), one)

const ceiling = (amount: bigint, divisor: bigint): bigint => (amount + divisor - 1n) / divisor
