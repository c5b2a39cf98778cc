import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codesOf, read } from './ask.ts'
import { backofficeToken, gatewayWorld, sendingAnchor, tokenFor } from './gateway-world.ts'
import type { World } from './gateway-world.ts'
import { openSocket } from './socket.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
})
afterAll(() => world.stop())

/** Asks the same over HTTP and over a WebSocket; answers both lists of codes. */
async function codesOnBoth(
  query: string,
  variables: Record<string, unknown> = {},
  operationName?: string,
) {
  const named = operationName === undefined ? {} : { operationName }
  const http = await ask(world.partner, query, { token, variables, ...named })
  const socket = await openSocket(world.partner, token)
  const ws = await socket.ask(query, variables, operationName)
  await socket.close()
  return { http: codesOf(http), ws: codesOf(ws), status: http.status }
}

const refusedAs = (code: string) => ({ http: [code], ws: [code], status: 400 })

/** `transactions { nodes { … } }` asked for under many names. */
const aliases = (count: number, first: string) =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: transactions${first} { nodes { id status } }`).join(' ')} }`

describe('an operation', () => {
  it('costs its page size times what each entry costs, by argument, variable or default', async () => {
    const fields = 'nodes { id status phase fee { parts { name amount { value asset } } } }'
    const cheap = await codesOnBoth(`{ transactions(first: 100) { ${fields} } }`)
    expect(cheap).toEqual({ http: [], ws: [], status: 200 })
    const all = `a: transactions(first: 100) { ${fields} } b: transactions(last: 100) { ${fields} }`
    const many = `${all} c: transactions(first: $n) { ${fields} } d: transactions(first: 100) { ${fields} }`
    const tooCostly = refusedAs('OPERATION_TOO_COSTLY')
    expect(await codesOnBoth(`query ($n: Int) { ${many} }`, { n: 100 })).toEqual(tooCostly)
    expect(await codesOnBoth(`query ($n: Int = 100) { ${many} }`)).toEqual(tooCostly)
    expect((await codesOnBoth(`query ($n: Int) { ${many} }`, { n: 1 })).http).toEqual([])
  })

  it('is not made cheaper by asking under many names, nor by leaving out the page size', async () => {
    expect((await codesOnBoth(aliases(20, '(first: 1)'))).http).toEqual([])
    expect(await codesOnBoth(aliases(170, ''))).toEqual(refusedAs('OPERATION_TOO_COSTLY'))
  })

  it('is measured in no time, however its fragments spread each other', async () => {
    const names = Array.from({ length: 120 }, (_, n) => n)
    const fragments = names.map(
      (n) => `fragment F${n} on Transaction { ...F${n + 1} ...F${n + 1} }`,
    )
    const query = `{ transactions { nodes { ...F0 } } } ${fragments.join(' ')} fragment F120 on Transaction { id }`
    const before = performance.now()
    expect(await codesOnBoth(query)).toEqual(refusedAs('OPERATION_TOO_COSTLY'))
    expect(performance.now() - before).toBeLessThan(5_000)
  })

  it('has at most 2000 tokens', async () => {
    const ofTokens = (count: number) =>
      `{ transactions(filter: { status: [${'completed '.repeat(count - 19)}] }) { nodes { id } } }`
    expect(await codesOnBoth(ofTokens(2_000))).toEqual({ http: [], ws: [], status: 200 })
    expect(await codesOnBoth(ofTokens(2_001))).toEqual(refusedAs('GRAPHQL_PARSE_FAILED'))
  })

  it('is the one of its document that is named, and measured by itself', async () => {
    const two = `query A { me { account } } query B ${aliases(170, '')}`
    expect(await codesOnBoth(two, {}, 'A')).toEqual({ http: [], ws: [], status: 200 })
    expect(await codesOnBoth(two, {}, 'B')).toEqual(refusedAs('OPERATION_TOO_COSTLY'))
    const other = 'subscription S { transactionEvents { id } }'
    const served = await ask(world.partner, `query A { me { account } } ${other}`, {
      token,
      operationName: 'A',
    })
    expect(codesOf(served)).toEqual([])
  })

  it('may ask for the whole schema, as tools do', async () => {
    const { getIntrospectionQuery } = await import('graphql')
    const { http, ws } = await codesOnBoth(getIntrospectionQuery())
    expect({ http, ws }).toEqual({ http: [], ws: [] })
  })
})

describe('what is no operation', () => {
  it.each([
    ['a syntax error', '{ me', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ you }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a circular fragment',
      '{ me { ...A } } fragment A on Client { ...A }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a variable of the wrong type',
      'query ($n: Int) { transactions(first: $n) { nodes { id } } }',
      { n: 'x' },
      'BAD_USER_INPUT',
    ],
    [
      'a date that is none',
      'query ($d: DateTimeISO) { transactions(filter: { startedFrom: $d }) { nodes { id } } }',
      { d: 'yesterday' },
      'BAD_USER_INPUT',
    ],
    [
      'a variable that is missing',
      'query ($id: ID!) { transaction(id: $id) { id } }',
      {},
      'BAD_USER_INPUT',
    ],
    ['a text that cannot be kept', '{ transaction(id: "a\\u0000") { id } }', {}, 'BAD_USER_INPUT'],
    [
      'several without a name',
      'query A { me { account } } query B { me { account } }',
      {},
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'what does not exist among several without a name',
      'query A { you } query B { me { account } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'what does not exist among too much',
      `{ you ${aliases(170, '').slice(1)}`,
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a text that cannot be kept among too much',
      `{ transaction(id: "a\\u0000") { id } ${aliases(170, '').slice(1)}`,
      {},
      'OPERATION_TOO_COSTLY',
    ],
  ])('%s is refused with the same code on both doors', async (...[, query, variables, code]) => {
    expect(await codesOnBoth(query, variables)).toEqual(refusedAs(code))
  })
})

it('all that is wrong with an operation is told, each by its place, on both doors', async () => {
  const query = '{ you\n  me { account }\n  they }'
  const { errors, status } = await ask(world.partner, query, { token })
  const socket = await openSocket(world.partner, token)
  const { errors: onSocket } = await socket.ask(query)
  await socket.close()
  const told = (name: string, line: number) => ({
    message: `Cannot query field "${name}" on type "Query".`,
    locations: [{ line, column: 3 }],
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  })
  expect([status, errors]).toEqual([400, [told('you', 1), told('they', 3)]])
  expect(onSocket).toEqual(errors)
})

describe('HTTP', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(world.partner, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    })

  it.each([
    ['no JSON', '{', {}, 400],
    ['nothing', '', {}, 400],
    ['a list of operations', '[{"query":"{ me { account } }"}]', {}, 400],
    ['variables that are no object', '{"query":"{ me { account } }","variables":"x"}', {}, 400],
    ['a number', '7', {}, 400],
    ['another content type', '<x/>', { 'content-type': 'application/xml' }, 415],
    ['too much', JSON.stringify({ query: `{ me { account } } #${'x'.repeat(100_000)}` }), {}, 413],
    [
      'a form, which a page elsewhere could send',
      'query={me}',
      { 'content-type': 'text/plain' },
      400,
    ],
  ])('refuses %s in the shape of GraphQL', async (...[, body, headers, status]) => {
    const answer = await read(await post(body, headers))
    expect(answer.status).toBe(status)
    expect(answer.errors[0]?.message).toMatch(/\w+ \w+/)
    expect(codesOf(answer)).toEqual(['BAD_REQUEST'])
  })

  it('takes a body of 100,000 bytes, and not one more', async () => {
    const ofLength = (length: number) => {
      const body = (more: number) =>
        JSON.stringify({ query: `{ me { account } }${' '.repeat(more)}` })
      return post(body(length - body(0).length))
    }
    expect([(await ofLength(100_000)).status, (await ofLength(100_001)).status]).toEqual([200, 413])
  })

  it('answers a query by GET only when no page elsewhere could have sent it', async () => {
    const url = `${world.partner}?query=${encodeURIComponent('{ assets { code } }')}`
    expect((await read(await fetch(url))).status).toBe(400)
    const asked = await read(await fetch(url, { headers: { 'apollo-require-preflight': '1' } }))
    expect(asked.data).toEqual({ assets: [{ code: 'USDC' }, { code: 'SRT' }] })
  })

  it('keeps no operation of a caller to be asked for by its hash', async () => {
    const query = '{ me { account } }'
    const sha256Hash = createHash('sha256').update(query).digest('hex')
    const extensions = { persistedQuery: { version: 1, sha256Hash } }
    const asked = await read(await post(JSON.stringify({ query, extensions })))
    const again = await read(await post(JSON.stringify({ extensions })))
    expect([...codesOf(asked), ...codesOf(again)]).toEqual([
      'PERSISTED_QUERY_NOT_SUPPORTED',
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ])
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('is not served by %s', async (method) => {
    const url = `${world.partner}?query=${encodeURIComponent('{ assets { code } }')}`
    const headers = { 'apollo-require-preflight': '1', authorization: `Bearer ${token}` }
    expect((await fetch(url, { method, headers })).status).toBe(404)
  })

  it('runs no mutation by GET', async () => {
    const mutation =
      'mutation { openTransaction(idempotencyKey: "k", input: { amount: "1", assetCode: "X" }) { __typename } }'
    const url = `${world.partner}?query=${encodeURIComponent(mutation)}`
    const headers = { 'apollo-require-preflight': '1', authorization: `Bearer ${token}` }
    expect((await fetch(url, { headers })).status).toBe(405)
  })

  it('answers a browser that opens the address with no page from elsewhere', async () => {
    const response = await fetch(world.partner, { headers: { accept: 'text/html' } })
    expect(await response.text()).not.toMatch(/<script|https?:/)
  })

  it('answers a Host header that is no host', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(world.partner, {
        method: 'POST',
        headers: { host: '[', 'content-type': 'application/json' },
      })
      outgoing
        .on('response', (incoming) => resolve(incoming.resume().statusCode))
        .on('error', reject)
      outgoing.end('{"query":"{ assets { code } }"}')
    })
    expect(status).toBe(200)
  })
})

describe('a kind of operation that cannot be answered', () => {
  // what else is wrong with it is not told
  const subscription = 'subscription { transactionEvents(after: "\\u0000") { id } }'
  const refused = ['OPERATION_RESOLUTION_FAILURE']

  it('is refused: a subscription over HTTP, with a word on where to send it', async () => {
    const answer = await ask(world.partner, subscription, { token })
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
      status: 400,
      codes: refused,
    })
    expect(answer.errors[0]?.message).toBe(
      'Subscriptions are answered over WebSocket (graphql-transport-ws) at this address',
    )
  })

  it('is refused: any subscription at the back office, which has none', async () => {
    const answer = await ask(world.backoffice, subscription, { token: backofficeToken })
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
      status: 400,
      codes: refused,
    })
    const socket = await openSocket(world.backoffice, backofficeToken)
    const { errors } = await socket.ask(subscription)
    expect(codesOf({ errors })).toEqual(refused)
    for (const { message } of [...answer.errors, ...errors]) {
      expect(message).toBe('There is no subscription in this schema')
    }
    await socket.close()
  })
})

describe('an argument that may be left out', () => {
  it('may also be null, in either way', async () => {
    for (const list of ['payoutAttempts', 'payoutAttempts(transactionId: null)']) {
      const answer = await ask(world.backoffice, `{ ${list} { nodes { number } } }`, {
        token: backofficeToken,
      })
      expect(codesOf(answer)).toEqual([])
    }
  })
})

describe('nothing of all this', () => {
  it('is logged as a fault of ours', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
