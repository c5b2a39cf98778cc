import { Keypair, Transaction, WebAuth } from '@stellar/stellar-sdk'
import type { ManageDataOperation } from './operations.ts'
import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import type { AskedChallenge } from '../../../src/domain/client/client-token.ts'
import type { LoginSettings } from '../../../src/usecases/clients/login-settings.ts'
import { aLogin, passphrase, serverKey } from '../../builders/login.ts'
import { clientKey, walletKey } from '../../builders/signed-challenge.ts'
import { operationsOf } from './operations.ts'

const account = clientKey.publicKey()
const muxed = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLK'

const decode = (envelope: string) => new Transaction(envelope, passphrase)

const codeFor = async (asked: AskedChallenge, changes: Partial<LoginSettings> = {}) => {
  const outcome = await (await aLogin(changes)).make({ asked })
  return outcome.ok ? 'accepted' : outcome.refusal.code
}

describe('the challenge', () => {
  it('is what the SDK of a wallet reads (SEP10-53 to 63)', async () => {
    const login = await aLogin()
    login.world.now = new Date()
    const envelope = await login.challengeFor({ account, homeDomain: 'example.com', memo: '7' })
    const read = WebAuth.readChallengeTx(
      envelope,
      serverKey.publicKey(),
      passphrase,
      ['example.com'],
      'anchor.example.com',
    )
    expect(read.clientAccountID).toBe(account)
    expect(read.matchedHomeDomain).toBe('example.com')
    expect(`${read.memo}`).toBe('7')
  })

  it('has our account as source, sequence 0 and one signature by SIGNING_KEY for our network (SEP10-02, SEP10-03, SEP10-53, SEP10-54, SEP10-62, SEP10-66)', async () => {
    const transaction = decode(await (await aLogin()).challengeFor({ account }))
    expect(transaction.source).toBe(serverKey.publicKey())
    expect(transaction.sequence).toBe('0')
    expect(transaction.signatures).toHaveLength(1)
    const [signature] = transaction.signatures
    expect(
      serverKey.verify(transaction.hash(), signature?.signature.value ?? new Uint8Array()),
    ).toBe(true)
  })

  it('offers the least fee of the network for each operation, as the SDK does', async () => {
    const login = await aLogin()
    login.world.signingKeys.set('wallet.example', walletKey.publicKey())
    const asked = [{ account }, { account, clientDomain: 'wallet.example' }]
    const envelopes = await Promise.all(asked.map((one) => login.challengeFor(one)))
    expect(envelopes.map((envelope) => decode(envelope).fee)).toEqual(['200', '300'])
  })

  it('begins now, in whole seconds, and ends 900 s later, each time (SEP10-55, SEP10-56)', async () => {
    const login = await aLogin()
    for (const later of [0, 3_600_000]) {
      login.world.now = new Date(login.world.now.getTime() + later)
      const { timeBounds } = decode(await login.challengeFor({ account }))
      const seconds = Math.floor(login.world.now.getTime() / 1_000)
      expect(timeBounds).toEqual({ minTime: `${seconds}`, maxTime: `${seconds + 900}` })
    }
  })

  it('lasts as long as the settings say (SEP10-56)', async () => {
    const login = await aLogin({ challengeLifetimeSeconds: 300 })
    const { timeBounds } = decode(await login.challengeFor({ account }))
    expect(Number(timeBounds?.maxTime) - Number(timeBounds?.minTime)).toBe(300)
  })

  it('holds the nonce, the web_auth_domain, which may be another domain, and nothing else (SEP10-09, SEP10-58, SEP10-59, SEP10-61)', async () => {
    const operations = operationsOf(await (await aLogin()).challengeFor({ account }))
    expect(operations.map(({ type, source, name }) => [type, source, name])).toEqual([
      ['manageData', account, 'example.com auth'],
      ['manageData', serverKey.publicKey(), 'web_auth_domain'],
    ])
    const [nonce, domain] = operations as [ManageDataOperation, ManageDataOperation]
    expect(nonce.value).toHaveLength(64)
    expect(Buffer.from(nonce.value, 'base64')).toHaveLength(48)
    expect(domain.value).toBe('anchor.example.com')
  })

  it('differs each time, also for the same request (SEP10-58, SEP10-64)', async () => {
    const login = await aLogin()
    const nonces = new Set<string>()
    for (let index = 0; index < 20; index += 1) {
      nonces.add(operationsOf(await login.challengeFor({ account }))[0]?.value ?? '')
    }
    expect(nonces.size).toBe(20)
  })

  it('keeps a muxed account as it was written (SEP10-20, SEP10-58)', async () => {
    const [first] = operationsOf(await (await aLogin()).challengeFor({ account: muxed }))
    expect(first?.source).toBe(muxed)
  })

  it('has no memo when none was asked for (SEP10-57)', async () => {
    const transaction = decode(await (await aLogin()).challengeFor({ account }))
    expect(transaction.memo.type).toBe('none')
  })

  it.each(['0', '9223372036854775808', '18446744073709551615'])(
    'carries the id memo %s (SEP10-22, SEP10-23, SEP10-57)',
    async (memo) => {
      const transaction = decode(await (await aLogin()).challengeFor({ account, memo }))
      expect(transaction.memo.type).toBe('id')
      expect(transaction.memo.value).toBe(memo)
    },
  )
})

describe('a request for a challenge', () => {
  it.each([
    ['without an account (SEP10-18)', {}, 'account_invalid'],
    ['with an empty account (SEP10-18)', { account: '' }, 'account_invalid'],
    ['with a word for an account (SEP10-19)', { account: 'invalid-account' }, 'account_invalid'],
    [
      'for a contract (SEP10-19)',
      { account: 'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA' },
      'account_invalid',
    ],
    ['for our own account (SEP10-30)', { account: serverKey.publicKey() }, 'account_is_ours'],
    [
      'for our own account with an id inside (SEP10-30)',
      { account: muxedAddress(serverKey.publicKey(), '5') },
      'account_is_ours',
    ],
    [
      'with a memo and a muxed account (SEP10-21)',
      { account: muxed, memo: '1' },
      'memo_with_muxed_account',
    ],
    ['with an empty memo (SEP10-24)', { account, memo: '' }, 'memo_invalid'],
    ['with a memo in hex (SEP10-22)', { account, memo: '0x10' }, 'memo_invalid'],
    ['with a memo that is too large (SEP10-22)', { account, memo: `${2n ** 64n}` }, 'memo_invalid'],
    [
      'for a foreign home domain (SEP10-27)',
      { account, homeDomain: 'evil.com' },
      'home_domain_unknown',
    ],
    ['for an empty home domain (SEP10-27)', { account, homeDomain: '' }, 'home_domain_unknown'],
    [
      'for a home domain with a pattern in it (SEP10-29)',
      { account, homeDomain: '*.shops.example.com' },
      'home_domain_unknown',
    ],
    [
      'for a path that ends like a home domain (SEP10-29)',
      { account, homeDomain: 'evil.com/x.shops.example.com' },
      'home_domain_unknown',
    ],
    [
      'for a host with a home domain in its middle (SEP10-29)',
      { account, homeDomain: 'tea.shops.example.com.evil.com' },
      'home_domain_unknown',
    ],
    [
      'for a dot before a home domain (SEP10-29)',
      { account, homeDomain: '.example.com' },
      'home_domain_unknown',
    ],
    [
      'for a label that only ends like a home domain (SEP10-29)',
      { account, homeDomain: 'evilshops.example.com' },
      'home_domain_unknown',
    ],
  ])('is refused %s', async (_, asked, code) => {
    expect(await codeFor(asked)).toBe(code)
  })

  it('means the first home domain that is no pattern, when it names none (SEP10-07, SEP10-26)', async () => {
    const login = await aLogin({ homeDomains: ['*.example.com', 'example.com'] })
    const [first] = operationsOf(await login.challengeFor({ account }))
    expect(first?.name).toBe('example.com auth')
    expect(await codeFor({ account }, { homeDomains: ['*.example.com'] })).toBe(
      'home_domain_missing',
    )
  })

  it('is answered in the lower-case form of the home domain (SEP10-28)', async () => {
    const login = await aLogin()
    const nameFor = async (homeDomain: string) =>
      operationsOf(await login.challengeFor({ account, homeDomain }))[0]?.name
    expect(await nameFor('OTHER.example.ORG')).toBe('other.example.org auth')
    expect(await nameFor('Tea.Shops.example.com')).toBe('tea.shops.example.com auth')
  })

  it('is refused for a home domain of more than 59 bytes (SEP10-04)', async () => {
    const fits = `${'a'.repeat(59 - '.shops.example.com'.length)}.shops.example.com`
    expect(await codeFor({ account, homeDomain: fits })).toBe('accepted')
    expect(await codeFor({ account, homeDomain: `a${fits}` })).toBe('home_domain_unknown')
  })

  it('is refused for an account without an agreement, which is what production wants (SEP31-05, SEP31-G07)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set([account]) } as const
    expect(await codeFor({ account }, { agreement })).toBe('accepted')
    expect(await codeFor({ account: Keypair.random().publicKey() }, { agreement })).toBe(
      'not_agreed',
    )
    expect(await codeFor({ account: muxed }, { agreement })).toBe('not_agreed')
  })

  it('without an agreement never makes us fetch the file of a wallet (SEP31-05)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set<string>() } as const
    const asked = { account, clientDomain: 'unreachable.example' }
    expect(await codeFor(asked)).toBe('client_domain_unreachable')
    expect(await codeFor(asked, { agreement })).toBe('not_agreed')
  })
})

describe('the domain of a wallet', () => {
  const clientDomain = 'wallet.example.net'

  it('adds its operation, with the key from its file as source (SEP10-45, SEP10-60)', async () => {
    const login = await aLogin()
    login.world.signingKeys.set(clientDomain, walletKey.publicKey())
    const operations = operationsOf(await login.challengeFor({ account, clientDomain }))
    expect(operations[2]).toEqual({
      type: 'manageData',
      source: walletKey.publicKey(),
      name: 'client_domain',
      value: clientDomain,
    })
  })

  it('is the same in capital letters: it is fetched, allowed and written in small ones (SEP10-46, SEP10-60)', async () => {
    const login = await aLogin({
      clientDomains: { mode: 'verify', required: true, allowed: [clientDomain] },
    })
    login.world.signingKeys.set(clientDomain, walletKey.publicKey())
    const asked = { account, clientDomain: 'Wallet.EXAMPLE.net' }
    expect(operationsOf(await login.challengeFor(asked))[2]?.value).toBe(clientDomain)
  })

  it.each([
    ['cannot be fetched (SEP10-45)', clientDomain, undefined, 'client_domain_unreachable'],
    ['publishes no key (SEP10-45)', clientDomain, '', 'client_domain_without_key'],
    ['has our own key (SEP10-48)', clientDomain, serverKey.publicKey(), 'client_domain_key_taken'],
    ['has the key of the client (SEP10-49)', clientDomain, account, 'client_domain_key_taken'],
    [
      'has 65 bytes (SEP10-47)',
      `${'a'.repeat(61)}.com`,
      walletKey.publicKey(),
      'client_domain_invalid',
    ],
    ['is no bare host (SEP10-46)', 'a@b.example', walletKey.publicKey(), 'client_domain_invalid'],
    [
      'has a path (SEP10-46)',
      'wallet.example.net/x',
      walletKey.publicKey(),
      'client_domain_invalid',
    ],
    ['is an IPv6 address (SEP10-46)', '[::1]', walletKey.publicKey(), 'client_domain_invalid'],
  ])('refuses the request when it %s', async (...[, domain, key, code]) => {
    const login = await aLogin()
    if (key !== undefined) login.world.signingKeys.set(domain, key)
    const outcome = await login.make({ asked: { account, clientDomain: domain } })
    expect(outcome.ok ? 'accepted' : outcome.refusal.code).toBe(code)
  })

  it('counts as absent where domains are not verified, or not this one (SEP10-44)', async () => {
    const none = await aLogin({ clientDomains: { mode: 'ignore' } })
    expect(operationsOf(await none.challengeFor({ account, clientDomain }))).toHaveLength(2)
    const others = await aLogin({
      clientDomains: { mode: 'verify', required: false, allowed: ['another.example'] },
    })
    expect(operationsOf(await others.challengeFor({ account, clientDomain }))).toHaveLength(2)
  })

  it('may be required, and limited to some (SEP10-50)', async () => {
    const clientDomains = { mode: 'verify', required: true, allowed: ['another.example'] } as const
    expect(await codeFor({ account }, { clientDomains })).toBe('client_domain_missing')
    const others = [
      clientDomain,
      'evil-another.example',
      'its.another.example',
      'another.example.net',
    ]
    for (const other of others) {
      expect(await codeFor({ account, clientDomain: other }, { clientDomains })).toBe(
        'client_domain_not_allowed',
      )
    }
  })
})
