import { roomFor, isAuthorized, withCredit, withNative } from '../balance.ts'
import { issuerOf, native } from '../asset.ts'
import type { AssetKey } from '../entries.ts'
import { accountIn } from '../reserve.ts'
import type { LedgerState } from '../state.ts'

/** Moving an asset into or out of an account (SBX-15, SBX-40); the issuer is without bounds. */

export type CreditRefusal = 'noTrust' | 'notAuthorized' | 'lineFull'
export type DebitRefusal = 'srcNoTrust' | 'srcNotAuthorized' | 'underfunded'

export interface Amount {
  readonly account: string
  readonly asset: AssetKey
  readonly amount: bigint
}

/** Adds to a holding, or says why it cannot take the sum. */
export function credit(
  state: LedgerState,
  { account, asset, amount }: Amount,
): CreditRefusal | undefined {
  if (asset === native) {
    const entry = accountIn(state, account)
    if (roomFor(entry) < amount) return 'lineFull'
    state.put({ ...entry, balance: entry.balance + amount })
    return undefined
  }
  if (issuerOf(asset) === account) return undefined
  const line = state.trustLine(account, asset)
  if (line === undefined) return 'noTrust'
  if (!isAuthorized(line)) return 'notAuthorized'
  const fuller = withCredit(line, amount)
  if (fuller === undefined) return 'lineFull'
  state.put(fuller)
  return undefined
}

/** Takes from a holding, or says why it cannot give the sum. */
export function debit(
  state: LedgerState,
  { account, asset, amount }: Amount,
): DebitRefusal | undefined {
  if (asset === native) {
    const poorer = withNative(accountIn(state, account), -amount, state.circumstances.baseReserve)
    if (poorer === undefined) return 'underfunded'
    state.put(poorer)
    return undefined
  }
  if (issuerOf(asset) === account) return undefined
  const line = state.trustLine(account, asset)
  if (line === undefined) return 'srcNoTrust'
  if (!isAuthorized(line)) return 'srcNotAuthorized'
  const poorer = withCredit(line, -amount)
  if (poorer === undefined) return 'underfunded'
  state.put(poorer)
  return undefined
}
