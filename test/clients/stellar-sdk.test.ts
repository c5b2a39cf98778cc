import {
  Account,
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  MuxedAccount,
  Operation,
  StellarToml,
  TransactionBuilder,
  WebAuth,
} from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile } from '../flows/fairlead.ts'

let fairlead: Fairlead
let world: SandboxFile
let horizon: Horizon.Server

beforeAll(async () => {
  fairlead = await startFairlead()
  world = fairlead.world()
  horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
}, 90_000)
afterAll(() => fairlead.stop())

const host = () => new URL(world.publicUrl).host
const resolve = () => StellarToml.Resolver.resolve(host(), { allowHttp: true })

const tokenSchema = z.object({ token: z.string() })
const challengeSchema = z.object({ transaction: z.string(), network_passphrase: z.string() })

async function challenge(query: Readonly<Record<string, string>>) {
  const page = await resolve()
  const response = await fetch(`${page.WEB_AUTH_ENDPOINT}?${new URLSearchParams(query).toString()}`)
  expect(response.status).toBe(200)
  const { transaction, network_passphrase: passphrase } = challengeSchema.parse(
    await response.json(),
  )
  const place = [page.SIGNING_KEY ?? '', passphrase, host(), host()] as const
  return { transaction, place, endpoint: page.WEB_AUTH_ENDPOINT ?? '' }
}

const post = (url: string, transaction: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ transaction }),
  })

it('publishes a stellar.toml that the resolver of the SDK reads', async () => {
  const page = await resolve()
  expect(page).toMatchObject({
    NETWORK_PASSPHRASE: world.networkPassphrase,
    SIGNING_KEY: world.signingKey,
    WEB_AUTH_ENDPOINT: `${world.publicUrl}/auth`,
    KYC_SERVER: `${world.publicUrl}/sep12`,
    DIRECT_PAYMENT_SERVER: `${world.publicUrl}/sep31`,
  })
  expect(page.CURRENCIES?.map(({ code }) => code)).toEqual(['USDC', 'SRT'])
})

it.each(['an account', 'an account with a memo', 'a muxed account'])(
  'gives %s a challenge that the helpers of the SDK accept, and a token for it',
  async (form) => {
    const keypair = Keypair.random()
    await horizon.friendbot(keypair.publicKey()).call()
    const plain = keypair.publicKey()
    const queries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'an account': { account: plain },
      'an account with a memo': { account: plain, memo: '9' },
      'a muxed account': { account: new MuxedAccount(new Account(plain, '0'), '9').accountId() },
    }
    const { transaction, place, endpoint } = await challenge(queries[form] ?? {})
    const read = WebAuth.readChallengeTx(transaction, ...place)
    expect(read.memo).toBe(form === 'an account with a memo' ? '9' : null)
    read.tx.sign(keypair)
    const signed = read.tx.toXDR()
    expect(
      WebAuth.verifyChallengeTxSigners(signed, place[0], place[1], [plain], host(), host()),
    ).toEqual([plain])
    const response = await post(endpoint, signed)
    expect(response.status).toBe(200)
    expect(tokenSchema.parse(await response.json()).token).toMatch(/^ey/)
  },
)

it('serves Horizon.Server: funds, trusts, pays, bumps a fee, pages and streams (SBX-121)', async () => {
  const payer = Keypair.fromSecret(world.sendingAnchor.secretKey)
  const payee = Keypair.random()
  const [{ code, issuer } = { code: '', issuer: '' }] = world.assets
  const asset = new Asset(code, issuer)
  await horizon.friendbot(payee.publicKey()).call()
  const heard: string[] = []
  const close = horizon
    .payments()
    .forAccount(payee.publicKey())
    .cursor('now')
    .stream({ onmessage: ({ transaction_hash: hash }) => void heard.push(hash) })
  const terms = { fee: BASE_FEE, networkPassphrase: world.networkPassphrase }
  const trust = new TransactionBuilder(await horizon.loadAccount(payee.publicKey()), terms)
    .addOperation(Operation.changeTrust({ asset }))
    .setTimeout(60)
    .build()
  trust.sign(payee)
  await horizon.submitTransaction(trust)

  const inner = new TransactionBuilder(await horizon.loadAccount(payer.publicKey()), terms)
    .addOperation(Operation.payment({ destination: payee.publicKey(), asset, amount: '1.5' }))
    .addMemo(Memo.text('hello'))
    .setTimeout(60)
    .build()
  inner.sign(payer)
  const bumped = TransactionBuilder.buildFeeBumpTransaction(
    payee,
    '1000',
    inner,
    world.networkPassphrase,
  )
  bumped.sign(payee)
  const { hash } = await horizon.submitTransaction(bumped)
  expect(await horizon.transactions().transaction(hash).call()).toMatchObject({
    successful: true,
    memo: 'hello',
    fee_account: payee.publicKey(),
  })
  const page = await horizon.payments().forAccount(payee.publicKey()).order('desc').limit(1).call()
  expect(page.records[0]).toMatchObject({ type: 'payment', amount: '1.5000000' })
  expect((await page.next()).records[0]).toMatchObject({ type: 'create_account' })
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([hash])
  close()
})
