import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  magicAccountNumbers,
  magicEndings,
  magicOutcome,
} from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { textOf } from '../../repository.ts'
import { until } from '../../until.ts'
import { anOrder, call, control, orderPayout, readBook, startBank } from './bank-client.ts'
import type { RawCall } from './bank-client.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

let bank: SandboxBank
beforeAll(async () => {
  bank = await startBank()
})
beforeEach(() => control(bank, 'reset'))
afterAll(() => bank.stop())

const state = async (key: string): Promise<unknown> => {
  const { body } = await call(`${bank.url}/payouts?idempotency_key=${key}`)
  const [payout] = body['payouts'] as { state: string }[] // checked against the document elsewhere
  return payout?.state
}

describe('magic account numbers', () => {
  it('are those of the documentation', () => {
    const examples = /^\| `(\d{6})` \| `(\d{10})` /gm
    const rows = [...textOf('docs/sandbox-bank.md').matchAll(examples)]
    const told = rows.map(([, ending, example]) => [ending, example])
    const numbers = Object.values(magicAccountNumbers)
    expect(told).toEqual(Object.values(magicEndings).map((one, at) => [one, numbers[at]]))
    expect(Object.keys(magicEndings)).toEqual(Object.keys(magicAccountNumbers))
    expect(told).toHaveLength(9)
  })

  it('have one ending each, and their example ends in it', () => {
    expect(new Set(Object.values(magicEndings)).size).toBe(Object.keys(magicEndings).length)
    for (const [name, number] of Object.entries(magicAccountNumbers)) {
      expect(magicOutcome(number)).toBe(name)
    }
  })

  it.each([
    ['DE04 5001 0517 5407 9900 04', 'fieldRejected'],
    ['1000-990-004', 'fieldRejected'],
    ['1000\t9900 0-4 ', 'fieldRejected'],
    ['1000/990/004', undefined],
    ['002010077779900041', 'fieldRejected'],
    ['029900042', 'fieldRejected'],
    ['9900042', 'fieldRejected'],
    ['99000412', undefined],
    ['1000-990009', 'accountClosed'],
    ['1000123456', undefined],
    ['99000', undefined],
    ['', undefined],
  ])('read %j as %s', (number, outcome) => {
    expect(magicOutcome(number)).toBe(outcome)
  })

  it.each([
    ['receiver', 'receiver', 'clabe_number'],
    ['receiver', 'receiver', 'organization.bank_account_number'],
    ['receiver', 'receiver', 'iban'],
    ['receiver', 'receiver', 'cbu_alias'],
    ['sender', 'sender', 'tax_id'],
    ['transaction_fields', 'transaction', 'account_number'],
    ['transaction_fields', 'transaction', 'routing_number'],
  ])('reject the field that carries the number: %s.%3$s', async (member, owner, name) => {
    const account = { receiver: { bank_account_number: '1000123456' } }
    const wrong = { ...account, [member]: { [name]: magicAccountNumbers.fieldRejected } }
    const rejected = await orderPayout(bank, 'k-wrong', anOrder('', wrong))
    expect(rejected.body).toMatchObject({
      state: 'rejected',
      rejection: { reason: 'invalid_field', fields: [{ owner, name }] },
    })
    const right = { ...account, [member]: { [name]: '1000123456' } }
    const corrected = await orderPayout(bank, 'k-right', anOrder('', right))
    expect(corrected.body['state']).toBe('delivered')
    expect((await readBook(bank)).movements).toHaveLength(1)
  })

  it('reject an order without any account for the field that is missing', async () => {
    const { body } = await orderPayout(bank, 'k-none', anOrder('', { receiver: {} }))
    const fields = [{ owner: 'receiver', name: 'bank_account_number' }]
    expect(body).toMatchObject({ state: 'rejected', rejection: { fields } })
  })

  it('deliver later by themselves, and return later by themselves', async () => {
    await control(bank, 'settings', { settle_after_ms: 30 })
    await orderPayout(bank, 'k-later', anOrder(magicAccountNumbers.deliveredLater))
    await orderPayout(bank, 'k-back', anOrder(magicAccountNumbers.returnedLater))
    await until(async () => (await state('k-later')) === 'delivered', 'the delivery')
    await until(async () => (await state('k-back')) === 'returned', 'the return')
    const moved = (await readBook(bank)).movements.map(({ kind }) => kind)
    expect(moved.toSorted()).toEqual(['delivery', 'delivery', 'return'])
  })

  it('do it and drop the connection, or drop it and do nothing', async () => {
    const done = anOrder(magicAccountNumbers.unknownButDone)
    const notDone = anOrder(magicAccountNumbers.unknownNotDone)
    await expect(orderPayout(bank, 'k-done', done)).rejects.toThrow('fetch failed')
    await expect(orderPayout(bank, 'k-not', notDone)).rejects.toThrow('fetch failed')
    expect(await state('k-done')).toBe('delivered')
    expect(await state('k-not')).toBeUndefined()
    expect((await orderPayout(bank, 'k-not', notDone)).status).toBe(201)
    expect((await orderPayout(bank, 'k-done', done)).status).toBe(200)
    expect((await readBook(bank)).movements).toHaveLength(2)
  })

  it('do it and leave the connection open, when told to hang', async () => {
    await control(bank, 'settings', { unknown_as: 'hang' })
    const done = anOrder(magicAccountNumbers.unknownButDone)
    let ended = false
    const answer = orderPayout(bank, 'k-hung', done).finally(() => {
      ended = true
    })
    await until(async () => (await state('k-hung')) === 'delivered', 'the delivery')
    for (let times = 0; times < 5; times += 1) await readBook(bank)
    expect(ended).toBe(false)
    await control(bank, 'reset')
    await bank.stop()
    await expect(answer).rejects.toThrow('fetch failed')
    bank = await startBank()
  })

  it('are unavailable twice for each key, then fine', async () => {
    const order = anOrder(magicAccountNumbers.unavailableTwice)
    const statuses: number[] = []
    for (let times = 0; times < 4; times += 1) {
      statuses.push((await orderPayout(bank, 'k-503', order)).status)
    }
    expect(statuses).toEqual([503, 503, 201, 200])
  })
})

describe('the sandbox bank misbehaves when it is told to', () => {
  it.each([
    ['unavailable', 503, 0],
    ['drop_before', 'dropped', 0],
    ['drop_after', 'dropped', 1],
    ['error_after', 500, 1],
    ['malformed', 200, 1],
  ] as const)('%s: answers %s, and does it %i times', async (failWith, status, movements) => {
    await control(bank, 'settings', { fail_next: 1, fail_with: failWith })
    const answer = await orderPayout(bank, 'k-fail', anOrder('1000123456')).then(
      (response) => response.status,
      () => 'dropped',
    )
    expect(answer).toBe(status)
    expect((await readBook(bank)).movements).toHaveLength(movements)
    const again = await orderPayout(bank, 'k-fail', anOrder('1000123456'))
    expect(again.status).toBe(movements === 0 ? 201 : 200)
    expect((await readBook(bank)).movements).toHaveLength(1)
  })

  it('rejects a pending payout for a field, and then delivers it no more', async () => {
    await orderPayout(bank, 'k-held', anOrder(magicAccountNumbers.pendingUntilTold))
    const field = { owner: 'transaction', name: 'account_number' }
    const rejected = await control(bank, 'reject', { transaction_id: 'tx-1', field })
    expect(rejected.body).toMatchObject({ payouts: [{ rejection: { fields: [field] } }] })
    const delivered = await control(bank, 'deliver', { transaction_id: 'tx-1' })
    expect(delivered.status).toBe(409)
  })

  it('refuses an order that the balance does not cover, when it is that strict', async () => {
    const strict = await startBank({ openingBalance: 10n, refuseWhenShort: true })
    const ordering = async (key: string, value: string, currency = 'USD') => {
      const order = anOrder('1000123456', { amount: { value, currency } })
      return (await orderPayout(strict, key, order)).body
    }
    const short = { rejection: { reason: 'insufficient_funds', fields: [] } }
    expect(await ordering('k-short', '10.01')).toMatchObject(short)
    expect(await ordering('k-all', '10')).toMatchObject({ state: 'delivered' })
    expect(await ordering('k-more', '0.01')).toMatchObject(short)
    for (const [currency, all, more] of [
      ['EUR', '10', '0.01'],
      ['JPY', '10', '1'],
      ['KWD', '10', '0.001'],
    ] as const) {
      expect(await ordering(`${currency}-all`, all, currency)).toMatchObject({ state: 'delivered' })
      expect(await ordering(`${currency}-more`, more, currency)).toMatchObject(short)
    }
    await strict.stop()
  })
})

const bad = (changes: Record<string, unknown>): RawCall => ({
  body: anOrder('1000123456', changes),
})
const good = anOrder('1000123456')
const timed = (seconds: number): RawCall => ({
  headers: { 'payout-timestamp': Math.floor(Date.now() / 1000 + seconds).toString() },
})
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${index}`, 'x']))

describe('the sandbox bank refuses by name, and books nothing', () => {
  it.each<[string, number, string, RawCall]>([
    ['no token', 401, 'unauthorized', { headers: { authorization: '' } }],
    ['another token', 401, 'unauthorized', { headers: { authorization: 'Bearer x' } }],
    ['no timestamp', 401, 'stale_timestamp', { headers: { 'payout-timestamp': '' } }],
    ['an old timestamp', 401, 'stale_timestamp', { headers: { 'payout-timestamp': '1700000000' } }],
    ['a timestamp of ten minutes ago', 401, 'stale_timestamp', timed(-600)],
    ['a timestamp of ten minutes ahead', 401, 'stale_timestamp', timed(600)],
    ['no signature', 401, 'bad_signature', { headers: { 'payout-signature': '' } }],
    ['a key that was not signed', 401, 'bad_signature', { headers: { 'idempotency-key': 'k2' } }],
    [
      'a signature that is none',
      401,
      'bad_signature',
      { headers: { 'payout-signature': 'v1=00' } },
    ],
    ['no key', 400, 'malformed_key', { key: '' }],
    ['a key with a space', 400, 'malformed_key', { key: 'a b' }],
    ['a long key', 400, 'malformed_key', { key: 'k'.repeat(129) }],
    ['a form', 415, 'unknown_media_type', { headers: { 'content-type': 'text/plain' } }],
    ['no JSON', 400, 'malformed_order', { body: '{' }],
    ['a list', 400, 'malformed_order', { body: '[]' }],
    ['no amount', 400, 'malformed_order', bad({ amount: undefined })],
    ['a number as amount', 400, 'malformed_order', bad({ amount: { value: 10, currency: 'USD' } })],
    ['zero', 400, 'malformed_order', bad({ amount: { value: '0.00', currency: 'USD' } })],
    ['a debt', 400, 'malformed_order', bad({ amount: { value: '-1', currency: 'USD' } })],
    [
      'a third decimal',
      400,
      'malformed_order',
      bad({ amount: { value: '1.001', currency: 'USD' } }),
    ],
    ['half a yen', 400, 'malformed_order', bad({ amount: { value: '1.5', currency: 'JPY' } })],
    ['an exponent', 400, 'malformed_order', bad({ amount: { value: '1e3', currency: 'USD' } })],
    ['a small currency', 400, 'malformed_order', bad({ amount: { value: '1', currency: 'usd' } })],
    ['no transaction', 400, 'malformed_order', bad({ transaction_id: '' })],
    ['no reference', 400, 'malformed_order', bad({ reference: null })],
    ['a long transaction', 400, 'malformed_order', bad({ transaction_id: 't'.repeat(129) })],
    ['a long method', 400, 'malformed_order', bad({ method: 'm'.repeat(65) })],
    ['a long reference', 400, 'malformed_order', bad({ reference: 'r'.repeat(141) })],
    ['too many fields', 400, 'malformed_order', bad({ sender: fields(101) })],
    ['a long field', 400, 'malformed_order', bad({ sender: { city: 'x'.repeat(2001) } })],
    ['a number as field', 400, 'malformed_order', bad({ receiver: { bank_account_number: 7 } })],
    ['a list of fields', 400, 'malformed_order', bad({ sender: [] })],
    ['no fields', 400, 'malformed_order', bad({ transaction_fields: null })],
    ['too much', 413, 'body_too_large', { body: ' '.repeat(300_000) }],
  ])('%s', async (...[, status, code, changes]) => {
    const raw = { method: 'POST', key: 'k', body: good, ...changes }
    const answer = await call(`${bank.url}/payouts`, raw)
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(answer.body).toMatchObject({ error: { message: expect.stringMatching(/\.$/) } })
    expect((await readBook(bank)).payouts).toEqual([])
  })

  it.each([
    ['{', 'The body is not JSON in UTF-8.'],
    ['[]', 'The body has to be a JSON object.'],
    [anOrder('1', { receiver: [] }), 'receiver has to be a JSON object.'],
    [anOrder('1', { method: '' }), 'method has to be a text of 1 to 64 characters.'],
  ])('and says what is wrong with %s', async (body, message) => {
    const answer = await call(`${bank.url}/payouts`, { method: 'POST', key: 'k', body })
    expect(answer.body).toEqual({ error: { code: 'malformed_order', message } })
  })

  it.each<[string, string, number, string]>([
    ['GET', '/nothing', 404, 'unknown_path'],
    ['DELETE', '/payouts', 405, 'unknown_method'],
    ['GET', '/payouts', 400, 'malformed_query'],
    ['GET', '/payouts?idempotency_key=', 400, 'malformed_query'],
    ['POST', '/payouts/po_none/cancel', 404, 'unknown_payout'],
  ])('%s %s', async (...[method, path, status, code]) => {
    const answer = await call(`${bank.url}${path}`, { method })
    expect(answer).toMatchObject({ status, body: { error: { code } } })
  })
})
