import type { AccountEntry, Liabilities, TrustLineEntry } from './entries.ts'

/** Amounts that accounts and trust lines can give and take (SBX-15, SBX-18). */

export const maxInt64 = 9223372036854775807n

export const trustLineFlags = { authorized: 1, maintainLiabilities: 2, clawback: 4 } as const

export const isAuthorized = (line: TrustLineEntry): boolean =>
  (line.flags & trustLineFlags.authorized) !== 0

/** Fully authorized, or allowed to keep the offers it has. */
export const mayMaintainLiabilities = (line: TrustLineEntry): boolean =>
  (line.flags & (trustLineFlags.authorized | trustLineFlags.maintainLiabilities)) !== 0

export const minimumBalance = (account: AccountEntry, baseReserve: bigint): bigint =>
  BigInt(2 + account.subentries + account.sponsoring - account.sponsored) * baseReserve

export const availableBalance = (account: AccountEntry, baseReserve: bigint): bigint =>
  account.balance - minimumBalance(account, baseReserve) - account.liabilities.selling

/** The account with the sum added (or taken, when negative), or `undefined` when it cannot be. */
export function withNative(
  account: AccountEntry,
  delta: bigint,
  baseReserve: bigint,
): AccountEntry | undefined {
  const balance = account.balance + delta
  if (balance > maxInt64 - account.liabilities.buying) return undefined
  const kept = minimumBalance(account, baseReserve) + account.liabilities.selling
  if (delta < 0n && balance < kept) return undefined
  return { ...account, balance }
}

/** The trust line with the sum added or taken, or `undefined` when it cannot be. */
export function withCredit(line: TrustLineEntry, delta: bigint): TrustLineEntry | undefined {
  if (delta === 0n) return line
  if (!mayMaintainLiabilities(line)) return undefined
  const balance = line.balance + delta
  if (balance < line.liabilities.selling) return undefined
  if (balance > line.limit - line.liabilities.buying) return undefined
  return { ...line, balance }
}

/** How much more an entry can hold. */
export const roomFor = (entry: AccountEntry | TrustLineEntry): bigint =>
  (entry.type === 'account' ? maxInt64 : entry.limit) - entry.balance - entry.liabilities.buying

/** Liabilities after a change, or `undefined` when the holding does not cover them. */
export function withLiabilities(
  entry: AccountEntry | TrustLineEntry,
  delta: Liabilities,
  baseReserve: bigint,
): AccountEntry | TrustLineEntry | undefined {
  if (entry.type === 'trustline' && !mayMaintainLiabilities(entry)) return undefined
  const buying = entry.liabilities.buying + delta.buying
  const selling = entry.liabilities.selling + delta.selling
  if (buying < 0n || selling < 0n) return undefined
  const sellable =
    entry.type === 'account' ? entry.balance - minimumBalance(entry, baseReserve) : entry.balance
  const receivable = (entry.type === 'account' ? maxInt64 : entry.limit) - entry.balance
  const isCovered =
    grownWithin(delta.selling, selling, sellable) && grownWithin(delta.buying, buying, receivable)
  return isCovered ? { ...entry, liabilities: { buying, selling } } : undefined
}

const grownWithin = (growth: bigint, total: bigint, most: bigint): boolean =>
  growth <= 0n || total <= most
