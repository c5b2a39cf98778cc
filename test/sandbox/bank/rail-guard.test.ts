import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BankRequest } from '../../../src/sandbox/bank/exchange.ts'
import { guardRail, headerOf } from '../../../src/sandbox/bank/rail-guard.ts'
import { signWebhook } from '../../../src/sandbox/bank/signature.ts'
import { secrets } from './bank-client.ts'

/** The section "Signatures" of docs/payout-rail.openapi.yaml. */

const seconds = 1_767_225_600
const now = () => new Date(seconds * 1000)
const body = Buffer.from('{"reference":"Zürich"}')
const hex = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const signed = (lines: readonly string[]) =>
  `v1=${createHmac('sha256', secrets.secret).update(lines.join('\n')).digest('hex')}`

function requestAt(timestamp: string, headers: BankRequest['headers'] = {}): BankRequest {
  const path = '/payouts?a=b'
  const lines = ['payout-request', 'POST', path, timestamp, 'k-1', hex(body)]
  return {
    method: 'POST',
    path,
    url: new URL(path, 'http://bank'),
    headers: {
      authorization: 'Bearer the-token',
      'payout-timestamp': timestamp,
      'payout-signature': signed(lines),
      'idempotency-key': 'k-1',
      ...headers,
    },
    body,
    isLocal: false,
  }
}

const guarded = (request: BankRequest) => guardRail({ ...secrets, now }, request)
const refused = (code: string, message: string) => ({
  status: 401,
  body: { error: { code, message } },
  headers: { 'www-authenticate': 'Bearer' },
})
const stranger = refused(
  'unauthorized',
  'Authorization has to be "Bearer " and the token of the rail.',
)
const stale = refused(
  'stale_timestamp',
  'Payout-Timestamp has to be Unix seconds within 300 s of now.',
)
const unfit = refused(
  'bad_signature',
  'Payout-Signature does not fit the request; see the section on signatures.',
)

describe('the guard of the rail', () => {
  it.each([-300, -299, 0, 300])('lets in what was signed %i s from now', (away) => {
    expect(guarded(requestAt(String(seconds + away)))).toBeUndefined()
  })

  it.each(['', 'soon', `${seconds}.0`, `-${seconds}`, `${seconds}0000`, '1'.repeat(13)])(
    'refuses the time %j',
    (timestamp) => {
      expect(guarded(requestAt(timestamp))).toEqual(stale)
    },
  )

  it.each([-301, 301])('refuses what was signed %i s from now', (away) => {
    expect(guarded(requestAt(String(seconds + away)))).toEqual(stale)
  })

  it.each([
    undefined,
    '',
    'the-token',
    'Bearer',
    'Bearer another-token',
    'Bearer the-token more',
    'Basic the-token',
  ])('refuses the login %j, before all else', (authorization) => {
    expect(guarded(requestAt('', { authorization }))).toEqual(stranger)
  })

  it('takes the word Bearer in any case', () => {
    const request = requestAt(String(seconds), { authorization: 'bearer the-token' })
    expect(guarded(request)).toBeUndefined()
  })

  it.each<[string, Partial<BankRequest>]>([
    ['method', { method: 'PUT' }],
    ['query', { path: '/payouts?a=c' }],
    ['body', { body: Buffer.from('{}') }],
  ])('refuses a request whose %s was changed', (_, change) => {
    expect(guarded({ ...requestAt(String(seconds)), ...change })).toEqual(unfit)
  })

  it.each<[BankRequest['headers']]>([
    [{ 'idempotency-key': 'k-2' }],
    [{ 'payout-timestamp': String(seconds - 1) }],
    [{ 'payout-signature': '' }],
    [{ 'payout-signature': undefined }],
    [{ 'payout-signature': 'v1=00' }],
  ])('refuses a request with %j in place of what was signed', (headers) => {
    expect(guarded(requestAt(String(seconds), headers))).toEqual(unfit)
  })

  it('takes one good signature among others', () => {
    const good = String(requestAt(String(seconds)).headers['payout-signature'])
    for (const several of [`v1=00, ${good}`, `${good},v1=00`, ` ${good} `]) {
      const request = requestAt(String(seconds), { 'payout-signature': several })
      expect(guarded(request)).toBeUndefined()
    }
  })

  it('knows no header that came more than once, or not at all', () => {
    const request = requestAt('', { 'set-cookie': ['a', 'b'], 'x-one': 'c' })
    expect(['set-cookie', 'x-none', 'x-one'].map((name) => headerOf(request, name))).toEqual([
      '',
      '',
      'c',
    ])
  })
})

describe('the signature of a webhook', () => {
  it('is over three lines', () => {
    const timestamp = String(seconds)
    expect(signWebhook(secrets.secret, { timestamp, body })).toBe(
      signed(['payout-webhook', timestamp, hex(body)]),
    )
  })
})
