import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { untilToldToStop } from '../../src/cli/until-told-to-stop.ts'

const heard = new Map<unknown, () => void>()
const exit = vi.fn<(code: number) => void>()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  heard.clear()
  exit.mockClear()
  vi.spyOn(process, 'on').mockImplementation((signal, listener) => {
    heard.set(signal, listener as () => void)
    return process
  })
  vi.spyOn(process, 'exit').mockImplementation(((code: number) => exit(code)) as never)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a process that is told to stop', () => {
  it.each(['SIGINT', 'SIGTERM'])('is so by %s, and not before', async (signal) => {
    let isTold = false
    const told = untilToldToStop().then(() => (isTold = true))
    await Promise.resolve()
    expect(isTold).toBe(false)
    heard.get(signal)?.()
    await told
    expect(isTold).toBe(true)
  })

  it('takes what comes within a second for the same wish, and ends at once by one that comes later', () => {
    void untilToldToStop()
    vi.advanceTimersByTime(60_000)
    heard.get('SIGINT')?.()
    vi.advanceTimersByTime(1_000)
    heard.get('SIGTERM')?.()
    expect(exit.mock.calls).toEqual([])
    vi.advanceTimersByTime(1)
    heard.get('SIGINT')?.()
    expect(exit.mock.calls).toEqual([[1]])
  })

  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
  ])('by %s ends at once by a later %s', (first, later) => {
    void untilToldToStop()
    heard.get(first)?.()
    vi.advanceTimersByTime(1_001)
    heard.get(later)?.()
    expect(exit.mock.calls).toEqual([[1]])
  })
})
