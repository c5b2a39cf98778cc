import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Keypair, Networks, TransactionBuilder, WebAuth } from '@stellar/stellar-sdk'
import type { Transaction } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxAnchor } from '../../src/cli/sandbox/anchor.ts'
import { loginTokens } from '../../src/adapters/jwt/login-tokens.ts'
import { composeLogins } from '../../src/compose/logins.ts'
import { checkConfig } from '../../src/config/config.ts'
import type { Site } from '../../src/config/config.ts'
import { refused } from '../../src/domain/outcome.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'

/** Logins as the configuration makes them; the network knows nobody, and no challenge was used before. */

const [before, after, client] = [1, 2, 3].map((seed) =>
  Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(seed)),
) as [Keypair, Keypair, Keypair]
const account = client.publicKey()

const horizon = createServer((_request, response) => {
  response.writeHead(404, { 'content-type': 'application/problem+json' })
  response.end(
    JSON.stringify({ status: 404, type: 'https://stellar.org/horizon-errors/not_found' }),
  )
})
let horizonUrl = ''
const tokenSecret = '0123456789abcdef0123456789abcdef'

beforeAll(async () => {
  horizon.listen(0, '127.0.0.1')
  await once(horizon, 'listening')
  horizonUrl = `http://127.0.0.1:${(horizon.address() as AddressInfo).port}`
})
afterAll(() => void horizon.close())

interface Rules {
  readonly retiredSigningKeys?: string[]
  readonly mode?: 'agreed' | 'open'
  readonly sendingAnchors?: { name: string; accounts: string[] }[]
  readonly homeDomains?: string[]
  readonly requireClientDomain?: boolean
  readonly tokenLifetimeSeconds?: number
}

/** The rooms of a process at these addresses, behind the one that is published. */
async function roomsOf(
  key: Keypair,
  { mode = 'open', ...rules }: Rules = {},
  further: readonly Site[] = [],
) {
  const anchor = sandboxAnchor(
    [{ code: 'USDC', issuer: account, distributionAccount: after.publicKey() }],
    {
      homeDomains: [],
      sendingAnchors: [],
    },
  )
  const { config, secrets } = checkConfig(
    {
      publicUrl: 'https://anchor.example.com:8443',
      homeDomain: 'example.com',
      databaseUrl: 'postgres://localhost/none',
      horizonUrl,
      networkPassphrase: Networks.TESTNET,
      login: mode,
      railUrl: 'http://127.0.0.1:9',
      signingSeed: key.secret(),
      tokenSecret,
      dataKeys: `test:${'0123456789abcdef'.repeat(4)}`,
      railToken: 'a-rail-token-of-the-tests-0123456789',
      railSecret: 'a-rail-secret-of-the-tests-0123456789',
      backofficeToken: 'the-back-office-token-of-the-tests-0123456789',
    },
    { ...anchor, login: { ...anchor.login, ...rules } },
    true,
  )
  const consumeChallenges = (used: ReadonlyMap<string, Date>) =>
    Promise.resolve(new Set(used.keys()))
  const records = { logins: { consumeChallenges } }
  const commit = (work: (known: typeof records) => unknown) => work(records)
  const foundation = {
    commit,
    read: commit,
    commitAtOnce: commit,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ version: 'test' }),
    now: () => new Date(),
  } as unknown as Parameters<typeof composeLogins>[0] // the rooms of logins need no more of it
  const homePages = { signingKeyOf: () => Promise.resolve(refused({ code: 'unreachable' })) }
  const blueprint = { config, secrets, sites: [config.site, ...further] }
  return { rooms: await composeLogins(foundation, blueprint, homePages), site: config.site }
}

async function loginOf(key: Keypair, rules: Rules = {}) {
  const { rooms, site } = await roomsOf(key, rules)
  return rooms.loginAt(site)
}

async function challengeOf(login: Awaited<ReturnType<typeof loginOf>>): Promise<string> {
  const outcome = await login.makeChallenge({ asked: { account } })
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value.envelope
}

function signed(envelope: string): string {
  const transaction = TransactionBuilder.fromXDR(envelope, Networks.TESTNET)
  transaction.sign(client)
  return transaction.toEnvelope().toXdr('base64')
}

it('challenges name the host of the published endpoint, with its port (SEP10-06)', async () => {
  // the domain of the site is the one for who names none, whatever else is served
  const login = await loginOf(after, { homeDomains: ['another.example.com'] })
  const envelope = await challengeOf(login)
  const { tx } = WebAuth.readChallengeTx(
    envelope,
    after.publicKey(),
    Networks.TESTNET,
    'example.com',
    'anchor.example.com:8443',
  )
  expect(
    tx.operations.flatMap((one) =>
      one.type === 'manageData' ? [[one.name, String(Buffer.from(one.value ?? ''))]] : [],
    ),
  ).toContainEqual(['web_auth_domain', 'anchor.example.com:8443'])
})

it('a challenge of a key that was just replaced is taken while the file lists it (SEP10-138)', async () => {
  const envelope = signed(await challengeOf(await loginOf(before)))
  const strict = await loginOf(after)
  expect(await strict.exchangeChallenge(envelope)).toMatchObject({
    ok: false,
    refusal: { code: 'wrong_challenge', fault: 'source' },
  })
  const patient = await loginOf(after, { retiredSigningKeys: [before.publicKey()] })
  expect((await patient.exchangeChallenge(envelope)).ok).toBe(true)
  expect((await patient.exchangeChallenge(signed(await challengeOf(patient)))).ok).toBe(true)
})

it('a challenge lives for fifteen minutes, and its token as long as is configured (SEP10-120)', async () => {
  const login = await loginOf(after, { tokenLifetimeSeconds: 7_200 })
  const envelope = await challengeOf(login)
  const { timeBounds } = TransactionBuilder.fromXDR(envelope, Networks.TESTNET) as Transaction
  expect(Number(timeBounds?.maxTime) - Number(timeBounds?.minTime)).toBe(900)
  const outcome = await login.exchangeChallenge(signed(envelope))
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  const [, payload = ''] = outcome.value.token.split('.')
  const { iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    readonly iat: number
    readonly exp: number
  }
  expect(exp - iat).toBe(7_200)
})

const codeOf = async (rules: Rules, asked: object = {}): Promise<string> => {
  const login = await loginOf(after, rules)
  const outcome = await login.makeChallenge({ asked: { account, ...asked } })
  return outcome.ok ? 'ok' : outcome.refusal.code
}

it('lets in the accounts of all agreements, and no other unless it is open (SEP10-41)', async () => {
  const anchorOf = (...accounts: readonly Keypair[]) => ({
    name: 'Anchor',
    accounts: accounts.map((pair) => pair.publicKey()),
  })
  const agreed = { mode: 'agreed' } as const
  expect(await codeOf({ ...agreed, sendingAnchors: [anchorOf(before)] })).toBe('not_agreed')
  expect(
    await codeOf({ ...agreed, sendingAnchors: [anchorOf(before), anchorOf(before, client)] }),
  ).toBe('ok')
  expect(await codeOf({ mode: 'open', sendingAnchors: [anchorOf(before)] })).toBe('ok')
})

it('knows the home domain of the site and those of the file', async () => {
  const rules = { homeDomains: ['other.example.com'] }
  for (const homeDomain of [undefined, 'example.com', 'other.example.com']) {
    expect(await codeOf(rules, homeDomain === undefined ? {} : { homeDomain })).toBe('ok')
  }
  expect(await codeOf(rules, { homeDomain: 'third.example.com' })).toBe('home_domain_unknown')
})

it('refuses a home domain that no client could name, once', async () => {
  const rules = { homeDomains: [`${'a'.repeat(60)}.example.com`] }
  await expect(loginOf(after, rules)).rejects.toMatchObject({
    faults: [expect.stringMatching(/^login: home domain a+\.example\.com is no host name/)],
  })
})

it('refuses what is wrong with any of its addresses, each fault once', async () => {
  const site = (homeDomain: string) => ({ url: 'https://second.example.com', homeDomain })
  const long = `${'a'.repeat(60)}.example.com`
  const further = [site('second.example.com'), site(long), site(long)]
  await expect(roomsOf(after, {}, further)).rejects.toMatchObject({
    faults: [`login: home domain ${long} is no host name of at most 59 bytes`],
  })
})

it('takes the tokens of each of its addresses, and of no other', async () => {
  const first = { issuer: 'https://anchor.example.com:8443/auth', homeDomain: 'example.com' }
  const second = 'https://second.example.com'
  const further = [{ url: second, homeDomain: 'second.example.com' }]
  const agreed: Rules = {
    mode: 'agreed',
    homeDomains: ['other.example.com'],
    sendingAnchors: [{ name: 'Anchor', accounts: [account] }],
  }
  const { rooms } = await roomsOf(after, agreed, further)
  const codeOfToken = async (claims: object) => {
    const tokens = await loginTokens(tokenSecret)
    const outcome = await rooms.authorise(
      await tokens.issue({
        subject: account,
        ...first,
        id: 'one',
        issuedAt: new Date(),
        lapsesAt: new Date(Date.now() + 60_000),
        ...claims,
      }),
    )
    return outcome.ok ? 'ok' : outcome.refusal.code
  }
  expect(await codeOfToken({})).toBe('ok')
  expect(await codeOfToken({ issuer: `${second}/auth` })).toBe('ok')
  expect(await codeOfToken({ homeDomain: 'other.example.com' })).toBe('ok')
  expect(await codeOfToken({ issuer: `${second}/other` })).toBe('token_invalid')
  expect(await codeOfToken({ homeDomain: 'third.example.com' })).toBe('token_invalid')
  expect(await codeOfToken({ subject: before.publicKey() })).toBe('not_agreed')
})

it('asks for the domain of a wallet only where the file says so', async () => {
  expect(await codeOf({ requireClientDomain: true })).toBe('client_domain_missing')
  expect(await codeOf({ requireClientDomain: false })).toBe('ok')
})
