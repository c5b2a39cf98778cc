import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetKeyOf, prefixedAsset } from '../assets.ts'
import { triedResult } from '../results.ts'
import type { Effect } from './effect.ts'

/** Offers that an operation took: one effect for the taker, one for the owner of the offer. */
export function tradeEffects(
  taker: NamedAccount,
  result: xdr.OperationResult | undefined,
): Effect[] {
  return claimedBy(triedResult(result)).flatMap((claimed): Effect[] => {
    if (claimed.type !== 'claimAtomTypeOrderBook') return []
    const atom = claimed.orderBook
    const seller = { account: accountAddress(atom.sellerId) }
    const sold = { asset: assetKeyOf(atom.assetSold), amount: atom.amountSold }
    const bought = { asset: assetKeyOf(atom.assetBought), amount: atom.amountBought }
    const offer = atom.offerId.toString()
    return [
      trade(taker, { other: seller.account, offer, sold: bought, bought: sold }),
      trade(seller, { other: taker.account, offer, sold, bought }),
    ]
  })
}

interface Side {
  readonly asset: string
  readonly amount: bigint
}

interface Trade {
  readonly other: string
  readonly offer: string
  readonly sold: Side
  readonly bought: Side
}

function trade(on: NamedAccount, { other, offer, sold, bought }: Trade): Effect {
  const details = {
    seller: other,
    offer_id: offer,
    sold_amount: amountWords(sold.amount),
    ...prefixedAsset('sold_', sold.asset),
    bought_amount: amountWords(bought.amount),
    ...prefixedAsset('bought_', bought.asset),
  }
  return { on, type: 'trade', details }
}

function claimedBy(tried: xdr.OperationResultTr | undefined): readonly xdr.ClaimAtom[] {
  const outcome = tried?.value
  if (outcome?.type === 'manageSellOfferSuccess' || outcome?.type === 'manageBuyOfferSuccess') {
    return outcome.success.offersClaimed
  }
  if (
    outcome?.type === 'pathPaymentStrictReceiveSuccess' ||
    outcome?.type === 'pathPaymentStrictSendSuccess'
  ) {
    return outcome.success.offers
  }
  return []
}
