import { expect, it, onTestFinished, vi } from 'vitest'
import { LookTimedOut, remembered } from '../../../src/usecases/health/remembered.ts'

function world() {
  const clock = { now: new Date(0) }
  const memory = { forMs: 5_000, failureForMs: 1_000, withinMs: 30_000, now: () => clock.now }
  return { memory, pass: (ms: number) => void (clock.now = new Date(clock.now.getTime() + ms)) }
}

it('looks once in its time, however many ask', async () => {
  const { memory, pass } = world()
  let looks = 0
  const look = remembered(() => Promise.resolve((looks += 1)), memory)
  expect(await Promise.all([look(), look(), look()])).toEqual([1, 1, 1])
  expect(await look()).toBe(1)
  pass(4_999)
  expect(await look()).toBe(1)
  pass(1)
  expect(await look()).toBe(2)
})

it('looks again soon after a failure, or after what is not well', async () => {
  const { memory, pass } = world()
  let looks = 0
  const failing = remembered(() => Promise.reject(new Error(`look ${(looks += 1)}`)), memory)
  await expect(failing()).rejects.toThrow('look 1')
  await expect(failing()).rejects.toThrow('look 1')
  pass(1_000)
  await expect(failing()).rejects.toThrow('look 2')

  let word = 'away'
  const bank = remembered(() => Promise.resolve(word), {
    ...memory,
    isWell: (said) => said !== 'away',
  })
  expect(await bank()).toBe('away')
  word = 'here'
  pass(1_000)
  expect(await bank()).toBe('here')
})

it('keeps nobody waiting beyond its limit, and does not pile up looks', async () => {
  const { memory, pass } = world()
  let looks = 0
  let answer: (text: string) => void = () => undefined
  const slow = remembered(
    () => {
      looks += 1
      return new Promise<string>((resolve) => (answer = resolve))
    },
    { ...memory, withinMs: 5 },
  )
  await expect(slow()).rejects.toMatchObject({
    name: 'LookTimedOut',
    message: 'No answer within 5 ms',
  })
  pass(1_000)
  await expect(slow()).rejects.toThrow(LookTimedOut)
  expect(looks).toBe(1)
  answer('late')
  pass(1_000)
  expect([await slow(), looks]).toEqual(['late', 1])
  pass(5_000)
  await expect(slow()).rejects.toThrow(LookTimedOut)
  expect(looks).toBe(2)
})

it.each([
  ['answered', () => Promise.resolve('here')],
  ['failed', () => Promise.reject(new Error('away'))],
])('a look that %s keeps no process alive', async (_, look) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked = remembered<string>(look, world().memory)()
  expect(vi.getTimerCount()).toBe(1)
  await asked.catch(() => undefined)
  expect(vi.getTimerCount()).toBe(0)
})

it('may fail after it was given up, and nobody is told of that', async () => {
  const unheard: unknown[] = []
  const hear = (reason: unknown) => void unheard.push(reason)
  process.on('unhandledRejection', hear)
  try {
    const { memory } = world()
    let fail: (reason: Error) => void = () => undefined
    const look = remembered(() => new Promise((_, reject) => (fail = reject)), {
      ...memory,
      withinMs: 5,
    })
    await expect(look()).rejects.toThrow(LookTimedOut)
    fail(new Error('late'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(unheard).toEqual([])
  } finally {
    process.off('unhandledRejection', hear)
  }
})

it('is not fooled by a clock that is set back', async () => {
  const { memory, pass } = world()
  let looks = 0
  const look = remembered(() => Promise.resolve((looks += 1)), memory)
  await look()
  pass(-3_600_000)
  expect(await look()).toBe(2)
})

it('counts a failure from when it came, however long that took', async () => {
  const { memory, pass } = world()
  let looks = 0
  let fail: (reason: Error) => void = () => undefined
  const look = remembered(() => {
    looks += 1
    return new Promise((_, reject) => (fail = reject))
  }, memory)
  const first = look()
  pass(4_000)
  fail(new Error('away'))
  await expect(first).rejects.toThrow('away')
  pass(999)
  const again = look()
  expect(looks).toBe(1)
  await expect(again).rejects.toThrow('away')
  pass(1)
  const anew = look()
  expect(looks).toBe(2)
  fail(new Error('still away'))
  await expect(anew).rejects.toThrow('still away')
})

it('counts an answer from when it was asked for, so that nothing is told that is older', async () => {
  const { memory, pass } = world()
  let looks = 0
  let answer: (look: number) => void = () => undefined
  const look = remembered(() => {
    looks += 1
    return new Promise<number>((resolve) => (answer = resolve))
  }, memory)
  const first = look()
  pass(4_000)
  answer(1)
  expect(await first).toBe(1)
  pass(999)
  expect(await look()).toBe(1)
  pass(1)
  const second = look()
  expect(looks).toBe(2)
  answer(2)
  expect(await second).toBe(2)
})
