import { xdr } from '@stellar/stellar-sdk'
import { toXdrAsset } from '../asset.ts'
import { claimAtom, xdrAccountId } from '../book/claim-atom.ts'
import type { OfferEntry } from '../entries.ts'
import type { PlacedOffer } from './place-offer.ts'

/** The success arm that the offer operations share. */
export const offerSuccess = ({ claims, effect }: PlacedOffer): xdr.ManageOfferSuccessResult =>
  new xdr.ManageOfferSuccessResult({
    offersClaimed: claims.map(claimAtom),
    offer: effectArm(effect),
  })

/** What a result shows for an offer nobody looked at: one created, of nothing. */
export const untouchedOffer = new xdr.ManageOfferSuccessResult({
  offersClaimed: [],
  offer: xdr.ManageOfferSuccessResultOffer.manageOfferCreated(
    new xdr.OfferEntry({
      sellerId: xdr.AccountId.publicKeyTypeEd25519(new Uint8Array(32)),
      offerId: 0n,
      selling: xdr.Asset.assetTypeNative(),
      buying: xdr.Asset.assetTypeNative(),
      amount: 0n,
      price: new xdr.Price({ n: 0, d: 0 }),
      flags: 0,
      ext: xdr.OfferEntryExt.v0(),
    }),
  ),
})

function effectArm(effect: PlacedOffer['effect']): xdr.ManageOfferSuccessResultOffer {
  switch (effect.type) {
    case 'created':
      return xdr.ManageOfferSuccessResultOffer.manageOfferCreated(toXdrOffer(effect.offer))
    case 'updated':
      return xdr.ManageOfferSuccessResultOffer.manageOfferUpdated(toXdrOffer(effect.offer))
    case 'deleted':
      return xdr.ManageOfferSuccessResultOffer.manageOfferDeleted()
  }
}

const toXdrOffer = (offer: OfferEntry): xdr.OfferEntry =>
  new xdr.OfferEntry({
    sellerId: xdrAccountId(offer.seller),
    offerId: offer.id,
    selling: toXdrAsset(offer.selling),
    buying: toXdrAsset(offer.buying),
    amount: offer.amount,
    price: new xdr.Price(offer.price),
    flags: offer.flags,
    ext: xdr.OfferEntryExt.v0(),
  })
