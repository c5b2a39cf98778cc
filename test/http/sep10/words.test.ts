import { describe, expect, it } from 'vitest'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import { getChallenge } from '../../../src/http/sep10/get-challenge.ts'
import { postToken } from '../../../src/http/sep10/post-token.ts'
import type { Body } from '../../../src/http/server/body.ts'
import type { ExchangeRefusal } from '../../../src/usecases/clients/exchange-challenge.ts'
import type {
  ChallengeRequest,
  MakeChallengeRefusal,
} from '../../../src/usecases/clients/make-challenge.ts'
import { aRequest } from '../../builders/http-request.ts'
import type { RequestParts } from '../../builders/http-request.ts'

type Codes = Exclude<MakeChallengeRefusal['code'], 'client_token_differs'>

const challengeRefused = async (refusal: MakeChallengeRefusal) => {
  const makeChallenge = () => Promise.resolve(refused(refusal))
  return getChallenge({ makeChallenge, networkPassphrase: 'x' })(aRequest())
}
const tokenRefused = async (refusal: ExchangeRefusal) =>
  postToken(() => Promise.resolve(refused(refusal)))(aRequest({ json: { transaction: 'AAAA' } }))

describe('a challenge', () => {
  /** What is asked of the use-case by a request. */
  async function askedBy(parts: RequestParts) {
    const asked: ChallengeRequest[] = []
    const makeChallenge = (request: ChallengeRequest) => {
      asked.push(request)
      return Promise.resolve(accepted({ envelope: 'AAAA' }))
    }
    const reply = await getChallenge({ makeChallenge, networkPassphrase: 'A network' })(
      aRequest(parts),
    )
    expect(reply).toEqual({
      status: 200,
      body: { transaction: 'AAAA', network_passphrase: 'A network' },
    })
    return asked
  }

  it('is made for what the query names, and for what it leaves out nothing (SEP10-18)', async () => {
    const query = { account: 'GA', memo: '7', home_domain: 'a.example', client_domain: 'b.example' }
    expect(await askedBy({ query: { ...query, other: 'x' } })).toEqual([
      { asked: { account: 'GA', memo: '7', homeDomain: 'a.example', clientDomain: 'b.example' } },
    ])
    expect(await askedBy({ query: { account: 'GA', memo: '' } })).toEqual([
      { asked: { account: 'GA', memo: '' } },
    ])
    expect(await askedBy({})).toEqual([{ asked: {} }])
  })

  it('is made for the token of the request, where there is one (SEP10-33)', async () => {
    const sent = (authorization: string) => askedBy({ headers: { authorization } })
    expect(await sent('Bearer abc')).toEqual([{ asked: {}, clientToken: { token: 'abc' } }])
    expect(await sent('Basic abc')).toEqual([{ asked: {}, clientToken: 'unreadable' }])
    expect(await sent('')).toEqual([{ asked: {}, clientToken: 'unreadable' }])
  })
})

describe('no challenge', () => {
  const expected: Readonly<Record<Codes, readonly [number, string]>> = {
    account_invalid: [400, 'account must be a Stellar account, G… or M…'],
    account_is_ours: [400, 'account must not be the SIGNING_KEY of this anchor'],
    memo_invalid: [
      400,
      'memo must be an id: a whole number from 0 to 18446744073709551615, in decimal',
    ],
    memo_with_muxed_account: [
      400,
      'memo cannot be used with a muxed account (M…), which has an id inside',
    ],
    home_domain_missing: [400, 'home_domain is required here'],
    home_domain_unknown: [400, 'home_domain is not a home domain of this anchor'],
    not_agreed: [403, 'This account belongs to no anchor we have an agreement with'],
    client_token_missing: [
      401,
      'Sign the request: send Authorization: Bearer with a JWT of your own',
    ],
    client_token_invalid: [
      400,
      'The token in the Authorization header must be a JWT with alg EdDSA, signed by the key of client_domain or else of account',
    ],
    client_domain_missing: [400, 'client_domain is required here'],
    client_domain_not_allowed: [403, 'This client_domain may not log in here'],
    client_domain_invalid: [400, 'client_domain must be a bare host name of at most 64 characters'],
    client_domain_not_verified: [
      400,
      'client_domain is not verified here; leave it out to send a token',
    ],
    client_domain_unreachable: [400, 'The stellar.toml of client_domain could not be fetched'],
    client_domain_without_key: [400, 'The stellar.toml of client_domain has no valid SIGNING_KEY'],
    client_domain_key_taken: [
      400,
      'The SIGNING_KEY of client_domain must differ from account and from the SIGNING_KEY of this anchor',
    ],
  }

  it.each(Object.entries(expected) as [Codes, readonly [number, string]][])(
    'for %s is told with its status and what to mend (SEP10-13)',
    async (...[code, [status, error]]) => {
      expect(await challengeRefused({ code })).toEqual({ status, body: { error } })
    },
  )

  it('for a token that differs says in what (SEP10-33)', async () => {
    const error = 'The token in the Authorization header does not fit the request: check times'
    expect(await challengeRefused({ code: 'client_token_differs', fault: 'times' })).toEqual({
      status: 400,
      body: { error },
    })
  })
})

describe('a token', () => {
  const file = { name: 'x', contentType: 'image/png', bytes: new Uint8Array() }
  const fields = new Map([['other', 'x']])
  const signed = new Map([...fields, ['transaction', 'A+B C/D E=']])
  it.each<[string, Body, string]>([
    ['JSON', { kind: 'json', value: { other: 1, transaction: 'A+B C' }, text: '' }, 'A+B C'],
    ['a form', { kind: 'form', fields: signed }, 'A+B+C/D+E='],
    ['multipart', { kind: 'multipart', fields: signed, files: [file] }, 'A+B+C/D+E='],
  ])('is given for the transaction of %s (SEP10-67, SEP10-70)', async (_, body, expected) => {
    const asked: string[] = []
    const route = postToken((envelope) => {
      asked.push(envelope)
      return Promise.resolve(accepted({ token: 'a token' }))
    })
    expect(await route(aRequest({ body }))).toEqual({ status: 200, body: { token: 'a token' } })
    expect(asked).toEqual([expected])
  })

  it.each<[string, Body]>([
    ['a form', { kind: 'form', fields }],
    ['multipart', { kind: 'multipart', fields, files: [file] }],
    ['JSON', { kind: 'json', value: { transaction: '' }, text: '' }],
  ])('is not given for %s without one (SEP10-68)', async (_, body) => {
    const route = postToken(() => Promise.reject(new Error('there is nothing to exchange')))
    expect(await route(aRequest({ body }))).toEqual({
      status: 400,
      body: { error: 'transaction is missing: send the signed challenge, as base64 XDR' },
    })
  })
})

describe('no token', () => {
  const plain: Readonly<Record<string, readonly [ExchangeRefusal, number, string]>> = {
    envelope: [
      { code: 'envelope_unreadable' },
      400,
      'transaction must be the challenge: base64 XDR of one transaction envelope',
    ],
    server: [
      { code: 'server_signature_missing' },
      400,
      'The challenge is not signed by this anchor; add signatures, remove none',
    ],
    domain: [
      { code: 'client_domain_signature_missing' },
      400,
      'The challenge is not signed by the SIGNING_KEY of client_domain',
    ],
    client: [
      { code: 'client_signature_missing' },
      400,
      'The challenge is not signed by the client',
    ],
    stranger: [
      { code: 'unknown_signature' },
      400,
      'The challenge has a signature that is by no signer of the account, or twice',
    ],
    weight: [
      { code: 'too_little_weight', weight: 3, needed: 7 },
      400,
      'The signers have weight 3; the medium threshold needs 7',
    ],
    agreement: [
      { code: 'not_agreed' },
      403,
      'This account belongs to no anchor we have an agreement with',
    ],
    used: [{ code: 'challenge_used' }, 400, 'This challenge was used before; ask for a new one'],
  }
  it.each(Object.entries(plain))(
    'is told with its status and what to mend: %s (SEP10-13)',
    async (...[, [refusal, status, error]]) => {
      expect(await tokenRefused(refusal)).toEqual({ status, body: { error } })
    },
  )

  it.each([
    ['source', 'The challenge is not of this anchor: its source is not our SIGNING_KEY'],
    ['sequence', 'The sequence number of the challenge must be 0'],
    ['time_bounds', 'The challenge must have time bounds with an end'],
    ['not_yet_valid', 'The challenge is not valid yet'],
    ['lapsed', 'The challenge has lapsed; ask for a new one'],
    [
      'first_operation',
      'The first operation must be Manage Data with the client account as its source',
    ],
    ['client_account', 'The first operation must have a client account, G… or M…, as its source'],
    ['home_domain', 'The first operation must be named for a home domain of this anchor'],
    ['nonce', 'The value of the first operation must be the base64 text of 48 bytes'],
    ['memo', 'The memo must be an id, and cannot be used with a muxed account'],
    ['other_operation', 'The challenge has an operation that this anchor did not put there'],
    ['web_auth_domain', 'The challenge must name the web_auth_domain of this anchor once'],
    [
      'client_domain',
      'The challenge may name one client_domain, with the key of that domain as its source',
    ],
  ] as const)(
    'for a challenge that is wrong in its %s says so (SEP10-13)',
    async (fault, error) => {
      expect(await tokenRefused({ code: 'wrong_challenge', fault })).toEqual({
        status: 400,
        body: { error },
      })
    },
  )
})
