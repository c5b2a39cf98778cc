import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { onServer } from '../database.ts'
import {
  backofficeToken,
  gatewayWorld,
  keepCustomer,
  keepTransaction,
  otherAnchor,
  person,
  sendingAnchor,
  tokenFor,
} from '../graphql/gateway-world.ts'
import type { World } from '../graphql/gateway-world.ts'
import { textOf } from '../repository.ts'
import { badCredentials } from './bad-tokens.ts'
import type { Credentials } from './bad-tokens.ts'

/** Every REST route, with every kind of caller who must not get in. Routes come from the OpenAPI documents. */
let world: World
let token: string
let bad: Readonly<Record<string, Credentials>>
beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
  bad = await badCredentials(sendingAnchor, world.rooms.signingKey.account)
})
afterAll(() => world.stop())

interface Operation {
  readonly operationId: string
  readonly security?: readonly Readonly<Record<string, unknown>>[]
}
interface Document {
  readonly security: Operation['security']
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const methods = ['get', 'put', 'post', 'patch', 'delete']

function operationsOf(file: string) {
  const document = parse(textOf(`schema/${file}.openapi.yaml`), { merge: true }) as Document
  return Object.entries(document.paths).flatMap(([path, entries]) =>
    Object.entries(entries)
      .filter(([method]) => methods.includes(method))
      .map(([method, { operationId, security = document.security ?? [] }]) => ({
        method: method.toUpperCase(),
        path,
        operationId,
        schemes: security.flatMap((one) => Object.keys(one)),
      })),
  )
}

const isRest = ({ path }: { readonly path: string }) => !path.endsWith('/graphql')
const open = operationsOf('public').filter(isRest)
const closed = open.filter(({ schemes }) => schemes.includes('login'))

/** A body that a good token would get on with, so that only the token can be to blame. */
const bodies: Readonly<Record<string, object>> = {
  putCustomer: { first_name: 'Eve' },
  putCustomerCallback: { url: 'https://eve.example/callback' },
  putVerification: { id: randomUUID(), mobile_number_verification: '123456' },
  postTransactions: { amount: '10', asset_code: 'USDC' },
  patchTransaction: { fields: { transaction: { routing_number: '1' } } },
  putTransactionCallback: { url: 'https://eve.example/callback' },
}

async function call(
  { method, path, operationId }: (typeof open)[number],
  { authorization }: Credentials,
  change: { readonly id?: string; readonly query?: string; readonly body?: object } = {},
) {
  const url = `${world.publicUrl}${path.replace(/\{\w+\}/, change.id ?? randomUUID())}${change.query ?? ''}`
  const body = change.body ?? bodies[operationId]
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

/** Rows of every table, so that nothing can be stored unseen. */
async function rowsOfEverything(): Promise<unknown> {
  const tables = await onServer(
    world.databaseUrl,
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1`,
  )
  const counts = tables.map(
    ({ name }) => `select '${String(name)}', count(*)::int from ${String(name)}`,
  )
  return onServer(world.databaseUrl, counts.join(' union all '))
}

describe('the documents', () => {
  it('leave open only what the standards want open', () => {
    const unguarded = open.filter(({ schemes }) => schemes.length === 0)
    expect(unguarded.map(({ operationId }) => operationId).toSorted()).toEqual(
      ['getStellarToml', 'getInfo', 'getToken'].toSorted(),
    )
    expect(closed.length).toBeGreaterThan(10)
  })
})

describe.each(closed)('$method $path', (operation) => {
  const refusal = operation.path.startsWith('/sep31') ? 403 : 401

  it(`answers ${refusal} to whoever has no good token, and keeps nothing (SEP10-124, SEP10-125, SEP10-126, SEP12-01, SEP31-04)`, async () => {
    const before = await rowsOfEverything()
    for (const [name, credentials] of Object.entries(bad)) {
      const { status, text } = await call(operation, credentials)
      expect({ name, status }).toEqual({ name, status: refusal })
      const body = JSON.parse(text) as Readonly<Record<string, unknown>>
      expect(Object.keys(body).filter((key) => key !== 'type')).toEqual(['error'])
      expect(body['error']).toEqual(expect.any(String))
    }
    expect(await rowsOfEverything()).toEqual(before)
  })

  it('takes no token from the query, and not that of the back office', async () => {
    const inQuery = await call(
      operation,
      { authorization: undefined },
      { query: `?token=${token}&access_token=${token}&authorization=Bearer%20${token}` },
    )
    expect(inQuery.status).toBe(refusal)
    const operator = await call(operation, { authorization: `Bearer ${backofficeToken}` })
    expect(operator.status).toBe(refusal)
  })

  it('lets the same call in with a good token', async () => {
    const change = operation.path.includes('{account}') ? { id: sendingAnchor } : {}
    const { status, text } = await call(operation, { authorization: `bearer ${token}` }, change)
    expect([200, 202, 204, 400, 404]).toContain(status)
    expect(text).not.toMatch(/log in|authenticat/i)
  })
})

/** What belongs to another client answers exactly as what is not there. */
describe('what belongs to another', () => {
  const named = closed.filter(({ path }) => path.includes('{id}'))

  it.each(named)('$method $path answers as if it were not there (SEP31-79)', async (operation) => {
    const { id } = await keepTransaction(world.rooms)
    const stranger = { authorization: `Bearer ${await tokenFor(otherAnchor)}` }
    const sameAccount = { authorization: `Bearer ${await tokenFor(`${sendingAnchor}:77`)}` }
    const unknown = await call(operation, stranger)
    const before = await rowsOfEverything()
    expect(unknown.status).toBe(404)
    expect(await call(operation, stranger, { id })).toEqual(unknown)
    expect(await call(operation, sameAccount, { id })).toEqual(unknown)
    expect(await rowsOfEverything()).toEqual(before)
    const own = await call(operation, { authorization: `Bearer ${token}` }, { id })
    expect(own.status).not.toBe(404)
  })

  it.each([
    ['getCustomer', (id: string) => ({ query: `?id=${id}` })],
    ['putCustomer', (id: string) => ({ body: { id, first_name: 'Eve' } })],
    ['putCustomerCallback', (id: string) => ({ body: { id, url: 'https://eve.example/x' } })],
    ['putVerification', (id: string) => ({ body: { id, email_address_verification: '123456' } })],
    ['getFiles', (id: string) => ({ query: `?customer_id=${id}` })],
  ])('%s by id answers as if it were not there (SEP12-06, SEP12-135)', async (name, change) => {
    const operation = closed.find(({ operationId }) => operationId === name)
    if (operation === undefined) throw new Error(`no operation ${name}`)
    const { id } = await keepCustomer(world.rooms, person, sendingAnchor)
    const stranger = { authorization: `Bearer ${await tokenFor(otherAnchor)}` }
    const before = await onServer(world.databaseUrl, 'select * from customer order by id')
    const unknown = await call(operation, stranger, change(randomUUID()))
    expect(await call(operation, stranger, change(id))).toEqual(unknown)
    expect(unknown.text).not.toContain('Ada')
    expect(await onServer(world.databaseUrl, 'select * from customer order by id')).toEqual(before)
  })
})

describe('the internal listener', () => {
  it.each(operationsOf('internal').filter(isRest))(
    '$method $path gives a client of the public one nothing',
    async ({ method, path, schemes }) => {
      const response = await fetch(`${world.internalUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{}' }),
      })
      const text = await response.text()
      expect(text).not.toContain(sendingAnchor)
      expect(schemes.length > 0 ? [400, 401, 403] : [200, 204, 503]).toContain(response.status)
    },
  )

  it('has no public door, and the public one no internal', async () => {
    for (const { path, method } of open.filter((one) => one.method === 'GET')) {
      const { status } = await fetch(`${world.internalUrl}${path}`, { method })
      expect({ path, status }).toEqual({ path, status: 404 })
    }
    for (const { path } of operationsOf('internal')) {
      const { status } = await fetch(`${world.publicUrl}${path}`)
      expect({ path, status }).toEqual({ path, status: 404 })
    }
  })
})
