import type { Agreement } from '../../domain/client/agreement.ts'
import { mayBeServed } from '../../domain/client/agreement.ts'
import { matchHomeDomain } from '../../domain/client/host.ts'
import type { Principal, Subject } from '../../domain/client/principal.ts'
import { readSubject } from '../../domain/client/principal.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { LoginClaims, TokenIssuer, TokenRefusal } from '../ports/token-issuer.ts'

export type AuthoriseRefusal = TokenRefusal | { readonly code: 'not_agreed' }

/**
 * What a login token entitles to. `lapsesAt` is for those who serve longer than one request
 * (subscriptions): they end then.
 */
export interface Authorised {
  readonly principal: Principal
  readonly lapsesAt: Date
}

export type Authorise = (token: string) => Promise<Outcome<Authorised, AuthoriseRefusal>>

export interface AuthoriseParts {
  readonly tokens: TokenIssuer
  /** Login endpoints of ours whose tokens are taken. */
  readonly issuers: readonly string[]
  readonly homeDomains: readonly string[]
  readonly agreement: Agreement
  readonly now: () => Date
}

/**
 * Judges a login token, for all doors alike: signature, kind, time, issuer, home domain, subject, and
 * that there still is an agreement with its account (SEP10-126 to 129, SEP31-05).
 */
export function authorise(parts: AuthoriseParts): Authorise {
  const subjectOf = rememberSubjects()
  return async (token) => {
    const claims = await parts.tokens.read(token, parts.now())
    if (!claims.ok) return claims
    const { subject, issuer, homeDomain, clientDomain, lapsesAt } = claims.value
    const named = subjectOf(claims.value)
    if (
      named === undefined ||
      !parts.issuers.includes(issuer) ||
      matchHomeDomain(parts.homeDomains, homeDomain) !== homeDomain
    ) {
      return refused({ code: 'token_invalid' })
    }
    if (!mayBeServed(parts.agreement, named.account)) return refused({ code: 'not_agreed' })
    const principal = { ...named, subject, homeDomain, ...(clientDomain && { clientDomain }) }
    return accepted({ principal, lapsesAt })
  }
}

/** A token that is shown again has the same claims: the checksum in its address is reckoned once. */
function rememberSubjects(): (claims: LoginClaims) => Subject | undefined {
  const known = new WeakMap<LoginClaims, Subject>()
  return (claims) => {
    const named = known.get(claims) ?? readSubject(claims.subject)
    if (named !== undefined) known.set(claims, named)
    return named
  }
}
