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
import { readBody } from '../../../src/http/server/read-body.ts'
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

  it('is refused by the length that is told, before any of it comes', async () => {
    const headers = { ...json, 'content-length': `${bytesMax + 1}` }
    const stream = Object.assign(new PassThrough(), { headers })
    const limits = { ...defaultBodyLimits, bytesMax }
    const reading = readBody(stream as unknown as IncomingMessage, limits)
    setImmediate(() => stream.end('"short"'))
    expect(await reading).toMatchObject({ refusal: { status: 413 } })
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

  it('is at most so much where nothing else is told', () => {
    expect(defaultBodyLimits).toEqual({
      bytesMax: 262_144,
      multipartBytesMax: 33_554_432,
      fileBytesMax: 10_485_760,
      fieldBytesMax: 65_536,
      partsMax: 200,
    })
  })

  it('may be nothing, which is told as such', async () => {
    expect(await post(undefined)).toEqual([400, 'The body is missing'])
  })
})

it('that is JSON is handed on with its source, for the numbers in it (AP-1.14)', async () => {
  const text = '{ "amount": 1.50 }'
  const headers = { ...json, 'content-length': `${text.length}` }
  const stream = Object.assign(new PassThrough(), { headers })
  stream.end(text)
  const body = await readBody(stream as unknown as IncomingMessage, defaultBodyLimits)
  expect(body).toEqual({ ok: true, value: { kind: 'json', value: { amount: 1.5 }, text } })
})

it.each([
  ['JSON', json, '\ufeff{"a":"b"}', { kind: 'json', value: { a: 'b' }, text: '{"a":"b"}' }],
  [
    'a form',
    { 'content-type': 'application/x-www-form-urlencoded' },
    '\ufeffa=b',
    { kind: 'form', fields: new Map([['a', 'b']]) },
  ],
  [
    'a part of a form',
    parts,
    `${part('; name="a"', '\ufeffb')}${end}`,
    { kind: 'multipart', fields: new Map([['a', 'b']]), files: [] },
  ],
])('that is %s may begin with a byte order mark, which is not read', async (...given) => {
  const [, headers, text, value] = given
  await post(text, headers)
  expect(read).toEqual([{ ok: true, value }])
})

describe('the headers of a body', () => {
  const good = [200, undefined]
  it.each([
    ['application/json ; charset=utf-8', '{}', good],
    ['application/json; profile=x', '{}', good],
    ['application/json; charset = us-ascii', '{}', good],
    ['application/json; a=b; charset=utf8', '{}', good],
    ['application/x-www-form-urlencoded ', 'a=1', good],
    ['multipart/form-data ; boundary=x', `${part('; name="a"')}${end}`, good],
    ['application/json; charset="utf-8x"', '{}', [415, 'The charset must be utf-8']],
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

  const encoded = [415, 'Send the body without Content-Encoding']
  const missing = [400, 'The body is missing']
  const untyped = [
    415,
    'The Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data',
  ]
  const charset = [415, 'The charset must be utf-8']
  const long = `"${'x'.repeat(bytesMax)}`
  it.each([
    ['an encoding before that there is nothing', 'application/json', '', 'gzip', encoded],
    ['an encoding before the type', 'text/plain', 'x', 'gzip', encoded],
    ['that there is nothing before the type', 'text/plain', '', 'identity', missing],
    [
      'that there is nothing before the charset',
      'application/json; charset=x',
      '',
      'identity',
      missing,
    ],
    ['a type before its charset', 'text/plain; charset=x', 'x', 'identity', untyped],
    ['a type before the size', 'text/plain', long, 'identity', untyped],
    ['a charset before the size', 'application/json; charset=x', long, 'identity', charset],
    [
      'a size before what is no JSON',
      'application/json',
      long,
      'identity',
      [413, `The body may have at most ${bytesMax} bytes`],
    ],
    [
      'a charset behind another parameter',
      'application/json; a=b; charset=x',
      '{}',
      'identity',
      charset,
    ],
    [
      'a charset behind a good one',
      'application/json; charset=utf8; charset=x',
      '{}',
      'identity',
      charset,
    ],
    ['what is no JSON', 'application/json', '{', 'identity', [400, 'The body is not valid JSON']],
    [
      'what cannot be stored',
      'application/json',
      '["a", "\\u0000"]',
      'identity',
      [400, 'The JSON is nested too deeply, or holds a character that is no text (such as NUL)'],
    ],
    [
      'a name twice',
      'application/x-www-form-urlencoded',
      'b=1&a=1&a=2',
      'identity',
      [400, 'The form is malformed: a is given more than once'],
    ],
    [
      'what is no text',
      'application/x-www-form-urlencoded',
      'a=1&b=%00',
      'identity',
      [400, 'The form is malformed: b holds a NUL character'],
    ],
    [
      'a name twice before what is no text',
      'application/x-www-form-urlencoded',
      'a=1&a=%00',
      'identity',
      [400, 'The form is malformed: a is given more than once'],
    ],
    [
      'no boundary',
      'multipart/form-data',
      'x',
      'identity',
      [400, 'The multipart Content-Type needs a boundary'],
    ],
    [
      'no part',
      'multipart/form-data; boundary=x',
      'abc',
      'identity',
      [400, 'The multipart body is malformed'],
    ],
  ])('are refused for %s', async (...[, type, body, encoding, expected]) => {
    expect(await post(body, { 'content-type': type, 'content-encoding': encoding })).toEqual(
      expected,
    )
  })

  it('may hold what is no UTF-8, which is told as such', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/read',
      headers: json,
      payload: Buffer.from([0x22, 0xff, 0x22]),
    })
    const message = 'The body is not UTF-8 text'
    expect([answer.statusCode, read]).toEqual([
      400,
      [{ ok: false, refusal: { code: 'body_malformed', status: 400, message } }],
    ])
  })
})

describe('a part of a multipart body', () => {
  it.each([
    ['without a name', part(''), 'A part of the multipart body has no name'],
    ['whose name is no text', part('; name="a\0"'), 'A part of the multipart body has no name'],
    ['that holds no text', part('; name="a"', 'x\0'), 'a holds a NUL character'],
    [
      'that is named twice, as text',
      part('; name="a"') + part('; name="b"') + part('; name="a"'),
      'a is given more than once',
    ],
    [
      'that is named as a file is',
      part('; name="a"; filename="a"') + part('; name="a"'),
      'a is given more than once',
    ],
    [
      'that is a file and named as another',
      part('; name="b<"') + part('; name="b<"; filename="a"'),
      'b? is given more than once',
    ],
  ])('%s is refused', async (_, body, message) => {
    expect(await post(`${body}${end}`, parts)).toEqual([400, message])
  })

  /** What is read of a whole multipart body by these limits. */
  const readParts = (body: string, limits: Partial<typeof defaultBodyLimits> = {}) => {
    const stream = Object.assign(new PassThrough(), { headers: parts, complete: true })
    const sent = stream as unknown as IncomingMessage // no more of it is read
    const reading = readMultipart(sent, { ...defaultBodyLimits, ...limits })
    stream.end(body)
    return reading
  }

  it('is told of the first thing that is wrong: its name, its length, its text', async () => {
    const limits = { fieldBytesMax: 2 }
    const name = '; name="a"'
    const told = async (body: string) => {
      const outcome = await readParts(`${body}${end}`, limits)
      return outcome.ok ? undefined : [outcome.refusal.status, outcome.refusal.message]
    }
    expect(await told(part(name, 'x\0'))).toEqual([400, 'a holds a NUL character'])
    const tooLong = [413, 'A text field may have at most 2 bytes']
    expect(await told(part(name, 'éé'))).toEqual(tooLong)
    expect(await told(part(name, 'xx\0'))).toEqual(tooLong)
    expect(await told(part(name) + part(name, 'xx\0'))).toEqual([400, 'a is given more than once'])
    expect(await told(part('', 'xx\0'))).toEqual([400, 'A part of the multipart body has no name'])
  })

  it.each([
    ['text/plain', true],
    ['Text/Plain; charset=utf-8', true],
    ['text/html', false],
    ['application/text/plain', false],
    ['application/json', false],
  ])('without a file name is a text by its type alone: %s', async (type, isText) => {
    const outcome = await readParts(`${part(`; name="a"\r\ncontent-type: ${type}`, 'x')}${end}`)
    if (!outcome.ok || outcome.value.kind !== 'multipart') throw new Error('it is read')
    expect([outcome.value.fields.has('a'), outcome.value.files.length]).toEqual([
      isText,
      isText ? 0 : 1,
    ])
  })

  it('is known by what stands in its first twenty headers', async () => {
    const behind = (count: number) => {
      const headers = Array.from({ length: count }, (_, place) => `x-${place}: y\r\n`).join('')
      return readParts(`--x\r\n${headers}${part('; name="a"').slice('--x\r\n'.length)}${end}`)
    }
    const fields = new Map([['a', 'a']])
    const read = (found: object) => ({
      ok: true,
      value: { kind: 'multipart', files: [], ...found },
    })
    expect(await behind(19)).toEqual(read({ fields }))
    expect(await behind(20)).toEqual(read({ fields: new Map() }))
  })

  it('with an empty file name is a text, as forms send it for no file', async () => {
    await post(`${part('; name="a"; filename=""', 'text')}${end}`, parts)
    expect(read).toEqual([
      { ok: true, value: { kind: 'multipart', fields: new Map([['a', 'text']]), files: [] } },
    ])
  })
})

describe('a pair of a query or a form', () => {
  it('is refused when its name or value is no text, and first of all when it comes twice', async () => {
    const refusalOf = async (query: string) => {
      const answer = await app.inject(`/query?${query}`)
      return [answer.statusCode, answer.json()]
    }
    const refused = (error: string) => [400, { error }]
    expect(await refusalOf('b=1&%00=a')).toEqual(refused('? holds a NUL character'))
    expect(await refusalOf('b=1&a=%00')).toEqual(refused('a holds a NUL character'))
    expect(await refusalOf('b=1&a=1&a=%00')).toEqual(refused('a is given more than once'))
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
