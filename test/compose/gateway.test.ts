import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway } from '../../src/gateway.ts'
import { startWorkerListener } from '../../src/worker-listener.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { ask } from '../graphql/ask.ts'
import {
  backofficeToken,
  freePorts,
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
    horizonUrl: 'https://127.0.0.1:9',
    bankUrl: 'https://127.0.0.1:9',
  })
})
afterAll(async () => {
  await Promise.all([sandbox.stop(), live.stop()])
  await database.drop()
})

const login = async ({ publicUrl }: WorldGateway) =>
  (await fetch(`${publicUrl}/auth?account=${Keypair.random().publicKey()}`)).status
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

  it('bounds the logins of a minute as it is told, or not at all', async () => {
    expect([await login(live), await login(live)]).toEqual([200, 429])
    expect([await login(sandbox), await login(sandbox)]).toEqual([200, 200])
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
  const { rooms, log } = sandbox.parts
  const listener = await startWorkerListener({ rooms, log, host: '127.0.0.1', port: 0 })
  expect(await isAway(`${listener.url}/health`)).toBe(false)
  await listener.stop()
  expect(await isAway(`${listener.url}/health`)).toBe(true)
})
