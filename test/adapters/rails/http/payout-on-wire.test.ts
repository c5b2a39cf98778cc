import { describe, expect, it } from 'vitest'
import {
  readPayout,
  wireError,
  wireFound,
  wirePayout,
} from '../../../../src/adapters/rails/http/payout-on-wire.ts'

const named = { id: 'po_1', idempotency_key: 'k' }
const rejectedFor = (reason: string) => ({
  ...named,
  state: 'rejected',
  rejection: { reason, message: '', fields: [] },
})
const isRead = (schema: typeof wirePayout | typeof wireFound | typeof wireError, json: unknown) =>
  schema.safeParse(json).success

describe('a payout as the bank tells it', () => {
  it('is read in each of its states, with what it says of it', () => {
    const fields = (['receiver', 'sender', 'transaction'] as const).map((owner) => ({
      owner,
      name: `name of ${owner}`,
      message: `what is wrong with ${owner}`,
    }))
    const payouts = [
      { ...named, state: 'pending' },
      { ...named, state: 'delivered', delivered_at: '2026-11-21T12:00:00Z' },
      {
        ...named,
        state: 'rejected',
        rejection: { reason: 'invalid_field', message: 'Two are wrong', fields },
      },
      { ...named, state: 'returned', return: { reason: 'account_closed' } },
    ]
    const payoutId = 'po_1'
    expect(payouts.map((payout) => readPayout(wirePayout.parse(payout)))).toStrictEqual([
      { state: 'pending', payoutId },
      { state: 'delivered', payoutId, deliveredAt: new Date('2026-11-21T12:00:00Z') },
      { state: 'rejected', payoutId, reason: 'invalid_field', message: 'Two are wrong', fields },
      { state: 'returned', payoutId, reason: 'account_closed' },
    ])
  })

  it.each([
    ['a', true],
    ['r2_d2', true],
    ['r'.repeat(64), true],
    ['r'.repeat(65), false],
    ['', false],
    ['Closed', false],
    ['closed!', false],
    [' closed', false],
    ['_closed', false],
    ['2_closed', false],
    ['closed\n', false],
  ])('has a code for its reason, as an error has one: %j %s', (code, isCode) => {
    expect(isRead(wirePayout, rejectedFor(code))).toBe(isCode)
    const returned = { ...named, state: 'returned', return: { reason: code } }
    expect(isRead(wirePayout, returned)).toBe(isCode)
    expect(isRead(wireError, { error: { code, message: '' } })).toBe(isCode)
  })

  it.each([
    ['a', true],
    ['A-b_c.9', true],
    ['p'.repeat(128), true],
    ['p'.repeat(129), false],
    ['', false],
    ['po_1?', false],
    ['/po_1', false],
    ['po 1', false],
  ])('has an id that fits into a path: %j %s', (id, isId) => {
    expect(isRead(wirePayout, { ...named, state: 'pending', id })).toBe(isId)
  })

  it.each([
    ['k', true],
    ['', false],
    ['k'.repeat(128), true],
    ['k'.repeat(129), false],
  ])('has a key of ours: %j %s', (key, isKey) => {
    expect(isRead(wirePayout, { ...named, state: 'pending', idempotency_key: key })).toBe(isKey)
  })

  it.each([
    ['2026-11-21T12:00:00Z', true],
    ['2026-11-21T12:00:00.5+02:00', true],
    ['2026-11-21T12:00:00', false],
    ['2026-11-21', false],
    [1_763_726_400, false],
  ])('was delivered at a time with its zone: %j %s', (at, isTime) => {
    expect(isRead(wirePayout, { ...named, state: 'delivered', delivered_at: at })).toBe(isTime)
  })

  it('is one at most that is found, and says a thousand letters at most', () => {
    const payout = { ...named, state: 'pending' }
    const found = [[], [payout], [payout, payout]].map((payouts) => isRead(wireFound, { payouts }))
    expect(found).toEqual([true, true, false])
    const said = [1_000, 1_001].map((length) =>
      isRead(wireError, { error: { code: 'a', message: 'x'.repeat(length) } }),
    )
    expect(said).toEqual([true, false])
  })
})
