import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPacer } from '../../../src/sandbox/network/network/pace.ts'
import type { Pace } from '../../../src/sandbox/network/network/pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** How many ledgers close while something is done, or so many milliseconds go by. */
function paced(start: Pace) {
  let closed = 0
  const pacer = createPacer(start, () => (closed += 1))
  const during = (work: () => void) => {
    const before = closed
    work()
    return closed - before
  }
  const within = (milliseconds: number) => during(() => vi.advanceTimersByTime(milliseconds))
  return { pacer, during, within }
}

describe('a pace (SBX-30)', () => {
  test.each([
    [{ mode: 'interval', intervalMs: 1000 }, 0, 10],
    [{ mode: 'instant', idleMs: 4000 }, 1, 2],
    [{ mode: 'instant' }, 1, 0],
    [{ mode: 'manual' }, 0, 0],
  ] as const)('%j closes %i ledgers when it is switched to, %i in ten idle seconds', (...how) => {
    const [pace, atOnce, idle] = how
    expect(paced(pace).within(10_000)).toBe(idle)
    const { pacer, during, within } = paced({ mode: 'interval', intervalMs: 100 })
    expect(during(() => (pacer.pace = pace))).toBe(atOnce)
    expect(within(10_000)).toBe(idle)
    expect(pacer.pace).toEqual(pace)
  })

  test('closes one ledger for all that came at once, where it is instant only', () => {
    const { pacer, during, within } = paced({ mode: 'instant' })
    const twoCome = () => {
      pacer.admitted()
      pacer.admitted()
    }
    expect(during(twoCome)).toBe(0)
    expect(within(0)).toBe(1)
    twoCome()
    expect(within(0)).toBe(1)
    for (const pace of [{ mode: 'manual' }, { mode: 'interval', intervalMs: 1000 }] as const) {
      pacer.pace = pace
      twoCome()
      expect(within(0)).toBe(0)
    }
  })

  test('counts what is idle from the last ledger on', () => {
    const { pacer, within } = paced({ mode: 'instant', idleMs: 4000 })
    within(3000)
    pacer.admitted()
    expect(within(0)).toBe(1)
    expect([within(3999), within(1)]).toEqual([0, 1])
  })

  test('closes nothing more when it is stopped', () => {
    const { pacer, within } = paced({ mode: 'instant', idleMs: 1000 })
    pacer.admitted()
    pacer.stop()
    expect(within(10_000)).toBe(0)
  })
})
