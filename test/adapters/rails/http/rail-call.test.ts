import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { railCaller, wasNeverSent } from '../../../../src/adapters/rails/http/rail-call.ts'

/** Answers with as many bytes as its path says. */
const heard: unknown[] = []
const server = createServer(({ url = '', headers }, response) => {
  heard.push(headers['payout-timestamp'])
  response.end('7'.padEnd(Number(url.slice(1))))
})
let now = 1_800_000_000_999
let rail: ReturnType<typeof railCaller>
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  rail = railCaller({
    url: `http://127.0.0.1:${port}`,
    token: 'a-token',
    secret: 'a-secret',
    timeoutMs: 5_000,
    now: () => new Date(now),
  })
})
afterAll(async () => {
  await rail.close()
  server.close()
})

it('is of the whole second in which it is made', async () => {
  heard.length = 0
  for (const at of [1_800_000_000_999, 1_800_000_060_000]) {
    now = at
    await rail.call({ method: 'GET', path: '/1' })
  }
  expect(heard).toEqual(['1800000000', '1800000060'])
})

it('is lost when the answer is longer than 256 KiB, and not before', async () => {
  const ask = (length: number) => rail.call({ method: 'GET', path: `/${length}` })
  expect(await ask(262_144)).toMatchObject({ kind: 'answered', status: 200, json: 7 })
  expect(await ask(262_145)).toMatchObject({ kind: 'lost' })
})

it.each([
  ['ECONNREFUSED', 'connect', true],
  ['ENOTFOUND', 'getaddrinfo', true],
  ['EAI_AGAIN', 'getaddrinfo', true],
  ['UND_ERR_CONNECT_TIMEOUT', undefined, true],
  ['CERT_HAS_EXPIRED', undefined, true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, true],
  ['SELF_SIGNED_CERT_IN_CHAIN', undefined, true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, true],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined, true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, true],
  ['EHOSTUNREACH', 'connect', true],
  ['ENETUNREACH', 'connect', true],
  ['EHOSTUNREACH', 'read', false],
  ['ENETUNREACH', 'write', false],
  ['EHOSTUNREACH', undefined, false],
  ['ECONNRESET', 'connect', false],
  ['ETIMEDOUT', 'connect', false],
  ['UND_ERR_SOCKET', undefined, false],
  ['UND_ERR_HEADERS_TIMEOUT', undefined, false],
  [undefined, 'connect', false],
  [7, undefined, false],
])('is certain after %s by %s that nothing was sent: %s', (code, syscall, isCertain) => {
  const fault = Object.assign(new Error('A fault'), { code }, syscall && { syscall })
  expect(wasNeverSent(fault)).toBe(isCertain)
  expect(wasNeverSent({ code, syscall })).toBe(false)
})
