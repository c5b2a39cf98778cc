import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetKeyOf, prefixedAsset } from '../assets.ts'
import { takenOffers } from '../trades.ts'
import type { Side } from '../trades.ts'
import type { Effect } from './effect.ts'

/** Offers that an operation took: one effect for the taker, one for the owner of the offer. */
export function tradeEffects(
  taker: NamedAccount,
  result: xdr.OperationResult | undefined,
): Effect[] {
  return takenOffers(result).flatMap((atom): Effect[] => {
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
