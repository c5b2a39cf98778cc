import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import type { Body, BodyRefusal } from '../../../src/http/server/body.ts'
import { defaultBodyLimits } from '../../../src/http/server/body.ts'
import { readMultipart } from '../../../src/http/server/multipart.ts'
import type { Outcome } from '../../../src/domain/outcome.ts'
import { until } from '../../until.ts'

/** The edges of what is read of a body: sizes, headers, parts, and callers who leave. */

const bytesMax = 1_000
const multipartBytesMax = 3_000
const logged: object[] = []
const note = (fields: object) => void logged.push(fields)
let read: Outcome<Body, BodyRefusal>[] = []

const app = createHttpServer({
  authenticate: () => Promise.resolve({ error: 'nobody' }),
  log: { info: note, warn: note, error: note },
  limits: { bytesMax, multipartBytesMax },
  tables: [
    {
      cors: false,
      routes: [
        {
          method: 'POST',
          path: '/read',
          auth: 'none',
          route: async (request) => {
            const body = await request.body()
            read.push(body)
            return { status: body.ok ? 200 : body.refusal.status, body: {} }
          },
        },
        {
          method: 'GET',
          path: '/query',
          auth: 'none',
          route: ({ query }) => Promise.resolve({ status: 200, body: Object.fromEntries(query) }),
        },
      ],
    },
  ],
})

let port = 0
beforeAll(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port
})
afterAll(() => app.close())
beforeEach(() => {
  read = []
})

type Headers = Readonly<Record<string, string>>

async function post(body: string | undefined, headers: Headers = {}) {
  const answer = await app.inject({
    method: 'POST',
    url: '/read',
    headers,
    ...(body !== undefined && { payload: body }),
  })
  const [outcome] = read
  return [answer.statusCode, outcome?.ok === false ? outcome.refusal.message : undefined]
}

const json = { 'content-type': 'application/json' }
const parts = { 'content-type': 'multipart/form-data; boundary=x' }
const part = (disposition: string, text = 'a') =>
  `--x\r\ncontent-disposition: form-data${disposition}\r\n\r\n${text}\r\n`
const end = '--x--\r\n'

describe('the size of a body', () => {
  it('is at most the limit of the server where the route has none', async () => {
    const ofLength = (length: number) => `"${'x'.repeat(length - 2)}"`
    expect(await post(ofLength(bytesMax), json)).toEqual([200, undefined])
    read = []
    const tooLarge = `The body may have at most ${bytesMax} bytes`
    expect(await post(ofLength(bytesMax + 1), json)).toEqual([413, tooLarge])
  })

  it('is counted over all parts of a multipart body', async () => {
    const around = part('; name="a"', '').length + end.length
    const ofLength = (length: number) => `${part('; name="a"', 'x'.repeat(length - around))}${end}`
    expect(await post(ofLength(multipartBytesMax), parts)).toEqual([200, undefined])
    read = []
    const tooLarge = `The body may have at most ${multipartBytesMax} bytes`
    expect(await post(ofLength(multipartBytesMax + 1), parts)).toEqual([413, tooLarge])
  })

  it('once it is too large, is not looked into any further', async () => {
    const stream = Object.assign(new PassThrough(), { headers: parts, complete: false })
    const limits = { ...defaultBodyLimits, multipartBytesMax }
    const reading = readMultipart(stream as unknown as IncomingMessage, limits)
    stream.write('x'.repeat(multipartBytesMax + 1))
    expect(await reading).toMatchObject({ refusal: { status: 413 } })
    expect(stream.isPaused()).toBe(true)
    stream.destroy()
  })

  it('may be nothing, which is told as such', async () => {
    expect(await post(undefined)).toEqual([400, 'The body is missing'])
  })
})

describe('the headers of a body', () => {
  const good = [200, undefined]
  it.each([
    ['application/json ; charset=utf-8', '{}', good],
    ['application/json; profile=x', '{}', good],
    ['application/json; charset = us-ascii', '{}', good],
    ['application/x-www-form-urlencoded ', 'a=1', good],
    ['multipart/form-data ; boundary=x', `${part('; name="a"')}${end}`, good],
    ['application/json; charset=latin1', '{}', [415, 'The charset must be utf-8']],
    ['application/json; charset', '{}', [415, 'The charset must be utf-8']],
  ])('may name the type in whatever spelling: %s', async (type, body, expected) => {
    expect(await post(body, { 'content-type': type })).toEqual(expected)
  })

  it.each([
    ['identity', good],
    [' Identity ', good],
    ['gzip', [415, 'Send the body without Content-Encoding']],
    ['', [415, 'Send the body without Content-Encoding']],
  ])('may say that nothing was encoded: %j', async (encoding, expected) => {
    expect(await post('{}', { ...json, 'content-encoding': encoding })).toEqual(expected)
  })
})

describe('a part of a multipart body', () => {
  it.each([
    ['without a name', part(''), 'A part of the multipart body has no name'],
    ['whose name is no text', part('; name="a\0"'), 'A part of the multipart body has no name'],
    ['that holds no text', part('; name="a"', 'x\0'), 'a holds a NUL character'],
  ])('%s is refused', async (_, body, message) => {
    expect(await post(`${body}${end}`, parts)).toEqual([400, message])
  })

  it('with an empty file name is a text, as forms send it for no file', async () => {
    await post(`${part('; name="a"; filename=""', 'text')}${end}`, parts)
    expect(read).toEqual([
      { ok: true, value: { kind: 'multipart', fields: new Map([['a', 'text']]), files: [] } },
    ])
  })
})

describe('a pair of a query or a form', () => {
  it('is refused when its name is no text', async () => {
    expect((await app.inject('/query?%00=a')).statusCode).toBe(400)
    expect((await app.inject('/query?a=%00')).statusCode).toBe(400)
  })

  it('is not made of what is no query', async () => {
    expect((await app.inject('/query')).json()).toEqual({})
    expect((await app.inject('/query?')).json()).toEqual({})
    expect((await app.inject('/query?ab=c')).json()).toEqual({ ab: 'c' })
  })
})

describe('a caller', () => {
  const begin = async (type: string, body: string, length: number): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST /read HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`,
    )
    return socket
  }

  it.each([
    ['application/json', '{', 'The body ends too early'],
    [parts['content-type'], part('; name="a"'), 'The multipart body ends too early'],
  ])('who leaves before the end of %s is not waited for', async (type, body, message) => {
    const asked = once(app.server, 'request')
    const socket = await begin(type, body, 900)
    await asked
    socket.destroy()
    await until(() => read.length > 0, 'the end of the body')
    expect(read).toEqual([{ ok: false, refusal: { code: 'body_malformed', status: 400, message } }])
  })

  it.each([
    ['application/json', '['],
    [parts['content-type'], part('; name="a"', '').slice(0, -2)],
  ])('who sends far too much of %s is answered, and heard again', async (type, start) => {
    const length = 5_000_000
    const socket = await begin(type, start, length)
    let heard = ''
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    socket.write('x'.repeat(length - start.length))
    socket.write('GET /query?again=1 HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => heard.includes('{"again":"1"}'), 'the second answer')
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
    socket.destroy()
  })
})

it('is logged under the name of the public listener where no other is given', async () => {
  logged.length = 0
  await app.inject('/query')
  await until(() => logged.length > 0, 'a line')
  expect(logged).toMatchObject([{ listener: 'public', route: '/query' }])
})
