import {
  OperationTypeNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'
import type {
  GraphQLArgument,
  GraphQLCompositeType,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql'
import type { Operation } from '../openapi/open-document.ts'
import type { Door, Draft } from './draft.ts'
import { authorizationOf, customerId, transactionId, uuidOf } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

export interface GraphqlDoor {
  readonly door: Door
  readonly schema: GraphQLSchema
  readonly path: string
  readonly post: Operation
  readonly get: Operation
}

/** A document with what it needs, made up from the schema. */
export interface GraphqlDraft {
  query: string
  operationName?: string
  variables: Record<string, string>
}

/** What is being written, and what it will need. */
interface Writing extends Surroundings {
  readonly schema: GraphQLSchema
  readonly variables: Map<string, { readonly type: string; readonly json: string }>
  readonly fragments: string[]
  /** How many fields may still be asked for. */
  left: number
  aliases: number
}

const depthMax = 6

/** A valid operation on any fields with any arguments. */
export function draftDocument(schema: GraphQLSchema, surroundings: Surroundings): GraphqlDraft {
  const kind = surroundings.dice.oneIn(5) ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY
  return draftOperation(schema, kind, surroundings)
}

/** A subscription, or a query where the schema has none. */
export const draftSubscription = (
  schema: GraphQLSchema,
  surroundings: Surroundings,
): GraphqlDraft => draftOperation(schema, OperationTypeNode.SUBSCRIPTION, surroundings)

function draftOperation(
  schema: GraphQLSchema,
  wanted: OperationTypeNode,
  surroundings: Surroundings,
): GraphqlDraft {
  const { dice } = surroundings
  const kind = schema.getRootType(wanted) == null ? OperationTypeNode.QUERY : wanted
  const root = schema.getRootType(kind)
  if (root == null) throw new Error('The schema has no query')
  const writing: Writing = {
    ...surroundings,
    schema,
    variables: new Map(),
    fragments: [],
    left: 3 + dice.below(dice.oneIn(10) ? 60 : 15),
    aliases: 0,
  }
  const selection =
    kind === OperationTypeNode.SUBSCRIPTION
      ? `{ ${writeField(root, depthMax, writing)} }` // one field, as the rules say
      : writeSelection(root, depthMax, writing)
  const declared = [...writing.variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ')
  const head = `${kind} Fuzz${declared === '' ? '' : `(${declared})`}`
  return {
    query: [`${head} ${selection}`, ...writing.fragments].join('\n'),
    ...(dice.oneIn(2) && { operationName: 'Fuzz' }),
    variables: Object.fromEntries(
      [...writing.variables].map(([name, { json }]) => [name, json] as const),
    ),
  }
}

function writeSelection(type: GraphQLCompositeType, depth: number, writing: Writing): string {
  const { dice } = writing
  if (isUnionType(type) || !isObjectType(type)) {
    const members = writing.schema.getPossibleTypes(type)
    const parts = members
      .filter(() => dice.oneIn(2))
      .map((member) => `... on ${member.name} ${writeSelection(member, depth, writing)}`)
    return `{ __typename ${parts.join(' ')} }`
  }
  const fields = Object.values(type.getFields())
  const wanted = 1 + dice.below(type.name === 'Query' ? 3 : Math.min(fields.length, 8))
  const parts = Array.from({ length: wanted }, () => writeField(type, depth, writing))
  const selection = `{ ${dice.oneIn(8) ? '__typename ' : ''}${parts.join(' ')} }`
  if (!dice.oneIn(8)) return selection
  const name = `F${writing.fragments.length}`
  writing.fragments.push(`fragment ${name} on ${type.name} ${selection}`)
  return `{ ...${name} ${dice.oneIn(3) ? `...${name}` : ''} }`
}

function writeField(type: GraphQLObjectType, depth: number, writing: Writing): string {
  const { dice } = writing
  writing.left -= 1
  const field = dice.pick(Object.values(type.getFields()))
  const inner = getNamedType(field.type)
  if (isCompositeType(inner) && (depth === 0 || writing.left <= 0)) return '__typename'
  const given = field.args
    .filter((one) => isNonNullType(one.type) || dice.oneIn(type.name === 'Subscription' ? 1 : 3))
    .map((one) => `${one.name}: ${writeArgument(one, writing)}`)
  // two fields with one name and other arguments would be no valid document
  writing.aliases += 1
  const alias = `a${writing.aliases}: `
  const directive = dice.oneIn(15)
    ? ` ${dice.pick(['@include(if: true)', '@skip(if: false)'])}`
    : ''
  const selection = isCompositeType(inner) ? ` ${writeSelection(inner, depth - 1, writing)}` : ''
  const list = given.length === 0 ? '' : `(${given.join(', ')})`
  return `${alias}${field.name}${list}${directive}${selection}`
}

function writeArgument({ name, type }: GraphQLArgument, writing: Writing): string {
  const { dice } = writing
  if (dice.oneIn(2)) return writeLiteral(name, type, writing)
  const variable = `v${writing.variables.size}`
  writing.variables.set(variable, { type: type.toString(), json: writeJson(name, type, writing) })
  return `$${variable}`
}

const writeLiteral = (name: string, type: GraphQLInputType, writing: Writing): string =>
  writeValue(name, type, { writing, isLiteral: true })
const writeJson = (name: string, type: GraphQLInputType, writing: Writing): string =>
  writeValue(name, type, { writing, isLiteral: false })

interface Form {
  readonly writing: Writing
  /** In the document, where names of members and enums have no quotes. */
  readonly isLiteral: boolean
}

function writeValue(name: string, type: GraphQLInputType, form: Form): string {
  const { dice } = form.writing
  if (!isNonNullType(type) && dice.oneIn(20)) return 'null'
  const inner = getNullableType(type)
  if (isListType(inner)) {
    const members = Array.from({ length: dice.below(4) }, () =>
      writeValue(name, inner.ofType, form),
    )
    return `[${members.join(', ')}]`
  }
  if (isEnumType(inner)) {
    const value = dice.pick(inner.getValues()).name
    return form.isLiteral ? value : JSON.stringify(value)
  }
  if (!isInputObjectType(inner)) return writeScalar(name, inner.name, form.writing)
  const members = Object.values(inner.getFields())
    .filter((one) => isNonNullType(one.type) || dice.oneIn(3))
    .map((one) => {
      const key = form.isLiteral ? one.name : JSON.stringify(one.name)
      return `${key}: ${writeValue(one.name, one.type, form)}`
    })
  return `{${members.join(', ')}}`
}

const dates = ['2026-11-21T00:00:00Z', '2026-01-01T00:00:00.000Z', '1970-01-01T00:00:00Z']

const byName: Readonly<Record<string, (surroundings: Surroundings) => string>> = {
  id: (surroundings) =>
    surroundings.dice.oneIn(3) ? customerId(surroundings) : transactionId(surroundings),
  ids: transactionId,
  transactionId,
  customerId: (surroundings) => customerId(surroundings),
  senderId: (surroundings) => customerId(surroundings, 'sep31-sender'),
  receiverId: (surroundings) => customerId(surroundings, 'sep31-receiver'),
  amount: ({ dice }) => dice.pick(['100', '20.5', '1', '999.9999999']),
  assetCode: ({ dice }) => dice.pick(['USDC', 'SRT']),
  idempotencyKey: ({ dice }) => (dice.oneIn(4) ? `key-${dice.below(50)}` : uuidOf(dice)),
  language: ({ dice }) => dice.pick(['en', 'es', 'de']),
  fundingMethod: ({ dice }) => dice.pick(['SEPA', 'WIRE']),
  type: ({ dice }) => dice.pick(['id', 'text', 'sep31-sender', 'sep31-receiver']),
  name: ({ dice }) => dice.pick(['routing_number', 'account_number']),
  after: cursor,
  before: cursor,
  ownerAccount: ({ client }) => client.keypair.publicKey(),
  stellarTransactionHash: ({ dice }) => `${dice.below(10)}`.repeat(64),
}

function cursor({ dice, recent, odd }: Surroundings): string {
  if (dice.oneIn(4)) return 'start' // of a subscription
  return recent.cursors.length === 0 || dice.oneIn(6) ? odd.text(dice) : dice.pick(recent.cursors)
}

function writeScalar(name: string, type: string, writing: Writing): string {
  const { dice, odd } = writing
  switch (type) {
    case 'Int':
      return `${dice.oneIn(8) ? dice.pick([0, -1, 101, 2_147_483_647]) : 1 + dice.below(30)}`
    case 'Boolean':
      return `${dice.oneIn(2)}`
    case 'DateTimeISO':
      return JSON.stringify(dice.pick(dates))
    default: {
      const known = byName[name]
      return writeText(known === undefined || dice.oneIn(12) ? odd.text(dice) : known(writing))
    }
  }
}

/** Written so that it is a text in JSON and in GraphQL alike. */
const writeText = (text: string): string => JSON.stringify(text)

/** As a POST, or now and then as a GET. */
export function draftGraphql(
  { door, path, post, get }: GraphqlDoor,
  document: GraphqlDraft,
  surroundings: Surroundings,
): Draft {
  const { dice, world } = surroundings
  const { query, operationName, variables } = document
  const token =
    door === 'internal' && !dice.oneIn(40)
      ? `Bearer ${world.sandbox.backofficeToken}`
      : authorizationOf(surroundings)
  const headers = token === undefined ? [] : [['authorization', token] as const]
  const sources = Object.entries(variables).map(([name, json]) => `${JSON.stringify(name)}:${json}`)
  const isGet = dice.oneIn(12) && query.length < 4_000 && query.startsWith('query')
  const operation = isGet ? get : post
  const common = {
    door,
    label: `${operation.method} ${path}`,
    operation,
    method: operation.method,
    path,
    queryTail: '',
    isWellFormed: true,
  }
  if (isGet) {
    const given = operationName === undefined ? [] : [['operationName', operationName] as const]
    return {
      ...common,
      query: [['query', query], ['variables', `{${sources.join(',')}}`], ...given],
      headers: [...headers, ['apollo-require-preflight', 'yes']],
    }
  }
  const members = [
    { name: 'query', json: JSON.stringify(query) },
    { name: 'variables', json: `{${sources.join(',')}}` },
    ...(operationName === undefined
      ? []
      : [{ name: 'operationName', json: JSON.stringify(operationName) }]),
  ]
  return { ...common, query: [], headers, body: { kind: 'json', members } }
}
