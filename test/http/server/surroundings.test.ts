import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import type { HttpServerParts } from '../../../src/http/server/http-server.ts'
import { currentScope } from '../../../src/observability/request-scope.ts'
import { until } from '../../until.ts'

/** What is said around an answer: headers, log and metrics. */

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'

class HorizonUnavailable extends Error {
  override readonly name = 'HorizonUnavailable'
}

type Line = Readonly<Record<string, unknown>>
const lines: Line[] = []
const note = (level: string) => (fields: object, message: string) =>
  void lines.push({ level, message, ...fields })
type Metered = Parameters<NonNullable<HttpServerParts['meter']>['request']>[0]
const metered: Metered[] = []

/** Taken for that of the process. */
const clock = { ms: 5_000 }
const ok = () => Promise.resolve({ status: 200, body: {} })
const app = createHttpServer({
  listener: 'tested',
  authenticate: (authorization) =>
    Promise.resolve(
      authorization === 'Bearer good'
        ? { principal: { account, subject: `${account}:7`, memo: '7', homeDomain: 'localhost' } }
        : { error: 'Log in first' },
    ),
  log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
  meter: { request: (call) => void metered.push(call) },
  tables: [
    {
      cors: true,
      routes: [
        { method: 'GET', path: '/things/:id', auth: 'client', route: ok },
        { method: 'PUT', path: '/things/:id', auth: 'client', route: ok },
        { method: 'POST', path: '/things', auth: 'none', route: ok },
        { method: 'GET', path: '/healthy', auth: 'none', route: ok },
        { method: 'GET', path: '/a/metrics', auth: 'none', route: ok },
        {
          method: 'GET',
          path: '/fails/:status',
          auth: 'none',
          route: ({ params }) =>
            Promise.reject(
              Object.assign(new Error('Mend it'), { statusCode: Number(params.get('status')) }),
            ),
        },
        {
          method: 'GET',
          path: '/plain',
          auth: 'none',
          route: () => Promise.resolve({ status: 200, text: 'x' }),
        },
        {
          method: 'GET',
          path: '/typed',
          auth: 'none',
          route: () =>
            Promise.resolve({
              status: 200,
              text: 'x',
              headers: {
                'content-type': 'text/plain; version=0.0.4',
                'cache-control': 'public, max-age=300',
              },
            }),
        },
        {
          method: 'GET',
          path: '/slow',
          auth: 'none',
          route: () => {
            clock.ms += 1_250.5
            return ok()
          },
        },
        {
          method: 'GET',
          path: '/away',
          auth: 'none',
          route: () => Promise.reject(new HorizonUnavailable('secret')),
        },
      ],
    },
    {
      cors: false,
      authFailureStatus: 403,
      routes: [
        { method: 'GET', path: '/closed', auth: 'client', route: ok },
        { method: 'GET', path: '/health/live', auth: 'none', route: ok },
        { method: 'GET', path: '/health', auth: 'none', route: ok },
        { method: 'GET', path: '/metrics', auth: 'none', route: ok },
      ],
    },
  ],
})

/** Another door on the same listener, whose bodies fastify reads. */
app.post('/other-door', () => ({ ...currentScope() }))

let origin = ''
beforeAll(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(() => app.close())
beforeEach(() => {
  lines.length = 0
  metered.length = 0
})

const call = (path: string, init?: RequestInit) => fetch(origin + path, init)
const answered = async () => {
  await until(() => lines.some(({ message }) => message === 'answered'), 'a line of the log')
  return lines.find(({ message }) => message === 'answered')
}

describe('every answer', () => {
  it.each(['/healthy', '/things/1', '/none', '/away', '/%zz'])(
    'is to be taken for what it says it is, and is not kept: %s (SEP10-15)',
    async (path) => {
      const { headers } = await call(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
    },
  )

  it('of text is plain text, unless the route says otherwise', async () => {
    expect((await call('/plain')).headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect((await call('/typed')).headers.get('content-type')).toBe('text/plain; version=0.0.4')
  })

  it('is kept where the route says so, and for as long', async () => {
    expect((await call('/typed')).headers.get('cache-control')).toBe('public, max-age=300')
  })

  it('bears the id that the caller gave, when it is short and plain', async () => {
    const idFor = async (given: string) =>
      (await call('/healthy', { headers: { 'x-request-id': given } })).headers.get('x-request-id')
    expect(await idFor('trace-1.of_2')).toBe('trace-1.of_2')
    for (const length of [8, 64]) {
      expect(await idFor('x'.repeat(length))).toBe('x'.repeat(length))
    }
    for (const odd of ['x'.repeat(7), 'x'.repeat(65), 'a b c d e', '"quoted"']) {
      expect(await idFor(odd)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    }
  })
})

describe('a malformed address', () => {
  it.each([
    ['no path', '/%zz'],
    ['no path of a resource', '/things/%zz'],
    ['too long a name', `/things/${'x'.repeat(513)}`],
  ])('is answered as any other, and may be read by browsers: %s (SEP10-10)', async (_, path) => {
    const { status, headers } = await call(path, { headers: { 'x-request-id': 'request-1' } })
    expect([status, headers.get('x-request-id')]).toEqual([400, 'request-1'])
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(await answered()).toMatchObject({ requestId: 'request-1', status: 400 })
    expect(metered.map((one) => [one.method, one.route, one.status])).toEqual([
      ['GET', undefined, 400],
    ])
  })

  it('is no way around what is not there: the next request is read by itself', async () => {
    await call('/%zz')
    expect((await call('/none')).status).toBe(404)
    expect((await call('/malformed%20address')).status).toBe(404)
  })
})

describe('a refusal', () => {
  it('names Bearer where it is a 401, and not where the protocol wants 403 (SEP31-04)', async () => {
    const refused = await call('/things/1')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const forbidden = await call('/closed')
    expect([forbidden.status, forbidden.headers.get('www-authenticate')]).toEqual([403, null])
  })

  it('says when to come again where a part of the world is away (AP-2.18)', async () => {
    const { status, headers } = await call('/away')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(lines.map(({ level, message }) => [level, message])).toContainEqual([
      'warn',
      'a part of the world is away',
    ])
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it.each([
    [400, 400],
    [418, 418],
    [499, 499],
    [302, 500],
    [399, 500],
    [500, 500],
  ])('that bears the status %i is answered with %i', async (given, status) => {
    const answer = await call(`/fails/${given}`)
    const said = status === given && given < 500 ? 'Mend it' : /^Something went wrong here/
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.stringMatching(said) as string },
    ])
    const complaints = lines.filter(({ level }) => level !== 'info')
    expect(complaints.map(({ level, message }) => [level, message])).toEqual(
      status === 500 ? [['error', 'failed to answer']] : [],
    )
  })

  it('of a method names those that there are', async () => {
    const one = await call('/things/1', { method: 'DELETE' })
    expect([one.status, one.headers.get('allow')]).toEqual([405, 'GET, PUT, HEAD, OPTIONS'])
    const all = await call('/things', { method: 'PATCH' })
    expect([all.status, all.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const head = await call('/things', { method: 'HEAD' })
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it.each([
    ['/things/1', ['GET', 'PUT', 'HEAD', 'OPTIONS'], '*'],
    ['/things', ['POST', 'OPTIONS'], '*'],
    ['/closed', ['GET', 'HEAD', 'OPTIONS'], null],
  ])(
    'of every method that %s lacks names those that there are',
    async (...[path, given, origins]) => {
      const told = given.join(', ')
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (given.includes(method)) continue
        const answer = await call(path, { method })
        expect([method, answer.status, await answer.json()]).toEqual([
          method,
          405,
          { error: `This resource knows ${told} only` },
        ])
        expect(answer.headers.get('allow')).toBe(told)
        expect(answer.headers.get('access-control-allow-origin')).toBe(origins)
      }
    },
  )

  it('of a malformed address is for browsers only where they may call', async () => {
    for (const [may, origins] of [
      [[false], undefined],
      [[false, true], '*'],
    ] as const) {
      const server = createHttpServer({
        authenticate: () => Promise.resolve({ error: 'nobody' }),
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        tables: may.map((cors) => ({
          cors,
          routes: [{ method: 'GET', path: `/${cors}`, auth: 'none', route: ok }],
        })),
      })
      const answer = await server.inject('/%zz')
      expect([answer.statusCode, answer.json()]).toEqual([
        400,
        { error: 'The address is malformed' },
      ])
      expect(answer.headers['access-control-allow-origin']).toBe(origins)
      await server.close()
    }
  })

  it('of headers beyond the limit is 431', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
        socket.write(`GET /healthy HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(40_000)}\r\n\r\n`),
      )
      let received = ''
      socket.on('data', (chunk) => (received += chunk.toString()))
      socket.on('close', () => resolve(received)).on('error', reject)
    })
    expect(text.split('\r\n')).toEqual([
      'HTTP/1.1 431 Request Header Fields Too Large',
      'content-type: application/json',
      'access-control-allow-origin: *',
      'content-length: 50',
      'connection: close',
      '',
      '{"error":"This is not a well-formed HTTP request"}',
    ])
  })
})

describe('the preflight', () => {
  it('lets browsers send a token, a type and an idempotency key, and is kept for minutes (SEP10-12)', async () => {
    const { headers } = await call('/things/1', { method: 'OPTIONS' })
    expect(headers.get('access-control-allow-methods')).toBe('GET, PUT, HEAD, OPTIONS')
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, idempotency-key',
    )
    expect(headers.get('access-control-max-age')).toBe('600')
  })

  it('lets browsers do nothing where they may not call', async () => {
    const { status, headers } = await call('/closed', { method: 'OPTIONS' })
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('log and metrics', () => {
  it('tell who asked and what for, by the template of the path and never by the path', async () => {
    const headers = { authorization: 'Bearer good', 'x-request-id': 'request-1' }
    await call('/things/secret-id?memo=secret', { headers })
    const told = { listener: 'tested', method: 'GET', route: '/things/:id', status: 200 }
    expect(await answered()).toEqual({
      ...told,
      level: 'info',
      message: 'answered',
      requestId: 'request-1',
      sendingAnchor: account,
      durationMs: expect.any(Number) as number,
    })
    expect(metered).toEqual([{ ...told, durationMs: expect.any(Number) as number }])
  })

  it('tell how long it took in milliseconds, the log in whole ones', async () => {
    const clockOfTheProcess = vi.spyOn(performance, 'now').mockImplementation(() => clock.ms)
    await app.inject('/slow')
    clockOfTheProcess.mockRestore()
    expect(lines.map(({ durationMs }) => durationMs)).toEqual([1_251])
    expect(metered.map(({ durationMs }) => durationMs)).toEqual([1_250.5])
  })

  it('of another door know the request also after its body was read', async () => {
    const body = '{"a":1}'
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    const asked = once(app.server, 'request')
    socket.write(
      'POST /other-door HTTP/1.1\r\nhost: x\r\nx-request-id: request-1\r\n' +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    await asked
    socket.write(body) // its events come from the connection, not from the request
    await until(() => heard.includes('\r\n\r\n{'), 'the answer')
    expect(JSON.parse(heard.slice(heard.indexOf('{')))).toEqual({ requestId: 'request-1' })
    socket.destroy()
  })

  it('are ours alone: the framework writes no line', () => {
    expect(app.log).not.toHaveProperty('level')
  })

  it('know no anchor when the token is not taken, and no route where there is none', async () => {
    await call('/things/1')
    expect(await answered()).not.toHaveProperty('sendingAnchor')
    lines.length = 0
    await call('/secret')
    expect(await answered()).toMatchObject({ status: 404, route: undefined })
    expect(metered.map(({ status, route }) => [status, route])).toEqual([
      [401, '/things/:id'],
      [404, undefined],
    ])
  })

  it.each([
    ['/health/live', 'debug'],
    ['/metrics', 'debug'],
    ['/health', 'debug'],
    ['/healthy', 'info'],
    ['/a/metrics', 'info'],
  ])('keep what machines ask every few seconds out of the log: %s', async (path, level) => {
    await call(path)
    expect(await answered()).toMatchObject({ level, status: 200 })
  })
})

describe('a connection that broke', () => {
  const broken = (error: object, writable: boolean) => {
    const done: string[] = []
    const socket = {
      writable,
      end: (text: string) => void done.push(text.slice(0, 12)),
      destroy: () => void done.push('destroyed'),
    }
    app.server.emit('clientError', error, socket)
    return done
  }

  it('is let go when nobody listens any more, and told what is wrong when somebody does', () => {
    expect(broken({ code: 'ECONNRESET' }, true)).toEqual(['destroyed'])
    expect(broken({ code: 'HPE_INVALID_METHOD' }, false)).toEqual(['destroyed'])
    expect(broken({ code: 'HPE_INVALID_METHOD' }, true)).toEqual(['HTTP/1.1 400'])
  })
})

describe('what a caller may take', () => {
  it('is half a minute for a request, and some more than a proxy’s minute between two, with TLS too', async () => {
    const limits = { requestTimeout: 30_000, keepAliveTimeout: 72_000 }
    const secure = createHttpServer({
      authenticate: () => Promise.resolve({ error: 'nobody' }),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      tables: [],
      tls: { cert: '', key: '' }, // nobody calls it
    })
    expect([app.server, secure.server]).toMatchObject([limits, limits])
    await secure.close()
  })

  it('is 512 characters for a part of the path, and the body of any route at another door', async () => {
    expect((await call(`/things/${'x'.repeat(512)}`)).status).toBe(401)
    const send = async (bytes: number) =>
      (
        await call('/other-door', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `"${'x'.repeat(bytes - 2)}"`,
        })
      ).status
    expect([await send(262_144), await send(262_145)]).toEqual([200, 413])
  })
})
