import { describe, expect, it } from 'vitest'
import { isSaneRequestId } from '../../src/observability/request-scope.ts'

const visible = Array.from({ length: 0x7f - 0x20 }, (_, place) => String.fromCharCode(0x20 + place))

describe("a caller's own id of a request", () => {
  it('is taken of letters, digits, underscores, dots and hyphens alone', () => {
    const taken = visible.filter((letter) => isSaneRequestId(`request${letter}id`))
    expect(taken.join('')).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')
  })

  it.each([
    ['of 7 characters', 'a'.repeat(7), false],
    ['of 8 characters', 'a'.repeat(8), true],
    ['of 64 characters', 'a'.repeat(64), true],
    ['of 65 characters', 'a'.repeat(65), false],
    ['with a line after it', 'a-request\n', false],
    ['with a letter of another alphabet', 'a-réquest', false],
    ['that is given twice', ['a-request', 'a-request'], false],
    ['that is none', undefined, false],
  ])('%s is taken or not', (_what, id, isTaken) => {
    expect(isSaneRequestId(id)).toBe(isTaken)
  })
})
