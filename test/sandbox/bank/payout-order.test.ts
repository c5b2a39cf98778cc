import { describe, expect, it } from 'vitest'
import { decimalsOf, readOrder, writeUnits } from '../../../src/sandbox/bank/payout-order.ts'

/** What the bank understands of an order, and in which words it refuses one. */

const good = {
  transaction_id: 'tx-1',
  amount: { value: '10.50', currency: 'USD' },
  method: 'WIRE',
  receiver: { bank_account_number: '1000123456', first_name: 'Rita' },
  sender: { first_name: 'Simon' },
  transaction_fields: { iban: 'DE04' },
  reference: 'Invoice 7',
}
const read = (changes: Record<string, unknown> = {}) =>
  readOrder(Buffer.from(JSON.stringify({ ...good, ...changes })))
const fieldsOf = (count: number, length = 1) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`f_${index}`, 'x'.repeat(length)]),
  )
const priced = (value: unknown, currency: unknown = 'USD') => read({ amount: { value, currency } })

describe('an order', () => {
  it('is read whole', () => {
    expect(read()).toEqual({
      ok: true,
      order: {
        transactionId: 'tx-1',
        currency: 'USD',
        units: 1050n,
        method: 'WIRE',
        reference: 'Invoice 7',
        fields: {
          receiver: { bank_account_number: '1000123456', first_name: 'Rita' },
          sender: { first_name: 'Simon' },
          transaction: { iban: 'DE04' },
        },
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
  })

  it('has one digest, in whatever order its fields come', () => {
    const { first_name, bank_account_number } = good.receiver
    expect(read({ receiver: { first_name, bank_account_number } })).toEqual(read())
  })

  it('has another digest when the same words are in other places', () => {
    const [one, other] = [{ first_name: 'Rita' }, { last_name: 'Roe' }]
    const nowhere = { receiver: {}, sender: {}, transaction_fields: {} }
    const orders: readonly Record<string, unknown>[] = [
      { ...nowhere, receiver: { ...one, ...other } },
      { ...nowhere, sender: { ...one, ...other } },
      { ...nowhere, transaction_fields: { ...one, ...other } },
      { ...nowhere, receiver: one, sender: other },
      { ...nowhere, receiver: one, transaction_fields: other },
      { ...nowhere, sender: one, transaction_fields: other },
      { ...nowhere, receiver: other, sender: one },
      { ...nowhere, receiver: { first_name: 'Rita,last_name,Roe' } },
      { ...nowhere, receiver: { 'first_name,Rita,last_name': 'Roe' } },
      { ...nowhere, receiver: { first_name: 'Roe', last_name: 'Rita' } },
      { method: 'WIRE,Invoice 7', reference: 'a' },
      { method: 'WIRE', reference: 'Invoice 7,a' },
    ]
    const digests = orders.map((order) => {
      const reading = read(order)
      return reading.ok ? reading.order.digest : reading.fault
    })
    expect(new Set(digests).size).toBe(orders.length)
  })

  it('keeps its digest from one version of the bank to the next', () => {
    const digest = '7d5911137e2309ecba86936ae1da3070c7363a458cf6613264134f546ab46ecb'
    expect(read()).toMatchObject({ order: { digest } })
  })

  it.each<[Record<string, unknown>]>([
    [{ transaction_id: 't'.repeat(128) }],
    [{ transaction_id: 't' }],
    [{ method: 'm'.repeat(64) }],
    [{ reference: 'r'.repeat(140) }],
    [{ sender: fieldsOf(100) }],
    [{ sender: fieldsOf(1, 2000) }],
    [{ sender: { first_name: '' } }],
    [{ receiver: {}, sender: {}, transaction_fields: {} }],
    [{ unknown: 'member' }],
  ])('may be as long as this: %.60j', (changes) => {
    expect(read(changes)).toMatchObject({ ok: true })
  })

  it.each([
    ['10.5', 'USD', 1050n],
    ['10', 'USD', 1000n],
    ['0.01', 'USD', 1n],
    ['007.10', 'USD', 710n],
    ['1.500000000000000000', 'USD', 150n],
    ['999999999999999.99', 'USD', 99_999_999_999_999_999n],
    ['70', 'JPY', 70n],
    ['70.00', 'JPY', 70n],
    ['1.234', 'KWD', 1234n],
    ['1.2', 'KWD', 1200n],
  ])('of %s %s has %s units', (value, currency, units) => {
    expect(priced(value, currency)).toMatchObject({ ok: true, order: { units, currency } })
  })
})

const decimal = 'amount.value has to be a decimal number in a string, such as "10.50".'
const code = 'amount.currency has to be an ISO 4217 code such as "USD".'
const text = (name: string, most: number) => `${name} has to be a text of 1 to ${most} characters.`

describe('an order is refused with the sentence that tells what to mend', () => {
  it.each(['null', '[]', '"text"', '7', 'true'])('a body that is %s', (body) => {
    const fault = 'The body has to be a JSON object.'
    expect(readOrder(Buffer.from(body))).toEqual({ ok: false, fault })
  })

  it.each([
    ['cut off', Buffer.from('{"amount":')],
    ['empty', Buffer.alloc(0)],
    ['in Latin-1', Buffer.from(JSON.stringify({ ...good, reference: 'Café' }), 'latin1')],
  ])('a body that is %s', (_, body) => {
    expect(readOrder(body)).toEqual({ ok: false, fault: 'The body is not JSON in UTF-8.' })
  })

  it.each(
    ['amount', 'receiver', 'sender', 'transaction_fields'].flatMap((name) =>
      [null, undefined, [], 'text', 7].map((value) => [name, value] as const),
    ),
  )('%s that is %j', (name, value) => {
    const fault = `${name} has to be a JSON object.`
    expect(read({ [name]: value })).toEqual({ ok: false, fault })
  })

  it.each([
    ['transaction_id', 128],
    ['method', 64],
    ['reference', 140],
  ])('%s that is no text, or none of 1 to %i characters', (name, most) => {
    for (const value of [undefined, null, 7, ['x'], '', 'x'.repeat(most + 1)]) {
      expect(read({ [name]: value })).toEqual({ ok: false, fault: text(name, most) })
    }
  })

  it.each<[unknown, unknown, string]>([
    ['10.50', 'usd', code],
    ['10.50', 'US', code],
    ['10.50', 'USDC', code],
    ['10.50', null, code],
    ['10.50', ['USD'], code],
    [10.5, 'USD', decimal],
    [undefined, 'USD', decimal],
    [['10.50'], 'USD', decimal],
    ['', 'USD', decimal],
    ['-1', 'USD', decimal],
    ['+1', 'USD', decimal],
    ['1e3', 'USD', decimal],
    ['1.', 'USD', decimal],
    ['.5', 'USD', decimal],
    ['1,50', 'USD', decimal],
    ['1'.repeat(16), 'USD', decimal],
    [`1.${'0'.repeat(19)}`, 'USD', decimal],
    ['1.001', 'USD', 'amount.value has more than the 2 decimals of USD.'],
    ['1.5', 'JPY', 'amount.value has more than the 0 decimals of JPY.'],
    ['0.0001', 'KWD', 'amount.value has more than the 3 decimals of KWD.'],
    ['0', 'USD', 'amount.value has to be above zero.'],
    ['0.00', 'USD', 'amount.value has to be above zero.'],
  ])('%j of %j', (value, currency, fault) => {
    expect(priced(value, currency)).toEqual({ ok: false, fault })
  })

  it.each<[Record<string, unknown>, string]>([
    [{ receiver: fieldsOf(101) }, 'receiver has more than 100 fields.'],
    [{ transaction_fields: fieldsOf(101) }, 'transaction_fields has more than 100 fields.'],
    [
      { sender: { a: 'x', ...fieldsOf(1, 2001) } },
      'sender.f_0 has to be a text of at most 2000 characters.',
    ],
    [
      { transaction_fields: { iban: 7 } },
      'transaction_fields.iban has to be a text of at most 2000 characters.',
    ],
    [
      { receiver: { iban: ['x'], a: 'y' } },
      'receiver.iban has to be a text of at most 2000 characters.',
    ],
    [
      { sender: { a: 'x', b: null, c: 7, d: 'y' } },
      'sender.b has to be a text of at most 2000 characters.',
    ],
  ])('%.60j', (changes, fault) => {
    expect(read(changes)).toEqual({ ok: false, fault })
  })

  it('the first thing that is wrong, when much is', () => {
    const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ amount: [] }, 'amount has to be a JSON object.'],
      [{ amount: { value: '0', currency: 'usd' } }, code],
      [{ transaction_id: '' }, text('transaction_id', 128)],
      [{ amount: { value: '0', currency: 'USD' } }, 'amount.value has to be above zero.'],
      [{ method: '' }, text('method', 64)],
      [{ reference: '' }, text('reference', 140)],
      [{ receiver: [] }, 'receiver has to be a JSON object.'],
      [{ sender: [] }, 'sender has to be a JSON object.'],
      [{ transaction_fields: [] }, 'transaction_fields has to be a JSON object.'],
    ]
    const faults = wrong.map((_, first) => {
      const changes = wrong.slice(first).map(([change]) => change)
      const reading = read(Object.assign({}, ...changes.toReversed()))
      return reading.ok ? undefined : reading.fault
    })
    expect(faults).toEqual(wrong.map(([, fault]) => fault))
  })
})

describe('units on the wire', () => {
  it.each([
    [0n, 'USD', '0.00'],
    [1n, 'USD', '0.01'],
    [99n, 'USD', '0.99'],
    [100n, 'USD', '1.00'],
    [123_456n, 'USD', '1234.56'],
    [-1n, 'USD', '-0.01'],
    [-1050n, 'USD', '-10.50'],
    [0n, 'JPY', '0'],
    [70n, 'JPY', '70'],
    [-70n, 'JPY', '-70'],
    [5n, 'KWD', '0.005'],
    [12_345n, 'KWD', '12.345'],
  ])('%s of %s are %s', (units, currency, words) => {
    expect(writeUnits(units, currency)).toBe(words)
  })

  it('have the decimals that ISO 4217 gives to their currency', () => {
    expect(['USD', 'EUR', 'JPY', 'KRW', 'KWD', 'TND'].map(decimalsOf)).toEqual([2, 2, 0, 0, 3, 3])
  })
})
