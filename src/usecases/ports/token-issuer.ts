import type { Outcome } from '../../domain/outcome.ts'

/** What a login token says. Source: SEP-10 3.4.1, Token. */
export interface LoginClaims {
  /** `G…`, `G…:<memo>` or `M…`. */
  readonly subject: string
  /** A URI of ours. */
  readonly issuer: string
  readonly homeDomain: string
  /** Only when the wallet's signature was on the challenge. */
  readonly clientDomain?: string
  /** Hash of the challenge as hex: one token per challenge. */
  readonly id: string
  /** Whole seconds both. */
  readonly issuedAt: Date
  readonly lapsesAt: Date
}

export type TokenRefusal = { readonly code: 'token_invalid' } | { readonly code: 'token_lapsed' }

/** Writes login tokens and reads them again; nobody else's tokens, nor ours of another kind. */
export interface TokenIssuer {
  issue(claims: LoginClaims): Promise<string>
  /** Refused when the signature, the algorithm, the kind or a claim is wrong, or the time is over. */
  read(token: string, now: Date): Promise<Outcome<LoginClaims, TokenRefusal>>
}
