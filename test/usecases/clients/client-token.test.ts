import type { Keypair } from '@stellar/stellar-sdk'
import type { JWTPayload } from 'jose'
import { base64url, CompactSign, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import type { LoginSettings } from '../../../src/usecases/clients/login-settings.ts'
import { aLogin } from '../../builders/login.ts'
import { clientKey, otherKey, walletKey } from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()
const endpoint = 'https://anchor.example.com/auth'
const seconds = Math.floor(Date.parse('2026-11-21T12:00:00Z') / 1_000)
const claims = { account, web_auth_endpoint: endpoint, iat: seconds, exp: seconds + 900 }
const anotherEndpoint = { web_auth_endpoint: `${endpoint}/` }
const anotherAccount = { account: otherKey.publicKey() }
const anotherHome = { home_domain: 'example.com' }

function keyOf(key: Keypair, alg: string) {
  const x = base64url.encode(key.rawPublicKey())
  const d = base64url.encode(key.rawSecretKey().slice(0, 32))
  return importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, alg)
}

const tokenBy = async (key: Keypair, payload: JWTPayload, alg = 'EdDSA'): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(await keyOf(key, alg))

const tokenOf = async (payload: Uint8Array): Promise<string> =>
  new CompactSign(payload)
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(await keyOf(clientKey, 'EdDSA'))

/** In so many bytes. */
const claimsOf = (length: number): string => {
  const rest = length - JSON.stringify({ ...claims, more: '' }).length
  return JSON.stringify({ ...claims, more: 'x'.repeat(rest) })
}

async function codeFor(
  token: string | undefined,
  asked: object = {},
  changes: Partial<LoginSettings> = {},
): Promise<string> {
  const login = await aLogin(changes)
  login.world.signingKeys.set('wallet.example', walletKey.publicKey())
  const outcome = await login.make({
    asked: { account, ...asked },
    ...(token !== undefined && { clientToken: { token } }),
  })
  if (outcome.ok) return 'accepted'
  const { refusal } = outcome
  return refusal.code === 'client_token_differs' ? `differs in ${refusal.fault}` : refusal.code
}

describe('a token that the client signed itself', () => {
  it('is accepted by the key of the account, without typ (SEP10-34 to 39)', async () => {
    expect(await codeFor(await tokenBy(clientKey, claims))).toBe('accepted')
  })

  it('is missed only where it is required (SEP10-32, SEP10-33)', async () => {
    expect(await codeFor(undefined)).toBe('accepted')
    expect(await codeFor(undefined, {}, { requireClientToken: true })).toBe('client_token_missing')
  })

  it('has to be signed by the key of the wallet when there is a client_domain (SEP10-36)', async () => {
    const asked = { clientDomain: 'wallet.example' }
    const both = { ...claims, client_domain: 'wallet.example' }
    expect(await codeFor(await tokenBy(walletKey, both), asked)).toBe('accepted')
    expect(await codeFor(await tokenBy(clientKey, both), asked)).toBe('client_token_invalid')
  })

  it('is signed for a muxed account by the key of its account (SEP10-36)', async () => {
    const muxed = muxedAddress(account, '5')
    const token = await tokenBy(clientKey, { ...claims, account: muxed })
    expect(await codeFor(token, { account: muxed })).toBe('accepted')
  })

  it('is refused with another algorithm, another key, or none (SEP10-35, SEP10-40)', async () => {
    const shared = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
    const symmetric = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(shared)
    expect(await codeFor(symmetric)).toBe('client_token_invalid')
    expect(await codeFor(new UnsecuredJWT(claims).encode())).toBe('client_token_invalid')
    expect(await codeFor(await tokenBy(otherKey, claims))).toBe('client_token_invalid')
    const renamed = await tokenBy(clientKey, claims, 'Ed25519')
    expect(await codeFor(renamed)).toBe('client_token_invalid')
    const confused = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' })
    expect(await codeFor(await confused.sign(clientKey.rawPublicKey()))).toBe(
      'client_token_invalid',
    )
    expect(await codeFor('abc')).toBe('client_token_invalid')
    const outcome = await (await aLogin()).make({ asked: { account }, clientToken: 'unreadable' })
    expect(outcome).toEqual({ ok: false, refusal: { code: 'client_token_invalid' } })
  })

  it.each([
    ['as long as may be', claimsOf(6_063), 'accepted'], // a token of 8,192 characters
    ['longer', claimsOf(6_064), 'client_token_invalid'],
    ['in UTF-8', JSON.stringify({ ...claims, more: 'é' }), 'accepted'],
    ['in Latin-1', JSON.stringify({ ...claims, more: 'é' }), 'client_token_invalid'],
    ['a list', JSON.stringify([claims]), 'client_token_invalid'],
    ['null', 'null', 'client_token_invalid'],
    ['a text', '"claims"', 'client_token_invalid'],
    ['no JSON', '{', 'client_token_invalid'],
  ])('whose claims are %s is judged so, though it is signed well (SEP10-35)', async (...line) => {
    const [form, text, code] = line
    const payload = Buffer.from(text, form === 'in Latin-1' ? 'latin1' : 'utf8')
    expect(await codeFor(await tokenOf(payload))).toBe(code)
  })

  it.each([
    ['without iat (SEP10-37)', { iat: undefined }, 'times'],
    ['without exp (SEP10-37)', { exp: undefined }, 'times'],
    ['that has lapsed (SEP10-37)', { iat: seconds - 1_000, exp: seconds - 100 }, 'lapsed'],
    ['from the future (SEP10-37)', { iat: seconds + 100 }, 'times'],
    ['that lives for a day (SEP10-43)', { exp: seconds + 86_400 }, 'too_long'],
    ['for another endpoint (SEP10-38)', anotherEndpoint, 'web_auth_endpoint'],
    ['for another account (SEP10-39)', anotherAccount, 'account'],
    ['with a memo that was not asked for (SEP10-39)', { memo: '1' }, 'memo'],
    ['with a home domain that was not asked for (SEP10-39)', anotherHome, 'home_domain'],
    [
      'with a client domain that was not asked for (SEP10-39)',
      { client_domain: 'wallet.example' },
      'client_domain',
    ],
    ['lapsed before it began', { iat: seconds, exp: seconds - 100 }, 'lapsed'],
    ['lapsed and long', { iat: seconds - 86_400, exp: seconds - 100 }, 'lapsed'],
    ['from the future and long', { iat: seconds + 100, exp: seconds + 86_400 }, 'times'],
    ['long and for another endpoint', { exp: seconds + 86_400, ...anotherEndpoint }, 'too_long'],
    [
      'for another endpoint and account',
      { ...anotherEndpoint, ...anotherAccount },
      'web_auth_endpoint',
    ],
    ['for another account and memo', { ...anotherAccount, memo: '1' }, 'account'],
    ['for another memo and home', { memo: '1', ...anotherHome }, 'memo'],
    [
      'for another home and wallet',
      { ...anotherHome, client_domain: 'wallet.example' },
      'home_domain',
    ],
  ])('is refused %s, and says for what', async (...[, change, fault]) => {
    const payload = Object.fromEntries(
      Object.entries({ ...claims, ...change }).filter(([, value]) => value !== undefined),
    )
    expect(await codeFor(await tokenBy(clientKey, payload))).toBe(`differs in ${fault}`)
  })

  it('is refused when a parameter has no claim (SEP10-39)', async () => {
    const token = await tokenBy(clientKey, claims)
    expect(await codeFor(token, { memo: '1' })).toBe('differs in memo')
    expect(await codeFor(token, { homeDomain: 'example.com' })).toBe('differs in home_domain')
    const byWallet = await tokenBy(walletKey, claims)
    const asked = { clientDomain: 'wallet.example' }
    expect(await codeFor(byWallet, asked)).toBe('differs in client_domain')
  })

  it('is refused when it names no endpoint (SEP10-38)', async () => {
    const { web_auth_endpoint: _, ...rest } = claims
    expect(await codeFor(await tokenBy(clientKey, rest))).toBe('differs in web_auth_endpoint')
  })

  it.each([
    ['made by a clock half a minute ahead', { iat: seconds + 30 }, 'accepted'],
    ['made by a clock more ahead', { iat: seconds + 31 }, 'differs in times'],
    ['that lapsed within half a minute', { exp: seconds - 29, iat: seconds - 900 }, 'accepted'],
    ['that lapsed before', { exp: seconds - 30, iat: seconds - 900 }, 'differs in lapsed'],
    ['that lives for an hour', { exp: seconds + 3_600 }, 'accepted'],
    ['that lives longer than an hour', { exp: seconds + 3_601 }, 'differs in too_long'],
    ['that ends as it begins', { exp: seconds }, 'differs in times'],
  ])('%s is judged so (SEP10-37, SEP10-43)', async (_, times, code) => {
    expect(await codeFor(await tokenBy(clientKey, { ...claims, ...times }))).toBe(code)
  })

  it('is refused with a client_domain where those are not verified (SEP10-42)', async () => {
    const token = await tokenBy(walletKey, { ...claims, client_domain: 'wallet.example' })
    const changes = { clientDomains: { mode: 'ignore' } } as const
    expect(await codeFor(token, { clientDomain: 'wallet.example' }, changes)).toBe(
      'client_domain_not_verified',
    )
    expect(await codeFor(await tokenBy(clientKey, claims), {}, changes)).toBe('accepted')
    expect(await codeFor(undefined, { clientDomain: 'wallet.example' }, changes)).toBe('accepted')
  })

  it('does not help an account without an agreement (SEP10-41)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set<string>() } as const
    expect(await codeFor(await tokenBy(clientKey, claims), {}, { agreement })).toBe('not_agreed')
    expect(await codeFor('abc', {}, { agreement })).toBe('client_token_invalid')
  })
})
