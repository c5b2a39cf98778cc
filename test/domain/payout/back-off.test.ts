import { describe, expect, it } from 'vitest'
import {
  defaultPatience,
  delayMs,
  later,
  nextReturnCheck,
  returnCheckAfterTrouble,
} from '../../../src/domain/payout/back-off.ts'

const hour = 3_600_000
const day = 24 * hour
const deliveredAt = new Date('2026-11-21T12:00:00Z')
const patience = defaultPatience

it('a rail is waited for this long, unless told otherwise', () => {
  expect(defaultPatience).toEqual({
    claimMs: 40_000,
    firstDelayMs: 1_000,
    longestDelayMs: 900_000,
    failuresMax: 32,
    returns: { firstMs: hour, untilMs: 30 * day },
  })
})

describe('a bank that does not answer', () => {
  it('is asked after 1, 2, 4 … times the first wait, up to the longest', () => {
    const waits = [0, 1, 2, 3, 4, 10, 11, 32, 2_000].map((failures) => delayMs(failures, patience))
    const minutes15 = 900_000
    expect(waits).toEqual([
      1_000,
      1_000,
      2_000,
      4_000,
      8_000,
      512_000,
      minutes15,
      minutes15,
      minutes15,
    ])
  })

  it('is asked 33 times within about six hours', () => {
    const waits = Array.from({ length: patience.failuresMax }, (_, wait) =>
      delayMs(wait + 1, patience),
    )
    expect(waits).toHaveLength(32)
    expect(waits.reduce((sum, ms) => sum + ms, 0) / hour).toBeCloseTo(5.8, 1)
  })
})

describe('a delivered payout', () => {
  it.each([
    [0, hour],
    [hour, 2 * hour],
    [3 * hour, 6 * hour],
    [16 * day, 30 * day],
    [30 * day - 1, 30 * day],
  ])('is asked about at the age of %d ms next at that of %d ms', (age, next) => {
    const asked = nextReturnCheck(deliveredAt, later(deliveredAt, age), patience)
    expect(asked).toEqual(later(deliveredAt, next))
  })

  it('is asked about no more after the last question', () => {
    expect(nextReturnCheck(deliveredAt, later(deliveredAt, 30 * day), patience)).toBeUndefined()
  })

  it('is asked about again after a rail did not answer, as late as it wants, for twice the time', () => {
    const now = later(deliveredAt, 60 * day - 1)
    const { longestDelayMs } = patience
    const next = (waitMs?: number) =>
      returnCheckAfterTrouble(deliveredAt, { now, waitMs }, patience)
    expect(next()).toEqual(later(now, longestDelayMs))
    expect(next(longestDelayMs + 1)).toEqual(later(now, longestDelayMs + 1))
    const end = { now: later(now, 1) }
    expect(returnCheckAfterTrouble(deliveredAt, end, patience)).toBeUndefined()
  })
})
