import { createHmac, hkdfSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { loginTokens } from '../../../src/adapters/jwt/login-tokens.ts'
import type { LoginClaims } from '../../../src/usecases/ports/token-issuer.ts'

const secret = 'a secret of the tests, long enough to be one'
const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const now = new Date('2026-11-21T12:00:00Z')
const claims: LoginClaims = {
  id: 'ab'.repeat(32),
  subject: `${account}:18446744073709551615`,
  issuer: 'https://anchor.example.com/auth',
  homeDomain: 'example.com',
  clientDomain: 'wallet.example',
  issuedAt: now,
  lapsesAt: new Date(now.getTime() + 3_600_000),
}

const codeOf = async (token: string, at = now) => {
  const read = await (await loginTokens(secret)).read(token, at)
  return read.ok ? 'accepted' : read.refusal.code
}

describe('a login token', () => {
  it('is a JWT with whole seconds, which clients can decode (SEP10-115, SEP10-119, SEP10-121, SEP10-122, SEP10-123)', async () => {
    const issuedAt = new Date(now.getTime() + 999)
    const lapsesAt = new Date(claims.lapsesAt.getTime() + 999)
    const token = await (await loginTokens(secret)).issue({ ...claims, issuedAt, lapsesAt })
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    const seconds = now.getTime() / 1_000
    expect(decodeJwt(token)).toEqual({
      iss: claims.issuer,
      sub: claims.subject,
      iat: seconds,
      exp: seconds + 3_600,
      jti: claims.id,
      home_domain: 'example.com',
      client_domain: 'wallet.example',
    })
  })

  it('has no client_domain where none was verified (SEP10-121)', async () => {
    const { clientDomain: _, ...others } = claims
    const tokens = await loginTokens(secret)
    const token = await tokens.issue(others)
    expect(decodeJwt(token)).not.toHaveProperty('client_domain')
    expect(await tokens.read(token, now)).toEqual({ ok: true, value: others })
  })

  it('is read as it was written', async () => {
    const tokens = await loginTokens(secret)
    expect(await tokens.read(await tokens.issue(claims), now)).toEqual({ ok: true, value: claims })
  })

  it('is read each as it was written, whichever was shown before', async () => {
    const tokens = await loginTokens(secret)
    const { clientDomain: _, ...rest } = claims
    const other = { ...rest, id: 'cd'.repeat(32), subject: account, homeDomain: 'other.example' }
    const both = [claims, other]
    const shown = await Promise.all(both.map((one) => tokens.issue(one)))
    for (const time of ['judged', 'remembered']) {
      for (const [place, token] of shown.entries()) {
        const read = await tokens.read(token, now)
        expect([time, read]).toEqual([time, { ok: true, value: both[place] }])
      }
    }
  })

  it('ends with its last second (SEP10-126)', async () => {
    const token = await (await loginTokens(secret)).issue(claims)
    expect(await codeOf(token, new Date(claims.lapsesAt.getTime() - 1))).toBe('accepted')
    expect(await codeOf(token, claims.lapsesAt)).toBe('token_lapsed')
  })

  it('is verified once, however often it is shown, and each time while it is refused', async () => {
    const tokens = await loginTokens(secret)
    const token = await tokens.issue(claims)
    const verify = vi.spyOn(crypto.subtle, 'verify')
    for (const shown of [token, token, token]) await tokens.read(shown, now)
    expect(verify).toHaveBeenCalledTimes(1)
    for (const shown of [`${token}A`, `${token}A`]) await tokens.read(shown, now)
    expect(verify).toHaveBeenCalledTimes(3)
    verify.mockRestore()
  })

  it('is remembered beside ten thousand others, the oldest forgotten first', async () => {
    const tokens = await loginTokens(secret)
    const shown: string[] = []
    for (let place = 0; place <= 10_000; place += 1) {
      shown.push(await tokens.issue({ ...claims, id: `${place}` }))
    }
    const verify = vi.spyOn(crypto.subtle, 'verify').mockResolvedValue(true) // ours are, and it takes long
    const verified = async (places: readonly number[]): Promise<number> => {
      verify.mockClear()
      for (const place of places) await tokens.read(shown[place] ?? '', now)
      return verify.mock.calls.length
    }
    const first = [...shown.keys()].slice(0, -1)
    const counts: number[] = []
    for (const places of [first, [0, 9_999], [10_000], [1, 9_999, 10_000], [0]]) {
      counts.push(await verified(places))
    }
    verify.mockRestore()
    expect(counts).toEqual([10_000, 0, 1, 0, 1])
  })

  it('is remembered no longer than it counts, and changed not at all (SEP10-126)', async () => {
    const tokens = await loginTokens(secret)
    const token = await tokens.issue(claims)
    expect(await tokens.read(token, now)).toEqual({ ok: true, value: claims })
    expect(await tokens.read(token, new Date(claims.lapsesAt.getTime() - 1))).toMatchObject({
      ok: true,
    })
    const lapsed = { ok: false, refusal: { code: 'token_lapsed' } }
    expect(await tokens.read(token, claims.lapsesAt)).toEqual(lapsed)
    const changed = token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA')
    const invalid = { ok: false, refusal: { code: 'token_invalid' } }
    expect(await tokens.read(changed, now)).toEqual(invalid)
    expect(await tokens.read(changed, now)).toEqual(invalid)
  })

  it('is refused when it was made with another secret, or for another purpose with ours (SEP10-124, AP-2.17)', async () => {
    const foreign = await loginTokens('another secret that is also long enough')
    expect(await codeOf(await foreign.issue(claims))).toBe('token_invalid')
    const sameSecret = await new SignJWT(decodeJwt(await foreign.issue(claims)))
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(secret))
    expect(await codeOf(sameSecret)).toBe('token_invalid')
  })

  it('is refused with any other algorithm, none included (SEP10-126)', async () => {
    const token = await (await loginTokens(secret)).issue(claims)
    const payload = decodeJwt(token)
    expect(await codeOf(new UnsecuredJWT(payload).encode())).toBe('token_invalid')
    const header = Buffer.from('{"alg":"HS512","typ":"JWT"}').toString('base64url')
    const body = `${header}.${token.split('.')[1]}`
    const signature = createHmac('sha512', secret).update(body).digest('base64url')
    expect(await codeOf(`${body}.${signature}`)).toBe('token_invalid')
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['without an end', 'JWT', { exp: undefined }],
    ['without a beginning', 'JWT', { iat: undefined }],
    ['without an id', 'JWT', { jti: undefined }],
    ['without an issuer', 'JWT', { iss: undefined }],
    ['without a subject', 'JWT', { sub: undefined }],
    ['with an id that is no text', 'JWT', { jti: 7 }],
    ['with an issuer that is no text', 'JWT', { iss: 7 }],
    ['with a subject that is no text', 'JWT', { sub: 7 }],
    ['without a home domain', 'JWT', { home_domain: undefined }],
    ['with a home domain that is no text', 'JWT', { home_domain: 7 }],
    ['with a client domain that is no text', 'JWT', { client_domain: 7 }],
    ['of another type', 'at+jwt', {}],
  ])('is refused %s, though signed with the same key (SEP10-126)', async (_, typ, changes) => {
    const key = new Uint8Array(hkdfSync('sha256', secret, '', 'fairlead login token', 32))
    const payload = decodeJwt(await (await loginTokens(secret)).issue(claims))
    const signed = (header: string, body: object) =>
      new SignJWT(JSON.parse(JSON.stringify(body)) as JWTPayload)
        .setProtectedHeader({ alg: 'HS256', typ: header })
        .sign(key)
    expect(await codeOf(await signed('JWT', payload))).toBe('accepted')
    expect(await codeOf(await signed(typ, { ...payload, ...changes }))).toBe('token_invalid')
  })

  it.each(['', 'a.b.c', 'a.b', '....', 'Bearer x', 'null', '💥', 'a'.repeat(10_000)])(
    'is refused when it reads %j',
    async (token) => {
      expect(await codeOf(token)).toBe('token_invalid')
    },
  )
})
