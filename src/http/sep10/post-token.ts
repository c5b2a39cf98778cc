import type { ChallengeFault } from '../../domain/client/challenge.ts'
import type {
  ExchangeChallenge,
  ExchangeRefusal,
} from '../../usecases/clients/exchange-challenge.ts'
import type { Body } from '../server/body.ts'
import { refuseBody } from '../server/body.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, forbidden } from '../server/reply.ts'
import type { Route } from '../server/route.ts'

/** SEP-10 POST: a login token for a signed challenge. */
export const postToken =
  (exchangeChallenge: ExchangeChallenge): Route =>
  async (request) => {
    const body = await request.body()
    if (!body.ok) return refuseBody(body.refusal)
    const envelope = readEnvelope(body.value)
    if (envelope === undefined) {
      return badRequest('transaction is missing: send the signed challenge, as base64 XDR')
    }
    const outcome = await exchangeChallenge(envelope)
    return outcome.ok
      ? { status: 200, body: { token: outcome.value.token } }
      : sayRefusal(outcome.refusal)
  }

function readEnvelope(body: Body): string | undefined {
  if (body.kind === 'json') {
    const { value } = body
    const envelope: unknown =
      typeof value === 'object' && value !== null && 'transaction' in value
        ? value.transaction
        : undefined
    return typeof envelope === 'string' && envelope !== '' ? envelope : undefined
  }
  // A form decodes the + of clients that forgot to percent-encode as a blank (SEP10-70).
  const envelope = body.fields.get('transaction')?.replaceAll(' ', '+')
  return envelope === '' ? undefined : envelope
}

function sayRefusal(refused: ExchangeRefusal): Reply {
  switch (refused.code) {
    case 'envelope_unreadable':
      return badRequest('transaction must be the challenge: base64 XDR of one transaction envelope')
    case 'wrong_challenge':
      return badRequest(words[refused.fault])
    case 'server_signature_missing':
      return badRequest('The challenge is not signed by this anchor; add signatures, remove none')
    case 'client_domain_signature_missing':
      return badRequest('The challenge is not signed by the SIGNING_KEY of client_domain')
    case 'client_signature_missing':
      return badRequest('The challenge is not signed by the client')
    case 'unknown_signature':
      return badRequest(
        'The challenge has a signature that is by no signer of the account, or twice',
      )
    case 'too_little_weight':
      return badRequest(
        `The signers have weight ${refused.weight}; the medium threshold needs ${refused.needed}`,
      )
    case 'not_agreed':
      return forbidden('This account belongs to no anchor we have an agreement with')
    case 'challenge_used':
      return badRequest('This challenge was used before; ask for a new one')
  }
}

const words: Readonly<Record<ChallengeFault, string>> = {
  source: 'The challenge is not of this anchor: its source is not our SIGNING_KEY',
  sequence: 'The sequence number of the challenge must be 0',
  time_bounds: 'The challenge must have time bounds with an end',
  not_yet_valid: 'The challenge is not valid yet',
  lapsed: 'The challenge has lapsed; ask for a new one',
  first_operation: 'The first operation must be Manage Data with the client account as its source',
  client_account: 'The first operation must have a client account, G… or M…, as its source',
  home_domain: 'The first operation must be named for a home domain of this anchor',
  nonce: 'The value of the first operation must be the base64 text of 48 bytes',
  memo: 'The memo must be an id, and cannot be used with a muxed account',
  other_operation: 'The challenge has an operation that this anchor did not put there',
  web_auth_domain: 'The challenge must name the web_auth_domain of this anchor once',
  client_domain:
    'The challenge may name one client_domain, with the key of that domain as its source',
}
