import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepRelaying } from '../../../src/usecases/events/keep-relaying.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Rounds that each find so many events, while more come in all the time. */
function relaying(found: bigint) {
  let [rounds, highest, wake] = [0, 0n, () => {}]
  const kept = keepRelaying({
    relay: async () => {
      rounds += 1
      highest += found
      wake()
      return { highest }
    },
    wakeUps: {
      onWakeUp: (heard) => {
        wake = heard
        return () => undefined
      },
    },
    onHighest: () => undefined,
    onFailure: (error) => expect.fail(String(error)),
  })
  return { rounds: () => rounds, stop: () => kept.stop() }
}

it.each([
  ['10 ms while a round finds few', 3n, 10],
  ['30 ms once a round finds many, so that they share it', 50n, 30],
])('gathers for %s', async (_, found, everyMs) => {
  const { rounds, stop } = relaying(found)
  await vi.advanceTimersByTimeAsync(100) // at work
  const before = rounds()
  await vi.advanceTimersByTimeAsync(300)
  expect(rounds() - before).toBe(300 / everyMs)
  const stopped = stop()
  await vi.runAllTimersAsync()
  await stopped
})

it('hears no wake-up any more once it is stopped, and ends without waiting for its next look', async () => {
  let [rounds, listening] = [0, 0]
  const kept = keepRelaying({
    relay: async () => ({ highest: BigInt((rounds += 1)) }),
    wakeUps: {
      onWakeUp: () => {
        listening += 1
        return () => (listening -= 1)
      },
    },
    onHighest: () => undefined,
    onFailure: (error) => expect.fail(String(error)),
  })
  await vi.advanceTimersByTimeAsync(100)
  expect([rounds, listening]).toEqual([1, 1])
  await kept.stop() // no timer goes on meanwhile
  expect(listening).toBe(0)
})

it('looks again after a second, not at each wake-up, while the world is away', async () => {
  let wake: () => void = () => undefined
  const failures: unknown[] = []
  const kept = keepRelaying({
    relay: async () => {
      wake()
      throw new Error('away')
    },
    wakeUps: {
      onWakeUp: (heard) => {
        wake = heard
        return () => undefined
      },
    },
    onHighest: () => undefined,
    onFailure: (error) => failures.push(error),
  })
  await vi.advanceTimersByTimeAsync(900)
  expect(failures).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(failures).toHaveLength(2)
  await kept.stop()
})
