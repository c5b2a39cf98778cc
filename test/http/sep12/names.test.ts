import 'reflect-metadata'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import { sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'
import { writeCustomer as writeNode } from '../../../src/graphql/customer/customer.type.ts'
import { findCustomer } from '../../../src/usecases/customers/find-customer.ts'
import { anAccount, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const dotted = [...sep9Fields.values()].filter(
  ({ name, kind }) => name.includes('.') && kind === 'string',
)

/** Of a person and an organization each, so that a lost prefix would mix them up. */
const given = {
  bank_account_number: '111',
  'organization.bank_account_number': '222',
  city: 'Rome',
  'organization.city': 'Oslo',
  'organization.name': 'Nordic Ltd',
}

async function kept(account: string) {
  const put = await door.call(account, 'PUT /customer', { body: given })
  expect(put.status).toBe(202)
  const customer = await door.read(({ customers }) => customers.find(String(put.body.id)))
  return { id: String(put.body.id), customer }
}

describe('names of SEP-9 with a dot', () => {
  it('are each one key of the record, beside the name without the prefix (SEP09-02, SEP09-05)', async () => {
    const { customer } = await kept(anAccount())
    const values = Object.entries(customer?.fields ?? {}).map(([name, { value }]) => [name, value])
    expect(Object.fromEntries(values)).toEqual(given)
  })

  it('come back by SEP-12 and by GraphQL as they were sent (SEP09-05)', async () => {
    const account = anAccount()
    const { id } = await kept(account)
    const types = readyCustomerTypes(
      {
        company: {
          description: 'A company',
          requirements: [
            ...Object.keys(given).map((field) => ({ field })),
            { field: 'organization.VAT_number' },
          ],
        },
      },
      'formats',
    )
    if (!types.ok) throw new Error(types.refusal.faults.join())
    const find = findCustomer({ read: door.read, types: types.value })
    const principal = { account }
    const found = await find({ principal, id, type: 'company' })
    if (!found.ok) throw new Error(found.refusal.code)
    const node = writeNode(found.value)
    expect(new Set(node?.providedFields.map(({ name }) => name))).toEqual(
      new Set(Object.keys(given)),
    )
    expect(node?.fields.map(({ name }) => name)).toEqual(['organization.VAT_number'])
  })

  it('are all kept under themselves: no two names share a key by losing their prefix (SEP09-05)', async () => {
    expect(dotted.length).toBeGreaterThan(10)
    expect(dotted.filter(({ name }) => sep9Fields.get(name)?.name !== name)).toEqual([])
  })
})
