import { amountWords, assetWords, prefixedAsset } from '../../history/assets.ts'
import { timeWords } from '../../history/times.ts'
import type { Side, Trade } from '../../history/trades.ts'
import type { AssetKey } from '../../ledger/entries.ts'
import { placedToken } from '../placed.ts'
import { link } from './links.ts'

/** The side whose asset comes first in Horizon's order of assets is the base. */
export function isBase(one: AssetKey, other: AssetKey): boolean {
  return sortName(one) < sortName(other)
}

function sortName(key: AssetKey): string {
  const words = assetWords(key)
  if (words.asset_type === 'native') return '0'
  const rank = words.asset_type === 'credit_alphanum4' ? '1' : '2'
  return `${rank} ${words.asset_code} ${words.asset_issuer}`
}

interface Party {
  readonly account: string
  readonly offer: string
  readonly side: Side
}

/** The taker's own offer never reached the book: its number is made from the operation's. */
function takersOffer({ operation }: Trade): string {
  return String((1n << 62n) | operation.id)
}

export function tradeRecord(trade: Trade, origin: string): object {
  const { operation, offerId, sold, bought } = trade
  const seller: Party = { account: trade.seller, offer: String(offerId), side: sold }
  const taker: Party = { account: trade.taker, offer: takersOffer(trade), side: bought }
  const sellerIsBase = isBase(sold.asset, bought.asset)
  const [base, counter] = sellerIsBase ? [seller, taker] : [taker, seller]
  return {
    _links: {
      self: link(origin, ''),
      base: link(origin, `/accounts/${base.account}`),
      counter: link(origin, `/accounts/${counter.account}`),
      operation: link(origin, `/operations/${operation.id}`),
    },
    id: placedToken(trade),
    paging_token: placedToken(trade),
    ledger_close_time: timeWords(operation.transaction.ledger.closeTime),
    trade_type: 'orderbook',
    offer_id: String(offerId),
    ...partyWords('base', base),
    ...partyWords('counter', counter),
    base_is_seller: sellerIsBase,
    price: priceOf(trade, sellerIsBase),
  }
}

function partyWords(role: 'base' | 'counter', { account, offer, side }: Party): object {
  return {
    [`${role}_offer_id`]: offer,
    [`${role}_account`]: account,
    [`${role}_amount`]: amountWords(side.amount),
    ...prefixedAsset(`${role}_`, side.asset),
  }
}

/** What one of the base costs in the counter asset. */
function priceOf({ price, sold, bought }: Trade, sellerIsBase: boolean): object {
  const { n, d } = price ?? { n: bought.amount, d: sold.amount }
  return sellerIsBase ? { n: String(n), d: String(d) } : { n: String(d), d: String(n) }
}
