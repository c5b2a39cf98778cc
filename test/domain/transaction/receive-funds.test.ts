import { describe, expect, it } from 'vitest'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import { receiveFunds } from '../../../src/domain/transaction/receive-funds.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aStellarPayment, paymentFor } from '../../builders/stellar-payment.ts'
import { aTransaction, issuer } from '../../builders/transaction.ts'

const phases = Object.keys(lifecycle) as Phase[]

/** What it came to: the phase after, or the reason why not. */
function outcomeOf(
  changes: Partial<StellarPayment>,
  transaction: Parameters<typeof aTransaction>[0] = {},
): string {
  const waiting = aTransaction(transaction)
  const outcome = receiveFunds(waiting, paymentFor(waiting, changes))
  return outcome.ok ? outcome.value.phase : outcome.refusal.code
}

describe('receiving funds', () => {
  it('moves a waiting transaction to paying out and keeps which payment did it, and when by the ledger (SEP31-51, SEP31-W24)', () => {
    const transaction = aTransaction()
    const payment = paymentFor(transaction)
    expect(receiveFunds(transaction, payment)).toEqual({
      ok: true,
      value: {
        ...transaction,
        phase: 'payingOut',
        stellarPaymentId: payment.id,
        stellarTransactionHash: payment.transactionHash,
        fundsReceivedAt: payment.ledgerClosedAt,
      },
    })
  })

  it.each([
    ['payment', 'payingOut'],
    ['path_payment_strict_receive', 'payingOut'],
    ['path_payment_strict_send', 'payingOut'],
    ['create_account', 'not_a_payment'],
    ['account_merge', 'not_a_payment'],
    ['claim_claimable_balance', 'not_a_payment'],
    ['other', 'not_a_payment'],
  ] as const)('takes a %s for: %s (SEP31-45)', (kind, expected) => {
    expect(outcomeOf({ kind })).toBe(expected)
  })

  it.each(phases.map((phase) => [phase] as const))(
    'has one answer for a payment in the phase %s',
    (phase) => {
      const expected = { awaitingFunds: 'payingOut', expired: 'too_late' } as Partial<
        Record<Phase, string>
      >
      expect(outcomeOf({}, { phase })).toBe(expected[phase] ?? 'not_payable')
      const funded = { phase, stellarPaymentId: '1' }
      expect(outcomeOf({ id: '2' }, funded)).toBe('already_funded')
      expect(outcomeOf({ id: '1' }, funded)).toBe(phase)
    },
  )

  it('changes nothing when the payment that funded it is told again (SEP31-52)', () => {
    const transaction = aTransaction({ phase: 'completed', stellarPaymentId: '7' })
    const again = receiveFunds(transaction, paymentFor(transaction, { id: '7' }))
    expect(again.ok && again.value).toBe(transaction)
    const another = { ...paymentFor(transaction, { id: '7' }), epoch: 2 }
    expect(receiveFunds(transaction, another)).toMatchObject({
      refusal: { code: 'already_funded' },
    })
  })

  it.each([
    ['another issuer', { asset: `stellar:SRT:${'G'.repeat(56)}` }, 'wrong_asset'],
    ['another code', { asset: `stellar:USDC:${issuer}` }, 'wrong_asset'],
    ['lumens', { asset: 'stellar:native' }, 'wrong_asset'],
    ['one stroop less', { units: 999_999_999n }, 'wrong_amount'],
    ['one stroop more', { units: 1_000_000_001n }, 'wrong_amount'],
    ['from the account to itself', { from: aTransaction().distributionAccount }, 'not_a_payment'],
    ['no memo', { memo: { type: 'none' } }, 'no_memo'],
    ['a return memo', { memo: { type: 'return', value: 'AA==' } }, 'unknown_memo'],
    ['a muxed id and another memo', { muxedId: '1' }, 'conflicting_memo'],
  ] as const)(
    'refuses %s (SEP31-45, SEP31-46, SEP31-48, SEP31-W03, SEP31-49, AP-1.6, AP-1.7, POLARIS-8.14, POLARIS-8.28)',
    (_, changes, reason) => {
      expect(outcomeOf(changes)).toBe(reason)
    },
  )

  it('takes it from whatever account pays, also from one that nobody knows (SEP31-44)', () => {
    expect(outcomeOf({ from: `G${'A'.repeat(55)}` })).toBe('payingOut')
    expect(outcomeOf({ from: issuer })).toBe('payingOut')
  })

  it('goes by the time of the ledger: the last moment counts, the next does not', () => {
    const lapsesAt = new Date('2026-11-21T13:00:00Z')
    expect(outcomeOf({ ledgerClosedAt: lapsesAt }, { lapsesAt })).toBe('payingOut')
    const ledgerClosedAt = new Date(lapsesAt.getTime() + 1)
    expect(outcomeOf({ ledgerClosedAt }, { lapsesAt })).toBe('too_late')
  })

  it('refuses a memo that names no transaction', () => {
    const payment = aStellarPayment({ memo: { type: 'id', value: '1' } })
    expect(receiveFunds(undefined, payment)).toMatchObject({ refusal: { code: 'unknown_memo' } })
  })
})

describe('a payment with several faults', () => {
  const lapsesAt = new Date('2026-11-21T11:00:00Z')
  const odd = { asset: 'stellar:native', units: 1n }

  it.each<[string, Partial<StellarPayment>, Partial<Transaction> | undefined, string]>([
    ['no payment at all', { kind: 'other', memo: { type: 'none' } }, undefined, 'not_a_payment'],
    ['no memo, nor a transaction', { memo: { type: 'none' } }, undefined, 'no_memo'],
    ['two memos, nor a transaction', { muxedId: '1' }, undefined, 'conflicting_memo'],
    ['no memo, and is funded', { memo: { type: 'none' } }, { stellarPaymentId: '1' }, 'no_memo'],
    ['no memo, and too little', { memo: { type: 'none' }, ...odd }, {}, 'no_memo'],
    ['all is wrong, and funded', odd, { stellarPaymentId: '1', lapsesAt }, 'already_funded'],
    ['all is wrong, and expired', odd, { phase: 'expired', lapsesAt }, 'too_late'],
    ['all is wrong, and failed', odd, { phase: 'failed', lapsesAt }, 'not_payable'],
    ['asset, amount and time', odd, { lapsesAt }, 'wrong_asset'],
    ['amount and time', { units: 1n }, { lapsesAt }, 'wrong_amount'],
    ['time', {}, { lapsesAt }, 'too_late'],
  ])('is told by the first of them: %s (SEP31-49)', (...[, changes, transaction, reason]) => {
    const named = aTransaction(transaction)
    const payment = paymentFor(named, changes)
    expect(receiveFunds(transaction && named, payment)).toEqual({
      ok: false,
      refusal: { code: reason },
    })
  })
})

it('is kept with the run of the network, where that is another than the first', () => {
  const waiting = aTransaction()
  const payment = paymentFor(waiting)
  const funded = (epoch: number) => receiveFunds(waiting, { ...payment, epoch })
  expect(funded(2)).toMatchObject({ ok: true, value: { stellarEpoch: 2 } })
  expect(funded(1)).not.toHaveProperty('value.stellarEpoch')
  const again = aTransaction({ phase: 'payingOut', stellarPaymentId: '7', stellarEpoch: 2 })
  const told = (epoch?: number) =>
    receiveFunds(again, { ...paymentFor(again, { id: '7' }), ...(epoch && { epoch }) }).ok
  expect([told(2), told(1), told()]).toEqual([true, false, false])
})
