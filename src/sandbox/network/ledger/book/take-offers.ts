import type { AssetKey, OfferEntry } from '../entries.ts'
import { removeEntry } from '../reserve.ts'
import type { LedgerState } from '../state.ts'
import { adjustedAmount, exchange, isDearer, least, type Rounding } from './exchange.ts'
import { buyable, move, sellable } from './holding.ts'
import { acquireLiabilities, releaseLiabilities } from './liabilities.ts'

/** Trading against the order book, the best price first, the older offer first (SBX-51). */

export interface Order {
  /** What the taker gives and gets. */
  readonly sheep: AssetKey
  readonly wheat: AssetKey
  readonly mostSheep: bigint
  readonly mostWheat: bigint
  readonly rounding: Rounding
  /** How many offers may still be taken by this operation. */
  readonly mostOffers: number
  readonly stopAt: (offer: OfferEntry) => 'crossSelf' | 'badPrice' | undefined
}

/** What one offer gave and got. */
export interface Claim {
  readonly offer: OfferEntry
  readonly sold: bigint
  readonly bought: bigint
}

export interface Trade {
  readonly outcome: 'filled' | 'partial' | 'crossSelf' | 'badPrice' | 'tooManyOffers'
  readonly sheepSent: bigint
  readonly wheatReceived: bigint
  readonly claims: readonly Claim[]
}

export function takeOffers(state: LedgerState, order: Order): Trade {
  const claims: Claim[] = []
  let sheepSent = 0n
  let wheatReceived = 0n
  const end = (outcome: Trade['outcome']): Trade => ({ outcome, sheepSent, wheatReceived, claims })
  let wants = order.mostSheep > 0n && order.mostWheat > 0n
  if (wants && order.mostOffers === 0) return end('tooManyOffers')
  while (wants) {
    const offer = bestOffer(state, order.wheat, order.sheep)
    if (offer === undefined) return end('partial')
    const stop = order.stopAt(offer)
    if (stop !== undefined) return end(stop)
    if (claims.length >= order.mostOffers) return end('tooManyOffers')
    const sheep = order.mostSheep - sheepSent
    const wheat = order.mostWheat - wheatReceived
    const { claim, offerStays } = takeOffer(state, offer, {
      sheep,
      wheat,
      rounding: order.rounding,
    })
    claims.push(claim)
    sheepSent += claim.bought
    wheatReceived += claim.sold
    wants = !offerStays && order.mostSheep > sheepSent && order.mostWheat > wheatReceived
  }
  return end('filled')
}

function bestOffer(
  state: LedgerState,
  selling: AssetKey,
  buying: AssetKey,
): OfferEntry | undefined {
  let best: OfferEntry | undefined
  for (const offer of state.offersOf(selling, buying)) {
    if (best === undefined || isBetter(offer, best)) best = offer
  }
  return best
}

function isBetter(one: OfferEntry, other: OfferEntry): boolean {
  if (isDearer(other.price, one.price)) return true
  return !isDearer(one.price, other.price) && one.id < other.id
}

interface Wanted {
  readonly sheep: bigint
  readonly wheat: bigint
  readonly rounding: Rounding
}

function takeOffer(
  state: LedgerState,
  offer: OfferEntry,
  { sheep, wheat, rounding }: Wanted,
): { readonly claim: Claim; readonly offerStays: boolean } {
  const { seller, price } = offer
  releaseLiabilities(state, offer)
  const canSell = (): bigint => sellable(state, seller, offer.selling)
  const canBuy = (): bigint => buyable(state, seller, offer.buying)
  const amount = adjustedAmount(price, least(offer.amount, canSell()), canBuy())
  const bounds = {
    wheatSend: least(amount, canSell()),
    wheatReceive: wheat,
    sheepSend: sheep,
    sheepReceive: canBuy(),
  }
  const traded = exchange(price, bounds, rounding)
  move(state, { account: seller, asset: offer.buying, amount: traded.sheep })
  move(state, { account: seller, asset: offer.selling, amount: -traded.wheat })
  const left = traded.wheatStays
    ? adjustedAmount(price, least(amount - traded.wheat, canSell()), canBuy())
    : 0n
  if (left === 0n) removeEntry(state, offer, seller)
  else {
    const rest = { ...offer, amount: left }
    state.put(rest)
    acquireLiabilities(state, rest)
  }
  return {
    claim: { offer, sold: traded.wheat, bought: traded.sheep },
    offerStays: traded.wheatStays,
  }
}
