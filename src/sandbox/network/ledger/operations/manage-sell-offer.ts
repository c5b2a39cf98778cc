import { xdr } from '@stellar/stellar-sdk'
import { assetKeyOf, isValidAsset } from '../asset.ts'
import { offerSuccess, untouchedOffer } from './offer-result.ts'
import { done, type BodyOf, type OperationRule, type Scope } from './operation-rule.ts'
import { placeOffer, type OfferOrder, type OfferRefusal, type PlacedOffer } from './place-offer.ts'

const { ManageSellOfferResult: Result } = xdr

const result = (value: xdr.ManageSellOfferResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.manageSellOffer(value))

const succeededWith = (placed: PlacedOffer): xdr.OperationResult =>
  result(Result.manageSellOfferSuccess(offerSuccess(placed)))

const malformed = result(Result.manageSellOfferMalformed())

const refusals: Record<OfferRefusal, xdr.OperationResult> = {
  sellNoTrust: result(Result.manageSellOfferSellNoTrust()),
  buyNoTrust: result(Result.manageSellOfferBuyNoTrust()),
  sellNotAuthorized: result(Result.manageSellOfferSellNotAuthorized()),
  buyNotAuthorized: result(Result.manageSellOfferBuyNotAuthorized()),
  lineFull: result(Result.manageSellOfferLineFull()),
  underfunded: result(Result.manageSellOfferUnderfunded()),
  crossSelf: result(Result.manageSellOfferCrossSelf()),
  notFound: result(Result.manageSellOfferNotFound()),
  low_reserve: result(Result.manageSellOfferLowReserve()),
  too_many_subentries: xdr.OperationResult.opTooManySubentries(),
  too_many_sponsoring: xdr.OperationResult.opTooManySponsoring(),
  tooManyOffers: xdr.OperationResult.opExceededWorkLimit(),
}

function sell(scope: Scope, order: OfferOrder): xdr.OperationResult {
  const placed = placeOffer(scope, order)
  return typeof placed === 'string' ? refusals[placed] : succeededWith(placed)
}

interface OfferTerms {
  readonly selling: xdr.Asset
  readonly buying: xdr.Asset
  readonly price: xdr.Price
  readonly amount: bigint
  readonly offerId: bigint
}

/** The static checks that all three kinds of offer share. */
export const isWellFormedOffer = ({ selling, buying, price, amount, offerId }: OfferTerms) =>
  isValidAsset(selling) &&
  isValidAsset(buying) &&
  assetKeyOf(selling) !== assetKeyOf(buying) &&
  price.n > 0 &&
  price.d > 0 &&
  amount >= 0n &&
  offerId >= 0n &&
  (amount > 0n || offerId > 0n)

export const manageSellOffer: OperationRule<BodyOf<'manageSellOffer'>> = {
  threshold: 'medium',
  success: result(Result.manageSellOfferSuccess(untouchedOffer)),
  check: ({ manageSellOfferOp: op }) => (isWellFormedOffer(op) ? undefined : malformed),
  apply: ({ manageSellOfferOp: op }, scope) =>
    sell(scope, {
      selling: assetKeyOf(op.selling),
      buying: assetKeyOf(op.buying),
      price: { n: op.price.n, d: op.price.d },
      most: { sell: op.amount },
      offerId: op.offerId,
      passive: false,
    }),
}

/** Its results come in the arm of manage_sell_offer. */
export const createPassiveSellOffer: OperationRule<BodyOf<'createPassiveSellOffer'>> = {
  threshold: 'medium',
  success: manageSellOffer.success,
  check({ createPassiveSellOfferOp: op }) {
    const { selling, buying, price, amount } = op
    const fine = isWellFormedOffer({ selling, buying, price, amount, offerId: 0n })
    return fine ? undefined : malformed
  },
  apply: ({ createPassiveSellOfferOp: op }, scope) =>
    sell(scope, {
      selling: assetKeyOf(op.selling),
      buying: assetKeyOf(op.buying),
      price: { n: op.price.n, d: op.price.d },
      most: { sell: op.amount },
      offerId: 0n,
      passive: true,
    }),
}
