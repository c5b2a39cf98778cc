import { expect, it } from 'vitest'
import { newMemo } from '../../../src/adapters/random/new-memo.ts'
import { readMemo } from '../../../src/domain/transaction/memo.ts'

it.each(['id', 'text', 'hash'] as const)(
  'draws %s memos that are valid and never the same (SEP31-38, SEP31-39)',
  (type) => {
    const memos = Array.from({ length: 1_000 }, () => newMemo(type))
    expect(memos.every((memo) => readMemo(type, memo.value) !== undefined)).toBe(true)
    expect(new Set(memos.map(({ value }) => value)).size).toBe(1_000)
  },
)

it('draws ids that fit a signed 64-bit number (SEP31-W07)', () => {
  const ids = Array.from({ length: 1_000 }, () => BigInt(newMemo('id').value))
  expect(ids.every((id) => id >= 2n ** 62n && id < 2n ** 63n)).toBe(true)
  const [some, all] = [ids.reduce((a, b) => a | b), ids.reduce((a, b) => a & b)]
  expect([some, all]).toEqual([2n ** 63n - 1n, 2n ** 62n]) // each of the other bits is left to chance
})

it.each([
  ['text', 'base64url', 20],
  ['hash', 'base64', 32],
] as const)('draws %s memos that nobody can guess (SEP31-39)', (type, form, length) => {
  expect(Buffer.from(newMemo(type).value, form)).toHaveLength(length)
})
