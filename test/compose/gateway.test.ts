import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Writable } from 'node:stream'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as tellings from '../../src/compose/tellings.ts'
import { startGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/observability/log.ts'
import { startWorkerListener } from '../../src/worker-listener.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { ask } from '../graphql/ask.ts'
import {
  backofficeToken,
  freePorts,
  keepCustomer,
  keepTransaction,
  person,
  sendingAnchor,
  startWorldGateway,
  tokenFor,
} from '../graphql/gateway-world.ts'
import type { WorldGateway } from '../graphql/gateway-world.ts'
import { openSocket } from '../graphql/socket.ts'

let database: TestDatabase
let sandbox: WorldGateway
let live: WorldGateway

beforeAll(async () => {
  database = await freshDatabase()
  sandbox = await startWorldGateway(database.url, { loginsPerMinute: '0' })
  live = await startWorldGateway(database.url, {
    isLive: true,
    loginsPerMinute: '1',
    trustProxy: '1',
    horizonUrl: 'https://127.0.0.1:9',
    bankUrl: 'https://127.0.0.1:9',
  })
})
afterAll(async () => {
  await Promise.all([sandbox.stop(), live.stop()])
  await database.drop()
})

const login = async ({ publicUrl }: WorldGateway, headers: Readonly<Record<string, string>> = {}) =>
  (await fetch(`${publicUrl}/auth?account=${Keypair.random().publicKey()}`, { headers })).status
const isAway = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  )

describe('a gateway', () => {
  it('has pages to try its GraphQL in the sandbox, and none in production', async () => {
    for (const [{ publicUrl, internalUrl }, status] of [
      [sandbox, 200],
      [live, 404],
    ] as const) {
      expect((await fetch(`${publicUrl}/graphiql`)).status).toBe(status)
      expect((await fetch(`${internalUrl}/graphiql`)).status).toBe(status)
    }
  })

  it('counts requests by the listener that took them', async () => {
    for (const url of [sandbox.publicUrl, sandbox.internalUrl]) await fetch(`${url}/graphiql`)
    const text = await (await fetch(`${sandbox.internalUrl}/metrics`)).text()
    for (const listener of ['public', 'internal']) {
      const labels = `{listener="${listener}",method="GET",route="/graphiql",status="2xx"}`
      expect(text).toContain(`fairlead_http_request_duration_seconds_count${labels}`)
    }
  })

  it('tells the schemas of both of its APIs', async () => {
    const query = '{ __schema { queryType { name } } }'
    const token = await tokenFor(sendingAnchor)
    for (const [url, of] of [
      [sandbox.partner, token],
      [sandbox.backoffice, backofficeToken],
    ] as const) {
      const { data } = await ask(url, query, { token: of })
      expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } })
    }
  })

  it('tells in the log which account asks, and not which of its people', async () => {
    const other = await startWorldGateway(database.url, { logLevel: 'info' })
    const query = '{ __typename }'
    for (const subject of [sendingAnchor, `${sendingAnchor}:17`])
      await ask(other.partner, query, { token: await tokenFor(subject) })
    await ask(other.backoffice, query, { token: backofficeToken })
    await other.stop()
    const answered = other.lines.filter(({ msg }) => msg === 'answered')
    const told = answered.map((line) => [line['listener'], line['sendingAnchor']])
    expect(told).toEqual([
      ['public', sendingAnchor],
      ['public', sendingAnchor],
      ['internal', undefined],
    ])
  })

  it('bounds the logins of a minute as it is told, or not at all', async () => {
    expect([await login(live), await login(live)]).toEqual([200, 429])
    expect([await login(sandbox), await login(sandbox)]).toEqual([200, 200])
  })

  it('takes the address of a caller from as many proxies as it is told', async () => {
    const from = (address: string) => login(live, { 'x-forwarded-for': address })
    const statuses = []
    for (const last of ['1', '1', '2', '2, 203.0.113.3'])
      statuses.push(await from(`203.0.113.${last}`))
    expect(statuses).toEqual([200, 429, 200, 200])
  })

  it('calls plain and private addresses of clients in the sandbox only', async () => {
    const { id } = await keepCustomer(sandbox.rooms, person)
    const { id: transactionId } = await keepTransaction(sandbox.rooms)
    const callbacks = [
      ['/sep12/customer/callback', { id }],
      [`/sep31/transactions/${transactionId}/callback`, {}],
    ] as const
    for (const [{ publicUrl }, site, isTaken] of [
      [sandbox, undefined, true],
      [live, 'https://anchor.example.com', false],
    ] as const) {
      const authorization = `Bearer ${await tokenFor(sendingAnchor, 60_000, site)}`
      const headers = { authorization, 'content-type': 'application/json' }
      for (const [path, named] of callbacks) {
        for (const url of ['http://8.8.8.8/told', 'https://127.0.0.1/told']) {
          const body = JSON.stringify({ ...named, url })
          const { ok, status } = await fetch(`${publicUrl}${path}`, {
            method: 'PUT',
            headers,
            body,
          })
          expect([path, url, ok, status === 400]).toEqual([path, url, isTaken, !isTaken])
        }
      }
    }
  })

  it('has room for a hundred sockets of operators, and for more of partners', async () => {
    const few = Array.from({ length: 100 }, () => openSocket(sandbox.backoffice))
    const open = await Promise.all(few)
    await expect(openSocket(sandbox.backoffice)).rejects.toThrow('503')
    await Promise.all(open.map((socket) => socket.close()))
    const many = Array.from({ length: 101 }, () => openSocket(sandbox.partner))
    for (const socket of await Promise.all(many)) await socket.close()
  })

  it('counts each call of a use-case by its name', async () => {
    const rooms: Readonly<Record<string, unknown>> = {
      ...sandbox.rooms,
      ...sandbox.rooms.loginAt(sandbox.parts.config.site),
      rejectCustomer: sandbox.rooms.backoffice.rejectCustomer,
      watchEvents: sandbox.rooms.partner.watchEvents,
    }
    const names = Object.values(tellings).flatMap((telling) => Object.keys(telling))
    for (const name of names) {
      // what it is asked makes no sense to most of them, which is counted, too
      const room = rooms[name] as (asked: unknown) => Promise<unknown>
      await Promise.resolve(room({ principal: {} })).catch(() => undefined)
    }
    const text = await (await fetch(`${sandbox.internalUrl}/metrics`)).text()
    const counted = text.matchAll(/^fairlead_usecase_duration_seconds_count\{usecase="(\w+)"/gm)
    const known = new Set([...counted].map(([, name]) => name))
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('that cannot open all of its doors leaves none of them open', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { parts } = sandbox
    const internalPort = (taken.address() as AddressInfo).port
    const [publicPort] = await freePorts()
    const listen = { ...parts.config.listen, publicPort, internalPort }
    await expect(
      startGateway({ ...parts, config: { ...parts.config, listen } }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(await isAway(`http://127.0.0.1:${publicPort}/`)).toBe(true)
    taken.close()
  })

  it('that stops is heard of by its sockets, and takes nobody any more', async () => {
    const other = await startWorldGateway(database.url)
    const socket = await openSocket(other.partner)
    await other.stop()
    expect(await socket.ended()).toEqual({ code: 1001, reason: 'Going away' })
    expect(await isAway(`${other.publicUrl}/info`)).toBe(true)
    expect(await isAway(`${other.internalUrl}/health`)).toBe(true)
  })
})

it('a worker tells its health where it says, and no longer once it stops', async () => {
  const { rooms } = sandbox.parts
  const lines: unknown[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()))
      done()
    },
  })
  const log = createLog({ level: 'info', destination })
  for (const [host, name] of [['127.0.0.1', '127.0.0.1'], ...ipv6] as const) {
    lines.length = 0
    const listener = await startWorkerListener({ rooms, log, host, port: 0 })
    const { port, hostname } = new URL(listener.url)
    expect(hostname).toBe(name)
    expect(lines).toMatchObject([{ listener: 'worker', port: Number(port), msg: 'listening' }])
    expect(await isAway(`${listener.url}/health`)).toBe(false)
    await fetch(`${listener.url}/other`)
    expect(lines[1]).toMatchObject({ listener: 'worker', msg: 'answered' })
    const metrics = await (await fetch(`${listener.url}/metrics`)).text()
    expect(metrics).toContain('fairlead_http_request_duration_seconds_count{listener="worker"')
    await listener.stop()
    expect(await isAway(`${listener.url}/health`)).toBe(true)
  }
})

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')
const ipv6 = hasIpv6 ? ([['::1', '[::1]']] as const) : []
