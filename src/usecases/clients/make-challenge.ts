import { mayBeServed } from '../../domain/client/agreement.ts'
import type { AccountAddress } from '../../domain/client/account-address.ts'
import { isIdMemo, readAccountAddress } from '../../domain/client/account-address.ts'
import type { AskedChallenge, ClientTokenFault } from '../../domain/client/client-token.ts'
import { judgeClientToken } from '../../domain/client/client-token.ts'
import { defaultHomeDomain, matchHomeDomain } from '../../domain/client/host.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { ChallengeTransactions, NewChallenge } from '../ports/challenge-transactions.ts'
import type { ClientTokens } from '../ports/client-tokens.ts'
import type { HomePageLookup } from '../ports/home-page-lookup.ts'
import type { LoginSettings } from './login-settings.ts'
import type { ClientDomainRefusal, VerifiedClientDomain } from './verify-client-domain.ts'
import { verifyClientDomain } from './verify-client-domain.ts'

export interface ChallengeRequest {
  readonly asked: AskedChallenge
  /** The token of the `Authorization` header; `unreadable` when the header holds none. */
  readonly clientToken?: { readonly token: string } | 'unreadable'
}

export type MakeChallengeRefusal =
  | { readonly code: 'account_invalid' }
  | { readonly code: 'account_is_ours' }
  | { readonly code: 'memo_invalid' }
  | { readonly code: 'memo_with_muxed_account' }
  | { readonly code: 'home_domain_missing' }
  | { readonly code: 'home_domain_unknown' }
  | { readonly code: 'client_token_missing' }
  | { readonly code: 'client_token_invalid' }
  | { readonly code: 'client_token_differs'; readonly fault: ClientTokenFault }
  | { readonly code: 'not_agreed' }
  | ClientDomainRefusal

export type MakeChallenge = (
  request: ChallengeRequest,
) => Promise<Outcome<{ readonly envelope: string }, MakeChallengeRefusal>>

export interface MakeChallengeParts {
  readonly settings: LoginSettings
  readonly challenges: ChallengeTransactions
  readonly clientTokens: ClientTokens
  readonly homePages: HomePageLookup
  readonly now: () => Date
}

/**
 * Gives a client a challenge to sign. Nothing is kept: every call makes another challenge, and one is
 * worth nothing before it is signed. Source: SEP-10 3.4.1, Challenge.
 */
export const makeChallenge =
  (parts: MakeChallengeParts): MakeChallenge =>
  async (request) => {
    const login = readAsked(request.asked, parts)
    if (!login.ok) return login
    const { address, ...named } = login.value
    const isAgreed = mayBeServed(parts.settings.agreement, address.account)
    // Nothing is fetched for strangers; only a token that is there is judged first (SEP10-40, SEP10-41).
    if (!isAgreed && request.clientToken === undefined) return refused({ code: 'not_agreed' })
    const clientDomain = await findCosigner(request, address.account, parts)
    if (!clientDomain.ok) return clientDomain
    if (!isAgreed) return refused({ code: 'not_agreed' })
    const challenge = { ...named, ...(clientDomain.value && { clientDomain: clientDomain.value }) }
    return accepted({ envelope: parts.challenges.write(dated(challenge, parts)) })
  }

/** The wallet that has to sign too, once its domain and the client's own token were found good. */
async function findCosigner(
  { asked, clientToken }: ChallengeRequest,
  account: string,
  parts: MakeChallengeParts,
): Promise<Outcome<VerifiedClientDomain | undefined, MakeChallengeRefusal>> {
  const rules = parts.settings.clientDomains
  if (clientToken !== undefined && asked.clientDomain !== undefined && rules.mode === 'ignore') {
    return refused({ code: 'client_domain_not_verified' })
  }
  const clientDomain = await verifyClientDomain(asked.clientDomain, rules, {
    homePages: parts.homePages,
    taken: [parts.challenges.serverAccount, account],
  })
  if (!clientDomain.ok) return clientDomain
  const signer = clientDomain.value?.account ?? account
  const token = await judgeToken(clientToken, { asked, signer }, parts)
  return token.ok ? clientDomain : token
}

type Undated = Omit<NewChallenge, 'webAuthDomain' | 'validFrom' | 'lapsesAt'>

function dated(challenge: Undated, { settings, now }: MakeChallengeParts): NewChallenge {
  const seconds = Math.floor(now().getTime() / 1_000)
  return {
    ...challenge,
    webAuthDomain: settings.webAuthDomain,
    validFrom: new Date(seconds * 1_000),
    lapsesAt: new Date((seconds + settings.challengeLifetimeSeconds) * 1_000),
  }
}

interface Login {
  readonly address: AccountAddress
  readonly memo?: string
  readonly homeDomain: string
}

function readAsked(
  { account, memo, homeDomain }: AskedChallenge,
  { settings, challenges }: MakeChallengeParts,
): Outcome<Login & Undated, MakeChallengeRefusal> {
  const address = account === undefined ? undefined : readAccountAddress(account)
  if (account === undefined || address === undefined) return refused({ code: 'account_invalid' })
  if (address.account === challenges.serverAccount) return refused({ code: 'account_is_ours' })
  const fault = memo === undefined ? undefined : faultOfMemo(memo, address)
  if (fault !== undefined) return refused({ code: fault })
  const matched = readHomeDomain(homeDomain, settings.homeDomains)
  if (!matched.ok) return matched
  const named = { address, account, homeDomain: matched.value }
  return accepted(memo === undefined ? named : { ...named, memo })
}

function faultOfMemo(memo: string, address: AccountAddress) {
  if (address.muxedId !== undefined) return 'memo_with_muxed_account'
  return isIdMemo(memo) ? undefined : 'memo_invalid'
}

function readHomeDomain(
  asked: string | undefined,
  patterns: readonly string[],
): Outcome<string, MakeChallengeRefusal> {
  const wanted = asked ?? defaultHomeDomain(patterns)
  if (wanted === undefined) return refused({ code: 'home_domain_missing' })
  const matched = matchHomeDomain(patterns, wanted)
  return matched === undefined ? refused({ code: 'home_domain_unknown' }) : accepted(matched)
}

/** A token that is there is judged, wanted or not (SEP10-34). */
async function judgeToken(
  given: ChallengeRequest['clientToken'],
  { asked, signer }: { readonly asked: AskedChallenge; readonly signer: string },
  { settings, clientTokens, now }: MakeChallengeParts,
): Promise<Outcome<unknown, MakeChallengeRefusal>> {
  if (given === undefined) {
    return settings.requireClientToken
      ? refused({ code: 'client_token_missing' })
      : accepted(undefined)
  }
  const claims = given === 'unreadable' ? undefined : await clientTokens.read(given.token, signer)
  if (claims === undefined) return refused({ code: 'client_token_invalid' })
  return judgeClientToken(claims, asked, { endpoint: settings.endpoint, now: now() })
}
