import type { Keypair } from '@stellar/stellar-sdk'
import { SorobanDataBuilder, Transaction, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import type { AskedChallenge } from '../../../src/domain/client/client-token.ts'
import type { AccountSigners } from '../../../src/domain/client/signatures.ts'
import { exchangeChallenge } from '../../../src/usecases/clients/exchange-challenge.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/account-lookup.ts'
import { aLogin, passphrase, serverKey } from '../../builders/login.ts'
import type { TransactionParts } from '../../builders/signed-challenge.ts'
import {
  bump,
  clientKey,
  dataEntry,
  forged,
  muxed,
  otherKey,
  signed,
  walletKey,
} from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()
const server = serverKey.publicKey()
const clientDomain = 'wallet.example.net'

type Login = Awaited<ReturnType<typeof aLogin>>

const codeOf = async (login: Login, envelope: string): Promise<string> => {
  const outcome = await login.exchange(envelope)
  if (outcome.ok) return 'accepted'
  const { refusal } = outcome
  return refusal.code === 'wrong_challenge' ? refusal.fault : refusal.code
}

const claimsOf = async (login: Login, envelope: string) => {
  const outcome = await login.exchange(envelope)
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  const read = await login.tokens.read(outcome.value.token, login.world.now)
  if (!read.ok) throw new Error(read.refusal.code)
  return read.value
}

/** A login where the account exists with these signers. */
async function withSigners(
  mediumThreshold: number,
  weights: readonly (readonly [Keypair, number])[],
) {
  const login = await aLogin()
  const signers: AccountSigners = {
    mediumThreshold,
    signers: weights.map(([key, weight]) => ({ account: key.publicKey(), weight })),
  }
  login.world.accounts.set(account, signers)
  return login
}

async function exchangeWith(
  login: Login,
  keys: readonly Keypair[],
  asked: AskedChallenge = { account },
) {
  return codeOf(login, signed(await login.challengeFor(asked), ...keys))
}

async function withWallet() {
  const login = await aLogin()
  login.world.signingKeys.set(clientDomain, walletKey.publicKey())
  return login
}

describe('an account that is not on the network', () => {
  it('logs in with its master key (SEP10-103, SEP10-105, SEP10-106)', async () => {
    expect(await exchangeWith(await aLogin(), [clientKey])).toBe('accepted')
  })

  it.each([
    ['unsigned (SEP10-90)', [], 'client_signature_missing'],
    ['signed by somebody else (SEP10-91)', [otherKey], 'unknown_signature'],
    ['signed twice (SEP10-105)', [clientKey, clientKey], 'unknown_signature'],
    ['with an extra signature (SEP10-107)', [clientKey, otherKey], 'unknown_signature'],
    ['with an extra signature first (SEP10-107)', [otherKey, clientKey], 'unknown_signature'],
    ['signed by us again (SEP10-96)', [serverKey], 'unknown_signature'],
  ])('is refused when the challenge is %s', async (...[, keys, code]) => {
    expect(await exchangeWith(await aLogin(), keys)).toBe(code)
  })

  it('is never concluded from a failure of the network (SEP10-104)', async () => {
    const login = await aLogin()
    const envelope = signed(await login.challengeFor({ account }), clientKey)
    login.world.networkIsAway = new NetworkUnavailable('time-out')
    await expect(login.exchange(envelope)).rejects.toBeInstanceOf(NetworkUnavailable)
    login.world.networkIsAway = undefined
    expect(await codeOf(login, envelope)).toBe('accepted')
  })
})

describe('an account on the network', () => {
  it('logs in with signers of the medium threshold (SEP10-98, SEP10-102)', async () => {
    const login = await withSigners(2, [
      [clientKey, 0],
      [otherKey, 1],
      [walletKey, 1],
    ])
    expect(await exchangeWith(login, [otherKey, walletKey])).toBe('accepted')
    expect(await exchangeWith(login, [otherKey])).toBe('too_little_weight')
  })

  it('needs 200 of a medium threshold of 200 (SEP10-98, SEP10-100)', async () => {
    const login = await withSigners(200, [
      [clientKey, 100],
      [otherKey, 100],
    ])
    expect(await exchangeWith(login, [clientKey, otherKey])).toBe('accepted')
    expect(await exchangeWith(login, [clientKey])).toBe('too_little_weight')
  })

  it('counts each signer once (SEP10-94)', async () => {
    const login = await withSigners(2, [[clientKey, 1]])
    expect(await exchangeWith(login, [clientKey, clientKey])).toBe('unknown_signature')
  })

  it('is refused for one unknown signature among good ones (SEP10-91)', async () => {
    const login = await withSigners(1, [[clientKey, 1]])
    expect(await exchangeWith(login, [clientKey, otherKey])).toBe('unknown_signature')
  })

  it('needs a signer above weight 0, also for a threshold of 0 (SEP10-95, SEP10-99)', async () => {
    const login = await withSigners(0, [
      [clientKey, 0],
      [otherKey, 1],
    ])
    expect(await exchangeWith(login, [clientKey])).toBe('unknown_signature')
    expect(await exchangeWith(login, [])).toBe('client_signature_missing')
    expect(await exchangeWith(login, [otherKey])).toBe('accepted')
  })

  it('never counts our signature, even when we are a signer (SEP10-96)', async () => {
    const login = await withSigners(5, [
      [clientKey, 1],
      [serverKey, 5],
    ])
    expect(await exchangeWith(login, [clientKey])).toBe('too_little_weight')
    expect(await exchangeWith(login, [clientKey, serverKey])).toBe('unknown_signature')
  })

  it('skips a signer that is no point of the curve (SEP10-93)', async () => {
    const vanity = 'GAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPSABOV'
    const login = await withSigners(1, [[clientKey, 1]])
    login.world.accounts.set(account, {
      mediumThreshold: 1,
      signers: [
        { account: vanity, weight: 1 },
        { account, weight: 1 },
      ],
    })
    expect(await exchangeWith(login, [clientKey])).toBe('accepted')
  })

  it('is looked up by its base account when it is muxed (SEP10-88)', async () => {
    const login = await withSigners(1, [
      [clientKey, 0],
      [otherKey, 1],
    ])
    const asked = { account: muxedAddress(account, '5') }
    expect(await exchangeWith(login, [otherKey], asked)).toBe('accepted')
    expect(await exchangeWith(login, [clientKey], asked)).toBe('unknown_signature')
  })

  it('is judged by its signers at that moment (SEP10-89)', async () => {
    const login = await withSigners(1, [[otherKey, 1]])
    const envelope = signed(await login.challengeFor({ account }), otherKey)
    login.world.accounts.set(account, {
      mediumThreshold: 1,
      signers: [{ account, weight: 1 }],
    })
    expect(await codeOf(login, envelope)).toBe('unknown_signature')
  })

  it('is judged by its signers anew each time, not by those of the last login (SEP10-89)', async () => {
    const login = await withSigners(1, [[otherKey, 1]])
    expect(await exchangeWith(login, [otherKey])).toBe('accepted')
    login.world.accounts.set(account, {
      mediumThreshold: 1,
      signers: [{ account, weight: 1 }],
    })
    expect(await exchangeWith(login, [otherKey])).toBe('unknown_signature')
    expect(await exchangeWith(login, [clientKey])).toBe('accepted')
  })
})

describe('a challenge that names a wallet', () => {
  const asked = { account, clientDomain }

  it('needs the signature of the wallet too, and puts its domain into the token (SEP10-105, SEP10-108, SEP10-109)', async () => {
    const login = await withWallet()
    expect(await exchangeWith(login, [clientKey], asked)).toBe('client_domain_signature_missing')
    const envelope = signed(await login.challengeFor(asked), clientKey, walletKey)
    expect((await claimsOf(login, envelope)).clientDomain).toBe(clientDomain)
    login.world.accounts.set(account, { mediumThreshold: 1, signers: [{ account, weight: 1 }] })
    expect(await exchangeWith(login, [clientKey], asked)).toBe('client_domain_signature_missing')
  })

  it('never counts the signature of the wallet for the client (SEP10-97)', async () => {
    const login = await withWallet()
    expect(await exchangeWith(login, [walletKey], asked)).toBe('client_signature_missing')
    login.world.accounts.set(account, {
      mediumThreshold: 1,
      signers: [
        { account, weight: 1 },
        { account: walletKey.publicKey(), weight: 1 },
      ],
    })
    expect(await exchangeWith(login, [walletKey], asked)).toBe('client_signature_missing')
    expect(await exchangeWith(login, [walletKey, walletKey], asked)).toBe('unknown_signature')
  })

  it('does not ask for the key again (SEP10-52)', async () => {
    const login = await withWallet()
    const envelope = signed(await login.challengeFor(asked), clientKey, walletKey)
    login.world.signingKeys.clear()
    expect(await codeOf(login, envelope)).toBe('accepted')
  })

  it('is the only one that a wallet may sign (SEP10-110)', async () => {
    const login = await withWallet()
    expect(await exchangeWith(login, [clientKey, walletKey])).toBe('unknown_signature')
  })
})

describe('the token', () => {
  it('says who, where, and for how long (SEP10-115, SEP10-116, SEP10-117, SEP10-119, SEP10-120, SEP10-122)', async () => {
    const login = await aLogin()
    const envelope = signed(await login.challengeFor({ account, memo: '7' }), clientKey)
    const seconds = Math.floor(login.world.now.getTime() / 1_000)
    expect(await claimsOf(login, envelope)).toEqual({
      subject: `${account}:7`,
      issuer: 'https://anchor.example.com/auth',
      homeDomain: 'example.com',
      id: Buffer.from(new Transaction(envelope, passphrase).hash()).toString('hex'),
      issuedAt: new Date(seconds * 1_000),
      lapsesAt: new Date((seconds + 86_400) * 1_000),
    })
  })

  it.each(['0', '10', '18446744073709551615'])(
    'names the memo %s digit by digit as the transaction has it (SEP10-118)',
    async (memo) => {
      const login = await aLogin()
      const envelope = signed(await login.challengeFor({ account, memo }), clientKey)
      expect(new Transaction(envelope, passphrase).memo.value).toBe(memo)
      expect((await claimsOf(login, envelope)).subject).toBe(`${account}:${memo}`)
    },
  )

  it.each(['007', '+7', '7.0'])(
    'is not given for the memo %s, another spelling of 7 (SEP10-118)',
    async (memo) => {
      const outcome = await (await aLogin()).make({ asked: { account, memo } })
      expect(outcome).toMatchObject({ ok: false, refusal: { code: 'memo_invalid' } })
    },
  )

  it('names the home domain that was asked for (SEP10-122)', async () => {
    const login = await aLogin()
    const asked = { account, homeDomain: 'other.example.org' }
    const envelope = signed(await login.challengeFor(asked), clientKey)
    expect((await claimsOf(login, envelope)).homeDomain).toBe('other.example.org')
  })

  it('names a muxed account as it was given, with ids of 64 bits (SEP10-117, SEP10-133)', async () => {
    const login = await aLogin()
    const address = muxedAddress(account, `${2n ** 64n - 1n}`)
    const envelope = signed(await login.challengeFor({ account: address }), clientKey)
    expect((await claimsOf(login, envelope)).subject).toBe(address)
  })

  it('is given once per challenge, however it is spelt or signed (SEP10-111, SEP10-112, SEP10-114, AP-2.10)', async () => {
    const login = await withSigners(1, [
      [clientKey, 1],
      [otherKey, 1],
    ])
    const challenge = await login.challengeFor({ account })
    const envelope = signed(challenge, clientKey)
    const all = await Promise.all(Array.from({ length: 20 }, () => codeOf(login, envelope)))
    expect(all.filter((code) => code === 'accepted')).toHaveLength(1)
    expect(await codeOf(login, signed(challenge, otherKey))).toBe('challenge_used')
    const urlSafe = envelope.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    expect(await codeOf(login, urlSafe)).toBe('challenge_used')
    expect([...login.world.used.values()]).toEqual([
      new Date((Math.floor(login.world.now.getTime() / 1_000) + 900 + 60) * 1_000),
    ])
  })

  it('is refused to an account whose agreement ended after the challenge (SEP31-05)', async () => {
    const open = await aLogin()
    const envelope = signed(await open.challengeFor({ account }), clientKey)
    const agreed = await aLogin({ agreement: { mode: 'agreed', accounts: new Set() } })
    expect(await codeOf(agreed, envelope)).toBe('not_agreed')
    expect(agreed.world.used.size).toBe(0)
  })
})

describe('a challenge that is not ours', () => {
  const from = (seconds: number) =>
    xdr.Preconditions.precondTime(
      new xdr.TimeBounds({ minTime: BigInt(seconds), maxTime: BigInt(seconds + 900) }),
    )
  const nonce = Buffer.alloc(48, 7).toString('base64')
  const first = dataEntry(account, 'example.com auth', nonce)
  const second = dataEntry(server, 'web_auth_domain', 'anchor.example.com')
  const wallet = dataEntry(walletKey.publicKey(), 'client_domain', clientDomain)
  const start = Date.parse('2026-11-21T12:00:00Z') / 1_000

  const faults: [string, Partial<TransactionParts>, string][] = [
    ['from another source (SEP10-74)', { sourceAccount: muxed(otherKey.publicKey()) }, 'source'],
    ['with a sequence number (SEP10-75)', { seqNum: 1n }, 'sequence'],
    ['without time bounds (SEP10-76)', { cond: xdr.Preconditions.precondNone() }, 'time_bounds'],
    [
      'without an end (SEP10-76)',
      {
        cond: xdr.Preconditions.precondTime(new xdr.TimeBounds({ minTime: 0n, maxTime: 0n })),
      },
      'time_bounds',
    ],
    [
      'that begins later than clocks differ (SEP10-76, SEP10-77)',
      { cond: from(start + 7) },
      'not_yet_valid',
    ],
    ['without operations (SEP10-78)', { operations: [] }, 'first_operation'],
    [
      'of another kind first (SEP10-79)',
      { operations: [bump(account), second] },
      'first_operation',
    ],
    [
      'without a client account (SEP10-79)',
      { operations: [dataEntry(undefined, 'example.com auth', nonce), second] },
      'first_operation',
    ],
    [
      'for ourselves (SEP10-30)',
      { operations: [dataEntry(server, 'example.com auth', nonce), second] },
      'client_account',
    ],
    [
      'for a foreign domain (SEP10-80)',
      { operations: [dataEntry(account, 'evil.com auth', nonce), second] },
      'home_domain',
    ],
    [
      'for a home domain in another spelling (SEP10-28, SEP10-80)',
      { operations: [dataEntry(account, 'Example.com auth', nonce), second] },
      'home_domain',
    ],
    [
      'named for no domain (SEP10-80)',
      { operations: [dataEntry(account, 'example.com', nonce), second] },
      'home_domain',
    ],
    [
      'with a short nonce (SEP10-81)',
      { operations: [dataEntry(account, 'example.com auth', nonce.slice(4)), second] },
      'nonce',
    ],
    [
      'without a nonce (SEP10-81)',
      { operations: [dataEntry(account, 'example.com auth', null), second] },
      'nonce',
    ],
    [
      'with another kind of operation (SEP10-82)',
      { operations: [first, second, bump(server)] },
      'other_operation',
    ],
    [
      'with an operation of somebody else (SEP10-83)',
      { operations: [first, second, dataEntry(otherKey.publicKey(), 'more', 'x')] },
      'other_operation',
    ],
    ['without a web_auth_domain (SEP10-84)', { operations: [first] }, 'web_auth_domain'],
    [
      'with two web_auth_domains (SEP10-84)',
      { operations: [first, second, second] },
      'web_auth_domain',
    ],
    [
      'of another web_auth_domain (SEP10-84)',
      { operations: [first, dataEntry(server, 'web_auth_domain', 'evil.com')] },
      'web_auth_domain',
    ],
    [
      'with two client_domains (SEP10-85)',
      { operations: [first, second, wallet, wallet] },
      'client_domain',
    ],
    [
      'with our own client_domain (SEP10-48, SEP10-85)',
      { operations: [first, second, dataEntry(server, 'client_domain', clientDomain)] },
      'client_domain',
    ],
    [
      'with an empty client_domain (SEP10-85)',
      { operations: [first, second, dataEntry(walletKey.publicKey(), 'client_domain', null)] },
      'client_domain',
    ],
    [
      'with a client_domain whose key is muxed (SEP10-85)',
      {
        operations: [
          first,
          second,
          dataEntry(muxedAddress(walletKey.publicKey(), '1'), 'client_domain', clientDomain),
        ],
      },
      'client_domain',
    ],
    ['with a text memo (SEP10-25, SEP10-86)', { memo: xdr.Memo.memoText('1') }, 'memo'],
  ]

  it.each(faults)('is refused when it is one %s', async (...[, change, code]) => {
    const login = await aLogin()
    const envelope = forged(
      await login.challengeFor({ account }),
      () => change,
      serverKey,
      clientKey,
    )
    expect(await codeOf(login, envelope)).toBe(code)
  })

  it('is refused without our signature over it (SEP10-87)', async () => {
    const login = await aLogin()
    const genuine = await login.challengeFor({ account })
    const unsigned = forged(genuine, () => ({}))
    expect(await codeOf(login, signed(unsigned, clientKey))).toBe('server_signature_missing')
    expect(await codeOf(login, signed(unsigned, otherKey, clientKey))).toBe(
      'server_signature_missing',
    )
    const changed = forged(genuine, () => ({ fee: 300 }))
    const { signatures } = new Transaction(genuine, passphrase)
    const patched = new Transaction(changed, passphrase)
    patched.signatures.push(...signatures)
    patched.sign(clientKey)
    expect(await codeOf(login, patched.toEnvelope().toXdr('base64'))).toBe(
      'server_signature_missing',
    )
  })

  it('is taken until its last second and not one longer (SEP10-76)', async () => {
    const login = await aLogin()
    const challenges = [
      await login.challengeFor({ account }),
      await login.challengeFor({ account }),
    ] as const
    login.world.now = new Date((start + 900) * 1_000 + 999)
    expect(await codeOf(login, signed(challenges[0], clientKey))).toBe('accepted')
    login.world.now = new Date((start + 901) * 1_000)
    expect(await codeOf(login, signed(challenges[1], clientKey))).toBe('lapsed')
  })

  it('is refused for a memo beside a muxed account (SEP10-86)', async () => {
    const login = await aLogin()
    const challenge = await login.challengeFor({ account: muxedAddress(account, '5') })
    const envelope = forged(challenge, () => ({ memo: xdr.Memo.memoId(1n) }), serverKey, clientKey)
    expect(await codeOf(login, envelope)).toBe('memo')
  })

  it('is refused when it is a fee bump, an old envelope or no envelope (SEP10-71, SEP10-72, SEP10-73)', async () => {
    const login = await aLogin()
    const envelope = signed(await login.challengeFor({ account }), clientKey)
    const payment = TransactionBuilder.buildFeeBumpTransaction(
      otherKey,
      '1000',
      new Transaction(envelope, passphrase),
      passphrase,
    )
    expect(await codeOf(login, payment.toEnvelope().toXdr('base64'))).toBe('envelope_unreadable')
    expect(await codeOf(login, oldEnvelope(envelope))).toBe('envelope_unreadable')
    const trailing = Buffer.concat([Buffer.from(envelope, 'base64'), Buffer.alloc(4)])
    expect(await codeOf(login, trailing.toString('base64'))).toBe('envelope_unreadable')
    expect(await codeOf(login, `${envelope.slice(0, 20)}\n${envelope.slice(20)}`)).toBe(
      'envelope_unreadable',
    )
    for (const text of ['', '=', 'AAAA', 'A'.repeat(50_001), '💥']) {
      expect(await codeOf(login, text)).toBe('envelope_unreadable')
    }
  })

  it('is refused when it carries contract data (SEP10-63)', async () => {
    const login = await aLogin()
    const data = new SorobanDataBuilder().build()
    const ext = xdr.TransactionExt.sorobanData(data)
    const envelope = forged(await login.challengeFor({ account }), () => ({ ext }), serverKey)
    expect(await codeOf(login, envelope)).toBe('envelope_unreadable')
  })

  it('is not decoded beyond 50,000 characters (SEP10-17, AP-2.7)', async () => {
    const { settings, challenges, tokens, world } = await aLogin()
    let decoded = 0
    const exchange = exchangeChallenge({
      settings,
      challenges: {
        ...challenges,
        read: (envelope) => {
          decoded += 1
          return challenges.read(envelope)
        },
      },
      accounts: { signersOf: () => Promise.resolve(undefined) },
      logins: { consumeChallenge: () => Promise.resolve(true) },
      tokens,
      now: () => world.now,
    })
    await exchange('A'.repeat(50_001))
    expect(decoded).toBe(0)
    await exchange('A'.repeat(50_000))
    expect(decoded).toBe(1)
  })
})

/** The same transaction in the envelope of protocol 12 and before. */
function oldEnvelope(envelope: string): string {
  const decoded = xdr.TransactionEnvelope.fromXdr(Buffer.from(envelope, 'base64'))
  if (decoded.type !== 'envelopeTypeTx') throw new Error('not a plain envelope')
  const { tx, signatures } = decoded.value
  if (tx.cond.type !== 'precondTime') throw new Error('no time bounds')
  const old = new xdr.TransactionV0({
    sourceAccountEd25519: serverKey.rawPublicKey(),
    fee: tx.fee,
    seqNum: tx.seqNum,
    timeBounds: tx.cond.timeBounds,
    memo: tx.memo,
    operations: tx.operations,
    ext: xdr.TransactionV0Ext.v0(),
  })
  const v0 = new xdr.TransactionV0Envelope({ tx: old, signatures })
  const bytes = xdr.TransactionEnvelope.envelopeTypeTxV0(v0).toXdr()
  return Buffer.from(bytes).toString('base64')
}
