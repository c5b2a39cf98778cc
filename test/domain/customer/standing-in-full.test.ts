import { describe, expect, it } from 'vitest'
import { plainField, readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import type { CustomerType } from '../../../src/domain/customer/customer-type.ts'
import type { Customer, ProvidedField } from '../../../src/domain/customer/customer.ts'
import { sep9Field } from '../../../src/domain/customer/sep9-fields.ts'
import { standingFor } from '../../../src/domain/customer/standing.ts'

const at = new Date('2026-03-01T12:00:00Z')
const value = (more: Partial<ProvidedField> = {}): ProvidedField => ({
  value: 'x',
  status: 'ACCEPTED',
  ...more,
})
const aCustomer = (fields: Customer['fields'], more: Partial<Customer> = {}): Customer => ({
  id: 'c',
  key: { account: 'G' },
  fields,
  version: 1,
  createdAt: at,
  updatedAt: at,
  ...more,
})

const configured: Readonly<Record<string, CustomerType>> = {
  payer: {
    description: 'Who pays',
    requirements: [
      { field: 'family_name', description: 'Name', translations: { de: 'Name' } },
      { field: 'id_type', choices: ['passport', 'visa'], optional: true },
      { field: 'mobile_number' },
      { field: 'email_address', optional: false },
    ],
    verify: ['mobile_number', 'email_address'],
  },
  payee: { description: 'Who is paid', requirements: [{ field: 'sex' }] },
}

function readied(validation: 'formats' | 'full') {
  const ready = readyCustomerTypes(configured, validation)
  if (!ready.ok) throw new Error(ready.refusal.faults.join('; '))
  return ready.value
}

const described = (name: string) => sep9Field(name)?.description ?? ''
const asked = {
  name: {
    name: 'last_name',
    askedAs: 'family_name',
    kind: 'string',
    description: 'Name',
    translations: { de: 'Name' },
    optional: false,
    needsCode: false,
  },
  idType: {
    name: 'id_type',
    askedAs: 'id_type',
    kind: 'string',
    description: described('id_type'),
    choices: ['passport', 'visa'],
    optional: true,
    needsCode: false,
  },
  mobile: {
    name: 'mobile_number',
    askedAs: 'mobile_number',
    kind: 'string',
    description: described('mobile_number'),
    optional: false,
    needsCode: true,
  },
  email: {
    name: 'email_address',
    askedAs: 'email_address',
    kind: 'string',
    description: described('email_address'),
    optional: false,
    needsCode: true,
  },
} as const

const payer = () => readied('full').byName.get('payer') ?? []
const plain = (name: string) => {
  const field = sep9Field(name)
  if (field === undefined) throw new Error(`${name} is no field`)
  return plainField(field)
}

describe('configured types', () => {
  it('are ready as they were written, the first one by default (SEP12-41, SEP12-61, SEP12-62)', () => {
    const sex = { ...plain('sex'), choices: ['male', 'female', 'other'] }
    const payee = [sex]
    expect(readied('full')).toEqual({
      validation: 'full',
      defaultName: 'payer',
      byName: new Map<string, unknown>([
        ['payer', [asked.name, asked.idType, asked.mobile, asked.email]],
        ['payee', payee],
      ]),
    })
    const [, , mobile, email] = readied('formats').byName.get('payer') ?? []
    expect([mobile?.needsCode, email?.needsCode]).toEqual([false, false])
    expect(readyCustomerTypes({}, 'formats')).toEqual({
      ok: true,
      value: { validation: 'formats', defaultName: '', byName: new Map() },
    })
  })

  it('are refused with the faults of all of them (SEP09-09)', () => {
    const names = ['colour', 'size', 'last_name', 'sex', 'sex', 'family_name', 'sex']
    const requirements = names.map((field) => ({ field }))
    const wrong = { description: 'd', requirements, verify: ['city', 'tax_id'] }
    const faultsOf = (name: string) => [
      `customer type "${name}": "colour" is no SEP-9 field`,
      `customer type "${name}": "size" is no SEP-9 field`,
      `customer type "${name}": "sex" is asked for twice`,
      `customer type "${name}": "last_name" is asked for twice`,
      `customer type "${name}": "sex" is asked for twice`,
      `customer type "${name}": "city" is to be verified but not asked for`,
      `customer type "${name}": "tax_id" is to be verified but not asked for`,
    ]
    expect(readyCustomerTypes({ one: wrong, ...configured, two: wrong }, 'full')).toEqual({
      ok: false,
      refusal: { code: 'customer_types_wrong', faults: [...faultsOf('one'), ...faultsOf('two')] },
    })
  })
})

describe('a field with two names', () => {
  const pairs = [
    ['family_name', 'last_name'],
    ['given_name', 'first_name'],
    ['crypto_memo', 'external_transfer_memo'],
    ['organization.crypto_memo', 'organization.external_transfer_memo'],
    ['photo_proof_of_income', 'proof_of_income'],
  ] as const
  const eitherWay = pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const])

  it.each(eitherWay)(
    'is verified under the name it is asked by: %s, never %s (SEP09-06)',
    (field, other) => {
      const verifying = (name: string) => {
        const type = { description: 'd', requirements: [{ field }], verify: [name] }
        return readyCustomerTypes({ t: type }, 'full')
      }
      const wanted = { ...plain(field), askedAs: field, needsCode: true }
      expect(verifying(field)).toEqual({
        ok: true,
        value: { validation: 'full', defaultName: 't', byName: new Map([['t', [wanted]]]) },
      })
      const fault = `customer type "t": "${other}" is to be verified but not asked for`
      expect(verifying(other)).toEqual({
        ok: false,
        refusal: { code: 'customer_types_wrong', faults: [fault] },
      })
    },
  )
})

describe('all that is told of a customer', () => {
  it('is what is there, what is lacking and why, in the order it is asked for (SEP12-49 to 66)', () => {
    const customer = aCustomer({
      city: value({ status: 'PROCESSING' }),
      tax_id: value({ status: 'REJECTED', error: 'No such number' }),
      unheard_of: value(),
      email_address: value({ verified: true }),
      mobile_number: value(),
      last_name: value({ status: 'REJECTED', error: 'Not that' }),
    })
    const wishes = [
      { name: 'family_name', message: 'Too short' },
      { name: 'id_type', message: 'Needed here' },
      { name: 'given_name', message: 'Not known' },
      { name: 'colour', message: 'Not known' },
    ]
    const first = { ...plain('first_name'), askedAs: 'given_name' }
    const idType = { ...asked.idType, optional: false }
    expect(standingFor(customer, payer(), wishes)).toEqual({
      status: 'NEEDS_INFO',
      wanted: [asked.name, idType, first],
      provided: [
        { ...asked.name, status: 'REJECTED', error: 'Too short' },
        { ...asked.mobile, status: 'VERIFICATION_REQUIRED' },
        { ...asked.email, status: 'ACCEPTED' },
        { ...plain('city'), status: 'PROCESSING' },
        { ...plain('tax_id'), status: 'REJECTED', error: 'No such number' },
      ],
      missing: ['id_type', 'given_name', 'family_name', 'mobile_number'],
    })
  })

  it('asks again as it asked before, with choices and code, and for the code beside the check (SEP12-59, SEP12-82)', () => {
    const customer = aCustomer({
      last_name: value({ status: 'PROCESSING' }),
      id_type: value({ status: 'REJECTED' }),
      mobile_number: value({ status: 'REJECTED', error: 'Not yours', verified: true }),
      email_address: value({ status: 'PROCESSING' }),
    })
    const standing = standingFor(customer, payer())
    expect(standing).toEqual({
      status: 'NEEDS_INFO',
      wanted: [{ ...asked.idType, optional: false }, asked.mobile],
      provided: [
        { ...asked.name, status: 'PROCESSING' },
        { ...asked.idType, status: 'REJECTED' },
        { ...asked.mobile, status: 'REJECTED', error: 'Not yours' },
        { ...asked.email, status: 'VERIFICATION_REQUIRED' },
      ],
      missing: ['id_type', 'mobile_number', 'email_address'],
    })
    const open = value({ status: 'PROCESSING', verified: true })
    const all = { ...customer.fields, email_address: open, mobile_number: open, id_type: open }
    const checked = standingFor(aCustomer(all), payer())
    expect(checked.provided.map(({ status }) => status)).toEqual(Array(4).fill('PROCESSING'))
    expect([checked.status, checked.missing]).toEqual(['PROCESSING', []])
  })

  it('is the word of the operator before all others, and then what is being checked (SEP12-53, SEP12-55)', () => {
    const checked = { sex: value({ status: 'PROCESSING' }) }
    const payee = readied('full').byName.get('payee') ?? []
    const provided = [{ ...plain('sex'), status: 'PROCESSING' }]
    const told = { wanted: [], provided, missing: [] }
    expect(standingFor(aCustomer(checked), payee)).toEqual({
      ...told,
      status: 'PROCESSING',
      message: 'The information is being checked',
    })
    expect(standingFor(aCustomer(checked, { rejected: 'On a list' }), payee)).toEqual({
      ...told,
      status: 'REJECTED',
      message: 'On a list',
    })
    expect(standingFor(aCustomer({}, { rejected: 'On a list' }), payee)).toEqual({
      status: 'REJECTED',
      wanted: [],
      provided: [],
      missing: ['sex'],
      message: 'On a list',
    })
    const lacking = standingFor(aCustomer(checked), [...payee, asked.name])
    expect([lacking.status, lacking.message]).toEqual(['NEEDS_INFO', undefined])
    expect(lacking).not.toHaveProperty('message')
  })
})
