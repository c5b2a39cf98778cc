import { minimumBalance } from './balance.ts'
import { native } from './asset.ts'
import { releaseLiabilities } from './book/liabilities.ts'
import type { OfferEntry } from './entries.ts'
import { accountIn, removeEntry, touchAccount } from './reserve.ts'
import type { LedgerState } from './state.ts'

/**
 * A raised base reserve takes away what some offers promise to sell: all offers of an account that
 * sell lumens go when its balance above the reserve no longer covers them together.
 */
export function reviseOffers(state: LedgerState): void {
  const sellers = [...offersBySeller(state)]
  // All before any offer goes: a sponsor of offers has more to sell once they are gone.
  const short = new Set(sellers.map(([seller]) => seller).filter((id) => isShort(state, id)))
  for (const [seller, offers] of sellers) {
    touchAccount(state, seller)
    for (const offer of offers) {
      if (short.has(seller) && offer.selling === native) {
        releaseLiabilities(state, offer)
        removeEntry(state, offer, seller)
      } else touchOffer(state, offer)
    }
  }
}

function isShort(state: LedgerState, seller: string): boolean {
  const account = accountIn(state, seller)
  const aboveReserve = account.balance - minimumBalance(account, state.circumstances.baseReserve)
  return account.liabilities.selling > aboveReserve
}

/** The real network stamps every offer it looks at, and the lines behind those that stay. */
function touchOffer(state: LedgerState, offer: OfferEntry): void {
  state.put(offer)
  for (const asset of [offer.selling, offer.buying]) {
    const line = state.trustLine(offer.seller, asset)
    if (line !== undefined) state.put(line)
  }
}

function offersBySeller(state: LedgerState): ReadonlyMap<string, readonly OfferEntry[]> {
  const bySeller = new Map<string, OfferEntry[]>()
  for (const entry of state.entries()) {
    if (entry.type !== 'offer') continue
    bySeller.set(entry.seller, [...(bySeller.get(entry.seller) ?? []), entry])
  }
  return bySeller
}
