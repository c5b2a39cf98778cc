import { ServerResponse } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { deliver } from '../../../src/sandbox/network/http/deliver.ts'
import type { Delivered, Exchange, Route } from '../../../src/sandbox/network/http/exchange.ts'
import { halReply } from '../../../src/sandbox/network/http/exchange.ts'
import type { Horizon } from '../../../src/sandbox/network/http/horizon.ts'
import { createListener, problemReply } from '../../../src/sandbox/network/http/listener.ts'
import { Problem } from '../../../src/sandbox/network/http/problem.ts'
import { createRequestLog } from '../../../src/sandbox/network/http/request-log.ts'
import { until } from '../../until.ts'

/** What goes over the wire, to the byte (SBX-66 to SBX-69, SBX-118). */

interface Asked {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
  readonly from?: string
}

/** A request, and the bytes that are answered. */
function wire({ method = 'GET', url = '/', headers = {}, body = '', from = '127.0.0.1' }: Asked) {
  const request = Object.assign(new PassThrough(), {
    method,
    url,
    headers: { host: 'horizon.example:8000', ...headers },
    socket: { remoteAddress: from },
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  }) as unknown as IncomingMessage & PassThrough
  const response = new ServerResponse(request)
  const socket = new PassThrough()
  response.assignSocket(socket as unknown as Socket)
  request.end(body)
  const read = async () => {
    await until(() => response.destroyed || response.writableFinished, 'the answer')
    const [head = '', ...rest] = String(socket.read() ?? '').split('\r\n\r\n')
    const [status = '', ...lines] = head.split('\r\n')
    const fields = lines.map((line) => line.split(': ') as [string, string])
    const whole = response.writableFinished
    return { status, headers: Object.fromEntries(fields), body: rest.join('\r\n\r\n'), whole }
  }
  return { request, response, read, arrived: () => socket.readableLength > 0 }
}

const seen: Exchange[] = []
const note = (exchange: Exchange) => {
  seen.push(exchange)
  return halReply({ at: exchange.path })
}
const routes: Route[] = [
  { pattern: '/', get: note },
  { pattern: '/friendbot', get: note, post: note },
  { pattern: '/_sandbox/import', post: note },
  { pattern: '/things/:name/of/:other', post: note },
  {
    pattern: '/transactions',
    post: note,
    collection: () => ({ cursors: 'id', streamed: true, read: () => [] }),
  },
  {
    pattern: '/broken',
    get: () => {
      throw new Error('out of order')
    },
  },
]

const watched: Omit<Exchange, 'view'>[] = []

function ask(asked: Asked, scheme: 'http' | 'https' = 'http', head = 7) {
  const history = { latest: 7, elder: 1, state: {} }
  const ledger = { head: { sequence: head } }
  const network = { history, ledger, clock: { now: () => 1_700_000_000_000 } }
  const listener = createListener(
    {
      horizon: { network, options: { staleThreshold: 2 } } as unknown as Horizon,
      routes,
      interference: {
        around: (exchange, next) => next(exchange),
        sight(exchange) {
          watched.push(exchange)
          return {}
        },
        stream: () => ({}),
      },
      log: createRequestLog(),
      friendbotHosts: new Set(['friendbot.example']),
    },
    scheme,
  )
  const { request, response, read } = wire(asked)
  listener(request, response)
  return read()
}

const common = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Date, Latest-Ledger',
  'Cache-Control': 'no-cache, no-store, max-age=0',
  Date: 'Tue, 14 Nov 2023 22:13:20 GMT',
}
const ofLedger = { ...common, 'Latest-Ledger': '7' }
const lengthOf = (body: string) => String(Buffer.byteLength(body))

describe('an answer', () => {
  const body = '{\n  "at": "/"\n}'
  const hal = {
    'Content-Type': 'application/hal+json; charset=utf-8',
    'Content-Length': lengthOf(body),
  }

  test('is HAL, pretty-printed, with the ledger it is of (SBX-66, SBX-67)', async () => {
    const { status, headers, body: sent, whole } = await ask({})
    expect(status).toBe('HTTP/1.1 200 OK')
    expect(headers).toMatchObject({ ...ofLedger, ...hal })
    expect([sent, whole]).toEqual([body, true])
  })

  test('to HEAD is the same without its body (SBX-66)', async () => {
    const { headers, body: sent } = await ask({ method: 'HEAD' })
    expect(headers).toMatchObject({ ...ofLedger, ...hal })
    expect(sent).toBe('')
  })

  test('that is a problem says so, whatever went wrong (SBX-66, SBX-68)', async () => {
    const broken = await ask({ url: '/broken' })
    expect(broken.status).toBe('HTTP/1.1 500 Internal Server Error')
    expect(broken.headers).toMatchObject({
      ...ofLedger,
      'Content-Type': 'application/problem+json; charset=utf-8',
    })
    expect(JSON.parse(broken.body)).toMatchObject({ extras: { error: 'out of order' } })
    const missing = await ask({ url: '/nothing' })
    expect(missing.status).toBe('HTTP/1.1 404 Not Found')
    expect(missing.headers).toMatchObject(ofLedger)
  })

  test.each<[string, Asked, number, string]>([
    ['a method that is none, of old reads', { method: 'PUT' }, 10, 'method_not_allowed'],
    ['a path that is none, of old reads', { url: '/nothing' }, 10, 'not_found'],
    ['old reads of no type at all', { headers: { accept: 'text/html' } }, 10, 'stale_history'],
    ['no type at all', { headers: { accept: 'text/html' } }, 9, 'not_acceptable'],
    [
      'a stream where there is none',
      { headers: { accept: 'text/event-stream' } },
      9,
      'not_acceptable',
    ],
    [
      'no type at all, and a wrong limit',
      { url: '/transactions?limit=0', headers: { accept: 'text/html' } },
      9,
      'not_acceptable',
    ],
    ['a wrong limit', { url: '/transactions?limit=0' }, 9, 'bad_request'],
    ['what can only be sent', { url: '/_sandbox/import' }, 9, 'method_not_allowed'],
    ['what can only be read', { method: 'POST' }, 9, 'method_not_allowed'],
    ['what is no address', { url: 'http://[' }, 9, 'bad_request'],
  ])('is refused for the first that is wrong: %s (SBX-66, SBX-68, SBX-95)', async (...told) => {
    const [, asked, head, kind] = told
    const { body: problem } = await ask(asked, 'http', head)
    expect(JSON.parse(problem)).toMatchObject({
      type: `https://stellar.org/horizon-errors/${kind}`,
    })
  })

  test('is refused when reading is more ledgers behind than it may be (SBX-95)', async () => {
    expect((await ask({}, 'http', 9)).status).toBe('HTTP/1.1 200 OK')
    const { status, body: problem } = await ask({}, 'http', 10)
    expect(status).toBe('HTTP/1.1 503 Service Unavailable')
    const extras = { history_latest_ledger: 7, core_latest_ledger: 10 }
    expect(JSON.parse(problem)).toMatchObject({ title: 'Historical DB Is Too Stale', extras })
    const submitted = await ask({ url: '/transactions', method: 'POST' }, 'http', 10)
    expect(submitted.status).toBe('HTTP/1.1 200 OK')
  })

  test('to a pre-flight allows what is asked for (SBX-67)', async () => {
    const allowed = {
      ...common,
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
      'Access-Control-Max-Age': '600',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': '0',
    }
    const asked = { 'access-control-request-headers': 'x-client-name' }
    const named = await ask({ method: 'OPTIONS', headers: asked })
    expect(named.status).toBe('HTTP/1.1 200 OK')
    expect(named.headers).toMatchObject({
      ...allowed,
      'Access-Control-Allow-Headers': 'x-client-name',
    })
    const plain = await ask({ method: 'OPTIONS' })
    expect(plain.headers).toMatchObject({ ...allowed, 'Access-Control-Allow-Headers': '*' })
  })
})

describe('a request', () => {
  const read = async (asked: Asked, scheme?: 'http' | 'https') => {
    seen.length = 0
    const { status } = await ask(asked, scheme)
    return [status, ...seen.map(({ path, origin }) => `${origin}${path}`)]
  }
  const ok = 'HTTP/1.1 200 OK'
  const friendbot = { host: 'Friendbot.Example:80' }

  test.each<[string, Asked, string]>([
    ['the root', {}, 'http://horizon.example:8000/'],
    ['the root of slashes', { url: '//' }, 'http://horizon.example:8000/'],
    ['the root of nobody by name', { headers: { host: undefined } }, 'http://localhost/'],
    ['a path with slashes before', { url: '//friendbot' }, 'http://horizon.example:8000/friendbot'],
    [
      'a whole address',
      { url: 'http://other.example/friendbot' },
      'http://horizon.example:8000/friendbot',
    ],
    [
      'a path with slashes behind',
      { url: '/friendbot//?a=b' },
      'http://horizon.example:8000/friendbot',
    ],
    ['the root of friendbot', { headers: friendbot }, 'http://Friendbot.Example:80/friendbot'],
    [
      'a path at friendbot',
      { url: '/transactions', method: 'POST', headers: friendbot },
      'http://Friendbot.Example:80/transactions',
    ],
  ])('is read: %s (SBX-09, SBX-66, SBX-69)', async (_what, asked, at) => {
    expect(await read(asked)).toEqual([ok, at])
  })

  test('reaches its route whole, and what it may see is asked with all of it', async () => {
    seen.length = 0
    watched.length = 0
    const asked: Asked = {
      method: 'POST',
      url: '/things/a%20b/of/c?x=1&x=2',
      headers: { 'x-client-name': 'me' },
      body: 'tx=ü',
      from: '10.0.0.1',
    }
    expect((await ask(asked)).status).toBe(ok)
    const whole = {
      method: 'POST',
      path: '/things/a%20b/of/c',
      query: new URLSearchParams('x=1&x=2'),
      params: { name: 'a b', other: 'c' },
      headers: { host: 'horizon.example:8000', 'x-client-name': 'me' },
      origin: 'http://horizon.example:8000',
      body: Buffer.from('tx=ü'),
      remoteAddress: '10.0.0.1',
    }
    expect(watched).toEqual([whole])
    expect(seen).toEqual([{ ...whole, view: expect.objectContaining({ latest: 7 }) }])
  })

  test('by HTTPS has links by HTTPS (SBX-69)', async () => {
    expect(await read({}, 'https')).toEqual([ok, 'https://horizon.example:8000/'])
  })

  test('to submit is no stream, whatever it accepts; HEAD follows nothing (SBX-66)', async () => {
    const headers = { accept: 'text/event-stream, application/json' }
    const submitted = await read({ url: '/transactions', method: 'POST', headers })
    expect(submitted).toEqual([ok, 'http://horizon.example:8000/transactions'])
    const head = await ask({ url: '/transactions', method: 'HEAD', headers })
    expect(head.headers['Content-Type']).toBe('application/hal+json; charset=utf-8')
  })

  test('may be large when it imports a network, and comes from here (SBX-94, SBX-118)', async () => {
    const body = 'x'.repeat(200_001)
    const refused = 'HTTP/1.1 400 Bad Request'
    const statusOf = async (url: string, from: string) =>
      (await ask({ url, method: 'POST', body, from })).status
    for (const here of ['127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1']) {
      expect(await statusOf('/_sandbox/import', here)).toBe(ok)
    }
    const large = { url: '/_sandbox/import', method: 'POST', body: 'x'.repeat(5_000_000) }
    expect((await ask(large)).status).toBe(ok)
    for (const elsewhere of ['10.0.0.1', '::2', '::ffff:10.0.0.1']) {
      expect(await statusOf('/_sandbox/import', elsewhere)).toBe(refused)
    }
    expect(await statusOf('/friendbot', '127.0.0.1')).toBe(refused)
    expect(await statusOf('/friendbot/_sandbox/', '127.0.0.1')).toBe(refused)
  })
})

describe('a bug', () => {
  test.each([
    [new Error('out of order'), 'out of order'],
    ['a word', 'unknown'],
  ])('becomes a 500 that tells %s (SBX-118)', (thrown, error) => {
    const reply = problemReply(thrown)
    expect(reply).toMatchObject({ status: 500, type: 'application/problem+json; charset=utf-8' })
    expect(JSON.parse(String(reply.body))).toMatchObject({
      title: 'Internal Server Error',
      extras: { error },
    })
  })

  test('is written over lines, as all that is JSON (SBX-66)', () => {
    const { body } = problemReply(new Problem('not_found', undefined, 'Gone.'))
    expect(body).toBe(
      '{\n  "type": "https://stellar.org/horizon-errors/not_found",\n' +
        '  "title": "Resource Missing",\n  "status": 404,\n  "detail": "Gone."\n}',
    )
  })
})

describe('a delivery', () => {
  const reply: Delivered = { status: 200, type: 'text/plain', body: '0123456789' }
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  test('may be cut after so many bytes (SBX-106)', async () => {
    const { response, read } = wire({})
    await deliver(response, { ...reply, delivery: { cutBody: 4 } })
    const { headers, body, whole } = await read()
    expect(headers).toMatchObject({ 'Content-Length': '10' })
    expect([body, whole]).toEqual(['0123', false])
  })

  test('may hang up before a word (SBX-106)', async () => {
    const { response, read } = wire({})
    await deliver(response, { ...reply, delivery: { hangUp: true } })
    expect(await read()).toMatchObject({ status: '', body: '' })
    expect(response.statusCode).toBe(0)
  })

  test('may keep its headers back, and its body longer still (SBX-106)', async () => {
    const headers = wire({})
    void deliver(headers.response, { ...reply, delivery: { headersAfterMs: 60_000 } })
    const body = wire({})
    void deliver(body.response, { ...reply, delivery: { bodyAfterMs: 60_000 } })
    await turns()
    expect([headers, body].map(({ arrived }) => arrived())).toEqual([false, true])
    expect(body.response.writableEnded).toBe(false)
    for (const { response } of [headers, body]) response.destroy()
  })

  test('after the headers of another ends the connection (SBX-86)', async () => {
    const { response } = wire({})
    response.writeHead(200)
    response.flushHeaders()
    await deliver(response, reply)
    expect(response.destroyed).toBe(true)
  })
})
