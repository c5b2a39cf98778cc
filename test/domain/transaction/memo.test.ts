import { describe, expect, it } from 'vitest'
import { languageOf } from '../../../src/domain/transaction/language.ts'
import { readMemo } from '../../../src/domain/transaction/memo.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../../builders/letters.ts'

describe('a memo (SEP31-29, SEP31-38)', () => {
  const hash = `${'A'.repeat(43)}=`
  it.each([
    ['id', '0'],
    ['id', '18446744073709551615'],
    ['text', 'x'.repeat(28)],
    ['text', 'ä'.repeat(14)],
    ['hash', hash],
  ])('of type %s may be %s (SEP31-W07)', (type, value) => {
    expect(readMemo(type, value)).toEqual({ type, value })
  })

  it.each([
    ['id', '18446744073709551616'],
    ['id', '-1'],
    ['id', '01'],
    ['id', ''],
    ['id', '1.0'],
    ['text', ''],
    ['text', 'ä'.repeat(15)],
    ['text', '😀'.repeat(8)],
    ['hash', 'ab'.repeat(32)],
    ['hash', `${'A'.repeat(42)}B=`],
    ['return', hash],
    ['constructor', 'x'],
  ])('of type %s is not %s (SEP31-W06)', (type, value) => {
    expect(readMemo(type, value)).toBeUndefined()
  })

  it('of 32 bytes has one spelling in base64: the bits that carry nothing are 0 (SEP31-38)', () => {
    const takes = (text: string) => readMemo('hash', text) !== undefined
    const all = sorted(`+/${digits}${capitals}${smallLetters}`)
    expect(signsThatFit(takes, `_${'A'.repeat(42)}=`)).toBe(all)
    const last = Array.from({ length: 16 }, (_, byte) =>
      Buffer.from([0, 0, ...Array(29).fill(0), byte]),
    )
    const ends = last.map((bytes) => bytes.toString('base64').slice(42, 43)).join('')
    expect(signsThatFit(takes, `${'A'.repeat(42)}_=`)).toBe(sorted(ends))
    const lengths = [42, 43, 44].map((length) => `${'A'.repeat(length)}=`)
    expect([...lengths, `${hash}=`, `=${hash}`].filter(takes)).toEqual([hash])
  })

  it.each(['\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}'])(
    'of text has 28 bytes of UTF-8 at most, also of signs like %j (SEP31-29)',
    (sign) => {
      const most = sign.padEnd(sign.length + 28 - Buffer.byteLength(sign), 'x')
      expect(readMemo('text', most)).toEqual({ type: 'text', value: most })
      expect(readMemo('text', `${most}x`)).toBeUndefined()
    },
  )
})

it.each([
  ['en', 'en'],
  ['es-MX', 'es'],
  ['PT_br', 'pt'],
  ['zh-Hant-TW', 'zh'],
  ['', 'en'],
  ['english', 'en'],
  ['e1', 'en'],
  [undefined, 'en'],
])('reads the language %j as %s (SEP31-32, SEP31-X08)', (tag, language) => {
  expect(languageOf(tag)).toBe(language)
})

it('a tag of a language has two letters, and a rest of letters, digits and hyphens (SEP31-32)', () => {
  const letters = capitals + smallLetters
  const isKnown = (tag: string) => languageOf(tag) !== 'en'
  const isEs = (tag: string) => languageOf(tag) === 'es'
  expect(signsThatFit(isKnown, '_a')).toBe(letters)
  expect(signsThatFit(isKnown, 'a_')).toBe(letters)
  expect(signsThatFit(isEs, 'es_MX')).toBe('-_')
  expect(signsThatFit(isEs, 'es-M_')).toBe(sorted(`-${digits}${letters}`))
  const good = ['es-M', `es-${'M'.repeat(30)}`]
  const bad = ['es-', `es-${'M'.repeat(31)}`, '/es', 'es/', 'e', 'xes']
  expect([...bad, ...good].filter(isKnown)).toEqual(good)
})
