import { describe, expect, it } from 'vitest'
import type {
  StellarPayment,
  UnmatchedReason,
} from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { correctFields } from '../../../src/domain/transaction/correct.ts'
import { receiveFunds } from '../../../src/domain/transaction/receive-funds.ts'
import { readTerms } from '../../../src/domain/transaction/terms.ts'
import type { OpeningRequest } from '../../../src/domain/transaction/terms.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { aTransaction, issuer } from '../../builders/transaction.ts'

/** What has two faults is refused for the one that is looked for first. */

describe('a payment with two faults', () => {
  const lapsesAt = new Date('2026-11-21T11:59:59Z') // a second before the ledger was closed
  const another = { asset: `stellar:USDC:${issuer}` } as const
  const less = { units: 1n }

  it.each<[UnmatchedReason, Partial<StellarPayment>, Partial<Transaction> | undefined]>([
    ['not_a_payment', { kind: 'other', memo: { type: 'none' } }, {}],
    ['not_a_payment', { kind: 'other', muxedId: '1' }, {}],
    ['not_a_payment', { kind: 'other' }, undefined],
    ['not_a_payment', { kind: 'other', id: '7' }, { phase: 'completed', stellarPaymentId: '7' }],
    ['no_memo', { memo: { type: 'none' } }, undefined],
    ['no_memo', { memo: { type: 'none' } }, { stellarPaymentId: '7' }],
    ['conflicting_memo', { muxedId: '1', memo: { type: 'return', value: 'AA==' } }, {}],
    ['conflicting_memo', { muxedId: '1', memo: { type: 'text', value: '1' } }, undefined],
    ['unknown_memo', { memo: { type: 'return', value: 'AA==' } }, { stellarPaymentId: '7' }],
    ['already_funded', another, { stellarPaymentId: '7' }],
    ['already_funded', less, { stellarPaymentId: '7', phase: 'completed' }],
    ['already_funded', {}, { stellarPaymentId: '7', phase: 'expired' }],
    ['already_funded', {}, { stellarPaymentId: '7', lapsesAt }],
    ['too_late', another, { phase: 'expired' }],
    ['too_late', less, { phase: 'expired' }],
    ['not_payable', another, { phase: 'screening' }],
    ['not_payable', {}, { phase: 'screening', lapsesAt }],
    ['wrong_asset', { ...another, ...less }, {}],
    ['wrong_asset', another, { lapsesAt }],
    ['wrong_amount', less, { lapsesAt }],
  ])('is unmatched as %s (SEP31-45 to 52)', (code, changes, of) => {
    const waiting = aTransaction(of)
    const payment = paymentFor(waiting, changes)
    expect(receiveFunds(of === undefined ? undefined : waiting, payment)).toEqual({
      ok: false,
      refusal: { code },
    })
  })

  it('is no fault at all of the one that funded the transaction (SEP31-52)', () => {
    const funded = aTransaction({ phase: 'completed', stellarPaymentId: '7', lapsesAt })
    const again = paymentFor(funded, { id: '7', ...another, ...less })
    expect(receiveFunds(funded, again)).toEqual({ ok: true, value: funded })
  })
})

describe('terms with two faults', () => {
  const fee = { fixedUnits: 200_000_000n, percentE7: 0n }
  const assets = new Map([
    ['SRT', anAsset()],
    ['DEAR', anAsset({ code: 'DEAR', fee })],
  ])
  const { minUnits, maxUnits, payoutAsset } = anAsset()
  const outOfBounds = { code: 'amount_out_of_bounds', minUnits, maxUnits }
  const malformed = { code: 'amount_malformed' }
  const tooPrecise = { code: 'amount_too_precise' }

  it.each<[string, Partial<OpeningRequest>, object]>([
    [
      'asset, issuer',
      { assetCode: 'NONE', assetIssuer: 'G' },
      { code: 'asset_unknown', known: ['SRT', 'DEAR'] },
    ],
    ['issuer, quote', { assetIssuer: 'G', quoteId: 'q' }, { code: 'asset_issuer_unknown', issuer }],
    [
      'quote, destination asset',
      { quoteId: 'q', destinationAsset: 'iso4217:EUR' },
      { code: 'quotes_not_supported' },
    ],
    [
      'destination asset, amount',
      { destinationAsset: 'iso4217:EUR', amount: 'x' },
      { code: 'destination_asset_unknown', deliverable: payoutAsset.name },
    ],
    ['form, decimals', { amount: '1.00000001x' }, malformed],
    ['decimals, nothing', { amount: '0.00000001' }, tooPrecise],
    ['decimals, bounds', { amount: '5.00000001' }, tooPrecise],
    ['nothing, bounds', { amount: '0' }, malformed],
    ['bounds, fee', { assetCode: 'DEAR', amount: '9' }, outOfBounds],
    ['bounds, method', { amount: '10001', fundingMethod: 'PIGEON' }, outOfBounds],
    [
      'fee, method',
      { assetCode: 'DEAR', amount: '19', fundingMethod: 'PIGEON' },
      { code: 'amount_below_fee', feeUnits: fee.fixedUnits },
    ],
    [
      'method, refund memo',
      { fundingMethod: 'PIGEON', refundMemo: '1' },
      { code: 'funding_method_unknown', methods: ['SEPA', 'WIRE'] },
    ],
  ])('are refused for the first of %s (SEP31-27, SEP31-62)', (_, changes, refusal) => {
    const request = { amount: '100', assetCode: 'SRT', fields: {}, ...changes }
    expect(readTerms(request, assets)).toEqual({ ok: false, refusal })
  })
})

describe('a correction with two faults', () => {
  const waiting = (phase: Transaction['phase']) =>
    aTransaction({ phase, wantedFields: { account_number: 'Unknown', routing_number: 'Unknown' } })

  it('is refused for the phase, before its fields are looked at (SEP31-O13)', () => {
    const given = { type: 'PIGEON', colour: 'blue' }
    expect(correctFields(waiting('payingOut'), given, routingFields)).toEqual({
      ok: false,
      refusal: { code: 'update_not_wanted' },
    })
  })

  it('is refused for a field that is not wanted, before its value is looked at (SEP31-O14)', () => {
    const given = { account_number: '1', type: 'PIGEON' }
    const waits = waiting('awaitingPayoutTransactionInfo')
    expect(correctFields(waits, given, routingFields)).toEqual({
      ok: false,
      refusal: {
        code: 'field_not_wanted',
        field: 'type',
        wanted: ['account_number', 'routing_number'],
      },
    })
  })
})
