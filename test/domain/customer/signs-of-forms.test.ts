import { describe, expect, it } from 'vitest'
import { looksLikeIban } from '../../../src/domain/customer/check-digits.ts'
import { readFields } from '../../../src/domain/customer/read-fields.ts'
import { readValue } from '../../../src/domain/customer/value-form.ts'
import type { ValueForm } from '../../../src/domain/customer/value-form.ts'
import { capitals, digits, signsThatFit, sorted } from '../../builders/letters.ts'

const takes = (form: ValueForm, text: string): boolean => readValue(form, text).ok
const taken = (form: ValueForm, texts: readonly string[]): readonly string[] =>
  texts.filter((text) => takes(form, text))
const hex = sorted(`${digits}abcdefABCDEF`)

describe('a sign in the middle', () => {
  it.each<[ValueForm, string, string]>([
    ['phone', '+_1', digits.slice(1)],
    ['phone', '+1_1', digits],
    ['occupation', '1_1', digits],
    ['count', '1_1', digits],
    ['ip', '1:_:3:4:5:6:7:8', hex],
    ['ip', '1.1_1.1.1', digits],
    ['ip', '1._.1.1', digits],
    ['cardMonth', '29-0_', digits.slice(1)],
    ['cardMonth', '29-1_', '012'],
  ])('of %s, as in %s, is one of: %s', (form, text, expected) => {
    expect(signsThatFit((each) => takes(form, each), text)).toBe(expected)
  })

  it('of what looks like an IBAN is a capital, a digit, or either', () => {
    // blanks mean nothing in it
    const fits = (text: string) => signsThatFit(looksLikeIban, text).replace(' ', '')
    expect(fits('_E89370400440532013000')).toBe(capitals)
    expect(fits('D_89370400440532013000')).toBe(capitals)
    expect(fits('DE_9370400440532013000')).toBe(digits)
    expect(fits('DE8_370400440532013000')).toBe(digits)
    expect(fits('DE89_370400440532013000')).toBe(sorted(digits + capitals))
  })

  it('of the name in an e-mail address is none that addresses are made of', () => {
    const fits = signsThatFit((text) => takes('email', text), 'a_b@example.com')
    const others = signsThatFit((sign) => !fits.includes(sign))
    expect(others).toBe(sorted(' "(),:;<>@[\\]'))
  })

  it('of a label is a letter, a digit or a hyphen, and no hyphen at its ends', () => {
    const withoutHyphen = signsThatFit((sign) => /[\p{L}\p{N}]/u.test(sign))
    expect(withoutHyphen).toMatch(/^[0-9]{10}[A-Z]{26}[a-z]{26}.{7}$/u)
    const fits = (text: string) => signsThatFit((each) => takes('email', each), text)
    expect(['a@x._b.com', 'a@x.b_.com', 'a@x._.com'].map(fits)).toEqual(
      Array(3).fill(withoutHyphen),
    )
    expect(fits('a@b_b.com')).toBe(`-.${withoutHyphen}`)
  })
})

describe('the length', () => {
  const lengths = (count: number, take: (length: number) => boolean): readonly number[] =>
    Array.from({ length: count }, (_, length) => length).filter(take)

  it.each<[ValueForm, number, number]>([
    ['phone', 2, 15],
    ['occupation', 1, 4],
    ['count', 1, 9],
  ])('of %s is of %i to %i digits', (form, least, most) => {
    const plus = form === 'phone' ? '+' : ''
    const found = lengths(20, (length) => takes(form, plus + '1'.repeat(length)))
    expect([found[0], found.at(-1), found.length]).toEqual([least, most, most - least + 1])
  })

  it('of what looks like an IBAN is 15 to 34 signs', () => {
    const found = lengths(40, (length) => looksLikeIban('DE89'.padEnd(length, '1')))
    expect([found[0], found.at(-1)]).toEqual([15, 34])
    expect(['+DE893704004405320130', 'DE893704004405320130+'].filter(looksLikeIban)).toEqual([])
  })

  it('of the name in an e-mail address is 1 to 64, that of a label 1 to 63', () => {
    const ofName = lengths(70, (length) => takes('email', `${'a'.repeat(length)}@example.com`))
    const ofLabel = lengths(70, (length) => takes('email', `a@${'b'.repeat(length)}.com`))
    expect([ofName[0], ofName.at(-1), ofLabel[0], ofLabel.at(-1)]).toEqual([1, 64, 1, 63])
    const ofLetters = [64, 65].filter((length) => takes('email', `${'𝒳'.repeat(length)}@a.com`))
    expect(ofLetters).toEqual([64])
  })

  it('of a group of an address is 1 to 4', () => {
    const found = lengths(6, (length) => takes('ip', `::1:${'f'.repeat(length)}`))
    expect(found).toEqual([1, 2, 3, 4])
  })
})

describe('nothing before or after', () => {
  it.each<[ValueForm, string]>([
    ['phone', '+14155550100'],
    ['occupation', '251'],
    ['count', '7'],
    ['cardMonth', '29-11'],
    ['day', '1976-07-04'],
    ['ip', '1:2:3:4:5:6:7:8'],
    ['ip', '1.2.3.4'],
    ['clabe', '032180000118359719'],
    ['cbu', '2850590940090418135201'],
  ])('belongs to %s: %s', (form, text) => {
    expect(taken(form, [`/${text}`, `${text}/`, text])).toEqual([text])
  })

  it('belongs to the name of a file id or a code', () => {
    const read = (name: string) =>
      readFields(new Map([[name, { kind: 'text', text: 'x' } as const]]), {
        stored: {},
        choices: new Map(),
        validation: 'formats',
        today: '2026-03-01',
      })
    const nothing = { values: new Map(), files: new Map(), fileIds: new Map(), codes: new Map() }
    const inLines = ['x\nemail_address_verification', 'x\nphoto_id_front_file_id']
    for (const name of ['email_address_verification_x', 'photo_id_front_file_ids', ...inLines]) {
      expect(read(name)).toEqual({ ok: true, value: nothing })
    }
    expect(read('email_address_verification')).toMatchObject({
      value: { codes: new Map([['email_address', 'x']]) },
    })
  })
})

describe('numbers in a form', () => {
  it('of an octet are 0 to 255 and have no needless zero', () => {
    const texts = Array.from({ length: 1_100 }, (_, octet) => `${octet}`)
    const good = texts.filter((octet) => takes('ip', `1.2.${octet}.4`))
    expect(good).toEqual(texts.slice(0, 256))
    expect(['00', '01', '007', ''].filter((octet) => takes('ip', `1.2.${octet}.4`))).toEqual([])
  })

  it('of a month are 01 to 12, of a year two digits', () => {
    const months = Array.from({ length: 100 }, (_, month) => `29-${`${month}`.padStart(2, '0')}`)
    expect(taken('cardMonth', months)).toEqual(months.slice(1, 13))
    expect(taken('cardMonth', ['9-11', '029-11', '29-1', '29-011'])).toEqual([])
  })

  it('of shareholders are whole, nought included', () => {
    expect(taken('count', ['0', '9', '10', '00', '01', '1.0', '-1', '+1'])).toEqual([
      '0',
      '9',
      '10',
    ])
  })

  it('end no domain: its last label has a letter', () => {
    const endings = ['c1', '1c', '9012345678', '1', 'com']
    const good = endings.filter((ending) => takes('email', `a@example.${ending}`))
    expect(good).toEqual(['c1', '1c', 'com'])
  })
})

describe('the time of a timestamp', () => {
  it.each([
    'T23:59',
    'T23:59Z',
    'T23:59:59',
    'T23:59:59.1',
    'T23:59:59.123456789Z',
    'T23:59+01:00',
    'T23:59:59-0100',
  ])('may be %s, and is dropped (SEP09-17)', (time) => {
    expect(readValue('day', `1976-07-04${time}`)).toEqual({ ok: true, value: '1976-07-04' })
  })

  it.each([
    'T',
    'T23',
    'T3:59',
    'T123:59',
    'T23:5',
    'T23:599',
    'T23:59:5',
    'T23:59:599',
    'T23:59:59.',
    'T23:59:59.1234567890',
    'T23:59ZZ',
    'T23:59+1:00',
    'T23:59+001:00',
    'T23:59+01:0',
    'T23:59+01:000',
    'T23:59z',
    'Z',
    ' 23:59',
  ])('is not %j (SEP09-19)', (time) => {
    expect(takes('day', `1976-07-04${time}`)).toBe(false)
  })

  it('follows a year of four digits, a month and a day of two', () => {
    const texts = ['976-07-04', '11976-07-04', '1976-7-04', '1976-007-04', '1976-07-4']
    expect(taken('day', [...texts, '1976-07-004', '1976-07-04'])).toEqual(['1976-07-04'])
  })
})

describe('lines', () => {
  it('end as on any system, and hold no other control character (SEP09-28)', () => {
    expect(readValue('lines', 'a\rb\r\nc\nd\te\u0007f')).toEqual({
      ok: true,
      value: 'a\nb\nc\ndef',
    })
  })
})
