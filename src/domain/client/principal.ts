import { isIdMemo, readAccountAddress } from './account-address.ts'

/**
 * On whose behalf a call is made: what a login token names. Everything a client owns is keyed by
 * `account` and `memo` together: an account shared by many people is told apart by the memo only, so
 * the same account with another memo, or with none, is another principal (SEP10-130 to 133).
 */
export interface Principal {
  /** The base account `G…`, also for a muxed subject. */
  readonly account: string
  /**
   * Unsigned 64 bits as canonical decimal text. `M…` with the id n and `G…:n` are the same principal
   * (SEP10-132); absent means the account itself.
   */
  readonly memo?: string
  /** As in the token: `G…`, `G…:<memo>` or `M…`. For answers and logs; never a key. */
  readonly subject: string
  /** The home domain the client logged in to; a token for one is refused by another. */
  readonly homeDomain: string
  /** The wallet's domain, present only when its signature was on the challenge. */
  readonly clientDomain?: string
}

/** The account and memo that a subject names. */
export interface Subject {
  readonly account: string
  readonly memo?: string
}

/** Reads `G…`, `G…:<memo>` and `M…` strictly; anything else is undefined (SEP10-127). */
export function readSubject(subject: string): Subject | undefined {
  const colon = subject.indexOf(':')
  const address = readAccountAddress(colon === -1 ? subject : subject.slice(0, colon))
  if (address === undefined) return undefined
  if (colon === -1) return named(address.account, address.muxedId)
  const memo = subject.slice(colon + 1)
  return address.muxedId === undefined && isIdMemo(memo) ? named(address.account, memo) : undefined
}

/** The subject of a login: the muxed address as it was given, or the account with its memo. */
export const writeSubject = (address: string, memo: string | undefined): string =>
  memo === undefined ? address : `${address}:${memo}`

const named = (account: string, memo: string | undefined): Subject =>
  memo === undefined ? { account } : { account, memo }
