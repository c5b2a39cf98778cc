import { Keypair } from '@stellar/stellar-sdk'
import { sep9Fields } from '../../src/domain/customer/sep9-fields.ts'
import type { Operation, Schema } from '../openapi/open-document.ts'
import { dataByType, picture } from './clients.ts'
import type { Dice } from './dice.ts'
import type { Draft, Door, Member } from './draft.ts'
import { encodeLoosely } from './odd-values.ts'
import { authorizationOf, customerId, transactionId, uuidOf } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

/** A request as the document says, with values that fit the world. */
export function draftRest(operation: Operation, door: Door, given: Surroundings): Draft {
  const surroundings = fitFor(operation, given)
  const { dice } = surroundings
  const sent = operation.parameters.filter(({ required }) => required || dice.oneIn(3))
  const value = (name: string, schema: Schema) => textFor(name, schema, surroundings)
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeLoosely(name === 'id' ? transactionId(surroundings) : value(name, {})),
  )
  const parameters = (place: 'query' | 'header') =>
    sent
      .filter((one) => one.in === place)
      .map(({ name, schema }) => [name, value(name, schema)] as const)
  const authorization = needsToken(operation, dice) ? authorizationOf(surroundings) : undefined
  const draft: Draft = {
    door,
    label: `${operation.method} ${operation.path}`,
    operation,
    method: operation.method === 'GET' && dice.oneIn(40) ? 'HEAD' : operation.method,
    path,
    query: parameters('query'),
    queryTail: '',
    headers: [
      ...parameters('header').filter(([, text]) => /^[\x20-\x7e]*$/.test(text)),
      ...(authorization === undefined ? [] : [['authorization', authorization] as const]),
    ],
    isWellFormed: true,
  }
  const body = bodyFor(operation, surroundings)
  return body === undefined ? draft : { ...draft, body }
}

/** Only few transactions wait for a correction, and only their owners may make it. */
function fitFor({ operationId }: Operation, surroundings: Surroundings): Surroundings {
  const { dice, world } = surroundings
  if (operationId !== 'patchTransaction' || dice.oneIn(3)) return surroundings
  const [client, id] = dice.pick(world.waiting)
  return { ...surroundings, client: { ...client, transactions: [id] } }
}

/** Where a token may be left out, it mostly is. */
const needsToken = ({ security }: Operation, dice: Dice): boolean =>
  security === undefined || (security.length > 0 && dice.oneIn(20))

function bodyFor(
  { operationId, requestBody }: Operation,
  surroundings: Surroundings,
): Draft['body'] | undefined {
  const { dice } = surroundings
  // without one, a user with a memo would erase the customer that all its requests are about
  if (requestBody === undefined || (!requestBody.required && dice.oneIn(200))) return undefined
  const kinds = (['json', 'form', 'multipart'] as const).filter(
    (kind) => requestBody.content[mediaTypes[kind]] !== undefined,
  )
  const kind = dice.pick(kinds)
  const compose = composers[operationId]
  const schema = requestBody.content[mediaTypes[kind]]?.schema ?? {}
  return {
    kind,
    members: compose === undefined ? membersFor(schema, surroundings) : compose(surroundings),
  }
}

const mediaTypes = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
} as const

type Properties = Readonly<Record<string, Schema>>

function membersFor(schema: Schema, surroundings: Surroundings): Member[] {
  const required = new Set((schema['required'] ?? []) as readonly string[])
  const properties = Object.entries((schema['properties'] ?? {}) as Properties)
  return properties
    .filter(([name]) => required.has(name) || surroundings.dice.oneIn(3))
    .map(([name, one]) => ({ name, json: jsonFor(name, one, surroundings) }))
}

type Compose = (surroundings: Surroundings) => Member[]

const text = (name: string, value: string): Member => ({ name, json: JSON.stringify(value) })

/** Bodies that have to hang together. */
const composers: Readonly<Record<string, Compose>> = {
  putCustomer: (surroundings) => {
    const { dice } = surroundings
    const [type, data] = dice.pick(Object.entries(dataByType))
    const fields = dice.oneIn(4) ? {} : data
    return [
      ...whom(surroundings, type),
      ...Object.entries(fields).map(([name, value]) => text(name, value)),
      ...Array.from({ length: dice.below(4) }, () => sep9Member(surroundings)),
    ]
  },
  putVerification: (surroundings) => [
    text('id', customerId(surroundings, 'sep31-large-receiver')),
    text('email_address_verification', surroundings.dice.pick(['000000', '000000', '123456'])),
  ],
  putCustomerCallback: (surroundings) => [
    ...whom(surroundings, undefined),
    text('url', callbackUrl(surroundings)),
  ],
  deleteCustomer: ({ dice }) => [text('memo', `gone ${dice.below(50)}`), text('memo_type', 'text')],
  postFile: ({ dice, odd }) => [
    {
      name: 'file',
      json: '""',
      file: {
        type: dice.pick(['image/png', 'image/jpeg', 'application/octet-stream']),
        fileName: dice.pick(['front.png', 'a b.jpg', '', 'ö.pdf', '../x']),
        bytes: dice.oneIn(6) ? odd.bytes(dice) : picture,
      },
    },
  ],
  postTransactions: openingFor,
  // a field that the bank refuses again, so that there is always one to correct
  patchTransaction: () => [
    { name: 'fields', json: '{"transaction":{"account_number":"1000990004"}}' },
  ],
  getToken: ({ recent, odd, dice }) => {
    const challenge = recent.challenges.pop()
    return [text('transaction', challenge ?? odd.text(dice))]
  },
}

/** Customers that stay, under their ids; others under memos that come and go. */
function whom(surroundings: Surroundings, type: string | undefined): Member[] {
  const { dice, client } = surroundings
  const isAlone = client.login.memo !== undefined || client.login.account.startsWith('M')
  const memo = [text('memo', `gone ${dice.below(50)}`), text('memo_type', 'text')]
  const named = isAlone || dice.oneIn(2) ? [text('id', customerId(surroundings, type))] : memo
  return type === undefined ? named : [...named, text('type', type)]
}

const dataPool: Readonly<Record<string, readonly string[]>> = {
  country: ['NGA', 'USA', 'de', 'DEU'],
  day: ['1990-02-28', '2001-01-01T00:00:00Z', '2030-12-31'],
  email: ['ada@example.com', 'a+b@example.org'],
  phone: ['+2348012345678', '+14155552671'],
  language: ['en', 'es', 'fr'],
  ip: ['192.0.2.1', '2001:db8::1'],
  account: ['1234567890', 'DE89370400440532013000'],
  clabe: ['032180000118359719'],
  cbu: ['2850590940090418135201'],
  count: ['0', '17'],
  occupation: ['2512'],
  cardMonth: ['29-12'],
  cardCountry: ['US', 'DE'],
}
const sep9Names = [...sep9Fields.values()]

function sep9Member(surroundings: Surroundings): Member {
  const { dice, client, odd } = surroundings
  const field = dice.pick(sep9Names)
  if (field.form !== 'binary') {
    const value = dice.pick(field.choices ?? dataPool[field.form] ?? ['Lagos', 'Ada', 'X 17'])
    return text(field.name, value)
  }
  if (dice.oneIn(2)) return text(`${field.name}_file_id`, dice.pick(client.files))
  const bytes = dice.oneIn(4) ? odd.bytes(dice) : picture
  return {
    name: field.name,
    json: JSON.stringify(Buffer.from(bytes).toString('base64')),
    file: { type: 'image/png', fileName: 'x.png', bytes },
  }
}

function openingFor(surroundings: Surroundings): Member[] {
  const { dice, client } = surroundings
  const isOldForm = dice.oneIn(3)
  const amount = dice.pick(['100', '"20.5"', '50.0000001', '"1.01"', '999.99', '2500', '100.50'])
  const receiver = isOldForm
    ? 'sep31-receiver-name'
    : amount === '2500'
      ? 'sep31-large-receiver'
      : 'sep31-receiver'
  const fields = { transaction: { routing_number: '021000021', account_number: '1234567890' } }
  const optional = [
    text('funding_method', dice.pick(['SEPA', 'WIRE'])),
    text('lang', dice.pick(['en', 'es', 'de', 'pt-BR'])),
    text('asset_issuer', surroundings.world.sandbox.assets[0]?.issuer ?? ''),
    text('destination_asset', 'iso4217:USD'),
  ].filter(() => dice.oneIn(4))
  const refund = dice.oneIn(4) ? [text('refund_memo', '17'), text('refund_memo_type', 'id')] : []
  return [
    { name: 'amount', json: amount },
    text('asset_code', isOldForm ? 'SRT' : 'USDC'),
    text('sender_id', client.customers['sep31-sender'] ?? ''),
    text('receiver_id', client.customers[receiver] ?? ''),
    ...(isOldForm ? [{ name: 'fields', json: JSON.stringify(fields) }] : []),
    ...optional,
    ...refund,
  ]
}

/** Mostly one that takes whatever comes; see sink.ts. */
const callbackUrl = ({ dice, world, odd }: Surroundings): string =>
  dice.oneIn(8) ? odd.text(dice) : `${world.sinkUrl}/${dice.below(1_000)}`

function jsonFor(name: string, schema: Schema, surroundings: Surroundings): string {
  const { dice } = surroundings
  const examples = (schema['examples'] ?? schema['enum']) as readonly unknown[] | undefined
  if (examples !== undefined && !(name in byName)) return JSON.stringify(dice.pick(examples))
  if (schema['type'] === 'object') {
    const members = membersFor(schema, surroundings)
    return `{${members.map((one) => `${JSON.stringify(one.name)}:${one.json}`).join(',')}}`
  }
  return JSON.stringify(textFor(name, schema, surroundings))
}

type ByName = Readonly<Record<string, (surroundings: Surroundings) => string>>

const byName: ByName = {
  id: customerId,
  customer_id: customerId,
  sender_id: customerId,
  receiver_id: customerId,
  transaction_id: transactionId,
  file_id: ({ dice, client }) => dice.pick(client.files),
  account: ({ dice, client }) =>
    dice.oneIn(8)
      ? Keypair.fromRawEd25519Seed(Buffer.alloc(32, dice.below(256))).publicKey()
      : client.login.account,
  memo: ({ dice, client: { login } }) => login.memo ?? (dice.oneIn(9) ? 'x' : `${dice.below(9)}`),
  url: callbackUrl,
  home_domain: ({ world }) => world.sandbox.homeDomain,
  client_domain: ({ world }) => new URL(world.sinkUrl).host,
  'Idempotency-Key': ({ dice }) => (dice.oneIn(6) ? `key-${dice.below(200)}` : uuidOf(dice)),
  'If-None-Match': ({ dice }) => dice.pick(['"x"', '*', 'W/"x"']),
}

function textFor(name: string, schema: Schema, surroundings: Surroundings): string {
  const known = byName[name]
  if (known !== undefined) return known(surroundings)
  const examples = (schema['examples'] ?? schema['enum']) as readonly unknown[] | undefined
  if (examples !== undefined) return String(surroundings.dice.pick(examples))
  return surroundings.odd.text(surroundings.dice)
}
