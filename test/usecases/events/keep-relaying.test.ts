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
