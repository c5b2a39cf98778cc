import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuseBody } from '../../../src/http/server/body.ts'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import type { ClientRequest, HttpRequest, Route } from '../../../src/http/server/route.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const logged: { readonly fields: object; readonly message: string }[] = []
const note = (fields: object, message: string) => void logged.push({ fields, message })

class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** Tells what the route saw of the body. */
const echo: Route = async (request: HttpRequest) => {
  const body = await request.body()
  if (!body.ok) return refuseBody(body.refusal)
  if (body.value.kind === 'json') return { status: 200, body: { json: body.value.value } }
  const fields = Object.fromEntries(body.value.fields)
  if (body.value.kind === 'form') return { status: 200, body: { form: fields } }
  const files = body.value.files.map(({ bytes, ...file }) => ({ ...file, size: bytes.length }))
  return { status: 200, body: { fields, files } }
}

const app = createHttpServer({
  authenticate: (authorization) =>
    Promise.resolve(
      authorization === 'Bearer good'
        ? { principal: { account, subject: account, homeDomain: 'localhost' } }
        : { error: 'Log in first' },
    ),
  log: { info: note, warn: note, error: note },
  limits: {
    bytesMax: 10_000,
    fieldBytesMax: 1_000,
    fileBytesMax: 2_000,
    multipartBytesMax: 6_000,
    partsMax: 5,
  },
  tables: [
    {
      cors: true,
      routes: [
        { method: 'POST', path: '/open', auth: 'none', route: echo },
        { method: 'POST', path: '/small', auth: 'none', route: echo, bodyBytesMax: 10 },
        {
          method: 'GET',
          path: '/open',
          auth: 'none',
          route: (request) =>
            Promise.resolve({ status: 200, body: Object.fromEntries(request.query) }),
        },
        {
          method: 'GET',
          path: '/named/:name',
          auth: 'none',
          route: (request) =>
            Promise.resolve({ status: 200, text: request.params.get('name') ?? '' }),
        },
        {
          method: 'GET',
          path: '/pair/:one/:other',
          auth: 'none',
          route: ({ id, method, params, query, header, remoteAddress }) =>
            Promise.resolve({
              status: 200,
              body: {
                id,
                method,
                params: Object.fromEntries(params),
                query: Object.fromEntries(query),
                sent: [header('x-sent'), header('x-unsent')],
                remoteAddress,
              },
            }),
        },
        {
          method: 'GET',
          path: '/bug',
          auth: 'none',
          route: () => Promise.reject(new Error('secret')),
        },
        {
          method: 'GET',
          path: '/misnamed',
          auth: 'none',
          route: () =>
            Promise.reject(Object.assign(new Error('secret'), { name: 'UnavailableThing' })),
        },
        {
          method: 'GET',
          path: '/framework',
          auth: 'none',
          route: () => Promise.reject(Object.assign(new Error('secret'), { statusCode: 500 })),
        },
        {
          method: 'GET',
          path: '/away',
          auth: 'none',
          route: () => Promise.reject(new DatabaseUnavailable('secret')),
        },
        { method: 'PUT', path: '/client', auth: 'client', route: echo },
        {
          method: 'GET',
          path: '/client',
          auth: 'client',
          route: (request: ClientRequest) =>
            Promise.resolve({ status: 200, body: { account: request.principal.account } }),
        },
      ],
    },
    {
      cors: false,
      authFailureStatus: 403,
      routes: [{ method: 'POST', path: '/closed', auth: 'client', route: echo }],
    },
  ],
})

let origin = ''
beforeAll(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await app.close()
})

const call = (path: string, init?: RequestInit) => fetch(origin + path, init)
const post = (path: string, contentType: string, body: string | Uint8Array<ArrayBuffer>) =>
  call(path, { method: 'POST', headers: { 'content-type': contentType }, body })
const errorOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error?: unknown }).error

describe('the caller is known before anything else', () => {
  it('answers 401 before the content type and the body are looked at (SEP12-03, SEP10-128)', async () => {
    for (const contentType of [
      'text/plain',
      'application/json',
      'no/type/at all',
      'multipart/form-data',
    ]) {
      const response = await call('/client', {
        method: 'PUT',
        headers: { 'content-type': contentType },
        body: '[object Object]',
      })
      expect(response.status).toBe(401)
      expect(await errorOf(response)).toBe('Log in first')
    }
  })

  it('answers 403 where the protocol wants that (SEP31-04, SEP31-C05)', async () => {
    const response = await post('/closed', 'text/plain', '{}')
    expect(response.status).toBe(403)
    expect(await errorOf(response)).toBe('Log in first')
  })

  it('hands the principal to the route', async () => {
    const response = await call('/client', { headers: { authorization: 'Bearer good' } })
    expect(await response.json()).toEqual({ account })
  })
})

describe('bodies', () => {
  it('reads JSON, also with a charset (SEP10-67)', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
    ]) {
      const response = await post('/open', type, '{"a":1}')
      expect(await response.json()).toEqual({ json: { a: 1 } })
    }
  })

  it('reads urlencoded forms, also with a charset (SEP10-67)', async () => {
    const type = 'application/x-www-form-urlencoded; charset=utf-8'
    const response = await post('/open', type, 'a=1%2B&b=%C3%A9')
    expect(await response.json()).toEqual({ form: { a: '1+', b: 'é' } })
  })

  it('reads multipart: text after files, files without a name, no files at all (SEP12-05, SEP12-85, SEP12-86)', async () => {
    const form = new FormData()
    form.append(
      'photo',
      new Blob([new Uint8Array([0xff, 0xd8, 0xff])], { type: 'image/jpeg' }),
      'a.jpg',
    )
    form.append('first_name', 'Zoë')
    const response = await call('/open', { method: 'POST', body: form })
    expect(await response.json()).toEqual({
      fields: { first_name: 'Zoë' },
      files: [{ name: 'photo', fileName: 'a.jpg', contentType: 'image/jpeg', size: 3 }],
    })
    const nameless = Buffer.concat([
      Buffer.from('--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\n'),
      Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      Buffer.from('\r\n--x\r\nContent-Disposition: form-data; name="raw"\r\n'),
      Buffer.from('Content-Type: application/octet-stream\r\n\r\nabc\r\n--x--\r\n'),
    ])
    const second = await post('/open', 'multipart/form-data; boundary=x', nameless)
    expect(await second.json()).toEqual({
      fields: {},
      files: [
        { name: 'photo', contentType: 'text/plain', size: 4 },
        { name: 'raw', contentType: 'application/octet-stream', size: 3 },
      ],
    })
    const named = new FormData()
    named.append('note', new Blob(['abc'], { type: 'text/plain' }), 'note.txt')
    expect(await (await call('/open', { method: 'POST', body: named })).json()).toEqual({
      fields: {},
      files: [{ name: 'note', fileName: 'note.txt', contentType: 'text/plain', size: 3 }],
    })
    const textOnly = new FormData()
    textOnly.append('a', '1')
    const third = await call('/open', { method: 'POST', body: textOnly })
    expect(await third.json()).toEqual({ fields: { a: '1' }, files: [] })
  })

  it('refuses multipart over a limit with 413 (SEP12-88)', async () => {
    const withFiles = (count: number, size: number) => {
      const form = new FormData()
      for (let index = 0; index < count; index += 1) {
        form.append(`f${index}`, new Blob([new Uint8Array(size)]), 'f')
      }
      return call('/open', { method: 'POST', body: form })
    }
    const told = async (count: number, size: number) => {
      const response = await withFiles(count, size)
      return [response.status, await errorOf(response)]
    }
    const tooLarge = (error: string) => [413, error]
    expect((await withFiles(1, 2_000)).status).toBe(200)
    expect((await withFiles(5, 1)).status).toBe(200)
    expect(await told(1, 2_001)).toEqual(tooLarge('A file may have at most 2000 bytes'))
    expect(await told(4, 1_900)).toEqual(tooLarge('The body may have at most 6000 bytes'))
    expect(await told(6, 1)).toEqual(tooLarge('At most 5 parts are read'))
  })

  it('refuses a text field of multipart over its limit with 413 (SEP12-88)', async () => {
    const withText = (length: number) => {
      const form = new FormData()
      form.append('a', 'x'.repeat(length))
      return call('/open', { method: 'POST', body: form })
    }
    expect((await withText(1_000)).status).toBe(200)
    const refused = await withText(1_001)
    expect(refused.status).toBe(413)
    expect(await errorOf(refused)).toBe('A text field may have at most 1000 bytes')
  })

  const malformedParts = 'The multipart body is malformed'
  it.each([
    ['no boundary', 'multipart/form-data', 'abc', 'The multipart Content-Type needs a boundary'],
    ['no parts', 'multipart/form-data; boundary=x', 'abc', malformedParts],
    [
      'an unfinished part',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nab',
      malformedParts,
    ],
    [
      'a name twice',
      'multipart/form-data; boundary=x',
      `${part('a')}${part('a')}--x--\r\n`,
      'a is given more than once',
    ],
  ])('refuses multipart with %s (SEP12-88)', async (...[, type, body, error]) => {
    const response = await post('/open', type, body)
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toBe(error)
  })

  it('refuses a body beyond the bytes of the route, also when it comes in chunks (SEP10-17, POLARIS-8.26)', async () => {
    const inChunks = (text: string) =>
      call('/small', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob(text.match(/.{1,3}/g) ?? []).stream(),
        duplex: 'half',
      } as RequestInit)
    const [ten, eleven] = ['{"a":"12"}', '{"a":"123"}'] as const
    expect((await post('/small', 'application/json', ten)).status).toBe(200)
    expect((await post('/small', 'application/json', eleven)).status).toBe(413)
    expect((await inChunks(ten)).status).toBe(200)
    expect((await inChunks(eleven)).status).toBe(413)
    expect((await inChunks('['.repeat(100))).status).toBe(413)
  })

  it.each([
    ['malformed JSON', 'application/json', '{', 400],
    ['an empty JSON body', 'application/json', '', 400],
    ['JSON that is not UTF-8', 'application/json', new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['JSON with a NUL', 'application/json', '{"a":"\\u0000"}', 400],
    ['JSON with half a character', 'application/json', '{"a":"\\ud800"}', 400],
    ['JSON with a prototype', 'application/json', '{"__proto__":{"a":1}}', 400],
    ['deep JSON', 'application/json', '['.repeat(4_000) + ']'.repeat(4_000), 400],
    ['a repeated form field', 'application/x-www-form-urlencoded', 'a=1&a=2', 400],
    ['a form field with a NUL', 'application/x-www-form-urlencoded', 'a=%00', 400],
    ['a type nobody reads', 'text/plain', '{}', 415],
    ['another charset', 'application/json; charset=utf-16', '{}', 415],
  ])('refuses %s (SEP10-16, SEP10-69)', async (...[, type, body, status]) => {
    const response = await post('/open', type, body)
    expect(response.status).toBe(status)
    expect(await errorOf(response)).toEqual(expect.any(String))
  })

  const malformedType =
    'The Content-Type is malformed: it must name one type, such as application/json'
  it.each([
    ['application/json, text/html', malformedType],
    ['json', malformedType],
    ['/', malformedType],
    [
      'a/b;;',
      'The Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data',
    ],
  ])('says what is wrong with a Content-Type that is none: %s', async (type, error) => {
    const response = await post('/open', type, '{}')
    expect([response.status, await errorOf(response)]).toEqual([415, error])
  })

  it('answers hostile bytes with 2xx or 4xx and JSON, whatever the type (SEP10-14)', async () => {
    const types = [
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'a/b;;',
      '',
    ]
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), bytes, async (type, body) => {
        const response = await post('/open', type, body as string)
        expect(response.status).toBeLessThan(500)
        expect(response.headers.get('content-type')).toContain('application/json')
      }),
      { numRuns: 150 },
    )
  })
})

describe('what comes in with the address', () => {
  it('refuses a repeated parameter (SEP10-16)', async () => {
    const response = await call('/open?account=A&account=B')
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toBe('account is given more than once')
  })

  it('decodes the query and the path', async () => {
    expect(await (await call('/open?a=%2B1&b=x+y')).json()).toEqual({ a: '+1', b: 'x y' })
    expect(await (await call('/named/a%2Fb')).text()).toBe('a/b')
  })

  it('hands on what was sent, named part by named part', async () => {
    const headers = { 'x-request-id': 'request-1', 'x-sent': 'yes' }
    expect(await (await call('/pair/a/b%20?c=1&d=%26', { headers })).json()).toEqual({
      id: 'request-1',
      method: 'GET',
      params: { one: 'a', other: 'b ' },
      query: { c: '1', d: '&' },
      sent: ['yes', null],
      remoteAddress: '127.0.0.1',
    })
  })

  const noText = 'The path holds a NUL character'
  const malformed = 'The address is malformed'
  it.each([
    ['/named/%00', noText],
    ['/pair/%00/b', noText],
    ['/pair/a/%00', noText],
    ['/named/%zz', malformed],
    ['/named/%ff', malformed],
    ['/open?a=%00', 'a holds a NUL character'],
    ['/named/%00?a=1&a=2', 'a is given more than once'],
  ])('refuses %s: %s', async (path, error) => {
    const response = await call(path)
    expect([response.status, await errorOf(response)]).toEqual([400, error])
  })

  it('answers 404 and 405 in JSON', async () => {
    const missing = await call('/nowhere')
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: 'There is no such resource' },
    ])
    const wrong = await call('/client', { method: 'DELETE' })
    expect(wrong.headers.get('allow')).toBe('PUT, GET, HEAD, OPTIONS')
    expect([wrong.status, await wrong.json()]).toEqual([
      405,
      { error: 'This resource knows PUT, GET, HEAD, OPTIONS only' },
    ])
  })

  it('answers HEAD as GET without a body (SEP01-02)', async () => {
    const response = await call('/named/abc', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.text()).toBe('')
  })
})

describe('headers', () => {
  it('lets browsers call, errors included, only where the table says so (SEP10-10, SEP01-08)', async () => {
    for (const path of ['/open', '/open?a=1&a=2', '/bug', '/away', '/client']) {
      const response = await call(path)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    }
    const closed = await post('/closed', 'application/json', '{}')
    expect(closed.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answers the preflight with literal header names (SEP10-11, SEP10-12)', async () => {
    const response = await call('/open', { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toBe('POST, GET, HEAD, OPTIONS')
    expect(response.headers.get('access-control-allow-headers')).toContain(
      'authorization, content-type',
    )
  })

  it('forbids caching and names each request (SEP10-15)', async () => {
    const response = await call('/open')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('failures', () => {
  it.each(['/bug', '/misnamed', '/framework'])(
    'masks what was thrown and logs it: %s',
    async (path) => {
      logged.length = 0
      const response = await call(`${path}?of=somebody`)
      expect([response.status, await response.json()]).toEqual([
        500,
        { error: 'Something went wrong here; it has been noted' },
      ])
      const requestId = response.headers.get('x-request-id')
      const error = expect.objectContaining({ message: 'secret' }) as Error
      expect(logged).toContainEqual({
        message: 'failed to answer',
        fields: { requestId, route: path, error },
      })
    },
  )

  it('answers 503 when a part of the world is away (AP-2.18)', async () => {
    logged.length = 0
    const response = await call('/away?of=somebody')
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: 'A service needed for this is not available; try again later' },
    ])
    const requestId = response.headers.get('x-request-id')
    const error = expect.objectContaining({ name: 'DatabaseUnavailable' }) as Error
    expect(logged).toContainEqual({
      message: 'a part of the world is away',
      fields: { requestId, route: '/away', error },
    })
  })

  it('answers bytes that are no HTTP with 400 and JSON, for browsers too', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
        socket.write('nonsense\r\n\r\n'),
      )
      let received = ''
      socket.on('data', (chunk) => (received += chunk.toString()))
      socket.on('close', () => resolve(received)).on('error', reject)
    })
    expect(text.split('\r\n')).toEqual([
      'HTTP/1.1 400 Bad Request',
      'content-type: application/json',
      'access-control-allow-origin: *',
      'content-length: 50',
      'connection: close',
      '',
      '{"error":"This is not a well-formed HTTP request"}',
    ])
  })
})

function part(name: string): string {
  return `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n1\r\n`
}
