import type { StoredOperation } from '../../history/stored.ts'
import { tradesOf } from '../../history/trades.ts'
import type { Trade } from '../../history/trades.ts'
import { tradeRecord } from '../records/trade-record.ts'
import { assetParameter } from '../asset-parameter.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { idField } from '../fields.ts'
import { placedPage, placedToken } from '../placed.ts'
import { badField } from '../problem.ts'
import { accountLog } from './scopes.ts'

export const tradeRoutes: readonly Route[] = [
  {
    pattern: '/trades',
    collection(exchange) {
      const fits = filterOf(exchange)
      return trades(exchange, { log: () => exchange.view.history.operations, fits })
    },
  },
  {
    pattern: '/accounts/:account_id/trades',
    collection(exchange) {
      const account = exchange.params.account_id
      return trades(exchange, {
        log: () => accountLog(exchange).affecting,
        fits: ({ taker, seller }) => taker === account || seller === account,
      })
    },
  },
  {
    pattern: '/offers/:id/trades',
    collection(exchange) {
      const id = idField(exchange.params.id, 'offer_id')
      return trades(exchange, {
        log: () => exchange.view.history.operations,
        fits: ({ offerId }) => offerId === id,
      })
    },
  },
]

interface Wanted {
  readonly log: () => readonly StoredOperation[]
  readonly fits: (trade: Trade) => boolean
}

function trades({ origin }: Exchange, { log, fits }: Wanted): Collection {
  // Only operations that changed an offer can have traded: no other is decoded.
  const within = (operation: StoredOperation) =>
    operation.changes.some(({ key }) => key.startsWith('offer|'))
      ? tradesOf(operation).filter(fits)
      : []
  return {
    cursors: 'pair',
    streamed: true,
    read: (request, view) =>
      placedPage(request, view, { log: log(), within }).map((trade) => ({
        token: placedToken(trade),
        render: () => tradeRecord(trade, origin),
      })),
  }
}

function filterOf(exchange: Exchange): (trade: Trade) => boolean {
  const offer = exchange.query.get('offer_id')
  const id = offer ? idField(offer, 'offer_id') : undefined
  const base = assetParameter(exchange, 'base_')
  const counter = assetParameter(exchange, 'counter_')
  if ((base === undefined) !== (counter === undefined)) {
    throw badField(
      'base_asset_type,counter_asset_type',
      'this endpoint supports asset pairs but only one asset supplied',
    )
  }
  return ({ offerId, sold, bought }) => {
    if (id !== undefined && offerId !== id) return false
    if (base === undefined || counter === undefined) return true
    const pair = new Set([sold.asset, bought.asset])
    return pair.has(base) && pair.has(counter)
  }
}
