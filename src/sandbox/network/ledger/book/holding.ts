import { issuerOf, native } from '../asset.ts'
import {
  availableBalance,
  isAuthorized,
  maxInt64,
  mayMaintainLiabilities,
  roomFor,
  withCredit,
  withNative,
} from '../balance.ts'
import type { AccountEntry, AssetKey, TrustLineEntry } from '../entries.ts'
import { accountIn } from '../reserve.ts'
import type { LedgerState } from '../state.ts'

/** What an account holds of an asset, as the order book sees it; an issuer holds no end of it. */

type Holding = AccountEntry | TrustLineEntry

export const isUnbounded = (account: string, asset: AssetKey): boolean =>
  issuerOf(asset) === account

export const holdingOf = (
  state: LedgerState,
  account: string,
  asset: AssetKey,
): Holding | undefined =>
  asset === native ? accountIn(state, account) : state.trustLine(account, asset)

/** What is free to be sold; below zero when a raised reserve eats into the balance. */
export function freeToSell(state: LedgerState, account: string, asset: AssetKey): bigint {
  if (isUnbounded(account, asset)) return maxInt64
  const holding = holdingOf(state, account, asset)
  if (holding?.type === 'account') return availableBalance(holding, state.circumstances.baseReserve)
  if (holding === undefined || !mayMaintainLiabilities(holding)) return 0n
  return holding.balance - holding.liabilities.selling
}

export function freeToBuy(state: LedgerState, account: string, asset: AssetKey): bigint {
  if (isUnbounded(account, asset)) return maxInt64
  const holding = holdingOf(state, account, asset)
  if (holding === undefined) return 0n
  if (holding.type === 'trustline' && !mayMaintainLiabilities(holding)) return 0n
  return roomFor(holding)
}

export const sellable = (state: LedgerState, account: string, asset: AssetKey): bigint =>
  atLeastZero(freeToSell(state, account, asset))

export const buyable = (state: LedgerState, account: string, asset: AssetKey): bigint =>
  atLeastZero(freeToBuy(state, account, asset))

export type LineStanding = 'noTrust' | 'notAuthorized' | 'fine'

export function standingOf(state: LedgerState, account: string, asset: AssetKey): LineStanding {
  if (asset === native || isUnbounded(account, asset)) return 'fine'
  const line = state.trustLine(account, asset)
  if (line === undefined) return 'noTrust'
  return isAuthorized(line) ? 'fine' : 'notAuthorized'
}

/** A line without any balance; neither native holdings nor an issuer's count. */
export const isEmptyLine = (state: LedgerState, account: string, asset: AssetKey): boolean =>
  state.trustLine(account, asset)?.balance === 0n

interface Move {
  readonly account: string
  readonly asset: AssetKey
  readonly amount: bigint
}

/** Adds (or takes) a sum the bounds of which were looked at before. */
export function move(state: LedgerState, { account, asset, amount }: Move): void {
  if (amount === 0n || isUnbounded(account, asset)) return
  const holding = holdingOf(state, account, asset)
  const moved =
    holding?.type === 'account'
      ? withNative(holding, amount, state.circumstances.baseReserve)
      : holding && withCredit(holding, amount)
  if (moved === undefined) throw new Error(`the book moved what ${account} cannot give or take`)
  state.put(moved)
}

const atLeastZero = (amount: bigint): bigint => (amount < 0n ? 0n : amount)
