import {
  adjustedAmount,
  exchangeUnchecked,
  isDearer,
  least,
  type Bounds,
  type Price,
} from '../book/exchange.ts'
import {
  buyable,
  freeToBuy,
  freeToSell,
  isEmptyLine,
  move,
  sellable,
  standingOf,
} from '../book/holding.ts'
import { acquireLiabilities, releaseLiabilities } from '../book/liabilities.ts'
import { takeOffers, type Claim, type Trade } from '../book/take-offers.ts'
import { maxInt64 } from '../balance.ts'
import type { AssetKey, OfferEntry } from '../entries.ts'
import { entryKey } from '../entries.ts'
import { createEntry, removeEntry, type ReserveRefusal } from '../reserve.ts'
import type { Scope } from './operation-rule.ts'

/** What the three offer operations have in common (SBX-51). */

export interface OfferOrder {
  readonly selling: AssetKey
  readonly buying: AssetKey
  /** Buying per selling, as the book keeps it. */
  readonly price: Price
  /** The most it may sell, or the most it may buy; 0 takes an offer away. */
  readonly most: { readonly sell: bigint } | { readonly buy: bigint }
  /** 0 for a new offer. */
  readonly offerId: bigint
  readonly passive: boolean
}

export type OfferRefusal =
  | 'sellNoTrust'
  | 'buyNoTrust'
  | 'sellNotAuthorized'
  | 'buyNotAuthorized'
  | 'lineFull'
  | 'underfunded'
  | 'crossSelf'
  | 'notFound'
  | 'tooManyOffers'
  | ReserveRefusal

export interface PlacedOffer {
  readonly claims: readonly Claim[]
  readonly effect:
    | { readonly type: 'created' | 'updated'; readonly offer: OfferEntry }
    | { readonly type: 'deleted' }
}

const passiveFlag = 1
const mostOffers = 1000

export function placeOffer(scope: Scope, order: OfferOrder): PlacedOffer | OfferRefusal {
  const isRemoval = ('sell' in order.most ? order.most.sell : order.most.buy) === 0n
  const untrusted = isRemoval ? undefined : trustRefusal(scope, order)
  if (untrusted !== undefined) return untrusted
  if (order.offerId === 0n) return placeNewOffer(scope, order)
  const existing = ownOffer(scope, order.offerId)
  if (existing === undefined) return 'notFound'
  releaseLiabilities(scope.state, existing)
  if (isRemoval) {
    removeEntry(scope.state, existing, scope.source)
    return { claims: [], effect: { type: 'deleted' } }
  }
  // Out of the book while it trades: its two assets may have changed places.
  scope.state.remove(entryKey(existing))
  const draft = changedOffer(existing, order)
  return limitRefusal(scope, order) ?? tradeAndStore(scope, { order, draft })
}

function placeNewOffer(scope: Scope, order: OfferOrder): PlacedOffer | OfferRefusal {
  const { state, source, sponsorships } = scope
  const entry = newOffer(scope, order)
  const refusal = createEntry(state, { entry, owner: source, sponsorships })
  if (refusal !== undefined) return refusal
  // Stored, it may have got a sponsor.
  const draft = ownOffer(scope, entry.id) ?? entry
  return limitRefusal(scope, order) ?? tradeAndStore(scope, { order, draft })
}

function ownOffer({ state, source }: Scope, id: bigint): OfferEntry | undefined {
  const entry = state.get(`offer|${id}`)
  return entry?.type === 'offer' && entry.seller === source ? entry : undefined
}

function trustRefusal({ state, source }: Scope, order: OfferOrder): OfferRefusal | undefined {
  const selling = standingOf(state, source, order.selling)
  if (selling === 'noTrust') return 'sellNoTrust'
  if (isEmptyLine(state, source, order.selling)) return 'underfunded'
  if (selling === 'notAuthorized') return 'sellNotAuthorized'
  const buying = standingOf(state, source, order.buying)
  if (buying === 'noTrust') return 'buyNoTrust'
  return buying === 'notAuthorized' ? 'buyNotAuthorized' : undefined
}

const newOffer = ({ state, source }: Scope, order: OfferOrder): OfferEntry => ({
  type: 'offer',
  id: state.idPool + 1n,
  seller: source,
  selling: order.selling,
  buying: order.buying,
  amount: 0n,
  price: order.price,
  flags: order.passive ? passiveFlag : 0,
  lastModifiedLedger: 0,
})

const changedOffer = (existing: OfferEntry, order: OfferOrder): OfferEntry => ({
  ...existing,
  selling: order.selling,
  buying: order.buying,
  price: order.price,
})

/** The whole offer has to fit into what its owner can still sell and buy. */
function limitRefusal({ state, source }: Scope, order: OfferOrder): OfferRefusal | undefined {
  const bounds: Bounds = {
    wheatSend: 'sell' in order.most ? order.most.sell : maxInt64,
    sheepReceive: 'buy' in order.most ? order.most.buy : maxInt64,
    wheatReceive: maxInt64,
    sheepSend: maxInt64,
  }
  const { wheat, sheep } = exchangeUnchecked(order.price, bounds, 'normal')
  if (freeToBuy(state, source, order.buying) < sheep) return 'lineFull'
  if (freeToSell(state, source, order.selling) < wheat) return 'underfunded'
  const { buy } = limits({ state, source }, order, { sheepSent: 0n, wheatReceived: 0n })
  return buy === 0n ? 'lineFull' : undefined
}

interface Draft {
  readonly order: OfferOrder
  /** The offer as it will be stored, but for its amount. */
  readonly draft: OfferEntry
}

function tradeAndStore(scope: Scope, { order, draft }: Draft): PlacedOffer | OfferRefusal {
  const { state, source } = scope
  const trade = takeCrossing(scope, { order, draft })
  if (trade.outcome === 'crossSelf' || trade.outcome === 'tooManyOffers') return trade.outcome
  move(state, { account: source, asset: order.buying, amount: trade.wheatReceived })
  move(state, { account: source, asset: order.selling, amount: -trade.sheepSent })
  const { claims } = trade
  const amount = trade.outcome === 'filled' ? 0n : amountLeft(scope, order, trade)
  if (amount === 0n) {
    removeEntry(state, draft, source)
    return { claims, effect: { type: 'deleted' } }
  }
  const offer = { ...draft, amount }
  if (order.offerId === 0n) state.idPool = offer.id
  state.put(offer)
  acquireLiabilities(state, offer)
  return { claims, effect: { type: order.offerId === 0n ? 'created' : 'updated', offer } }
}

function takeCrossing({ state, source }: Scope, { order, draft }: Draft): Trade {
  const reach: Price = { n: order.price.d, d: order.price.n }
  const isPassive = (draft.flags & passiveFlag) !== 0
  const { sell, buy } = limits({ state, source }, order, { sheepSent: 0n, wheatReceived: 0n })
  return takeOffers(state, {
    sheep: order.selling,
    wheat: order.buying,
    mostSheep: sell,
    mostWheat: buy,
    rounding: 'normal',
    mostOffers,
    stopAt({ price, seller }) {
      const isTooDear = isDearer(price, reach) || (isPassive && !isDearer(reach, price))
      if (isTooDear) return 'badPrice'
      return seller === source ? 'crossSelf' : undefined
    },
  })
}

function limits(
  { state, source }: Pick<Scope, 'state' | 'source'>,
  { selling, buying, most }: OfferOrder,
  { sheepSent, wheatReceived }: Pick<Trade, 'sheepSent' | 'wheatReceived'>,
) {
  const sell = sellable(state, source, selling)
  const buy = buyable(state, source, buying)
  return 'sell' in most
    ? { sell: least(sell, most.sell - sheepSent), buy }
    : { sell, buy: least(buy, most.buy - wheatReceived) }
}

function amountLeft(scope: Scope, order: OfferOrder, trade: Trade): bigint {
  const { sell, buy } = limits(scope, order, trade)
  return adjustedAmount(order.price, sell, buy)
}
