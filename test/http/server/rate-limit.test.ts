import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import { callerOf, createRateLimit } from '../../../src/http/server/rate-limit.ts'

const silent = () => undefined
const clock = { now: new Date(0) }
const app = createHttpServer({
  authenticate: () => Promise.resolve({ error: 'nobody' }),
  log: { info: silent, warn: silent, error: silent },
  rateLimit: createRateLimit({ requestsPerMinute: 2, now: () => clock.now }),
  tables: [
    {
      cors: true,
      isRateLimited: true,
      routes: [
        {
          method: 'GET',
          path: '/limited',
          auth: 'none',
          route: () => Promise.resolve({ status: 204 }),
        },
      ],
    },
    {
      cors: true,
      routes: [
        {
          method: 'GET',
          path: '/free',
          auth: 'none',
          route: () => Promise.resolve({ status: 204 }),
        },
      ],
    },
  ],
})
afterAll(() => app.close())

describe('a rate limit', () => {
  it('answers 429 with the time to wait, in the shape of all errors (SEP10-31, POLARIS-8.26)', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    const statuses = []
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await fetch(`${origin}/limited`)).status)
    }
    expect(statuses).toEqual([204, 204, 429])
    clock.now = new Date(59_001)
    const refused = await fetch(`${origin}/limited`)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect(await refused.json()).toEqual({ error: 'Too many requests; try again in 1 seconds' })
    expect((await fetch(`${origin}/free`)).status).toBe(204)
    clock.now = new Date(60_000)
    expect((await fetch(`${origin}/limited`)).status).toBe(204)
  })

  it('counts a whole IPv6 network as one caller, before it asks who calls', async () => {
    const guarded = createHttpServer({
      authenticate: () => Promise.resolve({ error: 'nobody' }),
      log: { info: silent, warn: silent, error: silent },
      rateLimit: createRateLimit({ requestsPerMinute: 1, now: () => new Date(0) }),
      tables: [
        {
          cors: false,
          isRateLimited: true,
          routes: [
            {
              method: 'GET',
              path: '/mine',
              auth: 'client',
              route: () => Promise.resolve({ status: 204 }),
            },
          ],
        },
      ],
    })
    const statusFor = async (remoteAddress: string) =>
      (await guarded.inject({ url: '/mine', remoteAddress })).statusCode
    const callers = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '10.0.0.1', '10.0.0.1']
    const statuses = []
    for (const caller of callers) statuses.push(await statusFor(caller))
    expect(statuses).toEqual([401, 429, 401, 401, 429])
    await guarded.close()
  })

  it('counts each caller apart, and remembers a bounded number of them', () => {
    const limit = createRateLimit({ requestsPerMinute: 1, now: () => new Date(0) })
    expect([limit('a'), limit('b'), limit('a')]).toEqual([undefined, undefined, 60])
    for (let index = 0; index < 49_998; index += 1) limit(`c${index}`)
    expect(limit('a')).toBe(60)
    limit('one more')
    expect(limit('a')).toBeUndefined()
  })

  it('tells begun seconds too, and counts who comes again among the latest callers', () => {
    let at = 0
    const limit = createRateLimit({ requestsPerMinute: 1, now: () => new Date(at) })
    limit('a')
    limit('b')
    at = 58_999
    expect(limit('a')).toBe(2)
    at = 59_000
    expect(limit('a')).toBe(1)
    at = 60_000
    expect(limit('a')).toBeUndefined()
    for (let index = 0; index < 49_999; index += 1) limit(`c${index}`)
    expect(limit('a')).toBe(60)
  })

  it('takes an IPv6 network for one caller', () => {
    expect(callerOf('2001:db8::5:6')).toBe(callerOf('2001:db8:0:0:3::1'))
    expect(callerOf('2001:db8::1')).toBe(callerOf('2001:0DB8::ff00:0:0:1'))
    expect(callerOf('3001:db8::1')).not.toBe(callerOf('2001:db8::1'))
    expect(callerOf('2001:db8:0:1::1')).not.toBe(callerOf('2001:db8::1'))
    expect(callerOf('::ffff:10.0.0.1')).toBe(callerOf('10.0.0.1'))
    expect(callerOf('::ffff:10.0.0.1')).not.toBe(callerOf('::ffff:10.0.0.2'))
  })

  it.each(['', 'unknown', 'a:b', '10.0.0.1:80'])(
    'takes what a proxy wrote and is no address for a caller by itself: %j',
    (address) => {
      expect(callerOf(address)).toBe(address)
    },
  )
})

describe('the address of a caller', () => {
  const behind = async (trustProxy?: number) => {
    const limited = createHttpServer({
      authenticate: () => Promise.resolve({ error: 'nobody' }),
      log: { info: silent, warn: silent, error: silent },
      ...(trustProxy !== undefined && { trustProxy }),
      tables: [
        {
          cors: false,
          routes: [
            {
              method: 'GET',
              path: '/who',
              auth: 'none',
              route: ({ remoteAddress }) =>
                Promise.resolve({ status: 200, body: { remoteAddress } }),
            },
          ],
        },
      ],
    })
    await limited.listen({ port: 0, host: '127.0.0.1' })
    const { port } = limited.server.address() as AddressInfo
    const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.1', 'x-real-ip': '6.6.6.6' }
    const response = await fetch(`http://127.0.0.1:${port}/who`, { headers })
    await limited.close()
    return response.json()
  }

  it('is taken from the proxies that are counted, never from what the caller wrote before them (AP-2.19)', async () => {
    expect(await behind()).toEqual({ remoteAddress: '127.0.0.1' })
    expect(await behind(0)).toEqual({ remoteAddress: '127.0.0.1' })
    expect(await behind(1)).toEqual({ remoteAddress: '10.0.0.1' })
    expect(await behind(2)).toEqual({ remoteAddress: '203.0.113.7' })
  })
})

describe('a server', () => {
  it('closes within five seconds, four of which are for requests to end', async () => {
    const stuck = createHttpServer({
      authenticate: () => Promise.resolve({ error: 'nobody' }),
      log: { info: silent, warn: silent, error: silent },
      tables: [
        {
          cors: false,
          routes: [
            { method: 'GET', path: '/stuck', auth: 'none', route: () => new Promise(silent) },
          ],
        },
      ],
    })
    await stuck.listen({ port: 0, host: '127.0.0.1' })
    const origin = `http://127.0.0.1:${(stuck.server.address() as AddressInfo).port}`
    const asked = fetch(`${origin}/stuck`).catch(() => 'cut')
    await new Promise<void>((resolve) => {
      stuck.server.once('request', () => resolve())
    })
    const before = performance.now()
    await stuck.close()
    const waited = performance.now() - before
    expect([waited > 3_900, waited < 5_000]).toEqual([true, true])
    expect(await asked).toBe('cut')
  })
})
