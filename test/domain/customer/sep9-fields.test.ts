import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sep9Field, sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'

const text = readFileSync(new URL('sep-9-names.txt', import.meta.url), 'utf8')
const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('the table of SEP-9 fields', () => {
  it('knows every name of SEP-9 1.18.0, spelt exactly (SEP09-01)', () => {
    expect(names.filter((name) => sep9Field(name) === undefined)).toEqual([])
    expect(sep9Field('organization.vat_number')).toBeUndefined()
    expect(sep9Field('Organization.VAT_number')).toBeUndefined()
  })

  it('knows no name that SEP-9 does not have, but its financial fields of organizations (SEP09-12)', () => {
    const known = new Set(names)
    const further = [...sep9Fields.keys()].filter((name) => !known.has(name))
    expect(further.every((name) => known.has(name.replace('organization.', '')))).toBe(true)
    expect(sep9Field('organization.bank_account_number')).toBeDefined()
  })

  it('keeps synonyms as one datum (SEP09-06, SEP09-30, SEP09-35)', () => {
    const kept = {
      family_name: 'last_name',
      given_name: 'first_name',
      crypto_memo: 'external_transfer_memo',
      'organization.crypto_memo': 'organization.external_transfer_memo',
      photo_proof_of_income: 'proof_of_income',
    }
    const all = [...new Set([...names, ...Object.keys(kept)])]
    const others = all.filter((name) => sep9Field(name)?.name !== name)
    const found = others.map((name) => [name, sep9Field(name)?.name])
    expect(Object.fromEntries(found)).toEqual(kept)
    for (const [name, as] of Object.entries(kept)) expect(sep9Field(name)).toBe(sep9Field(as))
  })

  it('takes 256 characters of most fields, and of these more or less', () => {
    const other = [...sep9Fields.values()].filter(({ lengthMax }) => lengthMax !== 256)
    expect(Object.fromEntries(other.map(({ name, lengthMax }) => [name, lengthMax]))).toEqual({
      address: 1000,
      employer_address: 1000,
      'organization.registered_address': 1000,
      'card.address': 1000,
      mobile_number: 128,
      postal_code: 32,
      'organization.postal_code': 32,
      'card.postal_code': 32,
    })
  })

  it('has each of them with its kind, form, length, choices and words, as written down here (SEP12-61)', () => {
    const table = readFileSync(new URL('sep-9-fields.txt', import.meta.url), 'utf8')
    const lines = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const told = [...sep9Fields.values()].map((field) => {
      const { name, kind, form, lengthMax, choices = [], description, notTaken } = field
      const parts = [name, kind, form, lengthMax, choices.join(', '), description]
      return [...parts, ...(notTaken === undefined ? [] : [notTaken])].join(' | ')
    })
    expect(told).toEqual(lines)
  })

  it('has these binary fields and no others (SEP09-34)', () => {
    const binary = [...sep9Fields.values()].filter(({ kind }) => kind === 'binary')
    expect(binary.map(({ name }) => name).toSorted()).toEqual([
      'notary_approval_of_photo_id',
      'organization.photo_incorporation_doc',
      'organization.photo_proof_address',
      'photo_id_back',
      'photo_id_front',
      'photo_proof_residence',
      'proof_of_income',
      'proof_of_liveness',
    ])
  })

  it('finds nothing under names of the prototype (SEP09-13)', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      expect(sep9Field(name)).toBeUndefined()
    }
  })

  it('describes each field (SEP12-61)', () => {
    expect([...sep9Fields.values()].every(({ description }) => description !== '')).toBe(true)
  })
})
