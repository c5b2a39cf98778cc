import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCbu, isClabe, isIban } from '../../../src/domain/customer/check-digits.ts'
import { readValue } from '../../../src/domain/customer/value-form.ts'
import type { ValueForm } from '../../../src/domain/customer/value-form.ts'
import { capitals } from '../../builders/letters.ts'

const read = (form: ValueForm, text: string): string | undefined => {
  const value = readValue(form, text)
  return value.ok ? value.value : undefined
}
/** Those that are taken. */
const taken = (form: ValueForm, texts: readonly string[]): readonly string[] =>
  texts.filter((text) => read(form, text) !== undefined)

/** Every word of so many capitals. */
const words = (length: number): readonly string[] =>
  length === 0
    ? ['']
    : words(length - 1).flatMap((word) => Array.from(capitals, (last) => word + last))

describe('a date', () => {
  it('is a day of the calendar, as written (SEP09-17, SEP09-19)', () => {
    const days = ['1976-07-04', '2000-02-29', '2024-02-29', '2023-12-31']
    expect(days.map((day) => read('day', day))).toEqual(days)
    const none = [
      '2001-02-30',
      '2023-02-29',
      '1900-02-29',
      '2023-13-01',
      '2023-00-10',
      '2023-04-31',
      '2023-4-1',
      '04/07/1976',
      '1976-07-04x',
      '',
    ]
    expect(taken('day', none)).toEqual([])
  })

  it('is the date part of a timestamp, never shifted by a time zone (SEP09-17, SEP09-18)', () => {
    expect(read('day', '1976-07-04T23:59:59-12:00')).toBe('1976-07-04')
    expect(read('day', '1976-07-04T00:00:00.000Z')).toBe('1976-07-04')
    expect(read('day', '1976-07-04T')).toBeUndefined()
  })

  it.each([1900, 2000, 2023, 2024])(
    'exists exactly when the calendar of the platform has it: every day of %i',
    (year) => {
      const two = (number: number) => String(number).padStart(2, '0')
      const texts = Array.from({ length: 14 * 33 }, (_, place) => {
        return `${year}-${two(Math.floor(place / 33))}-${two(place % 33)}`
      })
      const exists = (text: string) => {
        const date = new Date(`${text}T00:00:00Z`)
        return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
      }
      expect(texts.filter(exists)).toHaveLength(year % 4 === 0 && year !== 1900 ? 366 : 365)
      expect(taken('day', texts)).toEqual(texts.filter(exists))
    },
  )
})

describe('codes', () => {
  it('of countries are alpha-3; alpha-2 is mapped (SEP09-15, SEP09-16)', () => {
    expect(read('country', 'DEU')).toBe('DEU')
    expect(read('country', 'US')).toBe('USA')
    expect(taken('country', ['usa', 'XXX', 'XX', 'Germany', 'U', '', 'USAX', 'ZZZ'])).toEqual([])
  })

  it('of countries are those of ISO 3166-1, each with its own pair (SEP09-15, SEP09-16)', () => {
    const text = readFileSync(new URL('iso-3166-1.txt', import.meta.url), 'utf8')
    const pairs = [...text.matchAll(/\b([A-Z]{2}) ([A-Z]{3})\b/g)].map(([, two, three]) => [
      two,
      three,
    ])
    expect(pairs).toHaveLength(249)
    const twos = words(2).flatMap((two) => {
      const three = read('country', two)
      return three === undefined ? [] : [[two, three]]
    })
    expect(twos).toEqual(pairs)
    expect(taken('country', words(3))).toEqual(pairs.map(([, three = '']) => three).toSorted())
    expect(taken('cardCountry', words(2))).toEqual(pairs.map(([two]) => two))
    const notInCapitals = pairs.flat().flatMap((code = '') => {
      const small = code.toLowerCase()
      return [small, `${code.charAt(0)}${small.slice(1)}`]
    })
    expect(taken('country', notInCapitals)).toEqual([])
    expect(taken('cardCountry', notInCapitals)).toEqual([])
  })

  it('of languages are those that ISO 639-1 has now (SEP09-27)', () => {
    const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
    const all = words(2).map((code) => code.toLowerCase())
    const withdrawn = ['bh', 'in', 'iw', 'ji', 'jw', 'mo', 'sh']
    const known = all.filter((code) => names.of(code) !== undefined && !withdrawn.includes(code))
    expect(known).toHaveLength(183)
    expect(taken('language', all)).toEqual(known)
  })

  it('of countries on cards are alpha-2 (SEP09-15)', () => {
    expect(taken('cardCountry', ['DE', 'DEU', 'de', 'XX'])).toEqual(['DE'])
  })

  it('of languages are ISO 639-1, kept in lower case (SEP09-27)', () => {
    expect(read('language', 'EN')).toBe('en')
    expect(taken('language', ['en', 'eng', 'xx', 'e', '', 'en-US'])).toEqual(['en'])
  })

  it('of occupations keep their leading zeros (SEP09-26, SEP09-29)', () => {
    expect(read('occupation', '011')).toBe('011')
    expect(taken('occupation', ['251', '2', '25111', 'a', '-1', '2.5'])).toEqual(['251', '2'])
  })

  it('of the month a card expires are YY-MM (SEP09-39)', () => {
    expect(taken('cardMonth', ['29-11', '11/29', '29-13', '29-00', '2029-11'])).toEqual(['29-11'])
  })
})

describe('a phone number', () => {
  it('is E.164 (SEP09-22)', () => {
    const good = ['+14155550100', '+12', '+123456789012345']
    expect(taken('phone', good)).toEqual(good)
    const bad = ['14155550100', '+0123', '+1 415', '+1234567890123456', '+', '+1', '++12', '+12a']
    expect(taken('phone', bad)).toEqual([])
  })
})

describe('an e-mail address', () => {
  it('has a name, an @ and a domain', () => {
    const good = ['jane@example.com', 'j.d+x@sub.example.co', 'JANE@EXAMPLE.COM', 'j@müller.de']
    expect(taken('email', good)).toEqual(good)
    const bad = [
      'jane',
      'jane.example.com',
      'jane@',
      '@example.com',
      'jane@example',
      'ja ne@example.com',
      'jane@@example.com',
      'jane@-example.com',
      'jane@example..com',
      '.jane@example.com',
      'jane.@example.com',
      'jane@1.2.3.4',
      'jane@example.123',
      `${'j'.repeat(65)}@example.com`,
      `j@${'a.'.repeat(130)}com`,
    ]
    expect(taken('email', bad)).toEqual([])
  })

  it('has at most 254 characters', () => {
    const long = `jane@${'a'.repeat(60)}.${'a'.repeat(60)}.${'a'.repeat(60)}.${'a'.repeat(60)}.abcde`
    expect(long).toHaveLength(254)
    expect(taken('email', [long, `x${long}`])).toEqual([long])
  })

  it('is read in no time, however long the text is', () => {
    const started = performance.now()
    for (const text of ['a'.repeat(100_000), `a@${'a-'.repeat(50_000)}`, '@'.repeat(100_000)]) {
      expect(read('email', text)).toBeUndefined()
    }
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

describe('an IP address', () => {
  it('is version 4 or 6', () => {
    const good = ['1.2.3.4', '::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4']
    expect(taken('ip', good)).toEqual(good)
    const bad = ['1.2.3', '1.2.3.256', '01.2.3.4', ':::', '1::2::3', '1:2:3:4:5:6:7', '12345::']
    expect(taken('ip', bad)).toEqual([])
    expect(taken('ip', ['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '::1%eth0', 'g::'])).toEqual([])
    expect(taken('ip', ['1:2:3::4:5:6::7:8'])).toEqual([])
  })

  it('of version 6 has eight groups, or fewer around one gap; the last two may be version 4', () => {
    const good = [
      '::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      '1:2:3:4:5:6:1.2.3.4',
      '::2:3:4:5:6:1.2.3.4',
      '0000:0000:0000:0000:0000:ffff:255.255.255.255',
    ]
    expect(taken('ip', good)).toEqual(good)
    const bad = [
      '1:2:3:4:5:1.2.3.4',
      '1:2:3:4:5:6:7:1.2.3.4',
      '1.2.3.4:1:2:3:4:5:6',
      '1.2.3.4::1',
      '1:g::',
      'g:1::',
      '::g:1.2.3.4',
      '::1:g:1.2.3.4',
      '::g:1:1.2.3.4',
      `::${'0'.repeat(50)}1`,
    ]
    expect(taken('ip', bad)).toEqual([])
  })
})

describe('account numbers', () => {
  it('keep zeros and letters (SEP09-29)', () => {
    expect(read('account', '000123')).toBe('000123')
    expect(read('account', '1000990004')).toBe('1000990004')
  })

  it('that look like an IBAN have right check digits; blanks are dropped', () => {
    expect(read('account', 'DE89 3704 0044 0532 0130 00')).toBe('DE89370400440532013000')
    expect(read('account', 'DE88370400440532013000')).toBeUndefined()
    expect(isIban('GB82WEST12345698765432')).toBe(true)
    expect(isIban('MT84MALT011000012345MTLCAST001S')).toBe(true)
    const formless = ['de89370400440532013000', 'DE933704004405']
    expect(formless.filter(isIban)).toEqual([])
  })

  it('as CLABE and CBU have right check digits (SEP09-31)', () => {
    expect(isClabe('032180000118359719')).toBe(true)
    expect(isClabe('032180000118359718')).toBe(false)
    expect(isClabe('0321800001183597199')).toBe(false)
    expect(isCbu('2850590940090418135201')).toBe(true)
    expect(isCbu('2850590940090418135202')).toBe(false)
    expect(isCbu('2850591940090418135201')).toBe(false)
    expect(isCbu('28505909040090418135201')).toBe(false)
    expect(isCbu('2850506040090418135201')).toBe(true)
  })

  it('end a CLABE with the digit that makes the weighted sum a multiple of ten', () => {
    const digit = fc.integer({ min: 0, max: 9 })
    fc.assert(
      fc.property(fc.array(digit, { minLength: 17, maxLength: 17 }), (digits) => {
        const weights = [3, 7, 1]
        const sum = digits.reduce((all, one, place) => all + one * (weights[place % 3] ?? 0), 0)
        const right = (10 - (sum % 10)) % 10
        const ends = Array.from({ length: 10 }, (_, end) => isClabe(`${digits.join('')}${end}`))
        expect(ends.flatMap((isRight, end) => (isRight ? [end] : []))).toEqual([right])
      }),
    )
  })

  it('are refused as CLABE, CBU or IBAN when any one digit is another', () => {
    const numbers = [
      [isClabe, '032180000118359719'],
      [isCbu, '2850590940090418135201'],
      [isIban, 'DE89370400440532013000'],
    ] as const
    for (const [isRight, number] of numbers) {
      fc.assert(
        fc.property(fc.nat(number.length - 1), fc.nat(9), (place, digit) => {
          const other = number.slice(0, place) + String(digit) + number.slice(place + 1)
          expect(isRight(other)).toBe(other === number)
        }),
      )
    }
  })
})

describe('text', () => {
  it('is composed, trimmed and free of control characters (SEP09-32)', () => {
    expect(read('text', '  Rene\u0301e\u0000\u0007 ')).toBe('Ren\u00e9e')
  })

  it('of an address keeps its lines (SEP09-28)', () => {
    expect(read('lines', 'Main St 1\r\n12345 Town\r')).toBe('Main St 1\n12345 Town')
  })

  it('read again is as it was', () => {
    const forms: readonly ValueForm[] = ['text', 'lines', 'email', 'country', 'day', 'account']
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.string({ unit: 'grapheme' }), (form, text) => {
        const once = read(form, text)
        expect(once === undefined ? undefined : read(form, once)).toBe(once)
      }),
    )
  })
})
