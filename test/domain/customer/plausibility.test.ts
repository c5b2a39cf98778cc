import { describe, expect, it } from 'vitest'
import type { ProvidedFields } from '../../../src/domain/customer/customer.ts'
import { implausible } from '../../../src/domain/customer/plausibility.ts'

type Dates = Readonly<Record<string, string>>

function faultOf(sent: Dates, known: Dates = {}): string {
  const stored: ProvidedFields = Object.fromEntries(
    Object.entries(known).map(([name, value]) => [name, { value, status: 'ACCEPTED' }]),
  )
  const fault = implausible(new Map(Object.entries(sent)), { stored, today: '2026-03-01' })
  return fault === undefined ? 'none' : `${fault.field} ${fault.reason}`
}

describe('dates that cannot be true (SEP09-20)', () => {
  it.each<[Dates, string]>([
    [{ birth_date: '2026-03-01' }, 'none'],
    [{ birth_date: '2026-03-02' }, 'birth_date lies in the future'],
    [{ birth_date: '1890-01-01' }, 'none'],
    [{ birth_date: '1889-12-31' }, 'birth_date lies too far in the past'],
    [{ id_issue_date: '2026-03-01' }, 'none'],
    [{ id_issue_date: '2026-03-02' }, 'id_issue_date lies in the future'],
    [{ birth_date: '2020-01-02', id_issue_date: '2020-01-02' }, 'none'],
    [
      { birth_date: '2020-01-02', id_issue_date: '2020-01-01' },
      'id_issue_date lies before the date of birth',
    ],
    [{ id_expiration_date: '2026-03-01' }, 'none'],
    [
      { id_expiration_date: '2026-02-28' },
      'id_expiration_date is past; a valid document is needed',
    ],
  ])('of %j: %s', (sent, fault) => {
    expect(faultOf(sent)).toBe(fault)
  })

  it('are looked at together with those that are known', () => {
    expect(faultOf({ id_issue_date: '1989-12-31' }, { birth_date: '1990-01-01' })).toBe(
      'id_issue_date lies before the date of birth',
    )
    expect(faultOf({ id_expiration_date: '2026-12-31' }, { id_issue_date: '2027-01-01' })).toBe(
      'id_expiration_date lies before the date of issue',
    )
  })

  it('are named by the first rule that is broken, of those that were sent', () => {
    const all = {
      birth_date: '2030-01-01',
      id_issue_date: '2028-01-01',
      id_expiration_date: '2025-01-01',
    }
    expect(faultOf(all)).toBe('birth_date lies in the future')
    expect(faultOf({ ...all, birth_date: '1800-01-01' })).toMatch(/^birth_date .* too far/)
    const { birth_date: birth, ...papers } = all
    expect(faultOf(papers, { birth_date: birth })).toBe('id_issue_date lies in the future')
    const early = { ...papers, id_issue_date: '2020-01-01' }
    expect(faultOf(early, { birth_date: birth })).toMatch(/^id_issue_date lies before/)
    const later = { birth_date: '1990-01-01', ...papers, id_issue_date: '2026-02-01' }
    expect(faultOf(later)).toMatch(/^id_expiration_date is past/)
    expect(faultOf({ id_expiration_date: '2025-01-01' }, papers)).toMatch(/is past/)
  })

  it('are those that were sent, in the place of those that were known', () => {
    const known = { birth_date: '2030-01-01', id_issue_date: '2025-01-01' }
    expect(faultOf({ birth_date: '1990-01-01' }, known)).toBe('none')
    expect(faultOf({ birth_date: '2026-01-01' }, known)).toBe('none')
    const lapsing = { id_expiration_date: '2026-12-31' }
    expect(faultOf({ id_issue_date: '2026-02-01' }, { ...lapsing, ...known })).toMatch(/of birth$/)
    expect(faultOf({ id_issue_date: '2026-02-01' }, lapsing)).toBe('none')
  })

  it('are not held against who sends something else, as when a document lapsed since', () => {
    const lapsed = { id_issue_date: '2015-01-01', id_expiration_date: '2025-01-01' }
    expect(faultOf({ last_name: 'Doe' }, lapsed)).toBe('none')
    expect(faultOf({ birth_date: '1990-01-01' }, lapsed)).toBe('none')
    expect(faultOf(lapsed)).toMatch(/^id_expiration_date is past/)
  })
})
