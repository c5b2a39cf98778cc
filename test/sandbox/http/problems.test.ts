import { request } from 'node:http'
import { Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../../src/sandbox/network/http/problem.ts'
import type { ProblemKind } from '../../../src/sandbox/network/http/problem.ts'
import { openClient, openForTest, until } from './client.ts'
import type { Client } from './client.ts'

let client: Client

beforeAll(async () => {
  client = await openClient()
})

afterAll(() => client[Symbol.asyncDispose]())

/** Each name that Horizon knows, with its status, its title and what it says besides. */
const KINDS: readonly (readonly [ProblemKind, number, string, string])[] = [
  [
    'bad_request',
    400,
    'Bad Request',
    'The request you sent was invalid in some way. See `extras.invalid_field` and `extras.reason` for what to mend.',
  ],
  [
    'transaction_failed',
    400,
    'Transaction Failed',
    'The transaction failed when submitted to the stellar network. The `extras.result_codes` field on this response contains further details.  Descriptions of each code can be found at: https://developers.stellar.org/api/errors/http-status-codes/horizon-specific/transaction-failed/',
  ],
  [
    'transaction_malformed',
    400,
    'Transaction Malformed',
    'Horizon could not decode the transaction envelope in this request. A transaction should be an XDR TransactionEnvelope struct encoded using base64.  The envelope read from this request is echoed in the `extras.envelope_xdr` field of this response for your convenience.',
  ],
  [
    'invalid_accounts_params',
    400,
    'Invalid Accounts Parameters',
    'Exactly one filter is required: name one of signer, asset and sponsor, and not more than one.',
  ],
  [
    'transaction_submission_disabled',
    403,
    'Transaction Submission Disabled',
    'Transaction submission has been disabled for this network.',
  ],
  [
    'not_found',
    404,
    'Resource Missing',
    'The resource at the url requested was not found.  This usually occurs for one of two reasons:  The url requested is not valid, or no data in our database could be found with the parameters provided.',
  ],
  [
    'method_not_allowed',
    405,
    'Method Not Allowed',
    'This resource exists, but not for this method.',
  ],
  [
    'not_acceptable',
    406,
    'An acceptable response content-type could not be provided for this request',
    'Ask for application/hal+json, or for text/event-stream where the resource can be streamed.',
  ],
  [
    'before_history',
    410,
    'Data Requested Is Before Recorded History',
    "This horizon instance is configured to only track a portion of the stellar network's latest history. This request is asking for results prior to the recorded history known to this horizon instance.",
  ],
  [
    'unsupported_media_type',
    415,
    'Unsupported Media Type',
    'The request has an unsupported content type. Send application/x-www-form-urlencoded or multipart/form-data.',
  ],
  [
    'rate_limit_exceeded',
    429,
    'Rate Limit Exceeded',
    "The rate limit for the requesting IP address is over its alloted limit.  The allowed limit and requests left per time period are communicated to clients via the http response headers 'X-RateLimit-*' headers.",
  ],
  [
    'server_error',
    500,
    'Internal Server Error',
    'An error occurred while processing this request.  This is most likely due to a bug within the server software.',
  ],
  [
    'transaction_submission_failed',
    500,
    'Transaction Submission Failed',
    'Could not submit transaction to stellar-core. The `extras.error` field on this response contains further details.',
  ],
  [
    'transaction_submission_exception',
    500,
    'Transaction Submission Exception',
    'Received exception from stellar-core. The `extras.error` field on this response contains further details.',
  ],
  [
    'service_unavailable',
    503,
    'Service Unavailable',
    'The request cannot be serviced at this time.',
  ],
  [
    'server_over_capacity',
    503,
    'Server Over Capacity',
    'This horizon server is currently overloaded. Please wait for several minutes before trying your request again.',
  ],
  [
    'still_ingesting',
    503,
    'Still Ingesting',
    "Data cannot be presented because it's still being ingested. Please wait for several minutes before trying again.",
  ],
  [
    'stale_history',
    503,
    'Historical DB Is Too Stale',
    "This horizon instance is configured to reject client requests when it can determine that the history database is lagging too far behind the connected instance of Stellar-Core or read replica. It's also possible that Stellar-Core is out of sync. Please try again later.",
  ],
  [
    'timeout',
    504,
    'Timeout',
    'Your request timed out before completing.  Please try your request again.',
  ],
  [
    'transaction_submission_timeout',
    504,
    'Transaction Submission Timeout',
    'Your transaction submission request has timed out. This does not necessarily mean the submission has failed. Before resubmitting, please use the transaction hash provided in `extras.hash` to poll the GET /transactions endpoint for sometime and check if it was included in a ledger.',
  ],
]

test.each(KINDS)('the error %s is a problem document with status %d (SBX-68)', async (...kind) => {
  const [problem, status, title, detail] = kind
  client.sandbox.control.addFault({ effect: { kind: 'problem', problem }, times: 1 })
  const answer = await client.get('/fee_stats')
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.body).toEqual({
    type: `https://stellar.org/horizon-errors/${problem}`,
    title,
    status,
    detail,
  })
})

test('a problem has its own words and what else it knows, where it was given some (SBX-68)', () => {
  const told = new Problem('bad_request', { invalid_field: 'addr' }, 'Mend the address.')
  expect(told.toJSON()).toEqual({
    type: 'https://stellar.org/horizon-errors/bad_request',
    title: 'Bad Request',
    status: 400,
    detail: 'Mend the address.',
    extras: { invalid_field: 'addr' },
  })
  expect([told.message, told.status]).toEqual(['Mend the address.', 400])
})

test('a client that leaves before the answer is 499 in the log, a fault that hangs up is 0 (SBX-68)', async () => {
  const manual = await openForTest({ mode: 'manual' })
  const from = await manual.funded()
  const noop = await manual.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
  const { control } = manual.sandbox
  control.clearRequests()
  const body = `tx=${encodeURIComponent(noop.toXdr())}`
  const leaving = request(`${manual.sandbox.url}/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  leaving.on('error', () => undefined).end(body)
  await until(() => control.state().pending.length === 1)
  leaving.destroy()
  await until(() => control.requests().length === 1)
  expect(control.requests()).toMatchObject([{ path: '/transactions', status: 499 }])
  control.addFault({ effect: { kind: 'hang_up' }, times: 1 })
  await expect(manual.get('/fee_stats')).rejects.toThrow('fetch failed')
  await until(() => control.requests().length === 2)
  expect(control.requests()[1]).toMatchObject({ path: '/fee_stats', status: 0 })
})
