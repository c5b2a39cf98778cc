import { describe, expect, it } from 'vitest'
import { defaultPatience, later } from '../../../src/domain/payout/back-off.ts'
import type { Payout, PayoutAttempt } from '../../../src/domain/payout/payout.ts'
import type { RailReply, RefusedField } from '../../../src/domain/payout/payout-reply.ts'
import { recordReply } from '../../../src/domain/payout/record-reply.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'

const now = new Date('2026-11-21T12:00:00Z')
const before = new Date(now.getTime() - 3_600_000)
const terms = { now, patience: defaultPatience }

/** A payout that was given up once, and its attempt; all that can be told of them is told. */
function known(
  state: 'claimed' | 'pending' | 'delivered',
  phase: Phase,
  more: Partial<Transaction> = {},
) {
  const transaction = aTransaction({ phase, stellarPaymentId: '1', ...more })
  const kept = { transactionId: transaction.id, failures: 3, dueAt: before, updatedAt: before }
  const payout: Payout = { ...kept, state, attemptNumber: 2, deadReason: 'unavailable' }
  const attempt: PayoutAttempt = {
    transactionId: transaction.id,
    number: 2,
    idempotencyKey: 'key-2',
    state,
    reason: 'outcome_unknown',
    startedAt: before,
    customerVersions: { r: 1 },
  }
  return { transaction, payout, attempt }
}

const without = <Whole extends object>(whole: Whole, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)))

const field = (owner: RefusedField['owner'], name: string): RefusedField => ({
  owner,
  name,
  message: `The ${name} is wrong.`,
})
const rejected = (...fields: readonly RefusedField[]): RailReply => ({
  state: 'rejected',
  reason: 'invalid_field',
  message: 'no',
  fields,
})

describe('all that is kept of the word of a rail', () => {
  it('that it has the order: it is asked a second later, from the first try on', () => {
    const { transaction, payout, attempt } = known('claimed', 'payingOut')
    const reply = { state: 'pending', payoutId: 'p' } as const
    const recorded = recordReply({ transaction, payout, attempt }, reply, terms)
    expect(recorded).toEqual({
      payout: {
        ...without(payout, 'deadReason'),
        state: 'pending',
        failures: 0,
        dueAt: later(now, 1_000),
        updatedAt: now,
      },
      attempt: { ...without(attempt, 'reason'), state: 'pending', railPayoutId: 'p' },
      change: {
        after: { ...transaction, phase: 'settling', externalTransactionId: 'p' },
        type: 'payoutAccepted',
      },
    })
  })

  it('that it still has the order: it is asked later and later', () => {
    const { transaction, payout, attempt } = known('pending', 'settling')
    const reply = { state: 'pending', payoutId: 'another' } as const
    const recorded = recordReply({ transaction, payout, attempt }, reply, terms)
    expect(recorded).toEqual({
      payout: {
        ...without(payout, 'deadReason'),
        failures: 4,
        dueAt: later(now, 8_000),
        updatedAt: now,
      },
      attempt: without(attempt, 'reason'),
    })
  })

  it.each(['claimed', 'pending'] as const)('that it delivered one that was %s', (state) => {
    const phase = state === 'pending' ? 'settling' : 'payingOut'
    const { transaction, payout, attempt } = known(state, phase)
    const reply = { state: 'delivered', payoutId: 'p' } as const
    const recorded = recordReply({ transaction, payout, attempt }, reply, terms)
    expect(recorded).toEqual({
      payout: {
        ...without(payout, 'deadReason'),
        state: 'delivered',
        failures: 0,
        dueAt: now,
        updatedAt: now,
      },
      attempt: {
        ...without(attempt, 'reason'),
        state: 'delivered',
        railPayoutId: 'p',
        endedAt: now,
        askAgainAt: later(now, 3_600_000),
      },
      change: {
        after: { ...transaction, phase: 'completed', externalTransactionId: 'p' },
        type: 'payoutDelivered',
      },
    })
  })

  it('that it refuses fields of the transaction, each with its reason (SEP31-56)', () => {
    const { transaction, payout, attempt } = known('pending', 'settling', { receiverId: 'r' })
    const fields = [field('sender', 'x'), field('transaction', 'iban'), field('transaction', 'bic')]
    const recorded = recordReply({ transaction, payout, attempt }, rejected(...fields), terms)
    expect(recorded).toEqual({
      payout: {
        ...without(payout, 'deadReason'),
        state: 'waiting',
        failures: 0,
        dueAt: now,
        updatedAt: now,
      },
      attempt: { ...attempt, state: 'rejected', reason: 'invalid_field', endedAt: now },
      change: {
        after: {
          ...transaction,
          phase: 'awaitingPayoutTransactionInfo',
          wantedFields: { iban: 'The iban is wrong.', bic: 'The bic is wrong.' },
          requiredInfoMessage: 'The iban is wrong. The bic is wrong.',
        },
        type: 'transactionInfoWanted',
        note: 'rejected: invalid_field',
      },
    })
  })

  it('that it refuses fields of customers: those that somebody can correct (SEP31-57)', () => {
    const { transaction, payout, attempt } = known('claimed', 'payingOut', { senderId: 's' })
    const fields = [field('receiver', 'iban'), field('sender', 'tax_id'), field('sender', 'city')]
    const recorded = recordReply({ transaction, payout, attempt }, rejected(...fields), terms)
    expect(recorded?.change).toEqual({
      after: {
        ...transaction,
        phase: 'awaitingPayoutCustomerInfo',
        wantedCustomerFields: fields.slice(1),
        requiredInfoMessage: 'The tax_id is wrong. The city is wrong.',
      },
      type: 'customerInfoWanted',
      note: 'rejected: invalid_field',
    })
  })

  it('that it says the same of several fields, or of one field of both customers, field by field', () => {
    const given = known('claimed', 'payingOut', { senderId: 's', receiverId: 'r' })
    const after = (...fields: readonly RefusedField[]) =>
      recordReply(given, rejected(...fields), terms)?.change?.after
    const message = 'Wrong.'
    const ofCustomers = (['sender', 'receiver', 'sender'] as const).map((owner, place) => ({
      owner,
      name: place === 2 ? 'city' : 'tax_id',
      message,
    }))
    expect(after(...ofCustomers)).toMatchObject({
      wantedCustomerFields: ofCustomers,
      requiredInfoMessage: 'Wrong. Wrong. Wrong.',
    })
    const owner = 'transaction'
    expect(after({ owner, name: 'iban', message }, { owner, name: 'bic', message })).toMatchObject({
      wantedFields: { iban: 'Wrong.', bic: 'Wrong.' },
      requiredInfoMessage: 'Wrong. Wrong.',
    })
  })

  it.each([
    ['payingOut', 'claimed', 'payoutFailed'],
    ['settling', 'pending', 'payoutReturned'],
  ] as const)('that it refuses for good in %s', (phase, state, type) => {
    const { transaction, payout, attempt } = known(state, phase)
    const recorded = recordReply({ transaction, payout, attempt }, rejected(), terms)
    const deadReason = 'rejected: invalid_field'
    expect(recorded).toEqual({
      payout: { ...payout, state: 'dead', deadReason, dueAt: now, updatedAt: now },
      attempt: { ...attempt, state: 'rejected', reason: 'invalid_field', endedAt: now },
      change: { after: { ...transaction, phase: 'payingOut' }, type, note: deadReason },
    })
  })

  it('that it refuses what a customer has corrected since: the payout is due at once (SEP31-58)', () => {
    const { transaction, payout, attempt } = known('claimed', 'payingOut', { receiverId: 'r' })
    const outdated = { transaction, payout, attempt, isOutdated: true }
    expect(recordReply(outdated, rejected(field('receiver', 'iban')), terms)).toEqual({
      payout: {
        ...without(payout, 'deadReason'),
        state: 'due',
        failures: 0,
        dueAt: now,
        updatedAt: now,
      },
      attempt: { ...attempt, state: 'rejected', reason: 'invalid_field', endedAt: now },
      change: { after: transaction, type: 'payoutFailed', note: 'rejected: invalid_field' },
    })
  })

  it('of what is outdated is due again only where it waits for a customer (SEP31-59)', () => {
    const stateOf = (phase: Phase, ...fields: readonly RefusedField[]) => {
      const outdated = { ...known('claimed', phase, { receiverId: 'r' }), isOutdated: true }
      return recordReply(outdated, rejected(...fields), terms)?.payout.state
    }
    expect(stateOf('payingOut')).toBe('dead')
    expect(stateOf('payingOut', field('sender', 'city'))).toBe('dead')
    expect(stateOf('completed', field('receiver', 'iban'))).toBe('dead')
    expect(stateOf('payingOut', field('receiver', 'iban'))).toBe('due')
  })

  it('that it came back, with the reason, in the place of what was said before', () => {
    const { transaction, payout, attempt } = known('delivered', 'completed')
    const asked = { ...attempt, askAgainAt: now }
    const reply = { state: 'returned', payoutId: 'p', reason: 'account_closed' } as const
    const deadReason = 'returned: account_closed'
    expect(recordReply({ transaction, payout, attempt: asked }, reply, terms)).toEqual({
      payout: { ...payout, state: 'dead', deadReason, dueAt: now, updatedAt: now },
      attempt: {
        ...attempt,
        state: 'returned',
        railPayoutId: 'p',
        reason: 'account_closed',
        endedAt: now,
      },
      change: { after: transaction, type: 'payoutFailed', note: deadReason },
    })
  })
})
