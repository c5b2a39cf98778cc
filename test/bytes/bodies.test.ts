import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpServer } from '../../src/http/server/http-server.ts'
import { refuseBody } from '../../src/http/server/body.ts'
import type { Route } from '../../src/http/server/route.ts'
import { damage } from './damage.ts'

/** Bodies as bytes on a raw connection: multipart, forms, JSON, and HTTP itself. */

const errors: object[] = []
const note = () => undefined
const echo: Route = async (request) => {
  const body = await request.body()
  if (!body.ok) return refuseBody(body.refusal)
  return { status: 200, body: { kind: body.value.kind } }
}
const app = createHttpServer({
  authenticate: () => Promise.resolve({ error: 'Log in first' }),
  log: { info: note, warn: note, error: (fields: object) => void errors.push(fields) },
  tables: [{ cors: true, routes: [{ method: 'POST', path: '/', auth: 'none', route: echo }] }],
})
let port: number
beforeAll(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port // it listens on a port
})
afterAll(() => app.close())

/** Sends the bytes and half-closes, unless told to stay; answers all that came back. */
const exchange = (bytes: Uint8Array, stays = false): Promise<string> =>
  new Promise((resolve) => {
    let answer = ''
    const send = () => (stays ? socket.write(bytes) : socket.end(bytes))
    const socket = connect(port, '127.0.0.1', send)
    socket.setTimeout(5_000, () => socket.destroy())
    socket.on('data', (data) => (answer += data.toString('latin1')))
    socket.on('error', () => undefined) // it may be reset while we still write
    socket.on('close', () => resolve(answer))
  })

const statusesOf = (answer: string) =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))

function requestOf(type: string, body: string): Buffer {
  const bytes = Buffer.from(body, 'latin1')
  const head =
    `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

const multipart = [
  '--edge\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nAda\r\n',
  '--edge\r\nContent-Disposition: form-data; name="photo_id_front"; filename="a.png"\r\n',
  'Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\x89PNG\r\n\x1a\n\x00\xff\r\n',
  "--edge\r\nContent-Disposition: form-data; name*=UTF-8''last%5Fname\r\n\r\nExample\r\n--edge--\r\n",
].join('')

const goods: Readonly<Record<string, Buffer>> = {
  multipart: requestOf('multipart/form-data; boundary=edge', multipart),
  form: requestOf('application/x-www-form-urlencoded', 'transaction=AAAA%2B&a=%F0%9F%92%A5'),
  json: requestOf(
    'application/json',
    '{"amount":1.5,"fields":{"a":["b",null,true]},"text":"\\ud83d\\udca5\\"\\\\"}',
  ),
}

describe.each(Object.entries(goods))('a request with %s', (kind, good) => {
  it('is read when nothing is wrong with it', async () => {
    expect(await exchange(good)).toContain(`{"kind":"${kind}"}`)
  })

  it('of damaged bytes gets an answer below 500 or none, and harms nobody', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (change) => {
        const statuses = statusesOf(await exchange(change(good)))
        expect(statuses.filter((status) => status >= 500)).toEqual([])
      }),
      { numRuns: 400 },
    )
    expect(errors).toEqual([])
    expect(await exchange(good)).toContain(`{"kind":"${kind}"}`)
  })
})

it('a multipart body with damage after its head is refused or read, always answered', async () => {
  const head = 'multipart/form-data; boundary=edge'
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(damage, async (change) => {
      const body = Buffer.from(change(Buffer.from(multipart, 'latin1'))).toString('latin1')
      const [status = 0] = statusesOf(await exchange(requestOf(head, body)))
      seen.add(status)
      expect([200, 400, 413, 415]).toContain(status)
    }),
    { numRuns: 1_000 },
  )
  expect(errors).toEqual([])
  expect([...seen]).toEqual(expect.arrayContaining([200, 400]))
})

describe('a connection', () => {
  const last = '--edge--\r\n'
  const bodies: Readonly<Record<string, readonly [type: string, body: string]>> = {
    'ends again and again': ['multipart/form-data; boundary=edge', last.repeat(30_000)],
    'goes on behind its end': [
      'multipart/form-data; boundary=edge',
      `${multipart}${'x'.repeat(300_000)}`,
    ],
    'names a part twice': [
      'multipart/form-data; boundary=edge',
      `${multipart.slice(0, -last.length)}${multipart}${last.repeat(30_000)}`,
    ],
    'is too long': ['application/json', 'x'.repeat(400_000)],
    'is of another type': ['text/plain', 'x'.repeat(400_000)],
  }

  it.each(Object.entries(bodies))(
    'answers what comes behind a body that %s',
    async (_, [type, body]) => {
      const first = requestOf(type, body).toString('latin1').replace('Connection: close\r\n', '')
      const answer = await exchange(
        Buffer.concat([Buffer.from(first, 'latin1'), requestOf('application/json', '{}')]),
        true,
      )
      expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(2)
      expect(answer).toContain('{"kind":"json"}')
    },
  )
})
