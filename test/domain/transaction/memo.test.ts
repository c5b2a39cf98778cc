import { describe, expect, it } from 'vitest'
import { languageOf } from '../../../src/domain/transaction/language.ts'
import { readMemo } from '../../../src/domain/transaction/memo.ts'

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
