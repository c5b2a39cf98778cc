import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AskedField } from '../../../src/domain/customer/customer-type.ts'
import { plainField, readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import type { Customer, ProvidedField } from '../../../src/domain/customer/customer.ts'
import { sep9Field, sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'
import { isOpen, standingFor, usualTypeName } from '../../../src/domain/customer/standing.ts'
import { customerTypes } from '../../builders/customer-types.ts'

const at = new Date('2026-03-01T12:00:00Z')
const value = (more: Partial<ProvidedField> = {}): ProvidedField => ({
  value: 'x',
  status: 'ACCEPTED',
  ...more,
})
const aCustomer = (
  fields: Customer['fields'],
  more: Partial<Pick<Customer, 'rejected'>> = {},
): Customer => ({
  id: 'c',
  key: { account: 'G' },
  fields,
  version: 1,
  createdAt: at,
  updatedAt: at,
  ...more,
})
const asked = (type: string, validation: 'formats' | 'full' = 'formats'): readonly AskedField[] =>
  customerTypes(validation).byName.get(type) ?? []
const person = { first_name: value(), last_name: value(), email_address: value() }

describe('where a customer stands', () => {
  it('is that everything is wanted of somebody unknown (SEP12-31)', () => {
    const { status, wanted, missing } = standingFor(undefined, asked('sep31-receiver'))
    expect(status).toBe('NEEDS_INFO')
    expect(wanted.map(({ askedAs }) => askedAs)).toHaveLength(5)
    expect(missing).not.toContain('bank_account_type')
    expect(standingFor(undefined, []).status).toBe('NEEDS_INFO')
  })

  it('is accepted once all required fields are; what is optional stays wanted (SEP12-52, SEP12-57)', () => {
    const customer = aCustomer({ ...person, bank_account_number: value() })
    const { status, wanted } = standingFor(customer, asked('sep31-receiver'))
    expect(status).toBe('ACCEPTED')
    expect(wanted.map(({ askedAs, optional }) => [askedAs, optional])).toEqual([
      ['bank_account_type', true],
    ])
  })

  it('counts a synonym, and tells of it under the name that is asked for (SEP09-06, SEP09-07, SEP12-60)', () => {
    const customer = aCustomer({ last_name: value(), mobile_number: value() })
    const { status, provided } = standingFor(customer, asked('sep31-large-receiver'))
    expect(status).toBe('ACCEPTED')
    expect(provided.map(({ askedAs }) => askedAs)).toEqual(['family_name', 'mobile_number'])
  })

  it('wants a code only where validation is full (SEP12-82, SEP12-91)', () => {
    const customer = aCustomer({ last_name: value(), mobile_number: value() })
    const { status, missing } = standingFor(customer, asked('sep31-large-receiver', 'full'))
    expect([status, missing]).toEqual(['NEEDS_INFO', ['mobile_number']])
    expect(standingFor(customer, asked('sep31-large-receiver', 'formats')).status).toBe('ACCEPTED')
    const verified = aCustomer({ ...customer.fields, mobile_number: value({ verified: true }) })
    expect(standingFor(verified, asked('sep31-large-receiver', 'full')).status).toBe('ACCEPTED')
  })

  it('is processing, with a message, while a field is being checked (SEP12-55)', () => {
    const customer = aCustomer({ ...person, last_name: value({ status: 'PROCESSING' }) })
    const standing = standingFor(customer, asked('sep31-sender'))
    expect([standing.status, standing.message]).toEqual(['PROCESSING', expect.any(String)])
  })

  it('shows a rejected field as provided, with the reason, and as wanted (SEP12-59, SEP12-66)', () => {
    const customer = aCustomer({ ...person, last_name: value({ status: 'REJECTED', error: 'no' }) })
    const { status, wanted, provided } = standingFor(customer, asked('sep31-sender'))
    expect([status, wanted.map(({ name }) => name)]).toEqual(['NEEDS_INFO', ['last_name']])
    expect(provided.find(({ name }) => name === 'last_name')).toMatchObject({
      status: 'REJECTED',
      error: 'no',
    })
  })

  it('holds what a transaction wants corrected, asked for by the type or not (SEP12-49)', () => {
    const customer = aCustomer({ ...person, city: value() })
    const wishes = [
      { name: 'family_name', message: 'wrong' },
      { name: 'city', message: 'unknown' },
      { name: 'tax_id', message: 'needed' },
    ]
    const { status, wanted, missing } = standingFor(customer, asked('sep31-sender'), wishes)
    expect(status).toBe('NEEDS_INFO')
    expect(wanted.map(({ askedAs }) => askedAs)).toEqual(['last_name', 'city', 'tax_id'])
    expect(missing.toSorted()).toEqual(['city', 'last_name', 'tax_id'])
  })

  it('holds a field once that several transactions want, under whatever names (SEP12-49)', () => {
    const customer = aCustomer({ ...person, city: value() })
    const wishes = ['city', 'tax_id', 'city', 'state_or_province', 'tax_id', 'province', 'state']
    const { wanted, provided } = standingFor(
      customer,
      [],
      wishes.map((name, index) => ({ name, message: `wish ${index}` })),
    )
    expect(wanted.map(({ askedAs }) => askedAs)).toEqual(['city', 'tax_id', 'state_or_province'])
    expect(provided.filter(({ name }) => name === 'city')).toMatchObject([{ error: 'wish 2' }])
  })

  it('needs an optional field that a transaction wants and that was never sent (SEP12-49)', () => {
    const types = asked('sep31-receiver')
    const choice = types.find(({ optional }) => optional)
    if (choice === undefined) throw new Error('the type has an optional field')
    const complete = Object.fromEntries(
      types.filter(({ optional }) => !optional).map(({ name }) => [name, value()]),
    )
    const wish = { name: choice.name, message: 'needed for this bank' }
    expect(standingFor(aCustomer(complete), types).status).toBe('ACCEPTED')
    const standing = standingFor(aCustomer(complete), types, [wish])
    expect([standing.status, standing.missing]).toEqual(['NEEDS_INFO', [choice.askedAs]])
  })

  it('never has a required field wanted of an accepted customer, nor an accepted field twice (SEP12-51, SEP12-52)', () => {
    const status = fc.constantFrom('ACCEPTED', 'PROCESSING', 'REJECTED') as fc.Arbitrary<
      ProvidedField['status']
    >
    const names = asked('sep31-receiver').map(({ name }) => name)
    const fields = fc.dictionary(
      fc.constantFrom(...names, 'city'),
      status.map((each) => value({ status: each })),
    )
    fc.assert(
      fc.property(fields, fc.subarray(names), (provided, wishes) => {
        const standing = standingFor(
          aCustomer(provided),
          asked('sep31-receiver'),
          wishes.map((name) => ({ name, message: 'm' })),
        )
        const required = standing.wanted.filter(({ optional }) => !optional)
        expect(standing.status === 'ACCEPTED' && required.length > 0).toBe(false)
        expect(standing.status === 'NEEDS_INFO').toBe(standing.missing.length > 0)
        const wanted = new Set(standing.wanted.map(({ name }) => name))
        const both = standing.provided.filter(({ name }) => wanted.has(name))
        expect(both.every((field) => field.status === 'REJECTED')).toBe(true)
        expect(wishes.length === 0 || standing.status === 'NEEDS_INFO').toBe(true)
      }),
    )
  })
})

describe('what is asked again', () => {
  const choice: AskedField = {
    name: 'last_name',
    askedAs: 'family_name',
    kind: 'string',
    description: 'Family name',
    translations: { de: 'Nachname' },
    choices: ['Doe'],
    optional: true,
    needsCode: false,
  }

  it('is described as before and no longer a choice (SEP12-59, SEP12-64)', () => {
    const customer = aCustomer({ last_name: value({ status: 'REJECTED' }) })
    const { wanted, missing } = standingFor(customer, [choice])
    expect(wanted).toEqual([{ ...choice, optional: false }])
    expect(missing).toEqual(['family_name'])
  })

  it('is each field of SEP-9 as it was asked for, of its own kind and under that name (SEP12-59, SEP12-64)', () => {
    const all = [...sep9Fields.values()].map((field) => plainField(field, `asked ${field.name}`))
    const rejected = all.map(({ name }) => [name, value({ status: 'REJECTED' })] as const)
    const optional = all.map((field) => ({ ...field, optional: true }))
    expect(standingFor(aCustomer(Object.fromEntries(rejected)), optional).wanted).toEqual(
      all.map((field) => ({ ...field, optional: false })),
    )
    expect(new Set(all.map(({ kind }) => kind))).toEqual(
      new Set(['string', 'binary', 'date', 'number']),
    )
  })

  it('has the name that the transaction gave it, where the type does not ask for it (SEP12-49)', () => {
    const wish = { name: 'given_name', message: 'wrong' }
    const { wanted } = standingFor(aCustomer({ first_name: value() }), [choice], [wish])
    expect(wanted.map(({ askedAs }) => askedAs)).toEqual(['given_name', 'family_name'])
  })

  it('is nothing of somebody an operator rejected (SEP12-53)', () => {
    const { status, wanted, message } = standingFor(aCustomer({}, { rejected: 'no' }), [choice])
    expect([status, wanted, message]).toEqual(['REJECTED', [], 'no'])
  })

  it('is a code where the number is one of E.164, and not where it is a hash (SEP09-22, SEP09-23, SEP12-91)', () => {
    const format = { mobile_number_format: value({ value: 'E.164' }) }
    const customer = aCustomer({ last_name: value(), mobile_number: value(), ...format })
    const { missing } = standingFor(customer, asked('sep31-large-receiver', 'full'))
    expect(missing).toEqual(['mobile_number'])
    const asHash = { ...customer.fields, mobile_number_format: value({ value: 'hash' }) }
    const { status } = standingFor(aCustomer(asHash), asked('sep31-large-receiver', 'full'))
    expect(status).toBe('ACCEPTED')
    const open = [...sep9Fields.keys()].filter((name) => isOpen(name, asHash))
    expect(open).toEqual([...sep9Fields.keys()].filter((name) => name !== 'mobile_number'))
  })

  it('is by the type of the latest PUT, as long as that type is configured (SEP12-41)', () => {
    const usual = (lastType: string) =>
      usualTypeName(customerTypes(), { ...aCustomer({}), lastType })
    expect(usual('sep31-receiver')).toBe('sep31-receiver')
    expect(usual('sep31-of-old')).toBe('sep31-sender')
    expect(usualTypeName(customerTypes(), undefined)).toBe('sep31-sender')
  })
})

describe('customer types', () => {
  const faults = (type: Parameters<typeof readyCustomerTypes>[0][string]) => {
    const ready = readyCustomerTypes({ t: type }, 'full')
    return ready.ok ? [] : ready.refusal.faults
  }

  it('ask only for fields of SEP-9, each once, with what they need (SEP09-09, SEP12-61, SEP12-62)', () => {
    const requirements = [
      { field: 'favourite_colour' },
      { field: 'shoe_size' },
      { field: 'card.cvc' },
      { field: 'last_name' },
      { field: 'family_name' },
      { field: 'city', choices: [], description: '' },
    ]
    expect(faults({ description: 'd', requirements, verify: ['mobile_number'] })).toEqual([
      'customer type "t": "favourite_colour" is no SEP-9 field',
      'customer type "t": "shoe_size" is no SEP-9 field',
      'customer type "t": "card.cvc" is not taken',
      'customer type "t": "city" has no choices',
      'customer type "t": "city" has an empty description',
      'customer type "t": "last_name" is asked for twice',
      'customer type "t": "mobile_number" is to be verified but not asked for',
    ])
    expect(faults({ description: 'd', requirements: [{ field: 'city' }] })).toEqual([])
    expect(faults({ description: 'd', requirements: [{ field: 'card.cvc' }] })).toHaveLength(1)
  })

  it('show a field that is not asked for as SEP-9 describes it, to be given (SEP09-09)', () => {
    const field = sep9Field('sex')
    expect(field && plainField(field)).toEqual({
      name: 'sex',
      askedAs: 'sex',
      kind: field?.kind,
      description: field?.description,
      choices: field?.choices,
      optional: false,
      needsCode: false,
    })
  })

  it('may be none at all: then nothing is asked of anybody (SEP09-10, SEP12-41)', () => {
    const ready = readyCustomerTypes({}, 'full')
    expect(ready.ok && ready.value.byName.size).toBe(0)
  })
})
