import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { readChallenge } from '../../../src/domain/client/challenge.ts'
import type {
  ChallengeFault,
  ChallengeOperation,
  ChallengeTransaction,
} from '../../../src/domain/client/challenge.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../../builders/letters.ts'

const server = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'
const retired = 'GC57LKFCZUVXX66WIXOKLLOZZD2GEAZNUT3LS5YIJOTFQAARZFVBFROP'
const client = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const muxed = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ'

const rules = {
  serverAccounts: [server, retired],
  webAuthDomain: 'auth.example',
  homeDomains: ['anchor.example', '*.wallets.example'],
}
const issued = 1_795_262_400n
const at = (seconds: bigint): Date => new Date(Number(issued + seconds) * 1_000)

const login = {
  source: client,
  data: { name: 'anchor.example auth', value: 'A1b+/'.padEnd(64, 'x') },
}
const webAuth = { source: server, data: { name: 'web_auth_domain', value: 'auth.example' } }
const ofClient = { source: client, data: { name: 'client_domain', value: 'wallet.example' } }

const challenge: ChallengeTransaction = {
  hash: new Uint8Array(32),
  source: server,
  sequence: 0n,
  timeBounds: { min: issued, max: issued + 900n },
  operations: [login, webAuth],
  signatures: [],
}

const read = (changes: Partial<ChallengeTransaction>, now = at(1n)) =>
  readChallenge({ ...challenge, ...changes }, rules, now)

/** The name of the first operation and its value, as they are in place of ours. */
const named = (name: string, value = login.data.value): readonly ChallengeOperation[] => [
  { ...login, data: { name, value } },
  webAuth,
]
const more = (...others: readonly ChallengeOperation[]) => ({
  operations: [login, webAuth, ...others],
})

describe('a challenge of ours', () => {
  it('says who wants to log in, where, and until when (SEP10-74 to 81)', () => {
    expect(read({})).toEqual({
      ok: true,
      value: {
        serverAccount: server,
        account: client,
        subject: client,
        homeDomain: 'anchor.example',
        lapsesAt: at(900n),
      },
    })
  })

  it.each([
    ['before the operation of its server', [login, ofClient, webAuth]],
    ['after it', [login, webAuth, ofClient]],
  ])('names the domain of a wallet %s (SEP10-83, SEP10-85)', (_, operations) => {
    const clientDomain = { domain: 'wallet.example', account: client }
    expect(read({ operations })).toMatchObject({ ok: true, value: { clientDomain } })
  })

  it.each([
    [{ memo: { id: '7' } }, `${client}:7`],
    [{ operations: [{ ...login, source: muxed }, webAuth] }, muxed],
  ])('is for an account with what tells its users apart: %j (SEP10-86)', (changes, subject) => {
    expect(read(changes)).toMatchObject({ ok: true, value: { account: client, subject } })
  })

  it('may be of a key retired a short while ago, and of a home domain by a pattern (SEP10-138)', () => {
    const operations = named('a.b.wallets.example auth')
    expect(read({ source: retired, operations })).toMatchObject({
      ok: true,
      value: { serverAccount: retired, homeDomain: 'a.b.wallets.example' },
    })
  })

  it('is taken five seconds early, and up to its very last second (SEP10-76, SEP10-77)', () => {
    expect(read({}, at(-5n)).ok).toBe(true)
    expect(read({}, at(-6n))).toMatchObject({ refusal: { fault: 'not_yet_valid' } })
    expect(read({}, at(900n)).ok).toBe(true)
    expect(read({}, at(901n))).toMatchObject({ refusal: { fault: 'lapsed' } })
  })

  it('may hold further data of its server, and says no more for it (SEP10-82)', () => {
    const note = { source: server, data: { name: 'note', value: 'x' } }
    expect(read(more(note, { ...note, data: { name: 'other' } }))).toEqual(read({}))
    expect(read({ operations: [login, note, webAuth, ofClient] })).toEqual(read(more(ofClient)))
  })

  it('of a retired key is taken with its own operations, too (SEP10-138)', () => {
    const operations = [login, { ...webAuth, source: retired }]
    expect(read({ source: retired, operations })).toMatchObject({ ok: true })
  })

  it('is judged by whole seconds, of which the last one counts to its end (SEP10-76, SEP10-77)', () => {
    const almost = (seconds: bigint) => new Date(at(seconds).getTime() + 999)
    expect(read({}, almost(900n)).ok).toBe(true)
    expect(read({}, almost(-6n))).toMatchObject({ refusal: { fault: 'not_yet_valid' } })
  })
})

const faults: readonly [string, Partial<ChallengeTransaction>, ChallengeFault][] = [
  ['of another server', { source: client }, 'source'],
  ['that could be submitted', { sequence: 1n }, 'sequence'],
  ['that never lapses', { timeBounds: { min: issued, max: 0n } }, 'time_bounds'],
  ['without operations', { operations: [] }, 'first_operation'],
  [
    'whose first operation has no source',
    { operations: [{ data: login.data }, webAuth] },
    'first_operation',
  ],
  [
    'whose first operation is no data',
    { operations: [{ source: client }, webAuth] },
    'first_operation',
  ],
  [
    'of the server for itself',
    { operations: [{ ...login, source: server }, webAuth] },
    'client_account',
  ],
  [
    'of the server for an id of its own',
    { operations: [{ ...login, source: muxedAddress(server, '7') }, webAuth] },
    'client_account',
  ],
  ['of a contract', { operations: [{ ...login, source: 'C' }, webAuth] }, 'client_account'],
  ['of another home', { operations: named('other.example auth') }, 'home_domain'],
  ['of a home in capitals', { operations: named('Anchor.example auth') }, 'home_domain'],
  ['whose name lacks its end', { operations: named('anchor.example') }, 'home_domain'],
  ['whose name ends otherwise', { operations: named('anchor.example_auth') }, 'home_domain'],
  ['of a pattern', { operations: named('*.wallets.example auth') }, 'home_domain'],
  ['of the end of a pattern', { operations: named('wallets.example auth') }, 'home_domain'],
  ['with a short nonce', { operations: named(login.data.name, 'x'.repeat(63)) }, 'nonce'],
  ['with a long nonce', { operations: named(login.data.name, 'x'.repeat(65)) }, 'nonce'],
  ['with a padded nonce', { operations: named(login.data.name, `${'x'.repeat(63)}=`) }, 'nonce'],
  ['with a memo that is no id', { memo: 'not_an_id' }, 'memo'],
  [
    'with two ids',
    { memo: { id: '7' }, operations: [{ ...login, source: muxed }, webAuth] },
    'memo',
  ],
  ['that does something', more({ source: server }), 'other_operation'],
  [
    'with data of somebody else',
    more({ source: client, data: { name: 'note', value: 'x' } }),
    'other_operation',
  ],
  ['with data of nobody', more({ data: { name: 'note', value: 'x' } }), 'other_operation'],
  ['without its server', { operations: [login] }, 'web_auth_domain'],
  ['with its server twice', more(webAuth), 'web_auth_domain'],
  [
    'of another server by name',
    { operations: [login, { ...webAuth, data: { ...webAuth.data, value: 'auth.other' } }] },
    'web_auth_domain',
  ],
  ['of two wallets', more(ofClient, ofClient), 'client_domain'],
  ['of a wallet named by the server', more({ ...ofClient, source: server }), 'client_domain'],
  [
    'of a wallet without a name',
    more({ ...ofClient, data: { name: 'client_domain' } }),
    'client_domain',
  ],
  ['of a wallet without an account', more({ data: ofClient.data }), 'client_domain'],
]

describe('a challenge', () => {
  it.each(faults)('%s is refused by name (SEP10-74 to 86)', (_, changes, fault) => {
    expect(read(changes)).toEqual({ ok: false, refusal: { code: 'wrong_challenge', fault } })
  })

  it('has a nonce of base64 signs (SEP10-80)', () => {
    const fits = (nonce: string) => read({ operations: named(login.data.name, nonce) }).ok
    const nonce = `${'x'.repeat(32)}_${'x'.repeat(31)}`
    expect(signsThatFit(fits, nonce)).toBe(sorted(`+/${digits}${capitals}${smallLetters}`))
  })

  it('without time bounds is refused (SEP10-76)', () => {
    const { timeBounds: _, ...timeless } = challenge
    expect(readChallenge(timeless, rules, at(1n))).toMatchObject({
      refusal: { fault: 'time_bounds' },
    })
  })
})

describe('a challenge with several faults', () => {
  const bad = { name: 'other.example', value: 'short' }
  const bound = { min: issued + 10n, max: issued + 900n }
  const wallet = { source: server, data: { name: 'client_domain', value: '' } }
  const other = { source: client, data: { name: 'note' } }
  const [name, nonce] = [login.data.name, login.data.value]
  const rest = [other, wallet]

  /** Each mends the fault before it. */
  const mended: readonly [Partial<ChallengeTransaction>, ChallengeFault][] = [
    [{}, 'source'],
    [{ source: server }, 'sequence'],
    [{ sequence: 0n }, 'time_bounds'],
    [{ timeBounds: bound }, 'not_yet_valid'],
    [{ timeBounds: { min: 0n, max: issued - 1n } }, 'lapsed'],
    [{ timeBounds: { min: 0n, max: issued + 900n } }, 'first_operation'],
    [{ operations: [{ source: server, data: bad }, ...rest] }, 'client_account'],
    [{ operations: [{ source: muxed, data: bad }, ...rest] }, 'home_domain'],
    [{ operations: [{ source: muxed, data: { name, value: 'short' } }, ...rest] }, 'nonce'],
    [{ operations: [{ source: muxed, data: { name, value: nonce } }, ...rest] }, 'memo'],
    [{ operations: [login, ...rest], memo: { id: '7' } }, 'other_operation'],
    [{ operations: [login, wallet] }, 'web_auth_domain'],
    [{ operations: [login, webAuth, wallet] }, 'client_domain'],
    [{ operations: [login, webAuth, { ...ofClient, source: muxed }] }, 'client_domain'],
  ]

  it('is told the first of them, until the last one is mended (SEP10-74 to 86)', () => {
    let posted: ChallengeTransaction = {
      ...challenge,
      source: client,
      sequence: 1n,
      timeBounds: { min: issued + 10n, max: 0n },
      memo: 'not_an_id',
      operations: [{ source: server }, ...rest],
    }
    for (const [change, fault] of mended) {
      posted = { ...posted, ...change }
      const refusal = { code: 'wrong_challenge', fault }
      expect(readChallenge(posted, rules, at(0n))).toEqual({ ok: false, refusal })
    }
    posted = { ...posted, operations: [login, webAuth, ofClient] }
    expect(readChallenge(posted, rules, at(0n))).toEqual({
      ok: true,
      value: {
        serverAccount: server,
        account: client,
        subject: `${client}:7`,
        homeDomain: 'anchor.example',
        clientDomain: { domain: 'wallet.example', account: client },
        lapsesAt: at(900n),
      },
    })
  })
})
