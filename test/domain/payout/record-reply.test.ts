import { describe, expect, it } from 'vitest'
import { defaultPatience } from '../../../src/domain/payout/back-off.ts'
import { newPayout } from '../../../src/domain/payout/decisions.ts'
import type { AttemptState, PayoutState } from '../../../src/domain/payout/payout.ts'
import type { RailReply, RefusedField } from '../../../src/domain/payout/payout-reply.ts'
import { recordReply } from '../../../src/domain/payout/record-reply.ts'
import type { KnownAttempt } from '../../../src/domain/payout/record-reply.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'

const now = new Date('2026-11-21T12:00:00Z')
const terms = { now, patience: defaultPatience }

const rejected = (...fields: readonly RefusedField[]): RailReply => ({
  state: 'rejected',
  payoutId: 'p',
  reason: 'invalid_field',
  message: 'no',
  fields,
})
const field = (owner: RefusedField['owner'], name = 'iban'): RefusedField => ({
  owner,
  name,
  message: `Mend the ${name} of the ${owner}`,
})

const replies = {
  delivered: { state: 'delivered', payoutId: 'p' },
  pending: { state: 'pending', payoutId: 'p' },
  'rejected for good': rejected(),
  'field rejected': rejected(field('transaction')),
  returned: { state: 'returned', payoutId: 'p', reason: 'account_closed' },
} as const satisfies Record<string, RailReply>

function known(
  attempt: AttemptState,
  phase: Phase,
  changes: Partial<Transaction> = {},
): KnownAttempt {
  const transaction = aTransaction({ phase, stellarPaymentId: '1', ...changes })
  const { id } = transaction
  const states: Partial<Record<AttemptState, PayoutState>> = {
    claimed: 'claimed',
    pending: 'pending',
    delivered: 'delivered',
  }
  return {
    transaction,
    payout: { ...newPayout(id, now), state: states[attempt] ?? 'dead', attemptNumber: 1 },
    attempt: {
      transactionId: id,
      number: 1,
      idempotencyKey: `${id}-1`,
      state: attempt,
      startedAt: now,
    },
  }
}

describe('the word of a rail', () => {
  const table: Record<keyof typeof replies, Record<AttemptState, string>> = {
    delivered: {
      claimed: 'delivered completed',
      pending: 'delivered completed',
      delivered: '-',
      rejected: '-',
      returned: '-',
      not_done: '-',
    },
    pending: {
      claimed: 'pending settling',
      pending: 'pending -',
      delivered: '-',
      rejected: '-',
      returned: '-',
      not_done: '-',
    },
    'rejected for good': {
      claimed: 'dead payingOut',
      pending: 'dead payingOut',
      delivered: '-',
      rejected: '-',
      returned: '-',
      not_done: '-',
    },
    'field rejected': {
      claimed: 'waiting awaitingPayoutTransactionInfo',
      pending: 'waiting awaitingPayoutTransactionInfo',
      delivered: '-',
      rejected: '-',
      returned: '-',
      not_done: '-',
    },
    returned: {
      claimed: 'dead payingOut',
      pending: 'dead payingOut',
      delivered: 'dead completed',
      rejected: '-',
      returned: '-',
      not_done: '-',
    },
  }
  const phaseOf: Partial<Record<AttemptState, Phase>> = {
    pending: 'settling',
    delivered: 'completed',
  }
  const cells = Object.entries(table).flatMap(([reply, row]) =>
    Object.entries(row).map(
      ([state, expected]) =>
        [reply as keyof typeof replies, state as AttemptState, expected] as const,
    ),
  )

  it.each(cells)('%s, about an attempt that is %s, comes to: %s', (reply, state, expected) => {
    const recorded = recordReply(known(state, phaseOf[state] ?? 'payingOut'), replies[reply], terms)
    const phase = recorded?.change?.after.phase ?? '-'
    expect(recorded === undefined ? '-' : `${recorded.payout.state} ${phase}`).toBe(expected)
  })

  it('asks for the fields of customers first, of both sides at once (SEP31-57)', () => {
    const reply = rejected(
      field('transaction'),
      field('receiver', 'iban'),
      field('sender', 'tax_id'),
    )
    const recorded = recordReply(
      known('claimed', 'payingOut', { senderId: 's', receiverId: 'r' }),
      reply,
      terms,
    )
    expect(recorded?.change).toMatchObject({
      type: 'customerInfoWanted',
      after: {
        phase: 'awaitingPayoutCustomerInfo',
        wantedCustomerFields: [
          { owner: 'receiver', name: 'iban' },
          { owner: 'sender', name: 'tax_id' },
        ],
        requiredInfoMessage: 'Mend the iban of the receiver Mend the tax_id of the sender',
      },
    })
  })

  it('leaves a field of a customer that the transaction does not have to an operator', () => {
    const recorded = recordReply(known('claimed', 'payingOut'), rejected(field('receiver')), terms)
    expect(recorded?.payout.state).toBe('dead')
  })

  it('asks nobody for data of a transaction that was completed before', () => {
    const recorded = recordReply(
      known('claimed', 'completed'),
      rejected(field('transaction')),
      terms,
    )
    expect(recorded).toMatchObject({
      payout: { state: 'dead' },
      change: { type: 'payoutFailed', after: { phase: 'completed' } },
    })
  })

  it('brings a dead letter back to life when the bank turns out to have delivered', () => {
    const dead = known('claimed', 'payingOut')
    const payout = { ...dead.payout, state: 'dead' as const, deadReason: 'unavailable' }
    const recorded = recordReply({ ...dead, payout }, replies.delivered, terms)
    expect(recorded?.payout).not.toHaveProperty('deadReason')
    expect(recorded?.payout.state).toBe('delivered')
  })

  it('is kept with the number the bank has for it, and told as the reason (SEP31-57)', () => {
    const before = known('claimed', 'payingOut', { receiverId: 'r' })
    const payout = { ...before.payout, state: 'dead' as const, deadReason: 'unavailable' }
    const recorded = recordReply({ ...before, payout }, rejected(field('receiver')), terms)
    expect(recorded?.attempt).toMatchObject({ railPayoutId: 'p', reason: 'invalid_field' })
    expect(recorded?.change?.note).toBe('rejected: invalid_field')
    expect(recorded?.payout.state).toBe('waiting')
    expect(recorded?.payout).not.toHaveProperty('deadReason')
    const taken = recordReply(before, replies.pending, terms)
    expect(taken?.change?.after.externalTransactionId).toBe('p')
  })

  it('asks for a field of the transaction also when a customer has changed meanwhile (SEP31-56)', () => {
    const outdated = { ...known('claimed', 'payingOut', { receiverId: 'r' }), isOutdated: true }
    const ofTransaction = recordReply(outdated, replies['field rejected'], terms)
    expect(ofTransaction?.payout.state).toBe('waiting')
    const ofCustomer = recordReply(outdated, rejected(field('receiver')), terms)
    expect(ofCustomer?.payout.state).toBe('due')
  })

  it('that it was delivered is asked about again an hour later: it may come back', () => {
    const recorded = recordReply(known('claimed', 'payingOut'), replies.delivered, terms)
    expect(recorded?.attempt.askAgainAt).toEqual(new Date(now.getTime() + 3_600_000))
    const never = { ...defaultPatience, returns: { firstMs: 0, untilMs: 0 } }
    const unasked = recordReply(known('claimed', 'payingOut'), replies.delivered, {
      now,
      patience: never,
    })
    expect(unasked?.attempt).not.toHaveProperty('askAgainAt')
  })

  it('that it came back ends all questions after it', () => {
    const before = known('delivered', 'completed')
    const attempt = { ...before.attempt, askAgainAt: now }
    const recorded = recordReply({ ...before, attempt }, replies.returned, terms)
    expect(recorded?.attempt).toMatchObject({ state: 'returned', reason: 'account_closed' })
    expect(recorded?.attempt).not.toHaveProperty('askAgainAt')
  })

  it('says that it came back, and under which number, also of an order that we did not know was taken', () => {
    const recorded = recordReply(known('claimed', 'payingOut'), replies.returned, terms)
    const told = 'returned: account_closed'
    expect(recorded).toMatchObject({
      payout: { state: 'dead', deadReason: told },
      attempt: { railPayoutId: 'p', endedAt: now },
      change: { note: told },
    })
  })

  it.each([
    ['delivered', replies.delivered],
    ['pending', replies.pending],
    ['waiting', replies['field rejected']],
  ] as const)('begins anew to count the tries, when it is %s', (state, reply) => {
    const before = known('claimed', 'payingOut')
    const long = new Date(now.getTime() - 3_600_000)
    const payout = { ...before.payout, failures: 7, deadReason: 'lost', updatedAt: long }
    const recorded = recordReply({ ...before, payout }, reply, terms)
    expect(recorded?.payout).toMatchObject({ state, failures: 0, updatedAt: now })
    expect(recorded?.payout).not.toHaveProperty('deadReason')
  })

  it.each(['delivered', 'pending'] as const)(
    'that is %s ends what was said of its absence',
    (word) => {
      const before = known('claimed', 'payingOut')
      const attempt = { ...before.attempt, reason: 'outcome_unknown' }
      const recorded = recordReply({ ...before, attempt }, replies[word], terms)
      expect(recorded?.attempt).toMatchObject({ state: word, railPayoutId: 'p' })
      expect(recorded?.attempt).not.toHaveProperty('reason')
    },
  )
})
