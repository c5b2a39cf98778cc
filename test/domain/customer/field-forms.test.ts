import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../src/domain/customer/read-fields.ts'
import { readFields } from '../../../src/domain/customer/read-fields.ts'
import { sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'
import { readValue } from '../../../src/domain/customer/value-form.ts'
import type { ValueForm } from '../../../src/domain/customer/value-form.ts'

const reading: Reading = {
  stored: {},
  choices: new Map(),
  validation: 'formats',
  today: '2026-03-01',
}

/** Whether the field takes this text. */
function takes(name: string, text: string): boolean {
  return readFields(new Map([[name, { kind: 'text', text } as const]]), reading).ok
}

/** The form of every field that is not free text: written down here a second time on purpose. */
const forms = [
  {
    rule: 'a country in three letters (SEP09-15)',
    names: [
      'address_country_code',
      'birth_country_code',
      'id_country_code',
      'organization.address_country_code',
    ],
    good: ['DEU'],
    bad: ['XXX', 'Germany'],
  },
  {
    rule: 'a country in two letters (SEP09-15)',
    names: ['card.country_code'],
    good: ['DE'],
    bad: ['DEU', 'XX'],
  },
  {
    rule: 'a day (SEP09-17)',
    names: ['birth_date', 'id_issue_date', 'id_expiration_date'],
    good: ['2024-02-29'],
    bad: ['2023-02-29', '29.02.2024'],
  },
  {
    rule: 'a phone number of E.164 (SEP09-22)',
    names: [
      'mobile_number',
      'bank_phone_number',
      'organization.bank_phone_number',
      'mobile_money_number',
      'organization.mobile_money_number',
      'organization.phone',
    ],
    good: ['+14155550100'],
    bad: ['14155550100', '+0123', 'call me'],
  },
  {
    rule: 'one of two kinds of account (SEP09-25)',
    names: ['bank_account_type', 'organization.bank_account_type'],
    good: ['checking', 'savings'],
    bad: ['other', 'Checking'],
  },
  {
    rule: 'one of three words (SEP09-25)',
    names: ['sex'],
    good: ['male', 'female', 'other'],
    bad: ['m', 'none'],
  },
  {
    rule: 'a code of ISCO-08 (SEP09-26)',
    names: ['occupation'],
    good: ['251', '0110'],
    bad: ['baker', '25111'],
  },
  { rule: 'a language (SEP09-27)', names: ['language_code'], good: ['en'], bad: ['xx', 'eng'] },
  {
    rule: 'an account with check digits (SEP09-31)',
    names: ['clabe_number', 'organization.clabe_number', 'cbu_number', 'organization.cbu_number'],
    good: [],
    bad: ['1', '123456789012345678', '1234567890123456789012'],
  },
  {
    rule: 'a year and a month (SEP09-39)',
    names: ['card.expiration_date'],
    good: ['29-11'],
    bad: ['29-13', '11/29'],
  },
  {
    rule: 'an e-mail address',
    names: ['email_address', 'organization.email'],
    good: ['ada@example.com'],
    bad: ['ada'],
  },
  { rule: 'a count', names: ['organization.number_of_shareholders'], good: ['3'], bad: ['-1'] },
  { rule: 'an IP address', names: ['ip_address'], good: ['192.0.2.1', '::1'], bad: ['home'] },
  {
    rule: 'nothing: it is not kept (SEP09-42)',
    names: ['card.number', 'card.cvc'],
    good: [],
    bad: ['4111111111111111', '123'],
  },
]

describe.each(forms)('$rule', ({ names, good, bad }) => {
  it.each(names)('is what %s takes, and nothing else', (name) => {
    expect([...good, ...bad].filter((text) => takes(name, text))).toEqual(good)
  })
})

it('is every other field of text as it comes (SEP09-21, SEP09-29)', () => {
  const known = new Set(forms.flatMap(({ names }) => names))
  const others = [...sep9Fields.values()].filter(
    ({ name, kind }) => kind !== 'binary' && !known.has(name),
  )
  expect(others.length).toBeGreaterThan(40)
  const refused = others.filter(({ name }) => !takes(name, '007 Überall'))
  expect(refused.map(({ name }) => name)).toEqual([])
})

describe('a value that does not have its form', () => {
  it.each<[ValueForm, string]>([
    ['country', 'a country code of ISO 3166-1 alpha-3, e.g. DEU'],
    ['cardCountry', 'a country code of ISO 3166-1 alpha-2, e.g. DE'],
    ['language', 'a language code of ISO 639-1, e.g. en'],
    ['day', 'a date that exists, written YYYY-MM-DD'],
    ['cardMonth', 'a year and month written YY-MM, e.g. 29-11'],
    ['phone', 'a phone number in E.164 format, e.g. +14155550100'],
    ['email', 'an e-mail address'],
    ['account', 'an account number; the check digits of this IBAN are wrong'],
    ['clabe', 'a CLABE of 18 digits with a right check digit'],
    ['cbu', 'a CBU or CVU of 22 digits with right check digits'],
    ['occupation', 'an ISCO-08 code, e.g. 251'],
    ['count', 'a whole number'],
    ['ip', 'an IP address of version 4 or 6'],
    ['binary', 'a file, sent as multipart/form-data'],
  ])(
    'of %s is told that it must be %s, and the example has the form (SEP12-75)',
    (form, wanted) => {
      const wrong = form === 'account' ? 'DE88370400440532013000' : '?'
      expect(readValue(form, wrong)).toEqual({ ok: false, refusal: { code: 'wrong_form', wanted } })
      const [, example] = /e\.g\. (\S+)$/.exec(wanted) ?? []
      expect(example === undefined || readValue(form, example).ok).toBe(true)
    },
  )
})

it('each field says in words what it holds, and which standard it is written in (SEP12-61)', () => {
  const standards: Partial<Record<ValueForm, RegExp>> = {
    country: /, ISO 3166-1 alpha-3$/,
    cardCountry: /, ISO 3166-1 alpha-2$/,
    language: /, ISO 639-1$/,
    day: /, YYYY-MM-DD$/,
    cardMonth: /, YY-MM$/,
    phone: /, E\.164$/,
    occupation: / as ISCO-08 code$/,
    binary: /, as a picture \(JPEG or PNG\) or PDF$|^Picture or video .* as proof of liveness$/,
  }
  const wrong = [...sep9Fields.values()].filter(
    ({ form, description }) =>
      !/^[A-Z].{2}/.test(description) || !(standards[form] ?? /(\w|, …)$/).test(description),
  )
  expect(wrong.map(({ name, description }) => `${name}: ${description}`)).toEqual([])
})
