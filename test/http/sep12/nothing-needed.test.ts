import { afterAll, beforeAll, expect, it } from 'vitest'
import { readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import { getInfo } from '../../../src/http/sep31/get-info.ts'
import { writeCustomer } from '../../../src/http/sep12/wire.ts'
import { findCustomer } from '../../../src/usecases/customers/find-customer.ts'
import { anAsset } from '../../builders/asset.ts'
import { aRequest } from '../../builders/http-request.ts'
import { anAccount, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const always = { name: 'sender-of-little', description: 'Sends little', fromUnits: 0n }
const sometimes = { name: 'sender-of-much', description: 'Sends much', fromUnits: 1_000_000_000n }

it('lists the types of a side that needs KYC only sometimes, and asks nothing where nothing is needed (SEP31-17)', async () => {
  const asset = anAsset({ senderTypes: [always, sometimes] })
  const info = await getInfo(new Map([[asset.code, asset]]))(aRequest())
  expect(info.body).toMatchObject({
    receive: {
      [asset.code]: {
        sep12: { sender: { types: { 'sender-of-little': {}, 'sender-of-much': {} } } },
      },
    },
  })
  const never = anAsset({ senderTypes: [sometimes] })
  const other = await getInfo(new Map([[never.code, never]]))(aRequest())
  expect(other.body).toMatchObject({
    receive: { [never.code]: { sep12: { sender: { types: { 'sender-of-much': {} } } } } },
  })
  const types = readyCustomerTypes(
    {
      [always.name]: { description: always.description, requirements: [] },
      [sometimes.name]: { description: 'Sends much', requirements: [{ field: 'last_name' }] },
    },
    'formats',
  )
  if (!types.ok) throw new Error(types.refusal.faults.join())
  const account = anAccount()
  const find = findCustomer({ read: door.read, types: types.value })
  const answer = async (type: string) => {
    const found = await find({
      principal: { account },
      type,
    })
    if (!found.ok) throw new Error(found.refusal.code)
    return JSON.parse(JSON.stringify(writeCustomer(found.value))) as { fields?: object }
  }
  expect((await answer(always.name)).fields ?? {}).toEqual({})
  expect(Object.keys((await answer(sometimes.name)).fields ?? {})).toEqual(['last_name'])
})
