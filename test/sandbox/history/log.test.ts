import { describe, expect, it, test } from 'vitest'
import {
  ascending,
  descending,
  firstAfter,
  readPage,
  truncate,
} from '../../../src/sandbox/network/history/log.ts'

const logOf = (...ids: readonly number[]) => ids.map((id) => ({ id: BigInt(id) }))
const numbers = (records: Iterable<{ readonly id: bigint }>) =>
  [...records].map(({ id }) => Number(id))

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('finds its place in a log of %d records', (length) => {
  const log = logOf(...Array.from({ length }, (_, index) => 10 * (index + 1)))
  const places = Array.from({ length: 2 * length + 2 }, (_, half) => half)
  const found = places.map((half) => firstAfter(log, BigInt(half * 5)))
  expect(found).toEqual(places.map((half) => Math.floor(half / 2)))
})

describe('a log (SBX-59, SBX-60)', () => {
  const log = logOf(10, 20, 30, 40)

  it('is read from either end, and on from a cursor that is not read again', () => {
    expect(numbers(ascending(log))).toEqual([10, 20, 30, 40])
    expect(numbers(ascending(log, 20n))).toEqual([30, 40])
    expect(numbers(ascending(log, 25n))).toEqual([30, 40])
    expect(numbers(ascending(log, 40n))).toEqual([])
    expect(numbers(descending(log))).toEqual([40, 30, 20, 10])
    expect(numbers(descending(log, 30n))).toEqual([20, 10])
    expect(numbers(descending(log, 35n))).toEqual([30, 20, 10])
    expect(numbers(descending(log, 10n))).toEqual([])
    expect(numbers(ascending([]))).toEqual([])
    expect(numbers(descending([]))).toEqual([])
  })

  it('is read by pages of what is wanted', () => {
    expect(numbers(readPage(log, { order: 'asc', limit: 2 }))).toEqual([10, 20])
    expect(numbers(readPage(log, { order: 'desc', limit: 2, cursor: 40n }))).toEqual([30, 20])
    const even = ({ id }: { id: bigint }) => id % 20n === 0n
    expect(numbers(readPage(log, { order: 'asc', limit: 2 }, even))).toEqual([20, 40])
    expect(numbers(readPage(log, { order: 'asc', limit: 0 }))).toEqual([])
  })

  it('forgets what comes after an id, and that alone', () => {
    const left = logOf(10, 20, 30)
    truncate(left, 20n)
    expect(numbers(left)).toEqual([10, 20])
    truncate(left, 5n)
    expect(left).toEqual([])
  })
})
