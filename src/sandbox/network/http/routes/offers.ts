import type { OfferEntry } from '../../ledger/entries.ts'
import { amountWords, assetWords } from '../../history/assets.ts'
import { priceWords } from '../../history/prices.ts'
import { timeWords } from '../../history/times.ts'
import { link } from '../records/links.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { accountField, idField } from '../fields.ts'
import { readPage } from '../../history/log.ts'
import { Problem } from '../problem.ts'

export const offerRoutes: readonly Route[] = [
  {
    pattern: '/offers',
    collection: (exchange) => offers(exchange, filterOf(exchange)),
  },
  {
    pattern: '/offers/:id',
    get(exchange) {
      const offer = exchange.view.state.offer(idField(exchange.params.id, 'offer_id').toString())
      if (!offer) throw new Problem('not_found')
      return halReply(record(offer, exchange))
    },
  },
  {
    pattern: '/accounts/:account_id/offers',
    collection(exchange) {
      const seller = accountField(exchange.params.account_id)
      return offers(exchange, (offer) => offer.seller === seller)
    },
  },
]

type Fits = (offer: OfferEntry) => boolean

function filterOf({ query }: Exchange): Fits {
  const seller = query.get('seller')
  const sponsor = query.get('sponsor')
  if (seller) accountField(seller, 'seller')
  if (sponsor) accountField(sponsor, 'sponsor')
  return (offer) => (!seller || offer.seller === seller) && (!sponsor || offer.sponsor === sponsor)
}

function offers(exchange: Exchange, fits: Fits): Collection {
  return {
    cursors: 'id',
    streamed: true,
    read({ cursor, order, limit }, { state }) {
      const found: OfferEntry[] = []
      for (const entry of state.all()) if (entry.type === 'offer' && fits(entry)) found.push(entry)
      found.sort((a, b) => (a.id < b.id ? -1 : 1))
      const query = { order, limit, ...(cursor === undefined ? {} : { cursor: BigInt(cursor) }) }
      return readPage(found, query).map((offer) => ({
        token: offer.id.toString(),
        render: () => record(offer, exchange),
      }))
    },
  }
}

function record(offer: OfferEntry, { origin, view }: Exchange): object {
  const id = offer.id.toString()
  return {
    _links: {
      self: link(origin, `/offers/${id}`),
      offer_maker: link(origin, `/accounts/${offer.seller}`),
    },
    id,
    paging_token: id,
    seller: offer.seller,
    selling: assetWords(offer.selling),
    buying: assetWords(offer.buying),
    amount: amountWords(offer.amount),
    price_r: offer.price,
    price: priceWords(offer.price),
    last_modified_ledger: offer.lastModifiedLedger,
    last_modified_time: timeWords(view.history.ledger(offer.lastModifiedLedger)?.closeTime ?? 0n),
    ...(offer.sponsor === undefined ? {} : { sponsor: offer.sponsor }),
  }
}
