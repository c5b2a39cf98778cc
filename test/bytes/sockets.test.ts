import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayWorld, sendingAnchor, tokenFor } from '../graphql/gateway-world.ts'
import type { World } from '../graphql/gateway-world.ts'
import { openSocket } from '../graphql/socket.ts'
import { until } from '../until.ts'
import { damage, noise } from './damage.ts'

/** Frames and messages of a WebSocket as bytes, from clients that know the handshake and nothing else. */

let world: World
let token: string
beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
})
afterAll(() => world.stop())

/** A connection after its handshake, for raw bytes. */
async function handshake(): Promise<Socket> {
  const { hostname, port } = new URL(world.partner)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // the server may cut us off while we still write
  await once(socket, 'connect')
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101/)
  return socket
}

/** A masked frame of a client. */
function frame(payload: Uint8Array, opcode = 1): Buffer {
  const length = payload.length
  const size =
    length < 126
      ? Buffer.of(0x80 | length)
      : Buffer.concat([Buffer.of(0xfe), Buffer.of(length >> 8, length & 0xff)])
  return Buffer.concat([Buffer.of(0x80 | opcode), size, Buffer.alloc(4), payload]) // a mask of zeros
}

const messages = () =>
  [
    { type: 'connection_init', payload: { authorization: `Bearer ${token}` } },
    {
      type: 'subscribe',
      id: '1',
      payload: {
        query: 'query ($id: ID!) { transaction(id: $id) { id } }',
        variables: { id: 'x' },
      },
    },
    {
      type: 'subscribe',
      id: '2',
      payload: { query: 'subscription { transactionEvents(after: "start") { cursor } }' },
    },
    { type: 'ping', payload: {} },
    { type: 'complete', id: '2' },
  ].map((message) => Buffer.from(JSON.stringify(message)))

/** The account that a well-behaved client is told at the same time. */
async function askedMeanwhile(): Promise<unknown> {
  const socket = await openSocket(world.partner, token)
  const { data } = await socket.ask('{ me { account } }')
  await socket.close()
  return data
}

async function send(bytes: Uint8Array): Promise<void> {
  const socket = await handshake()
  socket.write(bytes)
  socket.end()
  socket.resume()
  await once(socket, 'close')
}

const served = { me: { account: sendingAnchor } }

describe('a WebSocket', () => {
  it('with damaged frames is closed, and the others are served on', async () => {
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 0, max: 15 }), async (change, opcode) => {
        const all = messages().map((message, index) => frame(message, index === 1 ? opcode : 1))
        await send(change(Buffer.concat(all)))
      }),
      { numRuns: 300 },
    )
    expect(await askedMeanwhile()).toEqual(served)
  })

  it('with good frames around damaged messages is answered or closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 4 }), damage, async (which, change) => {
        const all = messages().map((message, index) =>
          frame(index === which ? change(message) : message),
        )
        await send(Buffer.concat(all))
      }),
      { numRuns: 300 },
    )
    expect(await askedMeanwhile()).toEqual(served)
  })

  it('with noise for bytes is closed', async () => {
    await fc.assert(fc.asyncProperty(noise, send), { numRuns: 200 })
    expect(await askedMeanwhile()).toEqual(served)
  })

  it('with half a frame and no end of it holds nobody up', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, handshake))
    for (const socket of slow) socket.write(Buffer.of(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff))
    expect(await askedMeanwhile()).toEqual(served)
    for (const socket of slow) socket.destroy()
  })

  it('leaves nothing behind: no error of ours, no socket', async () => {
    const faults = world.lines.filter(({ level }) => level === 'error')
    expect(faults).toEqual([])
    // of some eight hundred; what stays is the pool of the database
    await until(() => connectionsOpen() < 60, 'the connections to be gone')
  })
})

const connectionsOpen = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
