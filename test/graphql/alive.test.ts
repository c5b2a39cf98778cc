import { once } from 'node:events'
import { fastify } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { partnerSchema } from '../../src/graphql/partner/schema.ts'
import type { GraphqlDoor } from '../../src/graphql/server/door.ts'
import { serveSockets } from '../../src/graphql/server/sockets.ts'
import { currentScope } from '../../src/observability/request-scope.ts'
import { until } from '../until.ts'
import { openSocket } from './socket.ts'

/** What a socket does besides carrying operations. */

const counted: object[] = []
const watched: string[] = []
const scopes: unknown[] = []
let stop = (): Promise<unknown> => Promise.resolve()
let dispose = stop
let count = () => ({ sockets: -1, subscriptions: -1 })
afterEach(async () => {
  vi.useRealTimers()
  await stop()
  counted.length = 0
  watched.length = 0
  scopes.length = 0
})

async function openDoor(changes: Partial<GraphqlDoor<string, object>> = {}) {
  const app = fastify()
  const sockets = serveSockets<string, object>(app, {
    path: '/graphql',
    schema: await partnerSchema(),
    identify: (authorization) =>
      Promise.resolve({ identity: authorization === 'Bearer any' ? 'anyone' : undefined }),
    context: () => {
      scopes.push({ ...currentScope() })
      return { rooms: { assets: [] } }
    },
    introspection: true,
    log: { error: () => undefined },
    socketsMax: 2,
    watch: {
      api: 'partner',
      metrics: {
        graphqlField: (call) => counted.push(call),
        watchSockets: (api, reader) => {
          count = reader
          watched.push(api)
          return () => void watched.pop()
        },
      },
    },
    accountOf: (identity) => `account of ${identity}`,
    ...changes,
  })
  dispose = () => sockets.dispose()
  stop = () => dispose().then(() => app.close())
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`
}

const connect = async (url: string, options: object) => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', options)
  const ended = { code: 0, pings: 0 }
  socket.on('close', (code) => (ended.code = code)).on('ping', () => (ended.pings += 1))
  await once(socket, 'open')
  return { socket, ended }
}

describe('a socket', () => {
  it('that answers no ping is cut off, and one that does is kept', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const url = await openDoor()
    const dead = await connect(url, { autoPong: false })
    const alive = await connect(url, {})
    const heardOut = async () => {
      const asked = once(alive.socket, 'pong')
      alive.socket.ping()
      await asked
    }
    for (let n = 1; n <= 3; n += 1) {
      vi.advanceTimersByTime(11_999)
      await heardOut()
      expect(alive.ended.pings).toBe(n - 1)
      vi.advanceTimersByTime(1)
      await until(() => alive.ended.pings === n, 'a ping')
      await heardOut() // the answer has to be there before the next look
    }
    await until(() => dead.ended.code !== 0, 'the end of the dead one')
    expect([dead.ended.code, alive.ended.code]).toEqual([1006, 0])
    alive.socket.terminate()
    await until(() => vi.getTimerCount() === 0, 'the end of all looks')
  })

  it('that does not say who it is within ten seconds is closed with 4408', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { socket, ended } = await connect(await openDoor(), {})
    const heardOut = async () => {
      const asked = once(socket, 'pong')
      socket.ping()
      await asked
    }
    await heardOut()
    vi.advanceTimersByTime(9_999)
    await heardOut()
    expect(ended.code).toBe(0)
    vi.advanceTimersByTime(1)
    vi.useRealTimers()
    await until(() => ended.code !== 0, 'the end of the socket')
    expect(ended.code).toBe(4408)
  })

  it('that does not answer our close is cut off after two seconds', async () => {
    const url = await openDoor()
    const { socket } = await connect(url, {})
    socket.pause()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const disposed = dispose()
    vi.advanceTimersByTime(1_999)
    await new Promise((resolve) => setImmediate(resolve))
    expect(count().sockets).toBe(1)
    vi.advanceTimersByTime(1)
    vi.useRealTimers()
    await until(() => count().sockets === 0, 'the end of the socket')
    socket.terminate()
    await disposed
    dispose = () => Promise.resolve()
  })

  it('is kept with a token that lasts for longer than a timer can', async () => {
    const expiresAt = new Date(Date.now() + 60 * 86_400_000)
    const url = await openDoor({
      identify: () => Promise.resolve({ identity: 'anyone', expiresAt }),
    })
    const socket = await openSocket(url, 'any')
    for (let n = 0; n < 3; n += 1) {
      expect((await socket.ask('{ assets { code } }')).data).toEqual({ assets: [] })
    }
    expect(socket.isClosed()).toBe(false)
    await socket.close()
  })

  it('is counted while it is open, and as no subscription', async () => {
    const url = await openDoor()
    expect(count()).toEqual({ sockets: 0, subscriptions: 0 })
    expect(watched).toEqual(['partner'])
    const sockets = [await openSocket(url), await openSocket(`${url}?asked=more`)]
    expect(count()).toEqual({ sockets: 2, subscriptions: 0 })
    for (const socket of sockets) await socket.close()
    await until(() => count().sockets === 0, 'the end of both')
    await dispose()
    dispose = () => Promise.resolve()
    expect(watched).toEqual([])
  })

  it('takes the token under either spelling of the name, and under no other', async () => {
    const url = await openDoor()
    for (const name of ['authorization', 'Authorization']) {
      const socket = await openSocket(url)
      socket.send({ type: 'connection_init', payload: { [name]: 'Bearer any' } })
      await until(() => socket.heard.length > 0 || socket.isClosed(), 'a word')
      expect([name, socket.heard[0]?.type]).toEqual([name, 'connection_ack'])
      await socket.close()
    }
    const socket = await openSocket(url)
    socket.send({ type: 'connection_init', payload: { token: 'Bearer any' } })
    expect((await socket.ended())?.code).toBe(4403)
  })

  it('gives the log the id that its opening bore, and the account of its token', async () => {
    const url = await openDoor()
    const { socket } = await connect(url, { headers: { 'x-request-id': 'request-1' } })
    socket.send(
      JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer any' } }),
    )
    await once(socket, 'message')
    const payload = { query: '{ assets { code } }' }
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }))
    await until(() => scopes.length > 0, 'an operation')
    expect(scopes).toEqual([{ requestId: 'request-1', sendingAnchor: 'account of anyone' }])
    socket.terminate()
  })

  it('gives the log an id of ours where its opening bore none that can be written there', async () => {
    const url = await openDoor()
    const { socket } = await connect(url, {
      headers: { 'x-request-id': 'request 1, a long story' },
    })
    const payload = { authorization: 'Bearer any' }
    socket.send(JSON.stringify({ type: 'connection_init', payload }))
    await once(socket, 'message')
    const asked = { query: '{ assets { code } }' }
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: asked }))
    await until(() => scopes.length > 0, 'an operation')
    const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown
    expect(scopes).toEqual([{ requestId, sendingAnchor: 'account of anyone' }])
    socket.terminate()
  })

  it('has its operations counted, those that cannot be read as such', async () => {
    const socket = await openSocket(await openDoor(), 'any')
    await socket.ask('{ mine: assets { code } }')
    await socket.ask('query A { me { account } } query B { assets { code } }', {}, 'B')
    await socket.ask('{ secret }')
    await socket.ask('{')
    const told = { api: 'partner', operation: 'unreadable', field: 'unreadable' }
    expect(counted).toEqual([
      { api: 'partner', operation: 'query', field: 'assets', outcome: 'ok' },
      { api: 'partner', operation: 'query', field: 'assets', outcome: 'ok' },
      { ...told, outcome: 'refused' },
      { ...told, outcome: 'refused' },
    ])
    await socket.close()
  })

  it('says where a document breaks off, and takes a wrong variable for the fault of its caller', async () => {
    const socket = await openSocket(await openDoor(), 'any')
    const cut = await socket.ask('{ assets {')
    expect(cut.errors).toMatchObject([
      { locations: [{ line: 1, column: 11 }], extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ])
    const query =
      'query ($from: DateTimeISO) { transactions(filter: { startedFrom: $from }) { nodes { id } } }'
    const wrong = await socket.ask(query, { from: 'yesterday' })
    expect(wrong.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }])
    const several = await socket.ask('query A { assets { code } } query B { assets { name } }')
    expect(several.errors).toEqual([
      {
        message: 'Name one of the operations in the document',
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      },
    ])
    await socket.close()
  })

  it('refuses a text that cannot be kept, in the document or in a variable (POLARIS-8.29)', async () => {
    const socket = await openSocket(await openDoor(), 'any')
    const inDocument = await socket.ask('{ transaction(id: "a\\u0000") { id } }')
    const query = 'query ($id: ID!) { transaction(id: $id) { id } }'
    const inVariable = await socket.ask(query, { id: 'a\0' })
    for (const { errors } of [inDocument, inVariable]) {
      expect(errors).toEqual([
        {
          message: 'A text holds NUL or half a character, which cannot be kept',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ])
    }
    await socket.close()
  })

  it('is told that the gateway goes away when it stops, and is waited for', async () => {
    const url = await openDoor()
    const sockets = [await openSocket(url, 'any'), await openSocket(url, 'any')]
    expect(count().sockets).toBe(2)
    const left = dispose().then(() => count().sockets)
    const ended = sockets.map((socket) => socket.ended().catch(() => 'it is still open'))
    const goingAway = { code: 1001, reason: 'Going away' }
    expect(await Promise.all(ended)).toEqual([goingAway, goingAway])
    expect(await left).toBe(0)
    dispose = () => Promise.resolve()
    await stop()
    stop = () => Promise.resolve()
  })

  it('is closed with 4500, and a line in the log, when who it is cannot be found out', async () => {
    const failure = new Error('secret')
    const lines: object[] = []
    const url = await openDoor({
      identify: () => Promise.reject(failure),
      log: { error: (...line) => lines.push(line) },
    })
    const socket = await openSocket(url, 'any')
    expect(await socket.ended()).toEqual({ code: 4500, reason: 'Something broke on our side' })
    expect(lines).toEqual([[{ error: failure }, 'a socket failed']])
  })

  it('that is gone before it is known who it is waits for the end of no token', async () => {
    let looked = 0
    const expiresAt = Object.assign(new Date(), { getTime: () => Date.now() + 60_000 * ++looked })
    const found: (() => void)[] = []
    const known: string[] = []
    const url = await openDoor({
      identify: () =>
        new Promise((resolve) => found.push(() => resolve({ identity: 'anyone', expiresAt }))),
      accountOf: (identity) => (known.push(identity), identity),
    })
    const socket = await openSocket(url)
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer any' } })
    await until(() => found.length > 0, 'the question who it is')
    socket.socket.terminate()
    await until(() => count().sockets === 0, 'the end of the socket')
    for (const tell of found) tell()
    await until(() => known.length > 0, 'the answer who it is')
    expect(looked).toBe(0)
  })

  it('beyond the number of sockets hears when to come again, and that of another path does not', async () => {
    const url = await openDoor({ socketsMax: 0 })
    const headers = { upgrade: 'websocket', connection: 'upgrade' }
    const { request } = await import('node:http')
    const refusedAt = (address: string) =>
      new Promise<object>((resolve, reject) =>
        request(address, { headers })
          .on('response', ({ statusCode, statusMessage, headers: said }) =>
            resolve({ statusCode, statusMessage, said }),
          )
          .on('error', reject)
          .end(),
      )
    const said = { connection: 'close', 'content-length': '0' }
    expect(await refusedAt(url)).toEqual({
      statusCode: 503,
      statusMessage: 'Service Unavailable',
      said: { ...said, 'retry-after': '5' },
    })
    expect(await refusedAt(`${url}/other`)).toEqual({
      statusCode: 404,
      statusMessage: 'Not Found',
      said,
    })
  })
})
