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
    expect(read({ email_address_verification: { kind: 'number', text: '123456' } })).toBe(
      'email_address_verification: must be text',
    )
  })
})
