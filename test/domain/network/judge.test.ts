import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeLedger } from '../../../src/domain/network/judge.ts'
import { beginning, firstUnread, isGap, placeAfter } from '../../../src/domain/network/ledger.ts'

const second = 1_000

/** A run of the network: ledgers from 1 on, each closed later than the one before. */
function aRun(gaps: readonly number[], beganAt: number) {
  let closedAt = beganAt
  return gaps.map((gap, index) => {
    closedAt += gap * second
    return {
      sequence: BigInt(index + 1),
      hash: `${beganAt} ${index}`,
      closedAt: new Date(closedAt),
    }
  })
}

const gaps = fc.array(fc.integer({ min: 1, max: 3_600 }), { minLength: 1, maxLength: 60 })

describe('a ledger that the network shows', () => {
  it('is of the same run whenever it is not above the anchor, however far behind', () => {
    fc.assert(
      fc.property(gaps, fc.nat(), fc.nat(), (all, one, other) => {
        const run = aRun(all, 0)
        const [anchor, seen] = [run[one % run.length], run[other % run.length]]
        if (anchor === undefined || seen === undefined) throw new Error('no ledger')
        const expected = seen.sequence > anchor.sequence ? 'beyond' : 'same'
        expect(judgeLedger(anchor, seen)).toBe(expected)
      }),
    )
  })

  it('is of another run when that began after the anchor was closed, at any height', () => {
    fc.assert(
      fc.property(gaps, gaps, fc.nat(), (all, anew, other) => {
        const anchor = aRun(all, 0).at(-1)
        const run = aRun(anew, anchor?.closedAt.getTime() ?? 0)
        const seen = run[other % run.length]
        if (anchor === undefined || seen === undefined) throw new Error('no ledger')
        const expected = seen.sequence > anchor.sequence ? 'beyond' : 'reset'
        expect(judgeLedger(anchor, seen)).toBe(expected)
      }),
    )
  })

  it('is of another run when the same number was closed earlier', () => {
    const anchor = { sequence: 7n, hash: 'one', closedAt: new Date(7 * second) }
    expect(judgeLedger(anchor, { ...anchor, closedAt: new Date(6 * second) })).toBe('reset')
    expect(judgeLedger(anchor, { ...anchor, sequence: 6n })).toBe('same')
    expect(judgeLedger(anchor, anchor)).toBe('same')
    const sooner = { sequence: 8n, closedAt: new Date(6 * second) }
    expect(judgeLedger(anchor, sooner)).toBe('beyond')
  })
})

describe('a gap', () => {
  it.each([
    ['the oldest ledger is the one we are in', placeAfter(10n), undefined, 11n, false],
    ['a ledger between is gone', placeAfter(10n), undefined, 12n, true],
    ['the rest of our ledger is gone', `${(10n << 32n) | 5n}`, undefined, 11n, true],
    ['our ledger is the oldest', `${(10n << 32n) | 5n}`, undefined, 10n, false],
    ['we were quiet, and read on', `${(10n << 32n) | 5n}`, 90n, 91n, false],
    ['we were quiet, and did not read on', `${(10n << 32n) | 5n}`, 90n, 92n, true],
    ['nothing was read, and history is whole', '0', undefined, 2n, false],
    ['nothing was read, and history is not whole', '0', undefined, 3n, true],
  ] as const)('is seen when a ledger not read yet is no longer told: %s', (...given) => {
    const [, place, readLedger, elder, expected] = given
    expect(isGap(firstUnread(place, readLedger), elder)).toBe(expected)
  })
})

it('the first ledger not read is the first one there is, where nothing was read', () => {
  expect(firstUnread(beginning, undefined)).toBe(1n)
})
