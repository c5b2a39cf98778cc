import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { refuseUnstorable } from '../../src/graphql/server/unstorable.ts'

const plain = parse('{ me }')
const isRefused = (variables: unknown, document = plain) =>
  refuseUnstorable(document, variables) !== undefined

describe('a text that cannot be kept', () => {
  it.each([
    ['NUL', 'a\0b'],
    ['the first half of a character', 'a\ud800'],
    ['the second half of a character', '\udc00b'],
  ])('is found wherever it stands in the variables: %s', (_, text) => {
    for (const variables of [
      { a: text, b: 'good' },
      { a: 'good', b: text },
      { a: ['good', text, 'good'] },
      { a: { b: [{ c: 'good' }, { c: text }] }, d: null, e: 7 },
    ]) {
      expect(isRefused(variables)).toBe(true)
    }
  })

  it('is found wherever it stands in the document', () => {
    for (const [one, other] of [
      ['"a\\u0000"', '"good"'],
      ['"good"', '"a\\u0000"'],
    ]) {
      expect(isRefused({}, parse(`{ a(b: ${one}, c: [{ d: ${other} }]) }`))).toBe(true)
    }
  })

  it('is none of whole characters, however large', () => {
    const text = 'Ada \u{1F4B8} \uffff \u0001'
    expect(isRefused({ text }, parse(`{ a(b: ${JSON.stringify(text)}) }`))).toBe(false)
    expect(isRefused(undefined)).toBe(false)
  })

  it('is told to whoever sent it', () => {
    expect(refuseUnstorable(plain, { a: '\0' })?.toJSON()).toEqual({
      message: 'A text holds NUL or half a character, which cannot be kept',
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    })
  })
})
