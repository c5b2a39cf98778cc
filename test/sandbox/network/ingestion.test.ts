import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EncodedLedger } from '../../../src/sandbox/network/history/keep-ledger.ts'
import { createIngestion } from '../../../src/sandbox/network/network/ingestion.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Which ledgers were read, by their numbers. */
function reading() {
  const read: number[] = []
  const ingestion = createIngestion(({ closed }) => read.push(closed.sequence))
  const take = (...numbers: number[]) => {
    for (const sequence of numbers) ingestion.take({ closed: { sequence } } as EncodedLedger)
  }
  return { read, ingestion, take }
}

describe('what is read of the ledgers (SBX-95)', () => {
  test('is all of them at once when no lag was asked for', () => {
    const { read, take } = reading()
    take(1, 2)
    expect(read).toEqual([1, 2])
  })

  test('stays so many ledgers behind', () => {
    const { read, ingestion, take } = reading()
    ingestion.lag = { ledgers: 2 }
    take(1, 2)
    expect(read).toEqual([])
    take(3, 4)
    expect(read).toEqual([1, 2])
    ingestion.lag = { ledgers: 1 }
    expect(read).toEqual([1, 2, 3])
    ingestion.lag = {}
    expect(read).toEqual([1, 2, 3, 4])
  })

  test('stays where it is while it is paused', () => {
    const { read, ingestion, take } = reading()
    ingestion.lag = { paused: true }
    take(1, 2)
    expect(read).toEqual([])
    ingestion.lag = { paused: false }
    expect(read).toEqual([1, 2])
  })

  test('stays so many milliseconds behind, each ledger counted on its own', () => {
    const { read, ingestion, take } = reading()
    ingestion.lag = { milliseconds: 500 }
    take(1)
    vi.advanceTimersByTime(100)
    take(2)
    vi.advanceTimersByTime(399)
    expect(read).toEqual([])
    vi.advanceTimersByTime(1)
    expect(read).toEqual([1])
    vi.advanceTimersByTime(99)
    expect(read).toEqual([1])
    vi.advanceTimersByTime(1)
    expect(read).toEqual([1, 2])
    ingestion.lag = { milliseconds: 1 }
    take(3)
    expect(read).toEqual([1, 2])
  })

  test('is nothing of what was dropped, nor of anything after the end', () => {
    const { read, ingestion, take } = reading()
    ingestion.lag = { paused: true }
    take(1, 2)
    ingestion.drop()
    expect(ingestion.lag).toEqual({ paused: true })
    ingestion.lag = {}
    expect(read).toEqual([])
    ingestion.lag = { milliseconds: 500 }
    take(3)
    ingestion.lag = { milliseconds: 600 }
    ingestion.stop()
    vi.advanceTimersByTime(1000)
    expect(read).toEqual([])
  })
})
