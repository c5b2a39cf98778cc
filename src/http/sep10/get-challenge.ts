import type { AskedChallenge } from '../../domain/client/client-token.ts'
import type {
  ChallengeRequest,
  MakeChallenge,
  MakeChallengeRefusal,
} from '../../usecases/clients/make-challenge.ts'
import { readBearer } from '../server/bearer.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, refusal } from '../server/reply.ts'
import type { HttpRequest, Route } from '../server/route.ts'

export interface GetChallengeParts {
  readonly makeChallenge: MakeChallenge
  readonly networkPassphrase: string
}

/** SEP-10 GET: a challenge to sign. */
export const getChallenge =
  ({ makeChallenge, networkPassphrase }: GetChallengeParts): Route =>
  async (request) => {
    const outcome = await makeChallenge(readChallengeRequest(request))
    if (!outcome.ok) return sayRefusal(outcome.refusal)
    return {
      status: 200,
      body: { transaction: outcome.value.envelope, network_passphrase: networkPassphrase },
    }
  }

function readChallengeRequest({ query, header }: HttpRequest): ChallengeRequest {
  const names = {
    account: 'account',
    memo: 'memo',
    homeDomain: 'home_domain',
    clientDomain: 'client_domain',
  }
  const asked: AskedChallenge = Object.fromEntries(
    Object.entries(names)
      .map(([name, parameter]) => [name, query.get(parameter)] as const)
      .filter(([, value]) => value !== undefined),
  )
  const authorization = header('authorization')
  if (authorization === undefined) return { asked }
  const token = readBearer(authorization)
  return { asked, clientToken: token === undefined ? 'unreadable' : { token } }
}

const sayRefusal = (refused: MakeChallengeRefusal): Reply =>
  refused.code === 'client_token_differs'
    ? badRequest(`${words.client_token_differs}: check ${refused.fault}`)
    : refusal(statuses.get(refused.code) ?? 400, words[refused.code])

const statuses: ReadonlyMap<MakeChallengeRefusal['code'], number> = new Map([
  ['client_token_missing', 401],
  ['not_agreed', 403],
  ['client_domain_not_allowed', 403],
])

const words: Readonly<Record<MakeChallengeRefusal['code'], string>> = {
  account_invalid: 'account must be a Stellar account, G… or M…',
  account_is_ours: 'account must not be the SIGNING_KEY of this anchor',
  memo_invalid: 'memo must be an id: a whole number from 0 to 18446744073709551615, in decimal',
  memo_with_muxed_account: 'memo cannot be used with a muxed account (M…), which has an id inside',
  home_domain_missing: 'home_domain is required here',
  home_domain_unknown: 'home_domain is not a home domain of this anchor',
  not_agreed: 'This account belongs to no anchor we have an agreement with',
  client_token_missing: 'Sign the request: send Authorization: Bearer with a JWT of your own',
  client_token_invalid:
    'The token in the Authorization header must be a JWT with alg EdDSA, signed by the key of client_domain or else of account',
  client_token_differs: 'The token in the Authorization header does not fit the request',
  client_domain_missing: 'client_domain is required here',
  client_domain_not_allowed: 'This client_domain may not log in here',
  client_domain_invalid: 'client_domain must be a bare host name of at most 64 characters',
  client_domain_not_verified: 'client_domain is not verified here; leave it out to send a token',
  client_domain_unreachable: 'The stellar.toml of client_domain could not be fetched',
  client_domain_without_key: 'The stellar.toml of client_domain has no valid SIGNING_KEY',
  client_domain_key_taken:
    'The SIGNING_KEY of client_domain must differ from account and from the SIGNING_KEY of this anchor',
}
