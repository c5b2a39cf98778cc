import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sep9Fields } from '../../src/domain/customer/sep9-fields.ts'
import { backofficeSchema } from '../../src/graphql/backoffice/schema.ts'
import { partnerSchema } from '../../src/graphql/partner/schema.ts'
import {
  backofficeToken,
  gatewayWorld,
  keepCustomer,
  keepTransaction,
  otherAnchor,
  person,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

const camel = (name: string) =>
  name.replaceAll(/[_.]([a-z])/gi, (_, letter: string) => letter.toUpperCase())

/** Names under which a personal value could be told; what our own nouns are called aside. */
const personal = new Set(
  [...sep9Fields.keys()].map((name) => camel(name).toLowerCase()).filter((name) => name !== 'type'),
)

const fieldsOf = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    !type.name.startsWith('__') &&
    (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
      ? Object.values(type.getFields()).map((field) => ({ type: type.name, field: field.name }))
      : [],
  )

describe('the schemas', () => {
  it.each([
    ['partner', partnerSchema],
    ['back office', backofficeSchema],
  ])('of the %s have no field that could tell a value of KYC (SEP12-135)', async (...[, build]) => {
    const fields = fieldsOf(await build())
    expect(fields.length).toBeGreaterThan(50)
    expect(fields.filter(({ field }) => personal.has(field.toLowerCase()))).toEqual([])
    const ofCustomers = fields.filter(({ type }) =>
      /^(Customer|CustomerField|ProvidedField)$/.test(type),
    )
    expect(ofCustomers.filter(({ field }) => /value|data|content|file/i.test(field))).toEqual([])
  })

  it('of the back office have no customer at all, so that no operator reads one (SEP12-135)', async () => {
    const types = fieldsOf(await backofficeSchema()).map(({ type }) => type)
    expect(types.filter((type) => /^(Customer|ProvidedField)/.test(type))).toEqual([])
  })
})

describe('a customer', () => {
  let world: World
  beforeAll(async () => {
    world = await gatewayWorld()
  }, 90_000)
  afterAll(() => world.stop())

  const ask = async (url: string, token: string, query: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return { status: response.status, text: await response.text() }
  }
  const secret = { ...person, bank_account_number: '9988776655' }
  const values = new RegExp(Object.values(secret).join('|'))

  it('of another principal is not reached with a token of a wallet (SEP12-135)', async () => {
    const { id } = await keepCustomer(world.rooms, secret)
    const query = `{ customer(id: "${id}") { id status providedFields { name } } }`
    const own = await ask(world.partner, await tokenFor(sendingAnchor), query)
    expect(own.text).toContain('bank_account_number')
    expect(own.text).not.toMatch(values)
    const answer = await ask(world.partner, await tokenFor(otherAnchor), query)
    expect(JSON.parse(answer.text)).toEqual({ data: { customer: null } })
  })

  it('is not told by the back office, which wants a token of its own (SEP12-135)', async () => {
    const { id } = await keepCustomer(world.rooms, secret)
    await keepTransaction(world.rooms, { senderId: id, receiverId: id })
    const query = `{ transactions(first: 5, filter: { customerId: "${id}" }) { nodes {
      id senderId receiverId wantedFields { name message } } } }`
    const read = await ask(world.backoffice, backofficeToken, query)
    expect(read.text).toContain(id)
    expect(read.text).not.toMatch(values)
    for (const token of ['', await tokenFor(sendingAnchor)]) {
      const refused = await ask(world.backoffice, token, query)
      expect(refused.text).not.toContain(id)
    }
  })
})
