import { xdr } from '@stellar/stellar-sdk'
import { assetKeyOf } from '../asset.ts'
import { isWellFormedOffer } from './manage-sell-offer.ts'
import { offerSuccess, untouchedOffer } from './offer-result.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'
import { placeOffer, type OfferRefusal, type PlacedOffer } from './place-offer.ts'

const { ManageBuyOfferResult: Result } = xdr

const result = (value: xdr.ManageBuyOfferResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.manageBuyOffer(value))

const succeededWith = (placed: PlacedOffer): xdr.OperationResult =>
  result(Result.manageBuyOfferSuccess(offerSuccess(placed)))

const refusals: Record<OfferRefusal, xdr.OperationResult> = {
  sellNoTrust: result(Result.manageBuyOfferSellNoTrust()),
  buyNoTrust: result(Result.manageBuyOfferBuyNoTrust()),
  sellNotAuthorized: result(Result.manageBuyOfferSellNotAuthorized()),
  buyNotAuthorized: result(Result.manageBuyOfferBuyNotAuthorized()),
  lineFull: result(Result.manageBuyOfferLineFull()),
  underfunded: result(Result.manageBuyOfferUnderfunded()),
  crossSelf: result(Result.manageBuyOfferCrossSelf()),
  notFound: result(Result.manageBuyOfferNotFound()),
  low_reserve: result(Result.manageBuyOfferLowReserve()),
  too_many_subentries: xdr.OperationResult.opTooManySubentries(),
  too_many_sponsoring: xdr.OperationResult.opTooManySponsoring(),
  tooManyOffers: xdr.OperationResult.opExceededWorkLimit(),
}

/** Its price is selling per buying: the book keeps the inverse. */
export const manageBuyOffer: OperationRule<BodyOf<'manageBuyOffer'>> = {
  threshold: 'medium',
  success: result(Result.manageBuyOfferSuccess(untouchedOffer)),
  check({ manageBuyOfferOp: { selling, buying, price, buyAmount: amount, offerId } }) {
    const fine = isWellFormedOffer({ selling, buying, price, amount, offerId })
    return fine ? undefined : result(Result.manageBuyOfferMalformed())
  },
  apply({ manageBuyOfferOp: op }, scope) {
    const placed = placeOffer(scope, {
      selling: assetKeyOf(op.selling),
      buying: assetKeyOf(op.buying),
      price: { n: op.price.d, d: op.price.n },
      most: { buy: op.buyAmount },
      offerId: op.offerId,
      passive: false,
    })
    return typeof placed === 'string' ? refusals[placed] : succeededWith(placed)
  },
}
