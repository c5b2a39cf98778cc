import { describe, expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { clearanceOf } from '../../../src/domain/transaction/parties.ts'
import type { Clearance } from '../../../src/domain/transaction/parties.ts'
import { customerTypes } from '../../builders/customer-types.ts'

const at = new Date('2026-03-01T12:00:00Z')
const names = ['first_name', 'last_name', 'email_address']

/** A party whose customer stands so. */
function party(standing: 'accepted' | 'processing' | 'wanting' | 'rejected') {
  const status = standing === 'processing' ? 'PROCESSING' : 'ACCEPTED'
  const given = standing === 'wanting' ? names.slice(1) : names
  const customer: Customer = {
    id: 'c',
    key: { account: 'G' },
    fields: Object.fromEntries(given.map((name) => [name, { value: 'x', status }])),
    ...(standing === 'rejected' && { rejected: 'On a list' }),
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
  return { customer, type: 'sep31-sender' }
}

describe('what two customers allow together', () => {
  it.each<[Parameters<typeof party>[0], Parameters<typeof party>[0], Clearance]>([
    ['accepted', 'accepted', 'cleared'],
    ['accepted', 'processing', 'checking'],
    ['processing', 'wanting', 'infoMissing'],
    ['accepted', 'wanting', 'infoMissing'],
    ['wanting', 'rejected', 'declined'],
    ['processing', 'rejected', 'declined'],
  ])('is, with one %s and one %s: %s (SEP31-41, SEP31-60)', (one, other, clearance) => {
    const types = customerTypes()
    expect(clearanceOf([party(one), party(other)], types)).toBe(clearance)
    expect(clearanceOf([party(other), party(one)], types)).toBe(clearance)
  })

  it.each([
    ['accepted', 'infoMissing'],
    ['rejected', 'declined'],
  ] as const)(
    'is, with one %s for a type that is configured no more: %s',
    (standing, clearance) => {
      const once = { ...party(standing), type: 'once' }
      expect(clearanceOf([party('accepted'), once], customerTypes())).toBe(clearance)
    },
  )

  it('asks nothing of a side without a type', () => {
    expect(clearanceOf([{}, party('accepted')], customerTypes())).toBe('cleared')
  })
})
