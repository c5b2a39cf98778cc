import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'

/** What a client asked for, exactly as it was written in the query. */
export interface AskedChallenge {
  readonly account?: string
  readonly memo?: string
  readonly homeDomain?: string
  readonly clientDomain?: string
}

/** Claims of a token that a client signed itself, to be told apart before it gets a challenge. */
export type ClientClaims = Readonly<Record<string, unknown>>

export type ClientTokenFault =
  | 'times'
  | 'lapsed'
  | 'too_long'
  | 'web_auth_endpoint'
  | 'account'
  | 'memo'
  | 'home_domain'
  | 'client_domain'

/** Seconds that the client's clock may be ahead or behind. */
const leewaySeconds = 30
/** Reference clients ask for 900 s (SEP10-43). */
const lifetimeSecondsMax = 3_600

/**
 * Checks the claims of the client's token against the request, before any default is filled in: each
 * claim and its parameter are both absent or the same text. Source: SEP-10 3.4.1, Authorization header.
 */
export function judgeClientToken(
  claims: ClientClaims,
  asked: AskedChallenge,
  { endpoint, now }: { readonly endpoint: string; readonly now: Date },
): Outcome<'fits', { readonly code: 'client_token_differs'; readonly fault: ClientTokenFault }> {
  const fault =
    faultOfTimes(claims, Math.floor(now.getTime() / 1_000)) ??
    faultOfClaims(claims, asked, endpoint)
  return fault === undefined ? accepted('fits') : refused({ code: 'client_token_differs', fault })
}

function faultOfTimes({ iat, exp }: ClientClaims, seconds: number): ClientTokenFault | undefined {
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'times'
  if (exp + leewaySeconds <= seconds) return 'lapsed'
  if (iat - leewaySeconds > seconds || exp <= iat) return 'times'
  return exp - iat > lifetimeSecondsMax ? 'too_long' : undefined
}

function faultOfClaims(
  claims: ClientClaims,
  asked: AskedChallenge,
  endpoint: string,
): ClientTokenFault | undefined {
  if (claims['web_auth_endpoint'] !== endpoint) return 'web_auth_endpoint'
  if (claims['account'] !== asked.account) return 'account'
  if (claims['memo'] !== asked.memo) return 'memo'
  if (claims['home_domain'] !== asked.homeDomain) return 'home_domain'
  return claims['client_domain'] === asked.clientDomain ? undefined : 'client_domain'
}
