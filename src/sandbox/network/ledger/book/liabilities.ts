import { maxInt64, withLiabilities } from '../balance.ts'
import type { AssetKey, Liabilities, OfferEntry } from '../entries.ts'
import type { LedgerState } from '../state.ts'
import { exchangeUnchecked } from './exchange.ts'
import { holdingOf, isUnbounded } from './holding.ts'

/** What an offer keeps reserved in its seller's holdings as long as it stands. */
export function liabilitiesOf({
  price,
  amount,
}: Pick<OfferEntry, 'price' | 'amount'>): Liabilities {
  const bounds = {
    wheatSend: amount,
    wheatReceive: maxInt64,
    sheepSend: maxInt64,
    sheepReceive: maxInt64,
  }
  const { wheat, sheep } = exchangeUnchecked(price, bounds, 'normal')
  return { selling: wheat, buying: sheep }
}

export const acquireLiabilities = (state: LedgerState, offer: OfferEntry): void =>
  changeLiabilities(state, offer, 1n)

export const releaseLiabilities = (state: LedgerState, offer: OfferEntry): void =>
  changeLiabilities(state, offer, -1n)

function changeLiabilities(state: LedgerState, offer: OfferEntry, sign: bigint): void {
  const { buying, selling } = liabilitiesOf(offer)
  const change = (asset: AssetKey, delta: Liabilities): void => {
    if (isUnbounded(offer.seller, asset)) return
    const holding = holdingOf(state, offer.seller, asset)
    const changed = holding && withLiabilities(holding, delta, state.circumstances.baseReserve)
    if (changed === undefined)
      throw new Error(`offer ${offer.id} does not fit its seller's holdings`)
    state.put(changed)
  }
  change(offer.buying, { buying: sign * buying, selling: 0n })
  change(offer.selling, { buying: 0n, selling: sign * selling })
}
