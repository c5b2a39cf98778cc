import { hkdfSync } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { errors, jwtVerify, SignJWT } from 'jose'
import { accepted, refused } from '../../domain/outcome.ts'
import type { LoginClaims, TokenIssuer } from '../../usecases/ports/token-issuer.ts'

const algorithm = 'HS256'

/**
 * Login tokens as JWT. The key is derived from the secret for this kind of token alone, so that no
 * token of another kind made from the same secret passes for one (SEP10-124).
 */
export async function loginTokens(secret: string): Promise<TokenIssuer> {
  const key = await crypto.subtle.importKey(
    'raw',
    hkdfSync('sha256', secret, '', 'fairlead login token', 32),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  )
  return {
    issue: ({ subject, issuer, homeDomain, clientDomain, id, issuedAt, lapsesAt }) =>
      new SignJWT({
        home_domain: homeDomain,
        ...(clientDomain !== undefined && { client_domain: clientDomain }),
      })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(subject)
        .setJti(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(lapsesAt)
        .sign(key),
    async read(token, now) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ: 'JWT',
          currentDate: now,
          requiredClaims: ['iss', 'sub', 'iat', 'exp', 'jti', 'home_domain'],
        })
        const claims = toClaims(payload)
        return claims === undefined ? refused({ code: 'token_invalid' }) : accepted(claims)
      } catch (failure) {
        if (!(failure instanceof errors.JOSEError || failure instanceof TypeError)) throw failure
        return refused({
          code: failure instanceof errors.JWTExpired ? 'token_lapsed' : 'token_invalid',
        })
      }
    },
  }
}

function toClaims(payload: JWTPayload): LoginClaims | undefined {
  const { sub, iss, jti, iat, exp, home_domain: homeDomain, client_domain: clientDomain } = payload
  if (![sub, iss, jti, homeDomain].every((claim) => typeof claim === 'string')) return undefined
  if (clientDomain !== undefined && typeof clientDomain !== 'string') return undefined
  return {
    subject: `${sub}`,
    issuer: `${iss}`,
    id: `${jti}`,
    homeDomain: `${homeDomain as string}`, // checked above
    issuedAt: new Date((iat ?? 0) * 1_000),
    lapsesAt: new Date((exp ?? 0) * 1_000),
    ...(clientDomain !== undefined && { clientDomain }),
  }
}
