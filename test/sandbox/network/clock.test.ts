import { expect, test } from 'vitest'
import { createClock } from '../../../src/sandbox/network/network/clock.ts'

test('a clock that was frozen goes on from where it stood, and keeps what it was moved by (SBX-96)', () => {
  let wall = 1_000_000
  const clock = createClock(() => wall)
  clock.freeze()
  wall += 60_000
  expect(clock.now()).toBe(1_000_000)
  clock.advance(10)
  clock.unfreeze()
  expect(clock.now()).toBe(1_010_000)
  wall += 5_000
  expect(clock.now()).toBe(1_015_000)
  clock.unfreeze()
  expect(clock.now()).toBe(1_015_000)
  expect(clock.state).toEqual({ frozen: false, offsetSeconds: -50 })
})

test('a clock that is frozen stays so however often it is told, and counts whole seconds (SBX-96)', () => {
  let wall = 1_000_999
  const clock = createClock(() => wall)
  expect([clock.now(), clock.seconds()]).toEqual([1_000_999, 1000n])
  wall = 1_001_000
  expect(clock.seconds()).toBe(1001n)
  clock.freeze()
  wall += 60_000
  clock.freeze()
  expect(clock.now()).toBe(1_001_000)
  clock.advance(30)
  clock.advance(-10)
  expect(clock.now()).toBe(1_021_000)
  expect(clock.state).toEqual({ frozen: true, offsetSeconds: 20 })
})
