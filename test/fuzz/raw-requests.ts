import { connect } from 'node:net'
import type { Door } from './draft.ts'
import type { Surroundings } from './surroundings.ts'

/** Bytes for a bare socket: what no client library would send. */
export interface RawRequest {
  readonly door: Door
  readonly label: string
  readonly writes: readonly Uint8Array[]
}

export interface RawAnswer {
  readonly text: string
  /** Whether the listener closed the connection, after we closed our side of it. */
  readonly isClosed: boolean
}

export function draftRaw(surroundings: Surroundings): RawRequest {
  const { dice, world } = surroundings
  const door = dice.pick(['public', 'internal'] as const)
  const host = new URL(world.urls[door]).host
  const text = dice.pick(forms)(host, surroundings)
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  const at = dice.oneIn(3) ? dice.below(bytes.length + 1) : bytes.length
  const writes = [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0)
  return { door, label: `bare socket at the ${door} door`, writes }
}

type Form = (host: string, surroundings: Surroundings) => string | Uint8Array

const get = (path: string, host: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
const post = (host: string, headers: string, body: string): string =>
  `POST /auth HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
const upgrade = (host: string, more: string): string =>
  `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'

const forms: readonly Form[] = [
  (host) =>
    get('/sep31/info', host) + get('/.well-known/stellar.toml', host) + get('/health/live', host),
  (host) => get('/sep31/info', host).repeat(20),
  () => get('/auth', '[::1'),
  (host) => `${get('/sep31/info', host)}GET /sep31/in`,
  (host) => post(host, 'Content-Length: 100\r\n', '{"transaction":"AAAA"'),
  (host) => post(host, 'Content-Length: 5\r\n', '{"transaction":"AAAA"}'),
  (host) => post(host, 'Content-Length: -1\r\n', '{}'),
  (host) => post(host, 'Content-Length: 2\r\nContent-Length: 3\r\n', '{}'),
  (host) => post(host, 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '{}'),
  (host) => post(host, 'Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
  (host) => post(host, 'Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n'),
  (host) => post(host, 'Transfer-Encoding: chunked\r\n', 'ZZ\r\n{}\r\n0\r\n\r\n'),
  (host) => post(host, 'Transfer-Encoding: chunked\r\n', 'ffffffffffffffff\r\n{}'),
  (host) =>
    post(host, 'Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
  (host) => post(host, 'Transfer-Encoding: gzip, chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
  (host) => post(host, 'Expect: 100-continue\r\nContent-Length: 2\r\n', '{}'),
  (host) => post(host, 'Expect: the-unexpected\r\nContent-Length: 2\r\n', '{}'),
  (host) => get('/sep31/info', host, `X-Long: ${'x'.repeat(20_000)}\r\n`),
  (host) => get('/sep31/info', host, 'X-Many: 1\r\n'.repeat(2_500)),
  (host) => get('/sep31/info', host, 'no colon here\r\n'),
  (host) => get('/sep31/info', host, 'X-Nul: a\0b\r\n'),
  (host) => get('/sep31/info', host, 'X-Fold: a\r\n b\r\n'),
  (host) => get('/sep31/info', host, ': empty\r\n'),
  (host) => get('/sep31/info', host, `Host: ${host}\r\n`),
  (host) => get('/sep31/info', host, 'Authorization: a\r\nAuthorization: b\r\n'),
  () => 'GET /sep31/info HTTP/1.1\r\n\r\n',
  () => 'GET /sep31/info HTTP/1.0\r\n\r\n',
  () => 'GET /sep31/info HTTP/9.9\r\n\r\n',
  () => 'GET /sep31/info\r\n',
  (host) => `GET /sep31/info HTTP/1.1\nHost: ${host}\n\n`,
  (host) => `\r\n\r\n${get('/sep31/info', host)}`,
  (host) => get(`http://${host}/sep31/info`, host),
  (host) => get('http://evil.example:99999/sep31/info', host),
  (host) => get('*', host),
  (host) => get('/sep31/info /x', host),
  (host) => get('/\u00e9\u00ff', host),
  (host) => get(`/${'x'.repeat(70_000)}`, host),
  (host) => get('//sep31/info?#', host),
  (host) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  (host) => `QUERY /auth HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  (host) => `get /sep31/info HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  (host) => `M-SEARCH * HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => Buffer.from('16030100c8010000c40303', 'hex'),
  (_, { dice, odd }) => odd.bytes(dice),
  (host, { dice, odd }) => Buffer.concat([Buffer.from(get('/health/live', host)), odd.bytes(dice)]),
  (host) => upgrade(host, ''),
  (host) => upgrade(host, 'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 99\r\n'),
  (host) => upgrade(host, key),
  (host) => upgrade(host, `${key}Sec-WebSocket-Protocol: graphql-transport-ws\r\n`),
  (host, { dice, odd }) =>
    Buffer.concat([
      Buffer.from(upgrade(host, `${key}Sec-WebSocket-Protocol: graphql-transport-ws\r\n`)),
      odd.bytes(dice),
    ]),
  (host) => upgrade(host, `${key}Sec-WebSocket-Protocol: ${'p,'.repeat(300)}p\r\n`),
  (host) => upgrade(host, `${key}Sec-WebSocket-Extensions: permessage-deflate; x=y; ;\r\n`),
  (host) => get('/sep31/info', host, 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
]

const closeWithinMs = 5_000

/** Writes it all, closes our side, and reads until the other side is closed as well. */
export function sendRaw(request: RawRequest, url: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    const chunks: Uint8Array[] = []
    const answer = (isClosed: boolean) => {
      socket.destroy()
      resolve({ text: Buffer.concat(chunks).toString('latin1'), isClosed })
    }
    socket.setTimeout(closeWithinMs, () => answer(false))
    socket.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    socket.on('close', () => answer(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // it may refuse to read on, which is its right
      if (error.code === 'ECONNREFUSED') reject(error)
    })
    socket.on('connect', () => {
      const [first, ...others] = request.writes
      if (first !== undefined) socket.write(first)
      setImmediate(() => {
        for (const one of others) socket.write(one)
        socket.end()
      })
    })
  })
}

export function faultsOfRaw({ text, isClosed }: RawAnswer): readonly string[] {
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status))
  const bad = statuses.filter((status) => status >= 500)
  return [
    ...bad.map((status) => `status ${status}`),
    ...(isClosed ? [] : [`the connection was still open after ${closeWithinMs} ms`]),
  ]
}
