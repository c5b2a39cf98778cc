import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { StrKey } from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../src/sandbox/network/http/body.ts'
import {
  accountField,
  assetField,
  flagField,
  hashField,
  idField,
  ledgerField,
} from '../../../src/sandbox/network/http/fields.ts'
import { formField } from '../../../src/sandbox/network/http/form.ts'
import { createRequestLog } from '../../../src/sandbox/network/http/request-log.ts'
import { createRouter } from '../../../src/sandbox/network/http/router.ts'
import { idOf } from '../ledger/world.ts'
import { exchangeOf } from './exchange-of.ts'

/** How a request is read: its fields, its form, its body, its path (SBX-62, SBX-71, SBX-118). */

const someone = idOf('someone')
const muxed = StrKey.encodeMed25519PublicKey(new Uint8Array(40))
const flag = (text: string) => flagField(exchangeOf(`/?flag${text}`), 'flag')

describe('a field', () => {
  test.each<[string, () => unknown, unknown]>([
    ['an account', () => accountField(someone), someone],
    ['a hash', () => hashField('0f'.repeat(32)), '0f'.repeat(32)],
    ['the first ledger', () => ledgerField('1'), 1],
    ['the last ledger there can be', () => ledgerField('2147483647'), 2_147_483_647],
    ['the largest id', () => idField('9223372036854775807'), 9_223_372_036_854_775_807n],
    ['an asset', () => assetField(`USD:${someone}`), `USD:${someone}`],
    ['an asset of twelve', () => assetField(`ABCDEFGHIJ12:${someone}`), `ABCDEFGHIJ12:${someone}`],
    ['a flag that is set', () => flag('=true'), true],
    ['a flag that is not', () => flag('=false'), false],
    ['a flag without a word', () => flag('='), false],
    ['no flag', () => flagField(exchangeOf('/'), 'flag'), false],
  ])('takes %s (SBX-79)', (_what, read, value) => {
    expect(read()).toBe(value)
  })

  const accountId = 'Account ID must start with `G` and contain 56 alphanum characters'
  const transaction = 'Transaction hash must be a hex-encoded, lowercase SHA-256 hash'
  const ledger = 'Ledger ID must be an integer higher than 0'
  const operation = 'Operation ID must be an integer higher than 0'
  const asset =
    'Asset must be the string "native" or a string of the form "Code:IssuerAccountID" for issued assets.'

  test.each<[string, string, () => unknown]>([
    ['account_id', accountId, () => accountField(undefined)],
    ['account_id', accountId, () => accountField(`${someone.slice(0, 55)}?`)],
    ['account_id', accountId, () => accountField(muxed)],
    ['sponsor', accountId, () => accountField('', 'sponsor')],
    ['tx_id', transaction, () => hashField(undefined)],
    ['tx_id', transaction, () => hashField('0F'.repeat(32))],
    ['tx_id', transaction, () => hashField('0f'.repeat(33))],
    ['ledger_id', ledger, () => ledgerField(undefined)],
    ['ledger_id', ledger, () => ledgerField('0')],
    ['ledger_id', ledger, () => ledgerField('1.5')],
    ['ledger_id', ledger, () => ledgerField('2147483648')],
    ['ledger_id', ledger, () => ledgerField('x1')],
    ['ledger_id', ledger, () => ledgerField('00000000001')],
    ['id', operation, () => idField(undefined)],
    ['id', operation, () => idField('0x10')],
    ['id', operation, () => idField('00000000000000000001')],
    ['offer_id', operation, () => idField('9223372036854775808', 'offer_id')],
    ['flag', 'flag: say true or false', () => flag('=TRUE')],
    ['asset', asset, () => assetField(null)],
    ['asset', asset, () => assetField('native')],
    ['asset', asset, () => assetField(`THIRTEENCHARS:${someone}`)],
    ['asset', asset, () => assetField(`US-D:${someone}`)],
    ['asset', asset, () => assetField(`USD:${someone}:x`)],
    ['asset', asset, () => assetField(`USD:${'G'.padEnd(56, 'A')}`)],
  ])('that is wrong is refused by its name and with what is wanted: %s, %s', (...told) => {
    const [invalid_field, reason, read] = told
    expect(read).toThrow(expect.objectContaining({ extras: { invalid_field, reason } }))
  })
})

describe('a form (SBX-71)', () => {
  const read = (body: string, type?: string, query = '') =>
    formField(
      {
        headers: type === undefined ? {} : { 'content-type': type },
        body: Buffer.from(body),
        query: new URLSearchParams(query),
      },
      'tx',
    )
  const parts =
    '--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nno\r\n' +
    '--x\r\nContent-Disposition: form-data; name="tx"\r\n\r\na\r\n\r\nb\r\n--x--\r\n'

  test.each<[string, string | undefined, string | undefined]>([
    ['tx=a%2Bb&tx=c', 'application/x-www-form-urlencoded', 'a+b'],
    ['tx=a', 'Application/X-WWW-Form-Urlencoded ; charset=utf-8', 'a'],
    ['tx=a', undefined, 'a'],
    ['tx=a', '', 'a'],
    ['other=a', undefined, undefined],
    [parts, 'multipart/form-data; boundary=x', 'a\r\n\r\nb'],
    [parts, 'Multipart/Form-Data; Boundary="x"', 'a\r\n\r\nb'],
    [parts, 'multipart/form-data; boundary=x; charset=utf-8', 'a\r\n\r\nb'],
    [parts.replace('"other"', '"tx"'), 'multipart/form-data; boundary=x', 'no'],
    [parts.slice(parts.indexOf('--x', 3)), 'multipart/form-data', undefined],
    [parts.replace('name="tx"', 'name="ty"'), 'multipart/form-data; boundary=x', undefined],
  ])('%j of the type %j has %j', (body, type, value) => {
    expect(read(body, type)).toBe(value)
  })

  test('that lacks a field is made good by the query, and comes before it', () => {
    expect(read('', undefined, 'tx=q')).toBe('q')
    expect(read('tx=a', undefined, 'tx=q')).toBe('a')
  })

  test.each(['application/json', 'text/plain; charset=utf-8'])('of the type %s is none', (type) => {
    expect(() => read('tx=a', type)).toThrow('unsupported_media_type')
  })
})

describe('a body (SBX-118)', () => {
  const sent = (...pieces: readonly string[]) => {
    const request = new PassThrough()
    const body = readBody(request as unknown as IncomingMessage, 10)
    for (const piece of pieces) request.write(piece)
    return { request, body }
  }

  test('is taken whole, up to what is allowed', async () => {
    const { request, body } = sent('12345', '67890')
    request.end()
    expect(String(await body)).toBe('1234567890')
    const empty = sent()
    empty.request.end()
    expect(String(await empty.body)).toBe('')
  })

  test('a byte longer is heard to its end, and refused with what is allowed', async () => {
    const { request, body } = sent('12345678901', '')
    request.end()
    const extras = { invalid_field: 'body', reason: 'body: at most 10 bytes' }
    await expect(body).rejects.toMatchObject({ kind: 'bad_request', extras })
  })

  test('many times longer is not heard to its end', async () => {
    const patient = sent('x'.repeat(500))
    patient.request.end()
    await expect(patient.body).rejects.toMatchObject({
      extras: { reason: 'body: at most 10 bytes' },
    })
    const { request, body } = sent('x'.repeat(501))
    await expect(body).rejects.toMatchObject({ extras: { reason: 'body: it ended too early' } })
    expect(request.destroyed).toBe(true)
  })

  test('that breaks off is a failure', async () => {
    const { request, body } = sent('1')
    request.destroy(new Error('reset'))
    await expect(body).rejects.toThrow('reset')
  })
})

test('a path is matched part by part, slashes and escapes aside (SBX-66)', () => {
  const patterns = ['/', '/accounts', '/accounts/:account_id', '/accounts/:account_id/data/:key']
  const router = createRouter(patterns.map((pattern) => ({ pattern })))
  const met = (path: string) => {
    const match = router(path)
    return match && [match.route.pattern, match.params]
  }
  expect(met('/')).toEqual(['/', {}])
  expect(met('//accounts//')).toEqual(['/accounts', {}])
  expect(met('/accounts/G')).toEqual(['/accounts/:account_id', { account_id: 'G' }])
  const entry = { account_id: 'G', key: 'a b/%' }
  expect(met('/accounts/G/data/a%20b%2F%25')).toEqual(['/accounts/:account_id/data/:key', entry])
  expect(met('/accounts/%')).toEqual(['/accounts/:account_id', { account_id: '%' }])
  expect(met('/Accounts')).toBeUndefined()
  expect(met('/accounts/G/data')).toBeUndefined()
})

describe('the log of requests (SBX-93)', () => {
  const served = (log: ReturnType<typeof createRequestLog>, path: string, ended: object) => {
    const response = Object.assign(
      new EventEmitter(),
      { headersSent: true, statusCode: 200 },
      ended,
    )
    const query = new URLSearchParams('a=1&b')
    log.note({ method: 'GET', path, query }, response as unknown as ServerResponse)
    return () => response.emit('close')
  }

  test('tells of each when its answer is over, with what became of it (SBX-68)', () => {
    const log = createRequestLog()
    const ends = [
      served(log, '/a', {}),
      served(log, '/b', { statusCode: 404 }),
      served(log, '/left', { headersSent: false }),
      served(log, '/hung-up', { headersSent: false, statusCode: 0 }),
    ]
    expect(log.requests).toEqual([])
    for (const end of [...ends, ...ends]) end()
    const of = (path: string, status: number) => ({ method: 'GET', path, query: 'a=1&b=', status })
    expect(log.requests).toEqual([
      of('/a', 200),
      of('/b', 404),
      of('/left', 499),
      of('/hung-up', 0),
    ])
    log.clear()
    expect(log.requests).toEqual([])
  })

  test('keeps the last thousand of very many, and up to twice as many', () => {
    const log = createRequestLog()
    const kept = () => log.requests.map(({ path }) => Number(path.slice(1)))
    const upTo = (last: number, length: number) =>
      Array.from({ length }, (_, index) => last - length + 1 + index)
    const counts: readonly (readonly [most: number, length: number])[] = [
      [2000, 2000],
      [2001, 1000],
      [3001, 2000],
      [3002, 1000],
    ]
    let index = 0
    for (const [most, length] of counts) {
      while (index < most) served(log, `/${(index += 1)}`, {})()
      expect(kept()).toEqual(upTo(most, length))
    }
  })
})
