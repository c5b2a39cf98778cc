import { describe, expect, it } from 'vitest'
import { readFields, readObject } from '../../../src/http/sep31/read-json.ts'
import { readOpening } from '../../../src/http/sep31/read-opening.ts'
import { aRequest } from '../../builders/http-request.ts'

const opening = { amount: '100', asset_code: 'SRT' }
const textNames = [
  'asset_issuer',
  'destination_asset',
  'quote_id',
  'funding_method',
  'sender_id',
  'receiver_id',
  'refund_memo',
  'refund_memo_type',
]

/** What was read of the body, or the sentence of the refusal. */
function read(changes: object) {
  const value = { ...opening, ...changes }
  const outcome = readOpening({ value, text: JSON.stringify(value) })
  return outcome.ok ? outcome.value : outcome.refusal.reply
}

const refusal = (error: string) => ({ status: 400, body: { error } })

describe('a body of POST /transactions', () => {
  it('is read name by name (SEP31-18, SEP31-21, SEP31-22, SEP31-23, SEP31-27, SEP31-28, SEP31-29)', () => {
    const texts = {
      asset_issuer: 'GISSUER',
      destination_asset: 'iso4217:USD',
      quote_id: 'quote',
      funding_method: 'WIRE',
      sender_id: 'sender',
      receiver_id: 'receiver',
      refund_memo: 'memo',
      refund_memo_type: 'text',
    }
    expect(read({ ...texts, lang: 'es', fields: { transaction: { a: 'b' } } })).toEqual({
      amount: '100',
      assetCode: 'SRT',
      assetIssuer: 'GISSUER',
      destinationAsset: 'iso4217:USD',
      quoteId: 'quote',
      fundingMethod: 'WIRE',
      senderId: 'sender',
      receiverId: 'receiver',
      refundMemo: 'memo',
      refundMemoType: 'text',
      language: 'es',
      fields: { a: 'b' },
    })
    expect(read({ lang: 7 })).toEqual({ amount: '100', assetCode: 'SRT', fields: {} })
  })

  it.each(['', null, undefined])(
    'has %j for what was left out, as old clients send it (SEP31-W11)',
    (empty) => {
      const names = textNames
      const left = Object.fromEntries(names.map((name) => [name, empty]))
      expect(read(left)).toStrictEqual({ amount: '100', assetCode: 'SRT', fields: {} })
      expect(read({ amount: empty })).toEqual(
        refusal('amount is missing: send the amount of the Stellar asset'),
      )
      expect(read({ asset_code: empty })).toEqual(
        refusal('asset_code is missing: name an asset of /info'),
      )
      expect(readFields({ transaction: { a: empty } })).toEqual({ ok: true, value: { a: '' } })
    },
  )

  it.each([7, true, [], {}])('refuses %j in the place of a text', (odd) => {
    expect(read({ asset_code: odd })).toEqual(refusal('asset_code must be a string'))
    for (const name of textNames) {
      expect(read({ [name]: odd })).toEqual(refusal(`${name} must be a string`))
    }
    expect(read({ fields: { transaction: { a: odd } } })).toEqual(
      refusal('fields.transaction.a must be a string'),
    )
  })

  it.each(['"x"', '7', 'null', '[]'])('is an object, and not %s (SEP31-09)', async (text) => {
    const body = { kind: 'json', value: JSON.parse(text) as unknown, text } as const
    const outcome = await readObject(aRequest({ body }))
    expect(outcome).toMatchObject({
      refusal: { reply: refusal('The body must be a JSON object') },
    })
  })

  it('has texts of at most a thousand characters, and amounts of fifty', () => {
    const thousand = 'x'.repeat(1_000)
    expect(read({ asset_code: thousand })).toMatchObject({ assetCode: thousand })
    expect(read({ asset_code: `${thousand}x` })).toEqual(
      refusal('asset_code may have at most 1000 characters'),
    )
    expect(readFields({ transaction: { a: `${thousand}x` } })).toMatchObject({
      refusal: { reply: refusal('fields.transaction.a may have at most 1000 characters') },
    })
    expect(read({ amount: '1'.repeat(50) })).toMatchObject({ amount: '1'.repeat(50) })
    expect(read({ amount: '1'.repeat(51) })).toEqual(
      refusal('amount may have at most 50 characters'),
    )
  })

  it('is told of the first thing that is wrong: the amount, the asset, the texts, the fields', () => {
    const long = 'x'.repeat(1_001)
    const wrong = [
      ['amount', true, 'amount must be a number'],
      ['asset_code', long, 'asset_code may have at most 1000 characters'],
      ...textNames.map((name) => [name, long, `${name} may have at most 1000 characters`] as const),
      ['fields', [], 'fields must be an object'],
    ] as const
    const told = wrong.map((_, place) => {
      const left = wrong.slice(place)
      return read(Object.fromEntries(left.map(([name, value]) => [name, value])))
    })
    expect(told).toEqual(wrong.map(([, , error]) => refusal(error)))
  })

  it('has fields that are texts, each of them', () => {
    const fields = (transaction: unknown) => ({ fields: { transaction } })
    expect(read(fields({ a: '1', b: '2', c: '' }))).toMatchObject({
      fields: { a: '1', b: '2', c: '' },
    })
    expect(read(fields({ a: '1', 'b<': 2, c: 3 }))).toEqual(
      refusal('fields.transaction.b? must be a string'),
    )
    expect(read(fields('x'))).toEqual(refusal('fields.transaction must be an object'))
  })

  it.each([true, {}, [], ['1']])('has an amount that is a number or its text, not %j', (amount) => {
    expect(read({ amount })).toEqual(refusal('amount must be a number'))
  })
})
