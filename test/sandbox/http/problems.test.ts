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

/** Each name that Horizon knows, with its status and its title. */
const KINDS: readonly (readonly [ProblemKind, number, string])[] = [
  ['bad_request', 400, 'Bad Request'],
  ['transaction_failed', 400, 'Transaction Failed'],
  ['transaction_malformed', 400, 'Transaction Malformed'],
  ['invalid_accounts_params', 400, 'Invalid Accounts Parameters'],
  ['transaction_submission_disabled', 403, 'Transaction Submission Disabled'],
  ['not_found', 404, 'Resource Missing'],
  ['method_not_allowed', 405, 'Method Not Allowed'],
  [
    'not_acceptable',
    406,
    'An acceptable response content-type could not be provided for this request',
  ],
  ['before_history', 410, 'Data Requested Is Before Recorded History'],
  ['unsupported_media_type', 415, 'Unsupported Media Type'],
  ['rate_limit_exceeded', 429, 'Rate Limit Exceeded'],
  ['server_error', 500, 'Internal Server Error'],
  ['transaction_submission_failed', 500, 'Transaction Submission Failed'],
  ['transaction_submission_exception', 500, 'Transaction Submission Exception'],
  ['service_unavailable', 503, 'Service Unavailable'],
  ['server_over_capacity', 503, 'Server Over Capacity'],
  ['still_ingesting', 503, 'Still Ingesting'],
  ['stale_history', 503, 'Historical DB Is Too Stale'],
  ['timeout', 504, 'Timeout'],
  ['transaction_submission_timeout', 504, 'Transaction Submission Timeout'],
]

test.each(KINDS)('the error %s is a problem document with status %d (SBX-68)', async (...kind) => {
  const [problem, status, title] = kind
  client.sandbox.control.addFault({ effect: { kind: 'problem', problem }, times: 1 })
  const answer = await client.get('/fee_stats')
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.body).toEqual({
    type: `https://stellar.org/horizon-errors/${problem}`,
    title,
    status,
    detail: expect.stringMatching(/^[A-Z].{20}.*(\.|\/)$/),
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
