import { readyCustomerTypes } from '../../src/domain/customer/customer-type.ts'
import type {
  CustomerType,
  CustomerTypes,
  Validation,
} from '../../src/domain/customer/customer-type.ts'

const person = [
  { field: 'first_name', description: 'First name', translations: { de: 'Vorname' } },
  { field: 'last_name', description: 'Last name' },
  { field: 'email_address', description: 'E-mail address' },
]

/** What the tests' anchor asks: a sender, a receiver with a bank account, one known better. */
export const types: Readonly<Record<string, CustomerType>> = {
  'sep31-sender': { description: 'Who sends', requirements: person },
  'sep31-receiver': {
    description: 'Who receives',
    requirements: [
      ...person,
      { field: 'bank_account_number' },
      { field: 'bank_account_type', optional: true },
    ],
  },
  'sep31-large-receiver': {
    description: 'Who receives a large sum',
    requirements: [
      { field: 'family_name', description: 'Family name' },
      { field: 'mobile_number' },
      { field: 'birth_date', optional: true },
      { field: 'id_type', choices: ['passport', 'id_card'], optional: true },
      { field: 'photo_id_front', optional: true },
    ],
    verify: ['mobile_number'],
  },
}

export function customerTypes(validation: Validation = 'formats'): CustomerTypes {
  const ready = readyCustomerTypes(types, validation)
  if (!ready.ok) throw new Error(ready.refusal.faults.join('; '))
  return ready.value
}
