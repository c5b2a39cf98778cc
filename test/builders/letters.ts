/** Every printable sign of ASCII, and a few beyond that look like digits or letters. */
const signs = [
  ...Array.from({ length: 0x7f - 0x20 }, (_, place) => String.fromCharCode(0x20 + place)),
  'é',
  'ß',
  '٣',
  '０',
  'Ａ',
  'ſ',
  '\u212a',
]

export const digits = '0123456789'
export const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const smallLetters = 'abcdefghijklmnopqrstuvwxyz'

/** Those of the signs that fit the place `_` of a text, all in one text. */
export const signsThatFit = (fits: (text: string) => boolean, text = '_'): string =>
  signs.filter((sign) => fits(text.split('_').join(sign))).join('')

export const sorted = (text: string): string => Array.from(text).toSorted().join('')
