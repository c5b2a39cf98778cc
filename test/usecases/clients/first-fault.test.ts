import { xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import type { LoginSettings } from '../../../src/usecases/clients/login-settings.ts'
import type { ChallengeRequest } from '../../../src/usecases/clients/make-challenge.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/account-lookup.ts'
import { aLogin, serverKey } from '../../builders/login.ts'
import { clientKey, forged, otherKey, signed, walletKey } from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()
const nobody = { mode: 'agreed', accounts: new Set<string>() } as const
const clientDomain = 'wallet.example.net'
const token = { clientToken: { token: 'abc' } } as const

type Asked = ChallengeRequest['asked']

describe('a request for a challenge with two faults is refused for the first of', () => {
  const only = (...allowed: readonly string[]) =>
    ({ mode: 'verify', required: false, allowed }) as const

  it.each<[string, Asked, Partial<LoginSettings>, Partial<ChallengeRequest>, string]>([
    ['account, memo', { account: 'x', memo: '0x10' }, {}, {}, 'account_invalid'],
    [
      'our account, memo',
      { account: serverKey.publicKey(), memo: '0x10' },
      {},
      {},
      'account_is_ours',
    ],
    [
      'our account, home domain',
      { account: serverKey.publicKey(), homeDomain: 'evil.com' },
      {},
      {},
      'account_is_ours',
    ],
    [
      'memo beside an id, its form',
      { account: muxedAddress(account, '5'), memo: '0x10' },
      {},
      {},
      'memo_with_muxed_account',
    ],
    [
      'memo, home domain',
      { account, memo: '0x10', homeDomain: 'evil.com' },
      {},
      {},
      'memo_invalid',
    ],
    [
      'home domain, agreement',
      { account, homeDomain: 'evil.com' },
      { agreement: nobody },
      {},
      'home_domain_unknown',
    ],
    [
      'agreement, the token that is missing',
      { account },
      { agreement: nobody, requireClientToken: true },
      {},
      'not_agreed',
    ],
    [
      'the domain of the wallet, the token that is missing',
      { account, clientDomain: 'a@b.example' },
      { requireClientToken: true },
      {},
      'client_domain_invalid',
    ],
    [
      'the form of the domain, whether it is one of some',
      { account, clientDomain: 'a@b.example' },
      { clientDomains: { ...only('other.example'), required: true } },
      {},
      'client_domain_invalid',
    ],
    [
      'the form of the domain, though only some are verified',
      { account, clientDomain: 'a@b.example' },
      { clientDomains: only('other.example') },
      {},
      'client_domain_invalid',
    ],
    [
      'the domain that is required, the token',
      { account },
      { clientDomains: { mode: 'verify', required: true } },
      token,
      'client_domain_missing',
    ],
    [
      'the domain that cannot be fetched, the token',
      { account, clientDomain },
      {},
      token,
      'client_domain_unreachable',
    ],
    [
      'the domain, the agreement of who shows a token',
      { account, clientDomain },
      { agreement: nobody },
      token,
      'client_domain_unreachable',
    ],
    [
      'the domain that is not verified, the token',
      { account, clientDomain },
      { clientDomains: { mode: 'ignore' } },
      { clientToken: 'unreadable' },
      'client_domain_not_verified',
    ],
    [
      'the token that cannot be read, the agreement',
      { account },
      { agreement: nobody },
      { clientToken: 'unreadable' },
      'client_token_invalid',
    ],
  ])('%s (SEP10-18, SEP10-40, SEP10-41)', async (...[, asked, changes, more, code]) => {
    const { make } = await aLogin(changes)
    expect(await make({ asked, ...more })).toEqual({ ok: false, refusal: { code } })
  })
})

describe('a wallet of one of several domains', () => {
  const domains = ['one.example', 'two.example', 'three.example']
  const login = async (required: boolean) => {
    const made = await aLogin({ clientDomains: { mode: 'verify', required, allowed: domains } })
    for (const domain of [...domains, clientDomain]) {
      made.world.signingKeys.set(domain, walletKey.publicKey())
    }
    return made
  }

  it.each(domains)('has to sign: %s (SEP10-50)', async (domain) => {
    for (const required of [true, false]) {
      const { challengeFor, exchange } = await login(required)
      const envelope = await challengeFor({ account, clientDomain: domain })
      expect(await exchange(signed(envelope, clientKey))).toEqual({
        ok: false,
        refusal: { code: 'client_domain_signature_missing' },
      })
    }
  })
})

describe('a posted challenge with two faults', () => {
  const codeOf = async (
    login: Awaited<ReturnType<typeof aLogin>>,
    envelope: string,
  ): Promise<string> => {
    const outcome = await login.exchange(envelope)
    if (outcome.ok) return 'accepted'
    const { refusal } = outcome
    return refusal.code === 'wrong_challenge' ? refusal.fault : refusal.code
  }

  it('is refused for what it says before for who signed it (SEP10-74, SEP10-87)', async () => {
    const login = await aLogin()
    const genuine = await login.challengeFor({ account })
    const other = forged(genuine, () => ({ memo: xdr.Memo.memoText('1') }), otherKey)
    expect(await codeOf(login, other)).toBe('memo')
    expect(
      await codeOf(
        login,
        forged(genuine, () => ({ seqNum: 1n })),
      ),
    ).toBe('sequence')
  })

  it('is refused for the signatures of both servers before the signers are looked up (SEP10-87, SEP10-104, SEP10-108)', async () => {
    const login = await aLogin()
    login.world.signingKeys.set(clientDomain, walletKey.publicKey())
    const plain = await login.challengeFor({ account })
    const withWallet = await login.challengeFor({ account, clientDomain })
    login.world.networkIsAway = new NetworkUnavailable('time-out')
    const unsigned = (envelope: string) => forged(envelope, () => ({}))
    expect(await codeOf(login, unsigned(withWallet))).toBe('server_signature_missing')
    expect(await codeOf(login, withWallet)).toBe('client_domain_signature_missing')
    expect(await codeOf(login, signed(withWallet, otherKey))).toBe(
      'client_domain_signature_missing',
    )
    expect(await codeOf(login, plain)).toBe('client_signature_missing')
  })

  it('is refused for its signatures before the agreement, and for that before it was used (SEP10-91, SEP10-112, SEP31-05)', async () => {
    const open = await aLogin()
    const challenge = await open.challengeFor({ account })
    const ended = await aLogin({ agreement: nobody })
    expect(await codeOf(ended, signed(challenge, otherKey))).toBe('unknown_signature')
    const envelope = signed(challenge, clientKey)
    expect(await codeOf(open, envelope)).toBe('accepted')
    for (const [hash, lapsesAt] of open.world.used) ended.world.used.set(hash, lapsesAt)
    expect(await codeOf(ended, envelope)).toBe('not_agreed')
    expect(await codeOf(open, signed(challenge, otherKey))).toBe('unknown_signature')
  })
})
