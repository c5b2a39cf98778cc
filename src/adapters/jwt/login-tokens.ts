import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { CryptoKey, JWTPayload } from 'jose'
import { errors, jwtVerify } from 'jose'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { LoginClaims, TokenIssuer, TokenRefusal } from '../../usecases/ports/token-issuer.ts'

const algorithm = 'HS256'
/** Tokens remembered as good; beyond that the oldest are judged anew. About 1 kB each. */
const rememberedMax = 10_000

const header = encode({ alg: algorithm, typ: 'JWT' })

/**
 * Login tokens as JWT. The key is derived from the secret for this kind of token alone, so that no
 * token of another kind made from the same secret passes for one (SEP10-124). Reading is left to jose;
 * writing is three lines and a tenth of jose's time, which lies on the way of every login.
 */
export async function loginTokens(secret: string): Promise<TokenIssuer> {
  const bytes = hkdfSync('sha256', secret, '', 'fairlead login token', 32)
  const key = createSecretKey(new Uint8Array(bytes))
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const verifyingKey = await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])
  const known = rememberTokens()
  return {
    issue(claims) {
      const body = `${header}.${encode(toPayload(claims))}`
      const signature = createHmac('sha256', key).update(body).digest('base64url')
      return Promise.resolve(`${body}.${signature}`)
    },
    async read(token, now) {
      const remembered = known.get(token)
      if (remembered !== undefined) return refusedOnceLapsed(remembered, now)
      const judged = await judge(token, verifyingKey, now)
      if (judged.ok) known.set(token, judged.value)
      return judged
    },
  }
}

/**
 * A token that was found good stays so until it lapses, because nothing but its signature and its time
 * was judged here; a client shows the same one with each of its requests.
 */
function rememberTokens(): {
  get(token: string): LoginClaims | undefined
  set(token: string, claims: LoginClaims): void
} {
  const claimsOf = new Map<string, LoginClaims>()
  return {
    get: (token) => claimsOf.get(token),
    set(token, claims) {
      const [oldest] = claimsOf.keys()
      if (claimsOf.size >= rememberedMax && oldest !== undefined) claimsOf.delete(oldest)
      claimsOf.set(token, claims)
    },
  }
}

/** Lapsed in the second named by `exp`, as jose has it. */
function refusedOnceLapsed(claims: LoginClaims, now: Date): Outcome<LoginClaims, TokenRefusal> {
  const seconds = Math.floor(now.getTime() / 1_000) * 1_000
  return claims.lapsesAt.getTime() <= seconds ? refused({ code: 'token_lapsed' }) : accepted(claims)
}

async function judge(
  token: string,
  key: CryptoKey,
  now: Date,
): Promise<Outcome<LoginClaims, TokenRefusal>> {
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
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

const toPayload = (claims: LoginClaims): JWTPayload => ({
  iss: claims.issuer,
  sub: claims.subject,
  iat: Math.floor(claims.issuedAt.getTime() / 1_000),
  exp: Math.floor(claims.lapsesAt.getTime() / 1_000),
  jti: claims.id,
  home_domain: claims.homeDomain,
  ...(claims.clientDomain !== undefined && { client_domain: claims.clientDomain }),
})

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
