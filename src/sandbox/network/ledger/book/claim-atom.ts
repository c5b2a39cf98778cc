import { StrKey, xdr } from '@stellar/stellar-sdk'
import { toXdrAsset } from '../asset.ts'
import type { Claim } from './take-offers.ts'

/** A taken offer, as results show it. */
export const claimAtom = ({ offer, sold, bought }: Claim): xdr.ClaimAtom =>
  xdr.ClaimAtom.claimAtomTypeOrderBook(
    new xdr.ClaimOfferAtom({
      sellerId: xdrAccountId(offer.seller),
      offerId: offer.id,
      assetSold: toXdrAsset(offer.selling),
      amountSold: sold,
      assetBought: toXdrAsset(offer.buying),
      amountBought: bought,
    }),
  )

export const xdrAccountId = (address: string): xdr.AccountId =>
  xdr.AccountId.publicKeyTypeEd25519(StrKey.decodeEd25519PublicKey(address))
