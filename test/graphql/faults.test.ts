import { fastify } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { partnerSchema } from '../../src/graphql/partner/schema.ts'
import { mountGraphql } from '../../src/graphql/server/mount.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { ask } from './ask.ts'
import {
  backofficeToken,
  gatewayWorld,
  keepTransaction,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'
import { openSocket } from './socket.ts'

let world: World

beforeAll(async () => {
  world = await gatewayWorld()
  for (let n = 0; n < 5; n += 1) await keepTransaction(world.rooms)
})
afterAll(() => world.stop())
afterEach(() => void vi.unstubAllEnvs())

/** Asks for five transactions while what hangs on them cannot be loaded. */
async function askWhile(failure: Error) {
  const rooms = world.rooms.backoffice as {
    -readonly [Room in keyof World['rooms']['backoffice']]: World['rooms']['backoffice'][Room]
  }
  const { payoutsOf } = rooms
  rooms.payoutsOf = () => Promise.reject(failure)
  const linesBefore = world.lines.length
  const query = '{ transactions { nodes { id payout { state } } } }'
  const answer = await ask(world.backoffice, query, { token: backofficeToken })
  const lines = world.lines.slice(linesBefore)
  const socket = await openSocket(world.backoffice, backofficeToken)
  const onSocket = await socket.ask(query)
  await socket.close()
  rooms.payoutsOf = payoutsOf
  return { answer, onSocket, lines }
}

describe('a fault of ours', () => {
  it('is masked in each field that it spoils, and is one line in the log', async () => {
    const { answer, lines } = await askWhile(new Error('column "iban" of postgres://secret'))
    expect(answer.errors).toHaveLength(5)
    expect(answer.errors[0]).toEqual({
      message: 'Something broke on our side',
      path: ['transactions', 'nodes', 0, 'payout'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
    expect(JSON.stringify(answer)).not.toMatch(/iban|secret|node_modules/)
    expect(answer.data).toMatchObject({
      transactions: { nodes: [{ payout: null }, {}, {}, {}, {}] },
    })
    expect(lines).toMatchObject([{ msg: 'a GraphQL operation failed' }])
    expect(lines[0]?.['error']).toMatchObject({ message: 'column "…" of postgres://secret' })
  })

  it('that will pass says so', async () => {
    const { answer } = await askWhile(new DatabaseUnavailable('away'))
    expect(answer.errors[0]).toMatchObject({
      message: 'The service is away for a moment; try again',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    })
  })

  it('bears in the log the account of who asked, over HTTP and on a socket', async () => {
    const rooms = world.rooms.partner as {
      -readonly [Room in keyof World['rooms']['partner']]: World['rooms']['partner'][Room]
    }
    const { listTransactions } = rooms
    rooms.listTransactions = () => Promise.reject(new Error('broken'))
    const linesBefore = world.lines.length
    const token = await tokenFor(sendingAnchor)
    const query = '{ transactions { nodes { id } } }'
    await ask(world.partner, query, { token, headers: { 'x-request-id': 'over-http' } })
    const socket = await openSocket(world.partner, token)
    await socket.ask(query)
    await socket.close()
    rooms.listTransactions = listTransactions
    const line = { msg: 'a GraphQL operation failed', sendingAnchor }
    expect(world.lines.slice(linesBefore)).toMatchObject([
      { ...line, requestId: 'over-http' },
      line,
    ])
  })

  it('is told on a socket as it is over HTTP, beside what could be answered', async () => {
    const { answer, onSocket } = await askWhile(new Error('column "iban" of postgres://secret'))
    expect(answer.data).toMatchObject({ transactions: { nodes: [{}, {}, {}, {}, {}] } })
    expect(onSocket).toEqual({ data: answer.data, errors: answer.errors })
  })
})

describe('a door', () => {
  it('ends the signal that it gave when it stops', async () => {
    const app = fastify()
    const signals: AbortSignal[] = []
    const context = (_: undefined, signal: AbortSignal) => {
      signals.push(signal)
      return { rooms: { assets: [] } }
    }
    const stop = await mountGraphql(app, { ...(await aDoor([])), context })
    const payload = { query: '{ assets { code } }' }
    await app.inject({ method: 'POST', url: '/graphql', payload })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await stop()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    await app.close()
  })

  it.each([true, false])(
    'tells its schema if it is to: %j, wherever it runs',
    async (introspection) => {
      for (const place of ['production', 'development']) {
        vi.stubEnv('NODE_ENV', place)
        const app = fastify()
        const stop = await mountGraphql(app, { ...(await aDoor([])), introspection })
        const payload = { query: '{ __schema { queryType { name } } }' }
        const response = await app.inject({ method: 'POST', url: '/graphql', payload })
        expect([place, response.statusCode]).toEqual([place, introspection ? 200 : 400])
        await stop()
        await app.close()
      }
    },
  )

  it('leaves the signals of the process to the gateway, which ends payments in order', async () => {
    vi.stubEnv('NODE_ENV', 'production') // elsewhere the library listens to none
    const app = fastify()
    const listening = () => ['SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name))
    const before = listening()
    const stop = await mountGraphql(app, await aDoor([]))
    expect(listening()).toEqual(before)
    await stop()
    await app.close()
  })
})

const aDoor = async (lines: object[]) => ({
  path: '/graphql',
  schema: await partnerSchema(),
  identify: () => Promise.resolve({ identity: undefined }),
  context: () => ({}),
  introspection: false,
  log: { error: (fields: object) => lines.push(fields) },
  socketsMax: 1,
})

describe('a request that breaks before GraphQL has it', () => {
  /** The answer where each request fails so, and what was logged. */
  async function answerTo(failure: Error) {
    const app = fastify()
    const lines: object[] = []
    const stop = await mountGraphql(app, await aDoor(lines))
    app.addHook('preHandler', () => Promise.reject(failure))
    const response = await app.inject({ method: 'POST', url: '/graphql', payload: {} })
    await stop()
    await app.close()
    return { status: response.statusCode, body: response.json<unknown>(), lines }
  }

  const masked = {
    errors: [
      {
        message: 'Something broke on our side',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ],
  }

  it.each([
    ['without a status', new Error('secret')],
    ['with a status of ours', Object.assign(new Error('secret'), { statusCode: 503 })],
    ['with 500 itself', Object.assign(new Error('secret'), { statusCode: 500 })],
    ['with a status that is no refusal', Object.assign(new Error('secret'), { statusCode: 302 })],
  ])('%s is masked in GraphQL’s own shape, and logged', async (_, failure) => {
    expect(await answerTo(failure)).toEqual({
      status: 500,
      body: masked,
      lines: [{ error: failure }],
    })
  })

  it.each([400, 499])('by a fault of the caller says which, with its status %i', async (status) => {
    const failure = Object.assign(new Error('Too much'), { statusCode: status })
    expect(await answerTo(failure)).toEqual({
      status,
      body: { errors: [{ message: 'Too much', extensions: { code: 'BAD_REQUEST' } }] },
      lines: [],
    })
  })
})

describe('a fault of the caller', () => {
  it.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ transactions(first: 0) { nodes { id } } }', 'BAD_USER_INPUT'],
  ])('is told by its code alone, without a line of our code: %s', async (query, code) => {
    const { errors } = await ask(world.backoffice, query, { token: backofficeToken })
    expect(errors[0]?.extensions).toEqual({ code })
  })
})
