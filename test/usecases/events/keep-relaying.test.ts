import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepRelaying } from '../../../src/usecases/events/keep-relaying.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  for (const failure of unexpected.splice(0)) throw failure
})

/** Failures of rounds that were not to fail. */
const unexpected: Error[] = []

/** `relay` is what a round does, and may wake the next one. */
function relaying(
  relay: (wake: () => void) => Promise<{ readonly highest: bigint }>,
  failures = unexpected,
) {
  let [rounds, listening] = [0, 0]
  let wake: () => void = () => undefined
  const kept = keepRelaying({
    relay: () => {
      rounds += 1
      return relay(() => wake())
    },
    wakeUps: {
      onWakeUp: (heard) => {
        wake = heard
        listening += 1
        return () => (listening -= 1)
      },
    },
    onHighest: () => undefined,
    onFailure: (error) => failures.push(error instanceof Error ? error : new Error(String(error))),
  })
  const seen = { rounds: () => rounds, listening: () => listening }
  return { ...seen, wake: () => wake(), stop: () => kept.stop() }
}

/** Rounds that each find so many events, while more come in all the time. */
function finding(found: bigint) {
  let highest = 0n
  return relaying(async (wake) => {
    highest += found
    wake()
    return { highest }
  })
}

it.each([
  ['10 ms while a round finds few', 15n, 10],
  ['30 ms once a round finds many, so that they share it', 16n, 30],
])('gathers for %s', async (_, found, everyMs) => {
  const { rounds, stop } = finding(found)
  await vi.advanceTimersByTimeAsync(100) // at work
  const before = rounds()
  await vi.advanceTimersByTimeAsync(300)
  expect(rounds() - before).toBe(300 / everyMs)
  const stopped = stop()
  await vi.runAllTimersAsync()
  await stopped
})

it('hears no wake-up any more once it is stopped, and ends without waiting for its next look', async () => {
  const { rounds, listening, stop } = relaying(async () => ({ highest: 1n }))
  await vi.advanceTimersByTimeAsync(100)
  expect([rounds(), listening()]).toEqual([1, 1])
  await stop() // no timer goes on meanwhile
  expect(listening()).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

/** Rounds that each take until `relay` says, woken by hand. */
const wokenByHand = (relay: () => Promise<unknown> = () => Promise.resolve()) =>
  relaying(async () => {
    await relay()
    return { highest: 1n }
  })

it('makes one round for a wake-up, at once, and is quiet then for a second', async () => {
  const { rounds, wake, stop } = wokenByHand()
  await vi.advanceTimersByTimeAsync(500)
  wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(rounds()).toBe(2)
  await vi.advanceTimersByTimeAsync(999)
  expect(rounds()).toBe(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(rounds()).toBe(3)
  await stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('gathers its time out, however many wake-ups come meanwhile', async () => {
  let end: () => void = () => undefined
  const { rounds, wake, stop } = wokenByHand(() => new Promise<void>((resolve) => (end = resolve)))
  wake()
  end()
  await vi.advanceTimersByTimeAsync(5)
  wake()
  await vi.advanceTimersByTimeAsync(4)
  expect(rounds()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(rounds()).toBe(2)
  const stopped = stop()
  end()
  await stopped
})

it('ends with the round that is under way: not before, and with no look after', async () => {
  let end: () => void = () => undefined
  const { rounds, stop } = wokenByHand(() => new Promise<void>((resolve) => (end = resolve)))
  let hasEnded = false
  const stopped = stop().then(() => (hasEnded = true))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(hasEnded).toBe(false)
  end()
  await stopped // no timer goes on meanwhile
  expect(rounds()).toBe(1)
})

it('looks again after a second, not at each wake-up, while the world is away', async () => {
  const failures: Error[] = []
  const kept = relaying(async (wake) => {
    wake()
    throw new Error('away')
  }, failures)
  await vi.advanceTimersByTimeAsync(900)
  expect(failures).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(failures).toHaveLength(2)
  await kept.stop()
})
