import { describe, expect, it } from 'vitest'
import { refused } from '../../../src/domain/outcome.ts'
import { getChallenge } from '../../../src/http/sep10/get-challenge.ts'
import { postToken } from '../../../src/http/sep10/post-token.ts'
import type { ExchangeRefusal } from '../../../src/usecases/clients/exchange-challenge.ts'
import type { MakeChallengeRefusal } from '../../../src/usecases/clients/make-challenge.ts'
import { aRequest } from '../../builders/http-request.ts'

type Codes = Exclude<MakeChallengeRefusal['code'], 'client_token_differs'>

const challengeRefused = async (refusal: MakeChallengeRefusal) => {
  const makeChallenge = () => Promise.resolve(refused(refusal))
  return getChallenge({ makeChallenge, networkPassphrase: 'x' })(aRequest())
}
const tokenRefused = async (refusal: ExchangeRefusal) =>
  postToken(() => Promise.resolve(refused(refusal)))(aRequest({ json: { transaction: 'AAAA' } }))

describe('no challenge', () => {
  const expected: Readonly<Record<Codes, readonly [number, RegExp]>> = {
    account_invalid: [400, /^account must be .*G.*M/],
    account_is_ours: [400, /^account .*SIGNING_KEY of this anchor/],
    memo_invalid: [400, /^memo must be an id: .*18446744073709551615/],
    memo_with_muxed_account: [400, /^memo .*muxed/],
    home_domain_missing: [400, /^home_domain is required/],
    home_domain_unknown: [400, /^home_domain is not .*of this anchor/],
    not_agreed: [403, /agreement/],
    client_token_missing: [401, /^Sign the request: .*Authorization: Bearer/],
    client_token_invalid: [400, /EdDSA/],
    client_domain_missing: [400, /^client_domain is required/],
    client_domain_not_allowed: [403, /^This client_domain may not log in/],
    client_domain_invalid: [400, /^client_domain must be a bare host name .*64/],
    client_domain_not_verified: [400, /^client_domain is not verified here; leave it out/],
    client_domain_unreachable: [400, /^The stellar.toml of client_domain could not be fetched/],
    client_domain_without_key: [400, /^The stellar.toml of client_domain has no valid SIGNING_KEY/],
    client_domain_key_taken: [400, /^The SIGNING_KEY of client_domain must differ/],
  }

  it.each(Object.entries(expected) as [Codes, readonly [number, RegExp]][])(
    'for %s is told with its status and what to mend (SEP10-13)',
    async (...[code, [status, error]]) => {
      expect(await challengeRefused({ code })).toEqual({
        status,
        body: { error: expect.stringMatching(error) },
      })
    },
  )

  it('for a token that differs says in what (SEP10-33)', async () => {
    expect(await challengeRefused({ code: 'client_token_differs', fault: 'times' })).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/does not fit the request: check times$/) },
    })
  })
})

describe('no token', () => {
  const plain: Readonly<Record<string, readonly [ExchangeRefusal, number, RegExp]>> = {
    envelope: [{ code: 'envelope_unreadable' }, 400, /base64 XDR of one transaction/],
    server: [{ code: 'server_signature_missing' }, 400, /not signed by this anchor/],
    domain: [{ code: 'client_domain_signature_missing' }, 400, /not signed by .* client_domain/],
    client: [{ code: 'client_signature_missing' }, 400, /not signed by the client/],
    stranger: [{ code: 'unknown_signature' }, 400, /no signer of the account, or twice/],
    weight: [{ code: 'too_little_weight', weight: 3, needed: 7 }, 400, /weight 3; .* needs 7/],
    agreement: [{ code: 'not_agreed' }, 403, /agreement/],
    used: [{ code: 'challenge_used' }, 400, /used before; ask for a new one/],
  }
  it.each(Object.entries(plain))(
    'is told with its status and what to mend: %s (SEP10-13)',
    async (...[, [refusal, status, error]]) => {
      expect(await tokenRefused(refusal)).toEqual({
        status,
        body: { error: expect.stringMatching(error) },
      })
    },
  )

  it.each([
    ['source', /its source is not our SIGNING_KEY/],
    ['sequence', /sequence number .* must be 0/],
    ['time_bounds', /time bounds with an end/],
    ['not_yet_valid', /not valid yet/],
    ['lapsed', /lapsed; ask for a new one/],
    ['first_operation', /first operation must be Manage Data/],
    ['client_account', /first operation must have a client account/],
    ['home_domain', /named for a home domain/],
    ['nonce', /base64 text of 48 bytes/],
    ['memo', /memo must be an id/],
    ['other_operation', /did not put there/],
    ['web_auth_domain', /web_auth_domain/],
    ['client_domain', /one client_domain/],
  ] as const)(
    'for a challenge that is wrong in its %s says so (SEP10-13)',
    async (fault, error) => {
      expect(await tokenRefused({ code: 'wrong_challenge', fault })).toEqual({
        status: 400,
        body: { error: expect.stringMatching(error) },
      })
    },
  )
})
