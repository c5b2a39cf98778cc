import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import type { AccountAddress } from './account-address.ts'
import { isAccount, readAccountAddress } from './account-address.ts'
import { matchHomeDomain, readHost } from './host.ts'
import { writeSubject } from './principal.ts'

/** A posted challenge as it lies in its envelope; nothing in it is believed yet. */
export interface ChallengeTransaction {
  /** SHA-256 of what is signed; the same for every spelling and any set of signatures. */
  readonly hash: Uint8Array
  readonly source: string
  readonly sequence: bigint
  /** Seconds since 1970; absent where the envelope has no plain time bounds. */
  readonly timeBounds?: { readonly min: bigint; readonly max: bigint }
  /** An id memo as decimal text, or a memo of another type. */
  readonly memo?: { readonly id: string } | 'not_an_id'
  readonly operations: readonly ChallengeOperation[]
  readonly signatures: readonly ChallengeSignature[]
}

/** `data` is absent when the operation is no Manage Data. */
export interface ChallengeOperation {
  readonly source?: string
  /** Texts with one character per byte. */
  readonly data?: { readonly name: string; readonly value?: string }
}

export interface ChallengeSignature {
  /** Last four bytes of the public key that signed. */
  readonly hint: Uint8Array
  readonly signature: Uint8Array
}

/** Whether this signature over the challenge at hand is by the key of this account. */
export type IsSignedBy = (account: string, signature: ChallengeSignature) => Promise<boolean>

/** What a well-formed challenge says. It proves nothing before its signatures are weighed. */
export interface Challenge {
  /** The server account it names; its signature has to be on it. */
  readonly serverAccount: string
  /** The base account `G…`. */
  readonly account: string
  /** As it will stand in the token: `M…` as the client wrote it, `G…:<memo>` or `G…`. */
  readonly subject: string
  readonly homeDomain: string
  readonly clientDomain?: { readonly domain: string; readonly account: string }
  readonly lapsesAt: Date
}

export type ChallengeFault =
  | 'source'
  | 'sequence'
  | 'time_bounds'
  | 'not_yet_valid'
  | 'lapsed'
  | 'first_operation'
  | 'client_account'
  | 'home_domain'
  | 'nonce'
  | 'memo'
  | 'other_operation'
  | 'web_auth_domain'
  | 'client_domain'

export type ChallengeRefusal = {
  readonly code: 'wrong_challenge'
  readonly fault: ChallengeFault
}

/** What our challenges look like. */
export interface ChallengeRules {
  /** The current `SIGNING_KEY` and those retired less than one challenge lifetime ago (SEP10-138). */
  readonly serverAccounts: readonly string[]
  readonly webAuthDomain: string
  readonly homeDomains: readonly string[]
}

/** Clocks of several gateways may differ by this; there is no grace at the end (SEP10-76, SEP10-77). */
const earlySeconds = 5n

/** Checks everything about a posted challenge but its signatures. Source: SEP-10 3.4.1, Token. */
export function readChallenge(
  transaction: ChallengeTransaction,
  rules: ChallengeRules,
  now: Date,
): Outcome<Challenge, ChallengeRefusal> {
  const fault = faultOfEnvelope(transaction, rules, now)
  if (fault !== undefined) return refused({ code: 'wrong_challenge', fault })
  const login = readLogin(transaction, rules)
  if (typeof login === 'string') return refused({ code: 'wrong_challenge', fault: login })
  const others = faultOfOthers(transaction.operations.slice(1), rules)
  if (others !== undefined) return refused({ code: 'wrong_challenge', fault: others })
  const clientDomain = transaction.operations.find(isClientDomain)
  const lapsesAt = new Date(Number(transaction.timeBounds?.max ?? 0n) * 1_000)
  return accepted({
    ...login,
    serverAccount: transaction.source,
    lapsesAt,
    ...(clientDomain && {
      clientDomain: {
        domain: clientDomain.data?.value ?? '',
        account: clientDomain.source ?? '',
      },
    }),
  })
}

function faultOfEnvelope(
  { source, sequence, timeBounds }: ChallengeTransaction,
  rules: ChallengeRules,
  now: Date,
): ChallengeFault | undefined {
  if (!rules.serverAccounts.includes(source)) return 'source'
  if (sequence !== 0n) return 'sequence'
  if (timeBounds === undefined || timeBounds.max === 0n) return 'time_bounds'
  const seconds = BigInt(Math.floor(now.getTime() / 1_000))
  if (seconds + earlySeconds < timeBounds.min) return 'not_yet_valid'
  return seconds > timeBounds.max ? 'lapsed' : undefined
}

/** Reads the first operation and the memo: who wants to log in, and where. */
function readLogin(
  { operations: [first], memo, source: server }: ChallengeTransaction,
  rules: ChallengeRules,
): ChallengeFault | Pick<Challenge, 'account' | 'subject' | 'homeDomain'> {
  if (first?.source === undefined || first.data === undefined) return 'first_operation'
  const address = readAccountAddress(first.source)
  if (address === undefined || address.account === server) return 'client_account'
  const homeDomain = homeDomainOf(first.data.name, rules.homeDomains)
  if (homeDomain === undefined) return 'home_domain'
  if (!isNonce(first.data.value)) return 'nonce'
  if (!isMemoFor(address, memo)) return 'memo'
  return {
    account: address.account,
    subject: writeSubject(first.source, typeof memo === 'object' ? memo.id : undefined),
    homeDomain,
  }
}

/** None, or an id beside an account that has none inside (SEP10-86). */
const isMemoFor = ({ muxedId }: AccountAddress, memo: ChallengeTransaction['memo']): boolean =>
  memo === undefined || (memo !== 'not_an_id' && muxedId === undefined)

/** Base64 text of 48 bytes: 64 characters and no padding. */
const isNonce = (value: string | undefined): boolean =>
  value !== undefined && /^[A-Za-z0-9+/]{64}$/.test(value)

function homeDomainOf(dataName: string, patterns: readonly string[]): string | undefined {
  if (!dataName.endsWith(' auth')) return undefined
  const written = dataName.slice(0, -' auth'.length)
  return matchHomeDomain(patterns, written) === written ? written : undefined
}

const isClientDomain = ({ data }: ChallengeOperation): boolean => data?.name === 'client_domain'

function faultOfOthers(
  operations: readonly ChallengeOperation[],
  rules: ChallengeRules,
): ChallengeFault | undefined {
  const isOurs = ({ source }: ChallengeOperation) =>
    source !== undefined && rules.serverAccounts.includes(source)
  if (operations.some(({ data }) => data === undefined)) return 'other_operation'
  if (operations.some((operation) => !isClientDomain(operation) && !isOurs(operation))) {
    return 'other_operation'
  }
  const webAuthDomains = operations.filter(({ data }) => data?.name === 'web_auth_domain')
  if (webAuthDomains.length !== 1 || webAuthDomains[0]?.data?.value !== rules.webAuthDomain) {
    return 'web_auth_domain'
  }
  const clientDomains = operations.filter(isClientDomain)
  if (clientDomains.length > 1) return 'client_domain'
  return clientDomains.every((operation) => namesAWallet(operation) && !isOurs(operation))
    ? undefined
    : 'client_domain'
}

const namesAWallet = ({ source, data }: ChallengeOperation): boolean =>
  source !== undefined && isAccount(source) && readHost(data?.value ?? '') !== undefined
