import type { AddressInfo } from 'node:net'
import { Keypair } from '@stellar/stellar-sdk'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sep10Routes } from '../../../src/http/sep10/routes.ts'
import { authenticateByToken } from '../../../src/http/server/bearer.ts'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import type { RateLimit } from '../../../src/http/server/rate-limit.ts'
import { createRateLimit } from '../../../src/http/server/rate-limit.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/account-lookup.ts'
import { aLogin, passphrase } from '../../builders/login.ts'
import { clientKey, otherKey, signed, walletKey } from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()
const logged: unknown[] = []
const note = (fields: object, message: string) => void logged.push({ ...fields, message })
const opened: { close(): Promise<unknown> }[] = []
let login: Awaited<ReturnType<typeof aLogin>>
let auth = ''

async function serve(changes: Parameters<typeof aLogin>[0] = {}, rateLimit?: RateLimit) {
  const served = await aLogin(changes)
  const app = createHttpServer({
    authenticate: authenticateByToken(served.authorise),
    log: { info: note, warn: note, error: note },
    ...(rateLimit && { rateLimit }),
    tables: [
      sep10Routes({
        makeChallenge: served.make,
        exchangeChallenge: served.exchange,
        networkPassphrase: passphrase,
      }),
      {
        cors: true,
        routes: [
          {
            method: 'GET',
            path: '/me',
            auth: 'client',
            route: ({ principal }) => Promise.resolve({ status: 200, body: principal }),
          },
        ],
      },
    ],
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  opened.push(app)
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return { served, origin }
}

beforeAll(async () => {
  const { served, origin } = await serve()
  login = served
  auth = `${origin}/auth`
})
afterAll(async () => {
  await Promise.all(opened.map((app) => app.close()))
})

const challenge = async (query = `account=${account}`) => {
  const response = await fetch(`${auth}?${query}`)
  return ((await response.json()) as { transaction: string }).transaction
}
const post = (contentType: string, body: string) =>
  fetch(auth, { method: 'POST', headers: { 'content-type': contentType }, body })
const postJson = (body: unknown) => post('application/json', JSON.stringify(body))

async function errorOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  return ((await response.json()) as { error: string }).error
}

describe('GET /auth', () => {
  it('answers a challenge and its network, and no other key (SEP10-13, SEP10-65)', async () => {
    const response = await fetch(`${auth}?account=${account}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    const body = JSON.parse(text) as Record<string, string>
    expect(Object.keys(body).toSorted()).toEqual(['network_passphrase', 'transaction'])
    expect(body['network_passphrase']).toBe(passphrase)
    expect(body['transaction']).toMatch(/^[A-Za-z0-9+/]+={0,2}$/)
    expect(text).not.toContain('\\u00')
  })

  it.each([
    ['', 'account'],
    ['account=', 'account'],
    ['account=invalid-account', 'account'],
    [`account=${account}&account=${account}`, 'more than once'],
    [`account=${account}&memo=`, 'memo'],
    [`account=${account}&memo=+5`, 'memo'],
    [`account=${account}&home_domain=evil.com`, 'home_domain'],
    [`account=${account}&client_domain=127.0.0.1/x`, 'client_domain'],
  ])(
    'refuses "%s" with 400 and a word on %s (SEP10-13, SEP10-16, SEP10-18)',
    async (query, word) => {
      const response = await fetch(`${auth}?${query}`)
      expect(response.status).toBe(400)
      expect(await errorOf(response)).toContain(word)
    },
  )

  it('refuses an unknown account with 403 where agreements are needed (SEP10-41, SEP31-05)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set([account]) } as const
    const { origin } = await serve({ agreement })
    const ask = (who: string) => fetch(`${origin}/auth?account=${who}`)
    expect((await ask(account)).status).toBe(200)
    const refused = await ask(Keypair.random().publicKey())
    expect(refused.status).toBe(403)
    expect(await errorOf(refused)).toContain('agreement')
  })

  it('asks for a token with 401 where one is required, and says 400 for a bad one (SEP10-33, SEP10-34, SEP10-40)', async () => {
    const { origin } = await serve({ requireClientToken: true })
    const ask = (headers: Record<string, string>) =>
      fetch(`${origin}/auth?account=${account}`, { headers })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer abc' })).status).toBe(400)
    expect((await ask({ authorization: 'Basic abc' })).status).toBe(400)
    const optional = await fetch(`${auth}?account=${account}`, {
      headers: { authorization: 'Bearer abc' },
    })
    expect(optional.status).toBe(400)
  })
})

describe('the login endpoint', () => {
  it('asks those to wait who come too often, by either method (SEP10-31)', async () => {
    const rateLimit = createRateLimit({ requestsPerMinute: 2, now: () => new Date(0) })
    const { origin } = await serve({}, rateLimit)
    const body = JSON.stringify({})
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${origin}/auth?account=${account}`)).status).toBe(200)
    expect((await fetch(`${origin}/auth`, { method: 'POST', headers, body })).status).toBe(400)
    for (const init of [{}, { method: 'POST', headers, body }]) {
      const refused = await fetch(`${origin}/auth?account=${account}`, init)
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('60')
      expect(await errorOf(refused)).toContain('60 seconds')
    }
  })
})

describe('POST /auth', () => {
  it('gives a token for JSON and for a form, also with raw + (SEP10-67, SEP10-70)', async () => {
    const bodies = [
      (text: string) => postJson({ transaction: text }),
      (text: string) =>
        post(
          'application/x-www-form-urlencoded; charset=utf-8',
          new URLSearchParams({ transaction: text }).toString(),
        ),
      (text: string) => post('application/x-www-form-urlencoded', `transaction=${text}`),
    ]
    for (const send of bodies) {
      const response = await send(signed(await challenge(), clientKey))
      expect(response.status).toBe(200)
      const body = (await response.json()) as { token: string }
      expect(Object.keys(body)).toEqual(['token'])
      expect(decodeJwt(body.token).sub).toBe(account)
    }
  })

  it.each([
    ['no field (SEP10-68)', {}],
    ['null', null],
    ['an array', []],
    ['a text', 'AAAA'],
    ['a number', 5],
    ['an empty text (SEP10-68)', { transaction: '' }],
    ['an object (SEP10-68)', { transaction: { 'not a transaction string': true } }],
    ['an array of texts (SEP10-68)', { transaction: ['AAAA'] }],
    ['true (SEP10-68)', { transaction: true }],
    ['a number (SEP10-68)', { transaction: 5 }],
    ['no XDR (SEP10-14)', { transaction: 'AAAAAgAAAAA=' }],
    ['50,001 characters (SEP10-17)', { transaction: 'A'.repeat(50_001) }],
  ])('refuses %s with 400', async (_, body) => {
    const response = await postJson(body)
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toEqual(expect.any(String))
  })

  it('reads bodies of 160,000 bytes, and not one more (SEP10-17)', async () => {
    const ofLength = (length: number) => `"${'A'.repeat(length - 2)}"`
    const missing = await post('application/json', ofLength(160_000))
    expect([missing.status, await errorOf(missing)]).toEqual([
      400,
      'transaction is missing: send the signed challenge, as base64 XDR',
    ])
    const tooLarge = await post('application/json', ofLength(160_001))
    expect([tooLarge.status, await errorOf(tooLarge)]).toEqual([
      413,
      'The body may have at most 160000 bytes',
    ])
  })

  it('refuses a challenge that is good but for its wrapping in an array (SEP10-16, SEP10-68)', async () => {
    const envelope = signed(await challenge(), clientKey)
    expect((await postJson({ transaction: [envelope] })).status).toBe(400)
    expect((await postJson([{ transaction: envelope }])).status).toBe(400)
    expect((await postJson({ transaction: envelope })).status).toBe(200)
  })

  it('refuses malformed JSON and a missing body with 400, and other types with 415 (SEP10-68, SEP10-69)', async () => {
    const malformed = await post('application/json', '{')
    expect(malformed.status).toBe(400)
    expect(await errorOf(malformed)).toContain('JSON')
    expect((await post('application/json', '')).status).toBe(400)
    expect((await post('text/plain', 'x')).status).toBe(415)
    expect((await fetch(auth, { method: 'POST' })).status).toBe(400)
  })

  it('says that the transaction is missing when it is empty, is another thing, or is not there', async () => {
    for (const body of [{ transaction: '' }, { transaction: 5 }, {}]) {
      expect(await errorOf(await postJson(body))).toContain('transaction is missing')
    }
    const form = await post('application/x-www-form-urlencoded', 'transaction=')
    expect(await errorOf(form)).toContain('transaction is missing')
  })

  it('refuses what is unsigned, signed twice or by somebody else, and a second use, with 400 (SEP10-90, SEP10-94, SEP10-111)', async () => {
    const once = signed(await challenge(), clientKey)
    const statuses = []
    for (const envelope of [
      await challenge(),
      signed(await challenge(), clientKey, clientKey),
      signed(await challenge(), otherKey),
      signed(await challenge(), clientKey, walletKey),
      once,
      once,
    ]) {
      statuses.push((await postJson({ transaction: envelope })).status)
    }
    expect(statuses).toEqual([400, 400, 400, 400, 200, 400])
  })

  it('answers 503 and no token when the network cannot be asked (SEP10-104)', async () => {
    const envelope = signed(await challenge(), clientKey)
    login.world.networkIsAway = new NetworkUnavailable('time-out')
    const response = await postJson({ transaction: envelope })
    login.world.networkIsAway = undefined
    expect(response.status).toBe(503)
    expect(await errorOf(response)).toEqual(expect.any(String))
  })
})

describe('the log', () => {
  it('has neither challenges nor signatures nor tokens (SEP10-135)', async () => {
    const envelope = signed(await challenge(), clientKey)
    const response = await postJson({ transaction: envelope })
    const { token } = (await response.json()) as { token: string }
    const me = auth.replace('/auth', '/me')
    await fetch(me, { headers: { authorization: `Bearer ${token}` } })
    await fetch(`${me}?token=${token}`)
    const written = JSON.stringify(logged)
    expect(written).toContain('/me')
    expect(written).not.toContain(token.slice(0, 40))
    expect(written).not.toContain(envelope.slice(0, 40))
    expect(written).not.toContain('Bearer')
  })
})

describe('the token at another door', () => {
  it('is taken as Bearer in any case, and nothing like it (SEP10-125, SEP10-128)', async () => {
    const response = await postJson({ transaction: signed(await challenge(), clientKey) })
    const { token } = (await response.json()) as { token: string }
    const me = auth.replace('/auth', '/me')
    const statusWith = async (authorization: string) =>
      (await fetch(me, { headers: { authorization } })).status
    expect(await statusWith(`Bearer ${token}`)).toBe(200)
    expect(await statusWith(`bearer ${token}`)).toBe(200)
    for (const header of [
      token,
      `Basic ${token}`,
      `NotBearer ${token}`,
      `Bearer${token}`,
      `Bearer ${token} x`,
      `Bearer ${token}x`,
      'Bearer',
      '',
    ]) {
      expect(await statusWith(header)).toBe(401)
    }
    expect((await fetch(me)).status).toBe(401)
  })
})
