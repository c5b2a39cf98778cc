import { describe, expect, it } from 'vitest'
import { mayBeStored, printable } from '../../../src/http/server/text.ts'

const nested = (levels: number, wrap: (inside: unknown) => unknown): unknown =>
  levels === 0 ? 'x' : wrap(nested(levels - 1, wrap))

describe('a value of JSON', () => {
  it.each([
    ['lists', (inside: unknown) => [inside]],
    ['objects', (inside: unknown) => ({ inside })],
    ['both', (inside: unknown) => [{ inside }]],
  ])('may be stored up to 32 levels deep: %s', (kind, wrap) => {
    const most = kind === 'both' ? 16 : 32
    expect(mayBeStored(nested(most, wrap))).toBe(true)
    expect(mayBeStored(nested(most + 1, wrap))).toBe(false)
  })

  it.each([
    '\0',
    '\ud800',
    { a: 'x\0' },
    { a: 1, b: 'x\0', c: 2 },
    { 'a\0': 1 },
    { a: 1, 'b\0': 1, c: 2 },
    ['\udfff'],
    ['a', '\udfff', 'b'],
    JSON.parse('{"__proto__":1}'),
    JSON.parse('{"a":1,"__proto__":1,"b":1}'),
  ])('is not stored with what is no text, or a name that is none: %j', (value: unknown) => {
    expect(mayBeStored(value)).toBe(false)
  })
})

it('shows a name that a caller chose in 64 harmless characters', () => {
  expect(printable('a.b[0]-c_1')).toBe('a.b[0]-c_1')
  expect(printable('<b>\n')).toBe('?b??')
  expect(printable('x'.repeat(65))).toBe('x'.repeat(64))
})
