import { describe, expect, it } from 'vitest'
import { readFields } from '../../../src/domain/customer/read-fields.ts'
import type { Reading, SentValue } from '../../../src/domain/customer/read-fields.ts'

const reading: Reading = {
  stored: {},
  choices: new Map(),
  validation: 'formats',
  today: '2026-03-01',
}
const text = (value: string): SentValue => ({ kind: 'text', text: value })

function read(sent: Readonly<Record<string, SentValue | string>>, more: Partial<Reading> = {}) {
  const values = Object.entries(sent).map(
    ([name, value]) => [name, typeof value === 'string' ? text(value) : value] as const,
  )
  const outcome = readFields(new Map(values), { ...reading, ...more })
  return outcome.ok
    ? Object.fromEntries(outcome.value.values)
    : `${outcome.refusal.field}: ${outcome.refusal.reason}`
}

describe('reading SEP-9 fields', () => {
  it('keeps synonyms under one name (SEP09-06)', () => {
    expect(read({ family_name: 'Doe', given_name: 'Jane' })).toEqual({
      last_name: 'Doe',
      first_name: 'Jane',
    })
  })

  it('refuses synonyms that differ and takes those that agree (SEP09-08)', () => {
    expect(read({ family_name: 'Doe', last_name: 'Dough' })).toMatch(/^last_name: .*synonym/)
    expect(read({ family_name: 'Doe', last_name: 'Doe' })).toEqual({ last_name: 'Doe' })
  })

  it('keeps a mobile money number apart from the mobile number (SEP09-24)', () => {
    const numbers = { mobile_number: '+14155550100', mobile_money_number: '+254700000000' }
    expect(read(numbers)).toEqual(numbers)
  })

  it('takes numbers as number or as text, only where a number is meant (SEP09-26, SEP09-33)', () => {
    expect(read({ occupation: { kind: 'number', text: '251' } })).toEqual({ occupation: '251' })
    expect(read({ occupation: '011' })).toEqual({ occupation: '011' })
    expect(read({ bank_account_number: { kind: 'number', text: '1' } })).toMatch(/must be text/)
    expect(read({ occupation: { kind: 'number', text: '2.5' } })).toMatch(/^occupation: must be/)
  })

  it('refuses values outside of the choices, of SEP-9 or of the type (SEP09-25, SEP12-62)', () => {
    expect(read({ sex: 'female', bank_account_type: 'savings' })).toEqual({
      sex: 'female',
      bank_account_type: 'savings',
    })
    expect(read({ sex: 'F' })).toBe('sex: must be one of male, female, other')
    const choices = new Map([['id_type', ['passport']]])
    expect(read({ id_type: 'visa' }, { choices })).toBe('id_type: must be one of passport')
    expect(read({ id_type: 'visa' })).toEqual({ id_type: 'visa' })
    const ofName = { choices: new Map([['last_name', ['Doe', 'Roe']]]) }
    expect(read({ family_name: 'Poe' }, ofName)).toBe('family_name: must be one of Doe, Roe')
    expect(read({ family_name: ' Roe ' }, ofName)).toEqual({ last_name: 'Roe' })
  })

  it('says that a date is empty, and not that it is no date', () => {
    for (const birth_date of ['', ' ']) {
      expect(read({ birth_date })).toBe('birth_date: is empty; leave it out, or send a value')
    }
  })

  it('takes no code for a field it does not know, and leaves such a file id alone', () => {
    expect(read({ shoe_size_file_id: 'f' })).toEqual({})
    expect(read({ shoe_size_verification: '123456' })).toBe(
      'shoe_size_verification: names no field that awaits verification',
    )
    expect(read({ last_name_file_id: 'f' })).toBe(
      'last_name_file_id: names a field that holds no file',
    )
  })

  it('never takes card numbers and codes (SEP09-42)', () => {
    expect(read({ 'card.number': '4111111111111111' })).toMatch(/^card.number: is not taken/)
    expect(read({ 'card.cvc': '123' })).toMatch(/^card.cvc: is not taken/)
    expect(read({ 'card.token': 'tok_1' })).toEqual({ 'card.token': 'tok_1' })
  })

  it('bounds the length of each value (SEP09-32)', () => {
    expect(read({ city: 'x'.repeat(256) })).toEqual({ city: 'x'.repeat(256) })
    expect(read({ city: 'x'.repeat(257) })).toMatch(/too long/)
    expect(read({ city: '𝒳'.repeat(256) })).toEqual({ city: '𝒳'.repeat(256) })
    expect(read({ city: ` ${'x'.repeat(256)}\n` })).toEqual({ city: 'x'.repeat(256) })
    expect(read({ city: 'e\u0301'.repeat(256) })).toEqual({ city: 'é'.repeat(256) })
    const hash = { mobile_number_format: 'hash', mobile_number: 'x'.repeat(128) }
    expect(read(hash)).toEqual(hash)
    expect(read({ ...hash, mobile_number: 'x'.repeat(129) })).toMatch(/at most 128 characters/)
  })

  it('takes no file that its field may not hold, nor one twice under a synonym (SEP09-08, SEP09-37)', () => {
    const file = (bytes: string): SentValue => ({ kind: 'file', bytes: Buffer.from(bytes) })
    const video = file('\0\0\0\u0018ftypisom\0\0\0\0')
    const pdf = file('%PDF-1.7\n%%EOF')
    expect(read({ proof_of_liveness: video })).toEqual({})
    expect(read({ photo_id_front: video })).toMatch(/^photo_id_front: cannot be read/)
    expect(read({ proof_of_income: pdf })).toEqual({})
    expect(read({ proof_of_income: pdf, photo_proof_of_income: pdf })).toMatch(/synonym/)
  })

  it('takes codes and file ids without the blanks around them', () => {
    const sent = {
      email_address_verification: text(' 123456 '),
      photo_id_front_file_id: text(' f '),
    }
    const outcome = readFields(new Map(Object.entries(sent)), reading)
    const found = outcome.ok && [...outcome.value.codes, ...outcome.value.fileIds]
    expect(found).toEqual([
      ['email_address', '123456'],
      ['photo_id_front', 'f'],
    ])
  })

  it('refuses empty values, also those that consist of what is not kept', () => {
    expect(read({ city: ' ' })).toMatch(/^city: is empty/)
    expect(read({ city: '\u0001' })).toMatch(/^city: is empty/)
  })

  it('follows the format of a mobile number, sent or known (SEP09-22, SEP09-23)', () => {
    expect(read({ mobile_number: 'abc' })).toMatch(/E\.164/)
    expect(read({ mobile_number: 'abc', mobile_number_format: 'hash' })).toMatchObject({
      mobile_number: 'abc',
    })
    const stored = { mobile_number_format: { value: 'hash', status: 'ACCEPTED' as const } }
    expect(read({ mobile_number: 'abc' }, { stored })).toEqual({ mobile_number: 'abc' })
    expect(read({ mobile_number: 'abc', mobile_number_format: ' E.164 ' })).toMatch(/E\.164/)
    expect(read({ mobile_number: 'abc', mobile_number_format: 'E.164' }, { stored })).toMatch(
      /E\.164/,
    )
  })

  it('takes a birth place as text and what is implausible, unless validation is full (SEP09-21)', () => {
    expect(read({ birth_place: 'Springfield', birth_date: '2999-01-01' })).toEqual({
      birth_place: 'Springfield',
      birth_date: '2999-01-01',
    })
    expect(read({ birth_date: '2999-01-01' }, { validation: 'full' })).toMatch(/^birth_date/)
  })

  it('refuses what is no text at all: true, null, lists, objects', () => {
    expect(read({ city: { kind: 'other' } })).toBe('city: must be text')
    expect(read({ city: { kind: 'nested' } })).toBe('city: must be text')
    expect(read({ card: { kind: 'nested' } })).toMatch(/"card\.name"/)
    expect(read({ unknown: { kind: 'nested' } })).toEqual({})
    expect(read({ card: 'a text', organization: { kind: 'other' } })).toEqual({})
    const alike = ['organizations', 'organization.owner', 'my_card', 'cards', 'card.owner', 'Card']
    for (const name of alike) expect(read({ [name]: { kind: 'nested' } })).toEqual({})
    expect(read({ email_address_verification: { kind: 'number', text: '123456' } })).toBe(
      'email_address_verification: must be text',
    )
  })
})

describe('what is said of a field that is not taken', () => {
  const file = (bytes: string): SentValue => ({ kind: 'file', bytes: Buffer.from(bytes) })
  const pdf = file('%PDF-1.7\n%%EOF')
  const picture = 'a picture (JPEG, PNG) or a PDF that can be decoded'
  const card = 'is not taken here, as card numbers are not kept; send "card.token"'
  const twice = 'is given twice with different values, under a synonym'

  it.each<[string, SentValue | string, string]>([
    ['card.number', '', card],
    ['card.cvc', { kind: 'nested' }, card],
    ['city', { kind: 'other' }, 'must be text'],
    ['birth_date', ' ', 'is empty; leave it out, or send a value'],
    ['birth_date', 'today', 'must be a date that exists, written YYYY-MM-DD'],
    ['id_type', 'x'.repeat(257), 'is too long; at most 256 characters are kept'],
    ['postal_code', 'x'.repeat(33), 'is too long; at most 32 characters are kept'],
    ['id_type', 'visa', 'must be one of passport, id_card'],
    ['sex', 'male', 'must be one of other'],
    ['photo_id_front', 'f', 'must be sent as a file in multipart/form-data, or by its file id'],
    ['photo_id_front', file('text'), `cannot be read; it must be ${picture}`],
    ['last_name', pdf, 'must be text'],
    ['photo_id_front_file_id', pdf, 'must be text'],
    ['last_name_file_id', pdf, 'names a field that holds no file'],
    ['nothing_verification', { kind: 'other' }, 'names no field that awaits verification'],
    ['card', { kind: 'nested' }, 'is not read as an object; send flat keys such as "card.name"'],
    [
      'organization',
      { kind: 'nested' },
      'is not read as an object; send flat keys such as "organization.name"',
    ],
  ])('%s of %j: it %s (SEP12-75)', (name, value, reason) => {
    const choices = new Map([
      ['id_type', ['passport', 'id_card']],
      ['sex', ['other']],
    ])
    expect(read({ [name]: value }, { choices })).toBe(`${name}: ${reason}`)
  })

  it('is of the first one of several, in the order they were sent (SEP12-75)', () => {
    expect(read({ first_name: 'Ann', sex: 'F', city: '' })).toMatch(/^sex: /)
    expect(read({ city: '', first_name: 'Ann', sex: 'F' })).toMatch(/^city: /)
  })

  it('is of any two synonyms: values, codes, file ids and files (SEP09-08)', () => {
    expect(read({ given_name: 'Ann', city: 'Ulm', first_name: 'Bea' })).toBe(`first_name: ${twice}`)
    const codes = { given_name_verification: '1', first_name_verification: '2' }
    expect(read(codes)).toBe(`first_name_verification: ${twice}`)
    const ids = { proof_of_income_file_id: '1', photo_proof_of_income_file_id: '2' }
    expect(read(ids)).toBe(`photo_proof_of_income_file_id: ${twice}`)
    const files = { photo_proof_of_income: pdf, proof_of_income: pdf }
    expect(read(files)).toBe(`proof_of_income: ${twice}`)
  })

  it('is of a phone number in no format but E.164, unless it is that of the mobile (SEP09-22)', () => {
    const numbers = ['bank_phone_number', 'mobile_money_number', 'organization.phone']
    for (const name of numbers) {
      expect(read({ mobile_number_format: 'hash', [name]: 'abc' })).toMatch(/ in E\.164 format/)
    }
  })
})

it('keeps each part of what was sent by its kept name (SEP09-06)', () => {
  const bytes = Buffer.from('%PDF-1.7\n%%EOF')
  const sent = new Map<string, SentValue>([
    ['family_name', text(' Doe ')],
    ['city', text('Ulm')],
    ['photo_id_front', { kind: 'file', bytes }],
    ['photo_proof_of_income', { kind: 'file', bytes }],
    ['photo_id_back_file_id', text('f')],
    ['mobile_number_verification', text('123456')],
    ['unknown', text('x')],
  ])
  const file = { bytes, type: 'application/pdf' }
  expect(readFields(sent, reading)).toEqual({
    ok: true,
    value: {
      values: new Map([
        ['last_name', 'Doe'],
        ['city', 'Ulm'],
      ]),
      files: new Map([
        ['photo_id_front', file],
        ['proof_of_income', file],
      ]),
      fileIds: new Map([['photo_id_back', 'f']]),
      codes: new Map([['mobile_number', '123456']]),
    },
  })
})
