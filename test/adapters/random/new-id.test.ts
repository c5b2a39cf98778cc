import { expect, it } from 'vitest'
import { newId } from '../../../src/adapters/random/new-id.ts'

const form = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

it('makes ids in the order of their times, as UUID of version 7', () => {
  const before = Date.now()
  const ids = Array.from({ length: 1_000 }, newId)
  expect(ids.every((id) => form.test(id))).toBe(true)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  const times = ids.map((id) => parseInt(id.replaceAll('-', '').slice(0, 12), 16))
  expect(times.every((time) => time >= before && time <= Date.now())).toBe(true)
})

it('leaves to chance what is not time', () => {
  const rests = Array.from({ length: 1_000 }, () => newId().slice(-12))
  expect(new Set(rests).size).toBe(rests.length)
})
