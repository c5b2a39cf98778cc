import {
  Keypair,
  Operation,
  Transaction,
  TransactionBuilder,
  Horizon,
  BASE_FEE,
} from '@stellar/stellar-sdk'
import { decodeJwt } from 'jose'
import { parse } from 'toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile } from '../flows/fairlead.ts'

/**
 * What the anchor test suite of the Stellar Development Foundation asks of SEP-1 and SEP-10, from outside and on a
 * running sandbox. The suite itself is not in the package registry; these are its questions.
 */

let fairlead: Fairlead
let world: SandboxFile
let horizon: Horizon.Server
let page: Readonly<Record<string, unknown>>

beforeAll(async () => {
  fairlead = await startFairlead()
  world = fairlead.world()
  horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
  page = parse(await (await readPage()).text()) as Readonly<Record<string, unknown>>
}, 90_000)
afterAll(() => fairlead.stop())

const readPage = () => fetch(`${world.publicUrl}/.well-known/stellar.toml`, { redirect: 'error' })
const endpoint = () => String(page['WEB_AUTH_ENDPOINT'])

async function challengeFor(query: Readonly<Record<string, string>>) {
  const response = await fetch(`${endpoint()}?${new URLSearchParams(query).toString()}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('application/json')
  return (await response.json()) as { transaction: string; network_passphrase: string }
}

const opened = ({ transaction }: { transaction: string }) =>
  new Transaction(transaction, world.networkPassphrase)

const postJson = (body: unknown) =>
  fetch(endpoint(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** The status for a challenge of `client`, signed by these keys. */
async function statusFor(client: Keypair, ...keys: readonly Keypair[]): Promise<number> {
  const transaction = opened(await challengeFor({ account: client.publicKey() }))
  transaction.sign(...keys)
  return (await postJson({ transaction: transaction.toXdr() })).status
}

describe('SEP-1', () => {
  it('the file is small TOML 0.4 as text, for this network (SEP01-03, SEP01-04, SEP01-06, SEP01-13)', async () => {
    const response = await readPage()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/application\/toml|text\/plain/)
    expect((await response.arrayBuffer()).byteLength).toBeLessThanOrEqual(100_000)
    expect(page['NETWORK_PASSPHRASE']).toBe(world.networkPassphrase)
  })

  it('every currency has what the suite wants (SEP01-36, SEP01-40, SEP01-42)', () => {
    const currencies = page['CURRENCIES'] as readonly Readonly<Record<string, unknown>>[]
    expect(currencies.length).toBeGreaterThan(0)
    const kinds = ['fiat', 'crypto', 'stock', 'bond', 'commodity', 'realestate', 'other']
    for (const currency of currencies) {
      expect(currency).toMatchObject({
        code: expect.stringMatching(/^.{1,12}$/) as string,
        desc: expect.any(String) as string,
        status: expect.stringMatching(/^(live|dead|test|private)$/) as string,
        is_asset_anchored: expect.any(Boolean) as boolean,
      })
      expect(kinds).toContain(currency['anchor_asset_type'])
      expect([undefined, 0, 1, 2, 3, 4, 5, 6, 7]).toContain(currency['display_decimals'])
    }
  })

  it('no address ends with a slash, and none is missing (SEP01-15, SEP01-21)', () => {
    for (const key of ['WEB_AUTH_ENDPOINT', 'KYC_SERVER', 'DIRECT_PAYMENT_SERVER', 'HORIZON_URL']) {
      expect(page[key]).toMatch(/^https?:\/\/(localhost|127\.0\.0\.1)[^?#]*[^/]$/)
    }
    expect(Keypair.fromPublicKey(String(page['SIGNING_KEY'])).publicKey()).toBe(world.signingKey)
  })
})

describe('SEP-10, challenge', () => {
  it('has two keys, begins now, and holds the operations of the standard, signed once (SEP10-13, SEP10-55, SEP10-58, SEP10-59, SEP10-61, SEP10-62)', async () => {
    const client = Keypair.random()
    const before = Math.floor(Date.now() / 1_000)
    const answer = await challengeFor({ account: client.publicKey() })
    const after = Math.floor(Date.now() / 1_000)
    expect(Object.keys(answer).toSorted()).toEqual(['network_passphrase', 'transaction'])
    const { source, sequence, timeBounds, operations, signatures } = opened(answer)
    expect([source, sequence]).toEqual([page['SIGNING_KEY'], '0'])
    expect(Number(timeBounds?.minTime)).toBeGreaterThanOrEqual(before)
    expect(Number(timeBounds?.minTime)).toBeLessThanOrEqual(after)
    expect(Number(timeBounds?.maxTime)).toBeGreaterThan(after)
    const [first, ...others] = operations.flatMap((one) => (one.type === 'manageData' ? [one] : []))
    expect(operations).toHaveLength(1 + others.length)
    expect(first?.source).toBe(client.publicKey())
    expect(first?.name).toBe(`${world.homeDomain} auth`)
    expect(Buffer.from(textOf(first?.value), 'base64')).toHaveLength(48)
    const host = new URL(endpoint()).host
    expect(others.map((one) => [one.source, one.name, textOf(one.value)])).toEqual([
      [page['SIGNING_KEY'], 'web_auth_domain', host],
    ])
    expect(signatures).toHaveLength(1)
    const signer = Keypair.fromPublicKey(String(page['SIGNING_KEY']))
    const transaction = opened(answer)
    const [signature] = transaction.signatures
    expect(signer.verify(transaction.hash(), signature?.signature.value ?? new Uint8Array())).toBe(
      true,
    )
  })

  it.each(['', '?account=invalid-account'])(
    'is refused for "%s" with 400 and a sentence (SEP10-13, SEP10-18, SEP10-19)',
    async (query) => {
      const response = await fetch(`${endpoint()}${query}`)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(await response.json()).toEqual({ error: expect.any(String) as string })
    },
  )
})

describe('SEP-10, token', () => {
  it('is given for form and JSON, with the claims that are checked (SEP10-67, SEP10-115, SEP10-116, SEP10-117, SEP10-119)', async () => {
    const client = Keypair.random()
    const posts = [
      (transaction: string) => postJson({ transaction }),
      (transaction: string) =>
        fetch(endpoint(), { method: 'POST', body: new URLSearchParams({ transaction }) }),
    ]
    for (const [index, send] of posts.entries()) {
      const memo = index === 0 ? {} : { memo: '1' }
      const transaction = opened(await challengeFor({ account: client.publicKey(), ...memo }))
      transaction.sign(client)
      const response = await send(transaction.toXdr())
      expect(response.status).toBe(200)
      const claims = decodeJwt(((await response.json()) as { token: string }).token)
      expect(URL.canParse(claims.iss ?? '')).toBe(true)
      expect(new URL(claims.iss ?? '').protocol).toMatch(/^https?:$/)
      expect(claims.sub).toBe(index === 0 ? client.publicKey() : `${client.publicKey()}:1`)
      expect(Number.isInteger(claims.iat) && Number.isInteger(claims.exp)).toBe(true)
      expect(claims.exp).toBeGreaterThan(claims.iat ?? 0)
    }
  })

  it('is refused for nothing, for no text, unsigned, and for a challenge of somebody else (SEP10-68, SEP10-74, SEP10-90)', async () => {
    const client = Keypair.random()
    const { transaction } = await challengeFor({ account: client.publicKey() })
    const stranger = Keypair.random()
    const foreign = opened({ transaction })
    const copy = TransactionBuilder.cloneFrom(foreign).build()
    copy.sign(stranger, client)
    for (const body of [
      {},
      { transaction: { 'not a transaction string': true } },
      { transaction },
      { transaction: copy.toXdr() },
    ]) {
      expect((await postJson(body)).status).toBe(400)
    }
  })
})

describe('SEP-10, signers', () => {
  async function account(change: Parameters<typeof Operation.setOptions>[0][]) {
    const key = Keypair.random()
    await horizon.friendbot(key.publicKey()).call()
    const builder = new TransactionBuilder(await horizon.loadAccount(key.publicKey()), {
      fee: BASE_FEE,
      networkPassphrase: world.networkPassphrase,
    })
    for (const options of change) builder.addOperation(Operation.setOptions(options))
    const transaction = builder.setTimeout(60).build()
    transaction.sign(key)
    await horizon.submitTransaction(transaction)
    return key
  }
  const signer = (key: Keypair, weight: number) => ({
    signer: { ed25519PublicKey: key.publicKey(), weight },
  })

  it('of an account that is not there: its key and no other (SEP10-103, SEP10-105, SEP10-107)', async () => {
    const client = Keypair.random()
    expect(await statusFor(client, client, Keypair.random())).toBe(400)
    expect(await statusFor(client, client)).toBe(200)
  })

  it('reach the medium threshold, each once, with or without the master key (SEP10-94, SEP10-98, SEP10-102, SBX-121)', async () => {
    const [one, two] = [Keypair.random(), Keypair.random()]
    const thresholds = { lowThreshold: 2, medThreshold: 2, highThreshold: 2 }
    const shared = await account([signer(one, 1), signer(two, 1), thresholds])
    const [low, twice, both] = [
      await statusFor(shared, one),
      await statusFor(shared, one, one),
      await statusFor(shared, one, two),
    ]
    expect([low, twice, both]).toEqual([400, 400, 200])
    const heavy = Keypair.random()
    const owned = await account([signer(heavy, 2), { ...thresholds, masterWeight: 0 }])
    expect([await statusFor(owned, heavy), await statusFor(owned, owned)]).toEqual([200, 400])
  })
})

const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)
