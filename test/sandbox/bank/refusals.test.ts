import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readRequest } from '../../../src/sandbox/bank/exchange.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { answerRequest } from '../../../src/sandbox/bank/routes.ts'
import type { BankParts } from '../../../src/sandbox/bank/routes.ts'
import { anOrder, call, control, orderPayout, readBook, secrets, startBank } from './bank-client.ts'
import type { RawCall } from './bank-client.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

/** What the bank says when it does not do what it is asked, to the word. */

let bank: SandboxBank
beforeAll(async () => {
  bank = await startBank()
})
beforeEach(() => control(bank, 'reset'))
afterAll(() => bank.stop())

const plain = '1000123456'
const held = magicAccountNumbers.pendingUntilTold
const error = (code: string, message: string) => ({ error: { code, message } })

/** The answer of a bank that is asked from another machine, by nobody it knows. */
const fromElsewhere = (method: string, path: string) =>
  answerRequest({ ...secrets, now: () => new Date() } as BankParts, {
    method,
    path,
    url: new URL(path, 'http://bank'),
    headers: {},
    body: new Uint8Array(),
    isLocal: false,
  })

const insideOnly = [
  ['GET', '/book'],
  ['GET', '/book/summary'],
  ['GET', '/accounts'],
  ['GET', '/_sandbox/settings'],
  ['POST', '/_sandbox/settings'],
  ['GET', '/_sandbox/webhooks'],
  ['POST', '/_sandbox/deliver'],
  ['POST', '/_sandbox/return'],
  ['POST', '/_sandbox/reject'],
  ['POST', '/_sandbox/reset'],
] as const

describe('the sandbox bank', () => {
  it('that a page from elsewhere asks in a browser keeps its controls to itself', async () => {
    const ask = (origin: string) =>
      fetch(`${bank.url}/_sandbox/settings`, {
        method: 'POST',
        headers: { origin },
        body: '{"fail_next":7}',
      })
    expect((await ask('https://page.example.com')).status).toBe(403)
    expect(await (await fetch(`${bank.url}/_sandbox/settings`)).json()).toMatchObject({
      fail_next: 0,
    })
    expect((await ask(bank.url)).status).toBe(200)
  })

  it.each([
    ['127.0.0.1', true],
    [undefined, false],
  ])('takes a connection from %s for one of this machine: %s', async (remoteAddress, isLocal) => {
    const headers = { host: 'localhost' }
    const request = { url: '/book', method: 'GET', headers, socket: { remoteAddress } }
    const incoming = Object.assign(new PassThrough().end(), request) as unknown as IncomingMessage
    expect(await readRequest(incoming)).toMatchObject({ isLocal })
  })

  it.each(insideOnly)('answers %s %s to this machine only', async (method, path) => {
    const message = 'This path is for programs on the same machine.'
    expect(await fromElsewhere(method, path)).toEqual({
      status: 403,
      body: error('loopback_only', message),
    })
  })

  it.each([
    ['POST', '/payouts'],
    ['GET', '/payouts'],
    ['POST', '/payouts/po_1/cancel'],
  ])('answers %s %s to whom it knows', async (method, path) => {
    const message = 'Authorization has to be "Bearer " and the token of the rail.'
    expect(await fromElsewhere(method, path)).toMatchObject({
      status: 401,
      body: error('unauthorized', message),
    })
  })

  it.each([
    ['DELETE', '/payouts', 'POST, GET'],
    ['GET', '/payouts/po_1/cancel', 'POST'],
    ['POST', '/book', 'GET'],
    ['PUT', '/_sandbox/settings', 'GET, POST'],
  ])('tells what can be asked in place of %s %s', async (method, path, allow) => {
    expect(await fromElsewhere(method, path)).toEqual({
      status: 405,
      headers: { allow },
      body: error('unknown_method', `This path knows ${allow} only.`),
    })
  })

  const long = (length: number) => `/payouts/${'p'.repeat(length)}/cancel`
  it.each(['/', '/payout', '/payouts/', '/payouts/a/b/cancel', '/payouts//cancel', long(201)])(
    'has nothing at %s',
    async (path) => {
      const message = 'The bank has nothing at this path.'
      expect(await fromElsewhere('POST', path)).toEqual({
        status: 404,
        body: error('unknown_path', message),
      })
    },
  )

  it('knows the payout of a name of 200 signs, if there is one', async () => {
    const { status, body } = await call(`${bank.url}${long(200)}`, { method: 'POST' })
    expect(status).toBe(404)
    expect(body).toEqual(error('unknown_payout', 'There is no payout with this id.'))
  })
})

describe('an order', () => {
  const key = 'Idempotency-Key has to be 1 to 128 printable ASCII characters without spaces.'
  const type = 'Content-Type has to be application/json.'
  const asText = (value: string) => ({ headers: { 'content-type': value } })

  it.each<[string, RawCall, number, string, string]>([
    ['no key', { key: '', body: '{', ...asText('text/plain') }, 400, 'malformed_key', key],
    ['a key with an accent', { key: 'k\u00e9y' }, 400, 'malformed_key', key],
    ['another type', { body: '{', ...asText('text/plain') }, 415, 'unknown_media_type', type],
    ['a longer type', asText('application/jsonx'), 415, 'unknown_media_type', type],
    ['a newer type', asText('application/json5'), 415, 'unknown_media_type', type],
    ['a type within', asText('x application/json'), 415, 'unknown_media_type', type],
    ['no JSON', { body: '{' }, 400, 'malformed_order', 'The body is not JSON in UTF-8.'],
  ])(
    'with %s is refused for the first thing that is wrong',
    async (...[, raw, status, code, said]) => {
      const answer = await call(`${bank.url}/payouts`, {
        method: 'POST',
        key: 'k-1',
        body: anOrder(plain),
        ...raw,
      })
      expect([answer.status, answer.body]).toEqual([status, error(code, said)])
      expect((await readBook(bank)).payouts).toEqual([])
    },
  )

  it.each(['!', '~', 'a'])('may have the key %s', async (name) => {
    expect((await orderPayout(bank, name, anOrder(plain))).status).toBe(201)
  })

  it.each(['Application/JSON', 'application/json; charset=utf-8'])('may be %s', async (value) => {
    const raw = { method: 'POST', key: 'k-1', body: anOrder(plain), ...asText(value) }
    expect((await call(`${bank.url}/payouts`, raw)).status).toBe(201)
  })

  it('has to be another under another key, and is found by a key only', async () => {
    await orderPayout(bank, 'k-1', anOrder(plain))
    const other = await orderPayout(bank, 'k-1', anOrder(plain, { reference: 'Invoice 8' }))
    const reused = 'This Idempotency-Key belongs to an order with other contents.'
    expect([other.status, other.body]).toEqual([409, error('key_reused', reused)])
    for (const query of ['', '?idempotency_key=']) {
      const { status, body } = await call(`${bank.url}/payouts${query}`)
      const message = 'Name the payout with ?idempotency_key=.'
      expect([status, body]).toEqual([400, error('malformed_query', message)])
    }
  })

  it.each([
    [
      'unavailable',
      503,
      error('unavailable', 'The bank cannot take orders at the moment; nothing was done.'),
    ],
    ['error_after', 500, error('internal_error', 'Something went wrong in the bank.')],
    ['malformed', 200, 'It works!'],
  ])('of a bank that is told to fail hears %s', async (failWith, status, body) => {
    await control(bank, 'settings', { fail_next: 1, fail_with: failWith })
    const answer = await orderPayout(bank, 'k-1', anOrder(plain))
    expect([answer.status, answer.body]).toEqual([status, body])
  })
})

describe('a payout', () => {
  /** Where a payout goes that was brought to one state, and is moved by each of the controls. */
  const ways = { pending: [], delivered: ['deliver'], rejected: ['reject'], returned: ['return'] }
  const moves = { deliver: 'delivered', reject: 'rejected', return: 'returned' }
  const open: Readonly<Record<string, readonly string[]>> = {
    pending: ['deliver', 'reject', 'return'],
    delivered: ['return'],
    rejected: [],
    returned: [],
  }
  it.each(
    Object.entries(ways).flatMap(([from, way]) =>
      Object.entries(moves).map(([verb, to]) => ({ from, way, verb, to })),
    ),
  )('that is $from goes to $to, or stays: $verb', async ({ from, way, verb, to }) => {
    await orderPayout(bank, 'k-1', anOrder(held))
    for (const step of way) await control(bank, step, { all: true })
    const { status, body } = await control(bank, verb, { idempotency_key: 'k-1' })
    const message = `No payout named by idempotency_key, payout_id or transaction_id can become ${to}.`
    const isOpen = open[from]?.includes(verb) === true
    const stays = error('nothing_to_move', message)
    expect([status, body]).toMatchObject(
      isOpen ? [200, { payouts: [{ state: to }] }] : [409, stays],
    )
    expect(await readBook(bank)).toMatchObject({ payouts: [{ state: isOpen ? to : from }] })
    const none = await control(bank, verb, { idempotency_key: 'k-2' })
    expect([none.status, none.body]).toEqual([404, error('nothing_to_move', message)])
  })

  it.each(['receiver', 'sender', 'transaction'])(
    'is rejected for a field of the %s, or for a reason',
    async (owner) => {
      for (const key of ['k-1', 'k-2', 'k-3', 'k-4']) await orderPayout(bank, key, anOrder(held))
      const rejectionOf = async (json: object) => {
        const { body } = await control(bank, 'reject', { ...json })
        return (body['payouts'] as readonly { readonly rejection: object }[])[0]?.rejection
      }
      const message = 'The receiving bank refused this iban.'
      const field = { owner, name: 'iban' }
      expect(await rejectionOf({ idempotency_key: 'k-1', field })).toEqual({
        reason: 'invalid_field',
        message,
        fields: [{ ...field, message }],
      })
      const refused = 'The receiving bank refused the payout.'
      for (const [key, reason, told] of [
        ['k-2', 'x'.repeat(64), 'x'.repeat(64)],
        ['k-3', 'x'.repeat(65), 'account_closed'],
        ['k-4', 'Blocked', 'account_closed'],
      ]) {
        const rejection = { reason: told, message: refused, fields: [] }
        expect(await rejectionOf({ idempotency_key: key, reason })).toEqual(rejection)
      }
    },
  )

  it('cannot be rejected for a field that is none', async () => {
    await orderPayout(bank, 'k-1', anOrder(held))
    const json = { idempotency_key: 'k-1', field: { owner: 'bank', name: 'iban' } }
    const { status, body } = await control(bank, 'reject', json)
    const message =
      'field has to be { "owner": one of receiver, sender, transaction, "name": a text }.'
    expect([status, body]).toEqual([400, error('malformed_field', message)])
  })

  it('is cancelled in words, and not when it is too late', async () => {
    const ids: unknown[] = []
    for (const account of [held, plain]) {
      ids.push((await orderPayout(bank, `k-${account}`, anOrder(account))).body['id'])
    }
    const cancelled = async (id: unknown) =>
      call(`${bank.url}/payouts/${String(id)}/cancel`, { method: 'POST' })
    const { body } = await cancelled(ids[0])
    const message = 'The anchor cancelled the payout.'
    expect(body['rejection']).toEqual({ reason: 'cancelled', message, fields: [] })
    const late = await cancelled(ids[1])
    const tooLate = 'Only a pending payout can be cancelled.'
    expect([late.status, late.body]).toEqual([409, error('too_late', tooLate)])
  })
})
