import type { AssetKey, OfferEntry } from '../../ledger/entries.ts'
import { amountWords, assetWords } from '../../history/assets.ts'
import { priceWords } from '../../history/prices.ts'
import { assetParameter } from '../asset-parameter.ts'
import type { Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { badField } from '../problem.ts'

export const orderBookRoutes: readonly Route[] = [
  {
    pattern: '/order_book',
    get: (exchange) => halReply(orderBook(exchange)),
    single: orderBook,
  },
]

const DEFAULT_LEVELS = 20
const MOST_LEVELS = 200

interface Price {
  readonly n: number
  readonly d: number
}

/** Offers of a pair, added up by price, best first; bids at the price turned round. */
function orderBook(exchange: Exchange): object {
  const selling = required(exchange, 'selling_')
  const buying = required(exchange, 'buying_')
  const levels = levelCount(exchange.query.get('limit'))
  const asks = priceLevels(offersOf(exchange, selling, buying), ({ price }) => price)
  const bids = priceLevels(offersOf(exchange, buying, selling), ({ price }) => ({
    n: price.d,
    d: price.n,
  }))
  return {
    bids: bids.toReversed().slice(0, levels),
    asks: asks.slice(0, levels),
    base: assetWords(selling),
    counter: assetWords(buying),
  }
}

function required(exchange: Exchange, prefix: string): AssetKey {
  const asset = assetParameter(exchange, prefix)
  if (asset === undefined) throw badField(`${prefix}asset_type`, 'both assets have to be named')
  return asset
}

function levelCount(text: string | null): number {
  if (text === null || text === '') return DEFAULT_LEVELS
  const levels = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (levels < 1 || levels > MOST_LEVELS) {
    throw badField('limit', `limit: say a number from 1 to ${MOST_LEVELS}`)
  }
  return levels
}

function offersOf({ view }: Exchange, selling: AssetKey, buying: AssetKey): OfferEntry[] {
  const found: OfferEntry[] = []
  for (const entry of view.state.all()) {
    if (entry.type !== 'offer') continue
    if (entry.selling === selling && entry.buying === buying) found.push(entry)
  }
  return found
}

function compare(a: Price, b: Price): number {
  const difference = BigInt(a.n) * BigInt(b.d) - BigInt(b.n) * BigInt(a.d)
  return Number(difference > 0n) - Number(difference < 0n)
}

/** From the lowest price to the highest. */
function priceLevels(offers: readonly OfferEntry[], priceOf: (offer: OfferEntry) => Price) {
  const sorted = offers.toSorted((a, b) => compare(priceOf(a), priceOf(b)))
  const levels: { price: Price; amount: bigint }[] = []
  for (const offer of sorted) {
    const price = priceOf(offer)
    const last = levels.at(-1)
    if (last && compare(last.price, price) === 0) last.amount += offer.amount
    else levels.push({ price, amount: offer.amount })
  }
  return levels.map(({ price, amount }) => ({
    price_r: price,
    price: priceWords(price),
    amount: amountWords(amount),
  }))
}
