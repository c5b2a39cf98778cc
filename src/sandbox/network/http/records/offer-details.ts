import type { xdr } from '@stellar/stellar-sdk'
import { amountWords, assetKeyOf, prefixedAsset } from '../../history/assets.ts'
import { priceWords } from '../../history/prices.ts'

type OfferBody = Extract<
  xdr.OperationBody,
  { type: 'manageSellOffer' | 'manageBuyOffer' | 'createPassiveSellOffer' }
>

interface Offer {
  readonly selling: xdr.Asset
  readonly buying: xdr.Asset
  readonly amount: bigint
  readonly price: xdr.Price
  readonly offerId?: bigint
}

function offerOf(body: OfferBody): Offer {
  switch (body.type) {
    case 'manageSellOffer':
      return body.manageSellOfferOp
    case 'createPassiveSellOffer':
      return body.createPassiveSellOfferOp
    case 'manageBuyOffer': {
      const { selling, buying, buyAmount, price, offerId } = body.manageBuyOfferOp
      return { selling, buying, amount: buyAmount, price, offerId }
    }
  }
}

export function offerDetails(body: OfferBody): object {
  const { selling, buying, amount, price, offerId } = offerOf(body)
  return {
    amount: amountWords(amount),
    price: priceWords(price),
    price_r: { n: price.n, d: price.d },
    ...prefixedAsset('buying_', assetKeyOf(buying)),
    ...prefixedAsset('selling_', assetKeyOf(selling)),
    ...(offerId === undefined ? {} : { offer_id: offerId.toString() }),
  }
}
