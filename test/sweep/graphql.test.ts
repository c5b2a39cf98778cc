import { randomUUID } from 'node:crypto'
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql'
import type { GraphQLField, GraphQLInputType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codesOf } from '../graphql/ask.ts'
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
import { openSocket } from '../graphql/socket.ts'
import { textOf } from '../repository.ts'
import { until } from '../until.ts'
import { badCredentials } from './bad-tokens.ts'

/** Every root field of both schemas, with every kind of caller who must not get in. Fields come from the SDL. */
let world: World
let token: string
beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
})
afterAll(() => world.stop())

type Api = 'partner' | 'backoffice'

interface RootField {
  readonly api: Api
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly name: string
  readonly field: GraphQLField<unknown, unknown>
}

function fieldsOf(api: Api): readonly RootField[] {
  const schema = buildSchema(textOf(`schema/${api}.graphql`))
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  } as const
  return Object.entries(roots).flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({
      api,
      kind: kind as RootField['kind'], // the keys of the literal above
      name: field.name,
      field,
    })),
  )
}

const all = [...fieldsOf('partner'), ...fieldsOf('backoffice')]

/** Open to anybody, with the reason. */
const openFields: Readonly<Record<string, string>> = {
  'partner assets': 'what stellar.toml and /sep31/info tell everybody',
}
const isOpen = ({ api, name }: RootField) => `${api} ${name}` in openFields
const closed = all.filter((field) => !isOpen(field))

/** A document that asks for the field with its required arguments filled in; `given` replaces values by name. */
function documentOf(
  { kind, name, field }: RootField,
  given: Readonly<Record<string, string>> = {},
) {
  const wanted = field.args
    .filter(({ name: argument, type }) => isNonNullType(type) || argument in given)
    .map(({ name: argument, type }) => `${argument}: ${literal(type, argument, given)}`)
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'
  return `${kind} { ${name}${wanted.length > 0 ? `(${wanted.join(', ')})` : ''} ${selection} }`
}

function literal(
  type: GraphQLInputType,
  name: string,
  given: Readonly<Record<string, string>>,
): string {
  if (isNonNullType(type)) return literal(type.ofType, name, given)
  if (isListType(type)) return `[${literal(type.ofType, name, given)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const wanted = Object.values(type.getFields())
      .filter((one) => isNonNullType(one.type))
      .map((one) => `${one.name}: ${literal(one.type, one.name, given)}`)
    return `{ ${wanted.join(', ')} }`
  }
  return given[name] ?? samples[type.name] ?? '"1"'
}

const samples: Readonly<Record<string, string>> = {
  ID: `"${randomUUID()}"`,
  Int: '1',
  Boolean: 'true',
  DateTimeISO: '"2026-11-21T12:00:00Z"',
}

const over = (api: Api) => (api === 'partner' ? world.partner : world.backoffice)

it('leaves open only what is listed here', () => {
  expect(closed.length).toBeGreaterThan(10)
  expect(
    Object.keys(openFields).every((key) => all.some((one) => `${one.api} ${one.name}` === key)),
  ).toBe(true)
})

describe.each(closed)('$api $kind $name', (field) => {
  const document = documentOf(field)
  const ourToken = () => (field.api === 'partner' ? token : backofficeToken)
  const theirToken = () => (field.api === 'partner' ? backofficeToken : token)

  it('opens no WebSocket to whoever has no good token, nor to a token of the other API', async () => {
    for (const stranger of ['', theirToken(), await tokenFor(sendingAnchor, -1_000)]) {
      const socket = await openSocket(over(field.api))
      const authorization = stranger === '' ? undefined : `Bearer ${stranger}`
      socket.send({ type: 'connection_init', payload: { authorization } as object })
      socket.subscribe(document)
      // graphql-transport-ws: asked before the connection stood, or the connection refused
      expect([4401, 4403]).toContain((await socket.ended())?.code)
      expect(socket.heard).toEqual([])
    }
  })

  it('lets the same question in with a good token', async () => {
    const socket = await openSocket(over(field.api), ourToken())
    const id = socket.subscribe(document)
    await socket.ask('{ __typename }')
    await until(() => field.kind === 'subscription' || socket.of(id, 'complete').length > 0, 'it')
    expect(socket.heard.filter((one) => one.type === 'error')).toEqual([])
    expect(JSON.stringify(socket.of(id, 'next'))).not.toContain('UNAUTHENTICATED')
    await socket.close()
  })
})

describe.each(closed.filter(({ kind }) => kind !== 'subscription'))(
  '$api $kind $name over HTTP',
  (field) => {
    it('gives nothing to whoever has no good token, nor to a token of the other API', async () => {
      const document = documentOf(field)
      const bad = await badCredentials(sendingAnchor, world.rooms.signingKey.account)
      const other = field.api === 'partner' ? backofficeToken : token
      const strangers = { ...bad, 'the other API': { authorization: `Bearer ${other}` } }
      for (const [name, { authorization }] of Object.entries(strangers)) {
        const headers = authorization === undefined ? {} : { authorization }
        const answer = await ask(over(field.api), document, { headers })
        expect({ name, codes: codesOf(answer) }).toEqual({ name, codes: ['UNAUTHENTICATED'] })
        expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([])
      }
    })
  },
)

describe('what belongs to another', () => {
  const named = fieldsOf('partner').filter(({ field }) =>
    field.args.some(({ name }) => name === 'id' || name === 'transactionId' || name === 'memo'),
  )

  it.each(named)('$kind $name answers as if it were not there', async (field) => {
    const { id, memo } = await keepTransaction(world.rooms)
    const customer = await keepCustomer(world.rooms, person)
    const stranger = await tokenFor(otherAnchor)
    const ids = field.name.toLowerCase().includes('customer') ? customer.id : id
    const given = (value: string) => ({ id: `"${value}"`, transactionId: `"${value}"` })
    const memoOf = `{ type: "${memo.type}", value: "${memo.value}" }`
    const answer = async (asked: Readonly<Record<string, string>>, by: string) => {
      const socket = await openSocket(world.partner, by)
      const seen =
        field.kind === 'subscription'
          ? await firstOf(socket, documentOf(field, asked))
          : await socket.ask(documentOf(field, asked))
      await socket.close()
      return seen
    }
    const unknown = await answer(given(randomUUID()), stranger)
    expect(await answer({ ...given(ids), memo: memoOf }, stranger)).toEqual(unknown)
    expect(JSON.stringify(unknown)).not.toContain('Ada')
  })
})

/** What a subscription says before the next question on the same socket is answered. */
async function firstOf(socket: Awaited<ReturnType<typeof openSocket>>, document: string) {
  const id = socket.subscribe(document)
  await socket.ask('{ __typename }')
  return {
    next: socket.of(id, 'next'),
    error: socket.of(id, 'error').map(({ payload }) => payload),
  }
}
