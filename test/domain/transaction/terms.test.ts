import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { readTerms } from '../../../src/domain/transaction/terms.ts'
import type { OpeningRequest } from '../../../src/domain/transaction/terms.ts'
import { readTransactionFields } from '../../../src/domain/transaction/transaction-fields.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'

const nothing = { amountInUnits: 0n, fee: { totalUnits: 0n }, amountOutUnits: 0n }
const assets = new Map([['SRT', anAsset()]])

describe('the terms of a request', () => {
  it('are sums that add up and lie within the bounds, or a refusal by name, whatever the amount (SEP31-18, SEP31-19, SEP31-62)', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.bigInt({ min: 0n, max: 10n ** 22n }).map(String),
      fc
        .tuple(fc.nat({ max: 20_000 }), fc.nat({ max: 99_999_999 }))
        .map(([whole, part]) => `${whole}.${part}`),
    )
    fc.assert(
      fc.property(texts, (amount) => {
        const terms = readTerms({ amount, assetCode: 'SRT', fields: {} }, assets)
        expect(terms.ok || terms.refusal.code.startsWith('amount_')).toBe(true)
        fc.pre(terms.ok)
        const { amountInUnits, fee, amountOutUnits } = terms.ok ? terms.value : nothing
        expect(amountInUnits - fee.totalUnits).toBe(amountOutUnits * 100_000n)
        expect(amountInUnits >= 100_000_000n && amountInUnits <= 100_000_000_000n).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('take no amount that Stellar cannot count, where there are no bounds (SEP31-W18)', () => {
    const { minUnits: _min, maxUnits: _max, ...unbounded } = anAsset()
    const any = new Map([['SRT', unbounded]])
    const codeOf = (amount: string) => {
      const terms = readTerms({ amount, assetCode: 'SRT', fields: {} }, any)
      return terms.ok ? terms.value.amountInUnits : terms.refusal.code
    }
    expect(codeOf('922337203685.4775807')).toBe(2n ** 63n - 1n)
    expect(codeOf('922337203685.4775808')).toBe('amount_out_of_bounds')
    expect(codeOf('0.0000')).toBe('amount_malformed')
  })

  it.each([
    ['5', 'amount_out_of_bounds'],
    ['50', 'accepted'],
    [`${'0'.repeat(18)}50`, 'accepted'],
    [`${'0'.repeat(19)}50`, 'amount_malformed'],
    ['50.0', 'accepted'],
    [`50.${'0'.repeat(20)}`, 'accepted'],
    [`50.${'0'.repeat(21)}`, 'amount_malformed'],
    ['50.0000001', 'accepted'],
    ['50.00000001', 'amount_too_precise'],
    ['50.', 'amount_malformed'],
    ['.5', 'amount_malformed'],
    [' 50', 'amount_malformed'],
    ['50 ', 'amount_malformed'],
    ['-50', 'amount_malformed'],
    ['5e1', 'amount_malformed'],
    ['50,0', 'amount_malformed'],
    ['', 'amount_malformed'],
  ])('take the amount %j so: %s (SEP31-19)', (amount, expected) => {
    const terms = readTerms({ amount, assetCode: 'SRT', fields: {} }, assets)
    expect(terms.ok ? 'accepted' : terms.refusal.code).toBe(expected)
  })

  it('name the asset by its code, and by its issuer where that is given', () => {
    const { issuer = '' } = anAsset()
    const named = (assetIssuer: string) =>
      readTerms({ amount: '10', assetCode: 'SRT', assetIssuer, fields: {} }, assets)
    expect(named(issuer)).toMatchObject({ ok: true })
    expect(named(issuer.toLowerCase())).toMatchObject({
      refusal: { code: 'asset_issuer_unknown', issuer },
    })
  })

  const read = (more: Partial<OpeningRequest>) =>
    readTerms({ amount: '10', assetCode: 'SRT', fields: {}, ...more }, assets)

  it('have the one asset that is paid out, named or not (SEP31-23)', () => {
    const destinationAsset = 'iso4217:USD'
    expect(read({ destinationAsset })).toMatchObject({ ok: true, value: { destinationAsset } })
    expect(read({ destinationAsset: 'iso4217:EUR' })).toMatchObject({
      refusal: { code: 'destination_asset_unknown', deliverable: destinationAsset },
    })
    expect(read({})).not.toHaveProperty('value.destinationAsset')
  })

  it.each<[Partial<OpeningRequest>, string]>([
    [{ fundingMethod: 'WIRE' }, 'WIRE'],
    [{ fundingMethod: 'SEPA', fields: { type: 'WIRE' } }, 'SEPA'],
    [{ fields: { type: 'WIRE' } }, 'WIRE'],
    [{ fields: { type: 'PIGEON' } }, 'SEPA'],
    [{}, 'SEPA'],
  ])(
    'pay out as asked in either form, else by the first method: %j (SEP31-O12)',
    (more, method) => {
      expect(read(more)).toMatchObject({ ok: true, value: { fundingMethod: method } })
    },
  )

  it.each<[Partial<OpeningRequest>, object]>([
    [{}, { ok: true }],
    [{ refundMemo: '7' }, { refusal: { code: 'refund_memo_incomplete' } }],
    [{ refundMemoType: 'id' }, { refusal: { code: 'refund_memo_incomplete' } }],
    [{ refundMemo: 'x', refundMemoType: 'id' }, { refusal: { code: 'refund_memo_malformed' } }],
    [
      { refundMemo: '7', refundMemoType: 'id' },
      { ok: true, value: { refundMemo: { type: 'id', value: '7' } } },
    ],
  ])('have a memo for refunds with its type, or neither: %j (SEP31-29)', (more, expected) => {
    expect(read(more)).toMatchObject(expected)
  })

  it('say what the first of several faults is, always the same one', () => {
    const request = { amount: 'x', assetCode: 'SRT', quoteId: 'q', refundMemo: '1', fields: {} }
    expect(readTerms(request, assets)).toMatchObject({ refusal: { code: 'quotes_not_supported' } })
  })
})

const at = new Date(0)
const nobody: Customer = {
  id: '1',
  key: { account: 'G' },
  fields: {},
  version: 1,
  createdAt: at,
  updatedAt: at,
}

describe('fields of the transaction', () => {
  const read = (
    given: Record<string, string>,
    customers: Parameters<typeof readTransactionFields>[0]['customers'] = [],
  ) => readTransactionFields({ asked: routingFields, given, fundingMethod: 'WIRE', customers })

  it('need not be sent when a customer has them under the same name (SEP31-O11)', () => {
    const fields = { account_number: { value: '42', status: 'ACCEPTED' as const } }
    const customer = { ...nobody, fields }
    expect(read({ routing_number: '1' }, [undefined, customer])).toEqual({
      ok: true,
      value: { routing_number: '1', type: 'WIRE' },
    })
  })

  it('are not found on the prototype of what was sent', () => {
    const asked = { constructor: { description: 'a name that objects inherit' } }
    expect(
      readTransactionFields({ asked, given: {}, fundingMethod: 'WIRE', customers: [nobody] }),
    ).toMatchObject({ refusal: { code: 'transaction_info_needed', missing: asked } })
  })

  it('take the method as the type only where none is given and it is one of the choices (SEP31-O12)', () => {
    const bank = { routing_number: '1', account_number: '42' }
    expect(read({ ...bank, type: 'SEPA' })).toMatchObject({ value: { ...bank, type: 'SEPA' } })
    const type = { description: 'type of deposit', choices: ['SWIFT'] }
    const wanted = { asked: { type }, given: {}, fundingMethod: 'WIRE', customers: [] }
    expect(readTransactionFields(wanted)).toMatchObject({
      refusal: { code: 'transaction_info_needed', missing: { type } },
    })
  })
})
