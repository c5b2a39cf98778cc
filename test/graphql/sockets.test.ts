import { once } from 'node:events'
import { connect } from 'node:net'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { accepted } from '../../src/domain/outcome.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { serveSockets } from '../../src/graphql/server/sockets.ts'
import { partnerSchema } from '../../src/graphql/partner/schema.ts'
import { until } from '../until.ts'
import { gatewayWorld, sendingAnchor, tokenFor } from './gateway-world.ts'
import type { World } from './gateway-world.ts'
import { openSocket } from './socket.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
})
afterAll(() => world.stop())

const init = (authorization: unknown) => ({ type: 'connection_init', payload: { authorization } })

describe('a socket without a good token', () => {
  it.each([
    ['no token', undefined],
    ['no bearer', 'Basic eDp4'],
    ['a foreign token', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA'],
    ['a number', 7],
    ['NUL', 'Bearer \0'],
  ])('with %s is closed with 4403', async (_, authorization) => {
    const socket = await openSocket(world.partner)
    socket.send(init(authorization))
    expect((await socket.ended())?.code).toBe(4403)
  })

  it('with a token that has ended is closed with 4403', async () => {
    const socket = await openSocket(world.partner)
    socket.send(init(`Bearer ${await tokenFor(sendingAnchor, -5_000)}`))
    expect((await socket.ended())?.code).toBe(4403)
  })

  it('asking before it says who it is, is closed with 4401', async () => {
    const socket = await openSocket(world.partner)
    socket.subscribe('{ me { account } }')
    expect((await socket.ended())?.code).toBe(4401)
  })
})

describe('a socket that does not keep to the protocol', () => {
  it.each([
    ['no JSON', '{', 4400],
    ['a message of no known type', '{"type":"hello"}', 4400],
    ['a number', '7', 4400],
    ['too much', `{"type":"ping","payload":{"a":"${'x'.repeat(64_000)}"}}`, 1009],
  ])('with %s is closed with a code that says so', async (_, message, code) => {
    const socket = await openSocket(world.partner, token)
    socket.socket.send(message)
    expect((await socket.ended())?.code).toBe(code)
  })

  it('with one byte too much is closed, and not with the most there may be', async () => {
    const ping = (more: number) => `{"type":"ping","payload":{"a":"${'x'.repeat(more)}"}}`
    const most = 64_000 - ping(0).length
    const socket = await openSocket(world.partner, token)
    const pongs = () => socket.heard.filter(({ type }) => type === 'pong').length
    const outcomes = []
    for (const length of [most, most + 1]) {
      const before = pongs()
      socket.socket.send(ping(length))
      await until(() => pongs() > before || socket.isClosed(), 'an answer, or the end')
      outcomes.push(socket.isClosed() ? 'closed' : 'answered')
    }
    expect([outcomes, (await socket.ended())?.code]).toEqual([['answered', 'closed'], 1009])
  })

  it('saying twice who it is, is closed with 4429', async () => {
    const socket = await openSocket(world.partner, token)
    socket.send(init(`Bearer ${token}`))
    expect((await socket.ended())?.code).toBe(4429)
  })

  it('speaking no protocol of ours is closed with 4406', async () => {
    const socket = new WebSocket(world.partner.replace(/^http/, 'ws'))
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4406)
  })

  it('with bytes that are no frame is cut off, and the gateway goes on', async () => {
    const socket = await openSocket(world.partner, token)
    const raw = (socket.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    await socket.ended()
    const next = await openSocket(world.partner, token)
    expect((await next.ask('{ me { account } }')).errors).toEqual([])
    await next.close()
  })
})

describe('a socket', () => {
  it('carries at most a hundred operations at once', async () => {
    const socket = await openSocket(world.partner, token)
    const ids = Array.from({ length: 100 }, () =>
      socket.subscribe('subscription { transactionEvents { id } }'),
    )
    // what else is wrong with it is not told
    for (const query of ['{ me { account } }', '{']) {
      expect((await socket.ask(query)).errors).toEqual([
        {
          message: 'At most 100 at once on one socket',
          extensions: { code: 'TOO_MANY_OPERATIONS' },
        },
      ])
    }
    expect(ids.flatMap((id) => socket.of(id, 'error'))).toEqual([])
    socket.complete(ids[0] ?? '')
    await until(async () => {
      const again = await socket.ask('{ me { account } }')
      return again.errors.length === 0
    }, 'room for another operation')
    await socket.close()
  })

  it('of another path is not opened', async () => {
    const socket = new WebSocket(world.partner.replace(/^http/, 'ws').replace('graphql', 'other'))
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toContain('404')
  })

  it('that is refused and gone at once does no harm', async () => {
    const { hostname, port } = new URL(world.partner)
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(
        'GET /other HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      )
      socket.resetAndDestroy()
    }
    const next = await openSocket(world.partner, token)
    expect((await next.ask('{ me { account } }')).errors).toEqual([])
    await next.close()
  })

  it('beyond the number of sockets is told to come again later', async () => {
    const app = fastify()
    const sockets = serveSockets(app, {
      path: '/graphql',
      schema: await partnerSchema(),
      identify: () => Promise.resolve({ identity: 'anyone' }),
      context: () => ({}),
      introspection: true,
      log: { error: () => undefined },
      socketsMax: 2,
    })
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`
    const first = await openSocket(url, 'any')
    const other = await openSocket(url, 'any')
    const refused = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws')
    const [error] = (await once(refused, 'error')) as [Error]
    expect(error.message).toContain('503')
    await first.close()
    await until(async () => {
      const next = await openSocket(url, 'any').catch(() => undefined)
      await next?.close()
      return next !== undefined
    }, 'a free place')
    await other.close()
    await sockets.dispose()
    await app.close()
  })
})

/** A door whose only room is a log that never says anything, or breaks. */
async function doorOnto(
  next: (signal: AbortSignal) => Promise<IteratorResult<never>>,
  { lapsesInMs = 60_000, end = () => undefined as unknown } = {},
) {
  const app = fastify()
  const lines: unknown[] = []
  let count = () => ({ sockets: -1, subscriptions: -1 })
  let returned = 0
  const sockets = serveSockets(app, {
    path: '/graphql',
    schema: await partnerSchema(),
    watch: {
      api: 'partner',
      metrics: {
        graphqlField: () => undefined,
        watchSockets: (_, reader) => {
          count = reader
          return () => undefined
        },
      },
    },
    identify: () =>
      Promise.resolve({ identity: 'anyone', expiresAt: new Date(Date.now() + lapsesInMs) }),
    context: (_identity, signal) => ({
      signal,
      principal: { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' },
      rooms: {
        watchEvents: ({ signal }: { signal: AbortSignal }) =>
          Promise.resolve(
            accepted(
              logOf(
                () => next(signal),
                () => {
                  returned += 1
                  end()
                },
              ),
            ),
          ),
      },
    }),
    introspection: true,
    log: { error: (...line) => lines.push(line) },
    socketsMax: 10,
  })
  return {
    url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`,
    lines,
    count: () => count(),
    returned: () => returned,
    stop: async () => {
      await sockets.dispose()
      await app.close()
    },
  }
}

const logOf = (
  next: () => Promise<IteratorResult<never>>,
  returned: () => void,
): AsyncIterableIterator<never> => ({
  next,
  return: async () => {
    returned()
    return Promise.resolve({ done: true, value: undefined })
  },
  [Symbol.asyncIterator]() {
    return this
  },
})

const subscription = 'subscription { transactionEvents { id } }'

describe('what a subscription holds', () => {
  it.each(['complete', 'close', 'break', 'expire'] as const)('is let go on %s', async (end) => {
    let held = 0
    const next = async (signal: AbortSignal): Promise<IteratorResult<never>> => {
      held += 1
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      held -= 1
      return { done: true, value: undefined }
    }
    const door = await doorOnto(next, { lapsesInMs: end === 'expire' ? 1_500 : 60_000 })
    const socket = await openSocket(door.url, 'any')
    const ids = [1, 2, 3].map(() => socket.subscribe(subscription))
    await until(() => held === 3, 'three subscriptions')
    expect(door.count()).toEqual({ sockets: 1, subscriptions: 3 })
    if (end === 'expire') socket.socket.pause() // ends at once, whether or not the client answers
    if (end === 'complete') for (const id of ids) socket.complete(id)
    else if (end === 'close') socket.socket.close()
    else if (end === 'break') socket.socket.terminate()
    await until(() => held === 0, 'nothing to be held')
    const isInTime = end !== 'expire' || door.count().sockets === 1
    expect([held, isInTime]).toEqual([0, true])
    await until(() => door.count().subscriptions === 0, 'nothing to be counted')
    // what ends by itself needs no word
    if (end !== 'expire') await until(() => door.returned() >= 3, 'each to be told to return')
    socket.socket.terminate()
    await door.stop()
  })

  it('is not counted when the socket is gone, although it never ends', async () => {
    const door = await doorOnto(() => new Promise(() => undefined))
    const socket = await openSocket(door.url, 'any')
    socket.subscribe(subscription)
    await until(() => door.count().subscriptions === 1, 'a subscription')
    socket.socket.terminate()
    await until(() => door.count().sockets === 0, 'the end of the socket')
    expect(door.count().subscriptions).toBe(0)
    await door.stop()
  })

  it('is counted on each socket', async () => {
    const door = await doorOnto(() => new Promise(() => undefined))
    const sockets = [await openSocket(door.url, 'any'), await openSocket(door.url, 'any')]
    for (const [place, socket] of sockets.entries()) {
      for (let n = 0; n <= place; n += 1) socket.subscribe(subscription)
      socket.send({ type: 'ping' })
      await until(() => socket.heard.some(({ type }) => type === 'pong'), 'all to be heard')
    }
    expect(door.count()).toEqual({ sockets: 2, subscriptions: 3 })
    sockets[0]?.socket.terminate()
    await until(() => door.count().sockets === 1, 'the end of one socket')
    expect(door.count()).toEqual({ sockets: 1, subscriptions: 2 })
    sockets[1]?.socket.terminate()
    await door.stop()
  })

  it('when the database goes away, ends with a masked error that invites to resume', async () => {
    const door = await doorOnto(() =>
      Promise.reject(new DatabaseUnavailable('postgres://secret is away')),
    )
    const socket = await openSocket(door.url, 'any')
    const { errors } = await socket.ask(subscription)
    expect(errors).toEqual([
      {
        message: 'The service is away for a moment; try again',
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      },
    ])
    expect(door.lines).toEqual([
      [{ error: expect.any(DatabaseUnavailable) as unknown }, 'a GraphQL operation failed'],
    ])
    await socket.close()
    await door.stop()
  })

  it('that cannot be let go is a line in the log', async () => {
    const failure = new Error('it does not end')
    const end = () => {
      throw failure
    }
    const door = await doorOnto(() => new Promise(() => undefined), { end })
    const socket = await openSocket(door.url, 'any')
    socket.subscribe(subscription)
    await until(() => door.count().subscriptions === 1, 'a subscription')
    socket.socket.terminate()
    await until(() => door.lines.length > 0, 'the line')
    expect(door.lines).toEqual([[{ error: failure }, 'a socket did not end well']])
    await door.stop()
  })
})

describe('a client that is slow', () => {
  it('is sent an event when the one before has gone out, and none is read until then', async () => {
    const held: (() => void)[] = []
    const send = Reflect.get(WebSocket.prototype, 'send') as () => void
    vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (
      this: WebSocket,
      text: unknown,
      ...more: unknown[]
    ) {
      const done = more.at(-1)
      const holds = typeof done === 'function' && String(text).includes('"next"')
      Reflect.apply(send, this, holds ? [text] : [text, ...more])
      if (holds) held.push(done as () => void)
    })
    const event = { id: 'event', sequence: 1n, to: 'awaitingFunds', actor: { kind: 'gateway' } }
    let read = 0
    const door = await doorOnto(() => {
      read += 1
      const value = event as never // no more of it is told
      return read > 3 ? new Promise(() => undefined) : Promise.resolve({ done: false, value })
    })
    const socket = await openSocket(door.url, 'any')
    const id = socket.subscribe(subscription)
    for (const count of [1, 2, 3]) {
      await until(() => socket.of(id, 'next').length === count, 'an event')
      socket.send({ type: 'ping' })
      const pongs = () => socket.heard.filter(({ type }) => type === 'pong').length
      await until(() => pongs() === count, 'the answer to a ping')
      expect(read).toBe(count)
      held.shift()?.()
    }
    vi.restoreAllMocks()
    socket.socket.terminate()
    await door.stop()
  })
})

describe('nothing of all this', () => {
  it('is logged as a fault of ours', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
