import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Keypair, Networks, WebAuth } from '@stellar/stellar-sdk'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  gatewayWorld,
  funded,
  keepTransaction,
  sendingAnchor,
  tokenFor,
} from '../../graphql/gateway-world.ts'
import type { World } from '../../graphql/gateway-world.ts'

/** What a whole gateway publishes is what it does. */

let world: World
let page: Readonly<Record<string, unknown>>

beforeAll(async () => {
  world = await gatewayWorld()
  page = parse(await (await read()).text())
}, 90_000)
afterAll(() => world.stop())

const read = (init: RequestInit = {}) =>
  fetch(`${world.publicUrl}/.well-known/stellar.toml`, { redirect: 'manual', ...init })
const published = (name: string) => String(page[name])

describe('stellar.toml of a running gateway', () => {
  it('is answered with 200 directly and as plain text (SEP01-01, SEP01-03, SEP01-07)', async () => {
    const response = await read()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain\b/)
  })

  it.each([
    '*/*',
    'text/html,application/xhtml+xml',
    'application/json',
    'application/toml',
    'image/png',
    'nonsense',
    'text/plain;q=0',
  ])('is the same file for the Accept header %s (SEP01-09)', async (accept) => {
    const response = await read({ headers: { accept } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain\b/)
    expect(parse(await response.text())).toEqual(page)
  })

  it('may be read from any page of the web, HEAD and preflight included, other pages not (SEP01-02, SEP01-08)', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { status, headers } = await read({ method, headers: { origin: 'https://a.example' } })
      expect(status).toBeLessThan(300)
      expect(headers.get('access-control-allow-origin')).toBe('*')
    }
    const wrong = await read({ method: 'POST' })
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    expect(wrong.headers.get('access-control-allow-origin')).toBe('*')
    const inside = await fetch(`${world.internalUrl}/backoffice/graphql`, {
      headers: { origin: 'https://a.example' },
    })
    expect(inside.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('names network, key and host by which challenges are made (SEP01-13, SEP01-17, SEP01-18, SEP01-22)', async () => {
    const { host, pathname } = new URL(published('WEB_AUTH_ENDPOINT'))
    const response = await fetch(`${world.publicUrl}${pathname}?account=${sendingAnchor}`)
    const body = (await response.json()) as { transaction: string; network_passphrase: string }
    expect(page['NETWORK_PASSPHRASE']).toBe(Networks.TESTNET)
    expect(body.network_passphrase).toBe(page['NETWORK_PASSPHRASE'])
    // Source, signature and network hash are verified by the SDK.
    const { tx } = WebAuth.readChallengeTx(
      body.transaction,
      published('SIGNING_KEY'),
      published('NETWORK_PASSPHRASE'),
      host,
      host,
    )
    const named = tx.operations.find(
      (operation) => operation.type === 'manageData' && operation.name === 'web_auth_domain',
    )
    const value = named?.type === 'manageData' ? named.value : undefined
    expect(Buffer.from(value ?? []).toString()).toBe(host)
  })

  it('says the same whatever host the caller names, and so do challenges (SEP10-06, SEP01-22)', async () => {
    const at = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
        const url = new URL(path, world.publicUrl)
        get(url, { headers, agent: false }, (response) => {
          let text = ''
          response.on('data', (piece: Buffer) => (text += piece.toString()))
          response.on('end', () => resolve(text))
        }).on('error', reject)
      })
    expect(parse(await at('/.well-known/stellar.toml'))).toEqual(page)
    const { transaction } = JSON.parse(await at(`/auth?account=${sendingAnchor}`)) as {
      transaction: string
    }
    const { host } = new URL(published('WEB_AUTH_ENDPOINT'))
    const decoded = Buffer.from(transaction, 'base64').toString('latin1')
    expect(decoded).toContain(host)
    expect(decoded).not.toContain('evil')
  })

  it('names the payment and the customer server, each to be used as a prefix (SEP31-01, SEP31-02)', async () => {
    const [payments, customers] = ['DIRECT_PAYMENT_SERVER', 'KYC_SERVER'].map(published)
    const at = (prefix = '', path = '') => `${world.publicUrl}${new URL(prefix).pathname}${path}`
    expect(`${payments} ${customers}`).not.toMatch(/\/( |$)/)
    expect((await fetch(at(payments, '/info'))).status).toBe(200)
    const headers = { authorization: `Bearer ${await tokenFor(sendingAnchor)}` }
    expect((await fetch(at(customers, '/customer'), { headers })).status).toBe(200)
  })
})

describe('a callback', () => {
  it('is signed with the key that is published, and says what GET says (SEP31-84, SEP31-87)', async () => {
    const heard: { signature: string; body: string }[] = []
    const wallet = createServer((request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        heard.push({ signature: String(request.headers['signature']), body })
        response.end()
      })
    }).listen(0, '127.0.0.1')
    await once(wallet, 'listening')
    const host = `127.0.0.1:${(wallet.address() as AddressInfo).port}`
    const { commit, saveChange, deliverCallback, now } = world.rooms
    const before = await keepTransaction(world.rooms, { callbackUrl: `http://${host}/told` })
    await commit((records) =>
      saveChange(
        records,
        {
          before,
          after: { ...before, ...funded() },
          type: 'fundsReceived',
          actor: { kind: 'gateway' },
        },
        now(),
      ),
    )
    const owed = await commit(({ outbox }) => outbox.unsent(1000))
    const callbacks = owed.map(({ job }) => job).filter(({ name }) => name === 'deliver-callback')
    expect(callbacks).toHaveLength(1)
    for (const { payload } of callbacks) {
      await deliverCallback((payload as { callbackId: string }).callbackId)
    }
    wallet.close()
    const [{ signature, body } = { signature: '', body: '' }] = heard
    const [, at = '', text = ''] = /^t=(\d+), s=(\S+)$/.exec(signature) ?? []
    const signed = new TextEncoder().encode(`${at}.${host}.${body}`)
    const key = Keypair.fromPublicKey(published('SIGNING_KEY'))
    expect(key.verify(signed, Buffer.from(text, 'base64'))).toBe(true)
    expect(key.verify(new TextEncoder().encode(body), Buffer.from(text, 'base64'))).toBe(false)
    const { pathname } = new URL(published('DIRECT_PAYMENT_SERVER'))
    const headers = { authorization: `Bearer ${await tokenFor(sendingAnchor)}` }
    const line = `${world.publicUrl}${pathname}/transactions/${before.id}`
    const found = await fetch(line, { headers })
    expect(JSON.parse(body)).toEqual(await found.json())
  })
})
