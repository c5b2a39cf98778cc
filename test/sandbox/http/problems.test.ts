import { request } from 'node:http'
import { Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProblemKind } from '../../../src/sandbox/network/http/problem.ts'
import { openClient, openForTest, until } from './client.ts'
import type { Client } from './client.ts'

let client: Client

beforeAll(async () => {
  client = await openClient()
})

afterAll(() => client[Symbol.asyncDispose]())

/** Each name that Horizon knows, with its status. */
const KINDS: readonly (readonly [ProblemKind, number])[] = [
  ['bad_request', 400],
  ['transaction_failed', 400],
  ['transaction_malformed', 400],
  ['invalid_accounts_params', 400],
  ['transaction_submission_disabled', 403],
  ['not_found', 404],
  ['not_acceptable', 406],
  ['before_history', 410],
  ['unsupported_media_type', 415],
  ['rate_limit_exceeded', 429],
  ['server_error', 500],
  ['transaction_submission_failed', 500],
  ['transaction_submission_exception', 500],
  ['service_unavailable', 503],
  ['server_over_capacity', 503],
  ['still_ingesting', 503],
  ['stale_history', 503],
  ['timeout', 504],
  ['transaction_submission_timeout', 504],
]

test.each(KINDS)('the error %s is a problem document with status %d (SBX-68)', async (...kind) => {
  const [problem, status] = kind
  client.sandbox.control.addFault({ effect: { kind: 'problem', problem }, times: 1 })
  const answer = await client.get('/fee_stats')
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.body).toMatchObject({
    type: `https://stellar.org/horizon-errors/${problem}`,
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(/\.|\/$/),
  })
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
