import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPatience, delayMs, later } from '../../../src/domain/payout/back-off.ts'
import {
  afterTrouble,
  claimPayout,
  deadPayout,
  newPayout,
  payoutDueAgain,
} from '../../../src/domain/payout/decisions.ts'
import type { Payout, PayoutAttempt, PayoutState } from '../../../src/domain/payout/payout.ts'
import type { RailTrouble } from '../../../src/domain/payout/payout-reply.ts'

const now = new Date('2026-11-21T12:00:00Z')
const patience = defaultPatience
const terms = { now, patience }
const due = newPayout('t', now)
const open: PayoutAttempt = {
  transactionId: 't',
  number: 1,
  idempotencyKey: 't-1',
  state: 'claimed',
  startedAt: now,
}

describe('claiming a payout', () => {
  it.each<[PayoutState, boolean]>([
    ['due', true],
    ['claimed', true],
    ['pending', false],
    ['waiting', false],
    ['delivered', false],
    ['dead', false],
  ])('is possible when it is %s and its time has come: %s', (state, possible) => {
    const payout: Payout = { ...due, state }
    expect(claimPayout(payout, [], terms) !== undefined).toBe(possible)
    const early = { ...payout, dueAt: later(now, 1) }
    expect(claimPayout(early, [], terms)).toBeUndefined()
  })

  it('makes a new attempt with a key of its own, held for a while', () => {
    expect(claimPayout(due, [], terms)).toMatchObject({
      payout: { state: 'claimed', attemptNumber: 1, dueAt: later(now, patience.claimMs) },
      attempt: { number: 1, idempotencyKey: 't-1', state: 'claimed' },
      isNew: true,
    })
    const refused: PayoutAttempt = { ...open, state: 'rejected' }
    const second = claimPayout({ ...due, attemptNumber: 1 }, [refused], terms)
    expect(second?.attempt.idempotencyKey).toBe('t-2')
  })

  it.each(['claimed', 'pending'] as const)(
    'takes up an attempt that is still %s, under its own key',
    (state) => {
      const again = claimPayout({ ...due, attemptNumber: 1 }, [{ ...open, state }], terms)
      expect(again).toMatchObject({ attempt: { idempotencyKey: 't-1' }, isNew: false })
    },
  )
})

it('says of a payout when it was last taken up, given up or made due', () => {
  const long = new Date(now.getTime() - 3_600_000)
  const old: Payout = { ...due, dueAt: long, updatedAt: long }
  expect(claimPayout(old, [], terms)?.payout.updatedAt).toEqual(now)
  expect(deadPayout(old, 'lost', now)).toMatchObject({ dueAt: now, updatedAt: now })
  expect(payoutDueAgain(old, now).updatedAt).toEqual(now)
})

describe('trouble with a rail', () => {
  const claimed: Payout = { ...due, state: 'claimed', attemptNumber: 1 }

  it('waits longer each time, up to a bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (failures) => {
        expect(delayMs(failures + 1, patience)).toBeGreaterThanOrEqual(delayMs(failures, patience))
        expect(delayMs(failures, patience)).toBeLessThanOrEqual(patience.longestDelayMs)
      }),
    )
  })

  it('waits at least as long as the rail asks', () => {
    const trouble = { code: 'unavailable', waitMs: 30_000 } as const
    expect(afterTrouble(claimed, trouble, terms).dueAt).toEqual(later(now, 30_000))
  })

  it('keeps an unknown outcome claimed, and what was certainly not done due', () => {
    expect(afterTrouble(claimed, { code: 'outcome_unknown' }, terms).state).toBe('claimed')
    expect(afterTrouble(claimed, { code: 'unavailable' }, terms).state).toBe('due')
  })

  it('gives up after a bounded number of tries, with the reason, and starts afresh when told to', () => {
    let payout = claimed
    let tries = 0
    while (payout.state !== 'dead') {
      payout = afterTrouble({ ...payout, state: 'claimed' }, { code: 'unavailable' }, terms)
      tries += 1
    }
    expect(tries).toBe(patience.failuresMax + 1)
    expect(payout).toMatchObject({ deadReason: 'unavailable', failures: tries })
    const again = payoutDueAgain(payout, now)
    expect(again).toMatchObject({ state: 'due', failures: 0, dueAt: now })
    expect(again).not.toHaveProperty('deadReason')
  })

  it('waits for a setting to be mended when the rail lets us not in, and gives up at last', () => {
    const refused = { code: 'access_refused', detail: 'unauthorized' } as const
    expect(afterTrouble(claimed, refused, terms)).toMatchObject({ state: 'due', failures: 1 })
    const tired = { ...claimed, failures: patience.failuresMax }
    expect(afterTrouble(tired, refused, terms).deadReason).toBe('access_refused: unauthorized')
  })

  it('gives up at once when the rail refuses the call or lost the order', () => {
    const refused = { code: 'call_refused', detail: 'malformed_order' } as const
    expect(afterTrouble(claimed, refused, terms).deadReason).toBe('call_refused: malformed_order')
    expect(afterTrouble({ ...claimed, state: 'pending' }, { code: 'lost' }, terms).state).toBe(
      'dead',
    )
  })

  it('asks after a pending order for as long as the rail is away', () => {
    const pending: Payout = { ...claimed, state: 'pending', failures: 10_000 }
    expect(afterTrouble(pending, { code: 'unavailable' }, terms).state).toBe('pending')
    expect(afterTrouble(pending, { code: 'call_refused' }, terms).state).toBe('pending')
  })
})

describe('what is kept of a payout', () => {
  const before = new Date(now.getTime() - 60_000)
  const old: Payout = {
    transactionId: 't',
    state: 'dead',
    attemptNumber: 3,
    failures: 7,
    dueAt: before,
    deadReason: 'lost',
    updatedAt: before,
  }
  const { deadReason: _, ...alive } = old

  it('is all of it, whatever is decided', () => {
    expect(newPayout('t', now)).toEqual({
      transactionId: 't',
      state: 'due',
      attemptNumber: 0,
      failures: 0,
      dueAt: now,
      updatedAt: now,
    })
    const due = { ...alive, state: 'due', failures: 0, dueAt: now, updatedAt: now } as const
    expect(payoutDueAgain(old, now)).toEqual(due)
    expect(deadPayout(due, 'refused', now)).toEqual({
      ...due,
      state: 'dead',
      deadReason: 'refused',
    })
  })

  it('is with the attempt that is open among those that have ended', () => {
    const ended = (number: number): PayoutAttempt => ({
      ...open,
      number,
      idempotencyKey: `t-${number}`,
      state: 'rejected',
    })
    const third: PayoutAttempt = { ...open, number: 3, idempotencyKey: 't-3', startedAt: before }
    const due: Payout = { ...alive, state: 'due' }
    const held = { state: 'claimed', dueAt: later(now, patience.claimMs), updatedAt: now }
    expect(claimPayout(due, [ended(1), ended(2), third], terms)).toEqual({
      payout: { ...due, ...held, attemptNumber: 3 },
      attempt: third,
      isNew: false,
    })
    expect(claimPayout(due, [ended(1), ended(2), ended(3)], terms)).toEqual({
      payout: { ...due, ...held, attemptNumber: 4 },
      attempt: { ...open, number: 4, idempotencyKey: 't-4' },
      isNew: true,
    })
  })

  it.each<[RailTrouble['code'], string, string]>([
    ['unavailable', 'due', 'pending'],
    ['outcome_unknown', 'claimed', 'pending'],
    ['access_refused', 'due', 'pending'],
    ['call_refused', 'dead', 'pending'],
    ['lost', 'dead', 'dead'],
    ['customer_erased', 'dead', 'dead'],
    ['customer_rejected', 'dead', 'dead'],
  ])('after %s is, of one that was claimed: %s; of one that was pending: %s', (...line) => {
    const [code, ...expected] = line
    const states = ['claimed', 'pending'] as const
    const after = states.map((state) => afterTrouble({ ...alive, state }, { code }, terms))
    expect(after.map(({ state }) => state)).toEqual(expected)
    const dead = { state: 'dead', deadReason: code, dueAt: now }
    const waits = { dueAt: later(now, 128_000) }
    for (const [place, state] of expected.entries()) {
      const kept = { ...alive, failures: 8, updatedAt: now }
      expect(after[place]).toEqual({ ...kept, state, ...(state === 'dead' ? dead : waits) })
    }
  })

  it('waits no shorter than usual where the rail asks for less', () => {
    const claimed: Payout = { ...alive, state: 'claimed' }
    const trouble = { code: 'unavailable', waitMs: 1, detail: 'busy' } as const
    expect(afterTrouble(claimed, trouble, terms).dueAt).toEqual(later(now, 128_000))
  })
})
