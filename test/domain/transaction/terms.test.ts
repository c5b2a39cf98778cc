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

  it.each([undefined, 2n ** 63n - 1n])(
    'take no amount that Stellar cannot count, where the greatest one is %s (SEP31-W18)',
    (maxUnits) => {
      const { minUnits: _min, maxUnits: _max, ...unbounded } = anAsset()
      const any = new Map([['SRT', { ...unbounded, ...(maxUnits && { maxUnits }) }]])
      const answerTo = (amount: string) => {
        const terms = readTerms({ amount, assetCode: 'SRT', fields: {} }, any)
        return terms.ok ? terms.value.amountInUnits : terms.refusal
      }
      expect(answerTo('922337203685.4775807')).toBe(2n ** 63n - 1n)
      const tooMuch = { code: 'amount_out_of_bounds', maxUnits: 2n ** 63n - 1n }
      expect(answerTo('922337203685.4775808')).toEqual(tooMuch)
      expect(answerTo('950000000000')).toEqual(tooMuch)
      expect(answerTo('0.0000')).toEqual({ code: 'amount_malformed' })
    },
  )

  it.each([
    ['5', 'amount_out_of_bounds'],
    ['50', 'accepted'],
    ['9.9999999', 'amount_out_of_bounds'],
    ['10', 'accepted'],
    ['10000', 'accepted'],
    ['10000.0000001', 'amount_out_of_bounds'],
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

  it('say what the first of several faults is, until the last one is mended (SEP31-18 to 29)', () => {
    const asset = anAsset({ code: 'USDC', minUnits: 1n })
    const known = new Map([['SRT', anAsset()]]).set('USDC', asset)
    const { issuer = '' } = asset
    const maxUnits = 100_000_000_000n
    const given = new Map([
      ['amount', 'x'],
      ['assetIssuer', 'G'],
      ['quoteId', 'q'],
      ['destinationAsset', 'iso4217:EUR'],
      ['fundingMethod', 'PIGEON'],
      ['refundMemo', '-1'],
    ])
    const readNow = () => {
      const request = { amount: '', assetCode: 'EUR', ...Object.fromEntries(given) }
      return readTerms({ ...request, fields: { type: 'WIRE' } }, known)
    }
    const faults: readonly [refusal: object, name: string, mended?: string][] = [
      [{ code: 'asset_unknown', known: ['SRT', 'USDC'] }, 'assetCode', 'USDC'],
      [{ code: 'asset_issuer_unknown', issuer }, 'assetIssuer', issuer],
      [{ code: 'quotes_not_supported' }, 'quoteId'],
      [
        { code: 'destination_asset_unknown', deliverable: 'iso4217:USD' },
        'destinationAsset',
        'iso4217:USD',
      ],
      [{ code: 'amount_malformed' }, 'amount', '0.00000001'],
      [{ code: 'amount_too_precise' }, 'amount', '0'],
      [{ code: 'amount_malformed' }, 'amount', '20000'],
      [{ code: 'amount_out_of_bounds', minUnits: 1n, maxUnits }, 'amount', '1'],
      [{ code: 'amount_below_fee', feeUnits: 10_001_000n }, 'amount', '100'],
      [{ code: 'funding_method_unknown', methods: ['SEPA', 'WIRE'] }, 'fundingMethod', 'SEPA'],
      [{ code: 'refund_memo_incomplete' }, 'refundMemoType', 'id'],
      [{ code: 'refund_memo_malformed' }, 'refundMemo', '1'],
    ]
    for (const [refusal, name, mended] of faults) {
      expect(readNow()).toEqual({ ok: false, refusal })
      given.delete(name)
      if (mended !== undefined) given.set(name, mended)
    }
    expect(readNow()).toMatchObject({ ok: true, value: { asset, fundingMethod: 'SEPA' } })
  })

  it('have no method where the asset has none (SEP31-22)', () => {
    const none = new Map([['SRT', anAsset({ fundingMethods: [] })]])
    const refusal = { code: 'funding_method_unknown', methods: [] }
    for (const more of [{}, { fundingMethod: 'WIRE' }]) {
      const request = { amount: '10', assetCode: 'SRT', fields: { type: 'WIRE' }, ...more }
      expect(readTerms(request, none)).toEqual({ ok: false, refusal })
    }
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
    const outcome = { ok: true, value: { routing_number: '1', type: 'WIRE' } }
    expect(read({ routing_number: '1' }, [customer, nobody])).toEqual(outcome)
    expect(read({ routing_number: '1', account_number: '43' }, [customer])).toMatchObject({
      value: { account_number: '43' },
    })
  })

  it('need not be sent under a synonym of what a customer has (SEP31-O11, SEP09-06)', () => {
    const asked = { family_name: { description: 'family' }, given_name: { description: 'given' } }
    const fields = { last_name: { value: 'Doe', status: 'ACCEPTED' as const } }
    const facts = { asked, given: {}, fundingMethod: 'WIRE', customers: [{ ...nobody, fields }] }
    expect(readTransactionFields(facts)).toEqual({
      ok: false,
      refusal: {
        code: 'transaction_info_needed',
        missing: { given_name: { description: 'given' } },
      },
    })
  })

  it('that are missing are told all at once, and a value that is not offered before them (SEP31-O08, SEP31-O09)', () => {
    const asked = {
      bank: { description: 'bank', choices: ['A', 'B'] },
      routing_number: { description: 'routing' },
      note: { description: 'note', optional: true },
      account_number: { description: 'account' },
      way: { description: 'way', choices: ['C'], optional: true },
    }
    const refused = (given: Record<string, string>) => {
      const facts = { asked, given, fundingMethod: 'WIRE', customers: [] }
      const outcome = readTransactionFields(facts)
      return outcome.ok ? outcome.value : outcome.refusal
    }
    const { bank, routing_number, account_number } = asked
    const code = 'transaction_info_needed'
    const missing = { bank, routing_number, account_number }
    expect(refused({ bank: '', note: '' })).toEqual({ code, missing })
    expect(refused({ routing_number: '1' })).toEqual({ code, missing: { bank, account_number } })
    expect(refused({ way: 'D' })).toEqual({
      code: 'field_not_among_choices',
      field: 'way',
      choices: ['C'],
    })
    expect(refused({ way: 'D', bank: 'E' })).toMatchObject({ field: 'bank', choices: ['A', 'B'] })
    const all = { account_number: '2', routing_number: '1', bank: 'B', note: 'n', colour: 'red' }
    const { colour: _, ...kept } = all
    expect(refused(all)).toEqual(kept)
  })

  it('take the method for a type that is sent empty, too (SEP31-O12)', () => {
    const bank = { routing_number: '1', account_number: '42' }
    expect(read({ ...bank, type: '' })).toEqual({ ok: true, value: { ...bank, type: 'WIRE' } })
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
