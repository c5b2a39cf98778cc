import { describe, expect, it } from 'vitest'
import type { ProvidedFields } from '../../../src/domain/customer/customer.ts'
import { readFields } from '../../../src/domain/customer/read-fields.ts'
import type { Validation } from '../../../src/domain/customer/customer-type.ts'

type Values = Readonly<Record<string, string>>

/** What is told of the first bad value. */
function faultOf(values: Values, known: Values = {}, validation: Validation = 'full') {
  const sent = Object.entries(values).map(
    ([name, text]) => [name, { kind: 'text', text } as const] as const,
  )
  const stored: ProvidedFields = Object.fromEntries(
    Object.entries(known).map(([name, value]) => [name, { value, status: 'ACCEPTED' }]),
  )
  const reading = { stored, choices: new Map(), validation, today: '2026-03-01' }
  const read = readFields(new Map(sent), reading)
  return read.ok ? 'none' : [read.refusal.field, read.refusal.reason]
}

const empty = 'is empty; leave it out, or send a value'
const future = 'lies in the future'

describe('of several bad values', () => {
  it('the one that was sent first is named (SEP12-75, SEP12-76)', () => {
    expect(faultOf({ last_name: 'Doe', city: '', tax_id: '' })).toEqual(['city', empty])
    expect(faultOf({ tax_id: '', last_name: 'Doe', city: '' })).toEqual(['tax_id', empty])
  })

  it('one without its form is named before one that cannot be true (SEP09-20)', () => {
    expect(faultOf({ birth_date: '2031-01-01', city: '' })).toEqual(['city', empty])
  })

  it.each<[string, string, Values, Values]>([
    [
      'birth_date',
      future,
      { id_expiration_date: '2020-01-01', id_issue_date: '2027-01-01', birth_date: '2028-01-01' },
      {},
    ],
    [
      'birth_date',
      'lies too far in the past',
      { id_issue_date: '2027-01-01', birth_date: '1889-12-31' },
      {},
    ],
    ['id_issue_date', future, { id_issue_date: '2027-01-01' }, { birth_date: '2028-01-01' }],
    [
      'id_issue_date',
      'lies before the date of birth',
      { id_expiration_date: '2025-01-01', id_issue_date: '1980-01-01' },
      { birth_date: '1990-01-01' },
    ],
    [
      'id_expiration_date',
      'is past; a valid document is needed',
      { id_expiration_date: '2019-01-01', id_issue_date: '2020-01-01' },
      {},
    ],
  ])('of dates it is %s, which %s (SEP09-20)', (...[field, reason, values, known]) => {
    expect(faultOf(values, known)).toEqual([field, reason])
    expect(faultOf(values, known, 'formats')).toBe('none')
  })
})
