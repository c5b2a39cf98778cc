import { mayMaintainLiabilities, trustLineFlags } from '../balance.ts'
import { releaseLiabilities } from '../book/liabilities.ts'
import type { AssetKey, OfferEntry, TrustLineEntry } from '../entries.ts'
import { accountIn, removeEntry } from '../reserve.ts'
import type { LedgerState } from '../state.ts'
import { accountFlags } from './account-flags.ts'

/** What an issuer may do to the lines that hold its asset (SBX-46). */

export const authorizationFlags = trustLineFlags.authorized | trustLineFlags.maintainLiabilities

export const isRevocable = (state: LedgerState, issuer: string): boolean =>
  (accountIn(state, issuer).flags & accountFlags.revocable) !== 0

/** Sets the flags; a line that loses all authorization loses its offers. */
export function authorizeLine(state: LedgerState, line: TrustLineEntry, flags: number): void {
  if (!mayMaintainLiabilities({ ...line, flags })) removeOffers(state, line.account, line.asset)
  const current = state.trustLine(line.account, line.asset)
  if (current !== undefined) state.put({ ...current, flags })
}

function removeOffers(state: LedgerState, account: string, asset: AssetKey): void {
  const offers = [...state.subentriesOf(account)].filter(
    (entry): entry is OfferEntry =>
      entry.type === 'offer' && (entry.selling === asset || entry.buying === asset),
  )
  for (const offer of offers) {
    releaseLiabilities(state, offer)
    removeEntry(state, offer, account)
  }
}
