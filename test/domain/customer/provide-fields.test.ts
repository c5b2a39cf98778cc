import { describe, expect, it } from 'vitest'
import type { ProvidedFields } from '../../../src/domain/customer/customer.ts'
import {
  changedFields,
  provideFields,
  verifyFields,
} from '../../../src/domain/customer/provide-fields.ts'

const known: ProvidedFields = {
  city: { value: 'Bonn', status: 'REJECTED', error: 'There is no such city' },
  mobile_number: { value: '+1', status: 'ACCEPTED', verified: true },
  photo_id_front: { value: 'file-1', status: 'ACCEPTED', digest: 'd' },
}
const given = (values: Readonly<Record<string, { value: string; digest?: string }>>) =>
  provideFields(known, new Map(Object.entries(values)))

describe('a value that is sent', () => {
  it('again changes nothing at all (SEP12-70)', () => {
    const same = {
      mobile_number: { value: '+1' },
      photo_id_front: { value: 'file-2', digest: 'd' },
    }
    expect(given(same)).toBe(known)
    expect(given({ photo_id_front: { value: 'file-1' } })).toBe(known)
    const photo_id_front = { value: 'file-1', digest: 'e' }
    expect([...changedFields(known, given({ photo_id_front }))]).toEqual(['photo_id_front'])
    expect(verifyFields(known, [])).toBe(known)
  })

  it('anew loses all that was decided about the old one (SEP12-79, SEP12-96)', () => {
    const fields = given({ city: { value: 'Ulm' }, mobile_number: { value: '+2' } })
    expect(fields).toEqual({
      ...known,
      city: { value: 'Ulm', status: 'ACCEPTED' },
      mobile_number: { value: '+2', status: 'ACCEPTED' },
    })
    expect([...changedFields(known, fields)].toSorted()).toEqual(['city', 'mobile_number'])
  })

  it('beside others that are new keeps what was decided about it (SEP12-70, SEP12-79)', () => {
    const same = { mobile_number: { value: '+1' }, city: { value: 'Bonn' } }
    const photo_id_front = { value: 'file-2', digest: 'd' }
    expect(given({ ...same, photo_id_front, tax_id: { value: '1' } })).toEqual({
      ...known,
      tax_id: { value: '1', status: 'ACCEPTED' },
    })
  })

  it('counts as changed when it is new, and not when it was only confirmed (SEP12-79)', () => {
    const fields = { ...known, tax_id: { value: '1', status: 'ACCEPTED' } as const }
    const verified = verifyFields(fields, ['tax_id', 'city', 'unknown'])
    expect(verified['tax_id']?.verified).toBe(true)
    expect(Object.keys(verified)).toEqual(Object.keys(fields))
    expect([...changedFields(fields, verified)]).toEqual([])
    expect([...changedFields(known, fields)]).toEqual(['tax_id'])
  })

  it('is kept as it came, with the fingerprint of a file that is another (SEP12-79)', () => {
    const photo_id_front = { value: 'file-2', digest: 'e' }
    const fields = given({ photo_id_front, tax_id: { value: '1' } })
    expect(fields).toEqual({
      ...known,
      photo_id_front: { ...photo_id_front, status: 'ACCEPTED' },
      tax_id: { value: '1', status: 'ACCEPTED' },
    })
    expect([...changedFields(known, fields)].toSorted()).toEqual(['photo_id_front', 'tax_id'])
    const both = verifyFields(fields, ['tax_id', 'city'])
    expect(both['tax_id']).toEqual({ value: '1', status: 'ACCEPTED', verified: true })
    expect(both['city']).toEqual({ ...known['city'], verified: true })
  })
})
