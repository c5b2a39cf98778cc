import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  Operation,
  TransactionBuilder,
  WebAuth,
} from '@stellar/stellar-sdk'
import { parse } from 'smol-toml'
import { z } from 'zod'
import type { World } from './world.ts'

const text = z.string()
const tomlSchema = z.object({
  SIGNING_KEY: text,
  WEB_AUTH_ENDPOINT: text,
  KYC_SERVER: text,
  DIRECT_PAYMENT_SERVER: text,
  NETWORK_PASSPHRASE: text,
})
const openedSchema = z.object({
  id: text,
  stellar_account_id: text,
  stellar_memo_type: text,
  stellar_memo: text,
})
const customerSchema = z.object({
  id: text.optional(),
  status: text,
  fields: z
    .record(text, z.object({ description: text, optional: z.boolean().optional() }))
    .optional(),
  provided_fields: z
    .record(text, z.object({ status: text.optional(), error: text.optional() }))
    .optional(),
})

const transactionSchema = z.object({
  transaction: z.object({ status: text, amount_in: text, amount_out: text.optional() }),
})

export type Endpoints = z.infer<typeof tomlSchema>
export type Opened = z.infer<typeof openedSchema>

/** A sending anchor that knows nothing of the receiving one but its home domain and Stellar's standards. */
export function createSendingAnchor(world: World) {
  const keypair = Keypair.fromSecret(world.sendingAnchor.secretKey)
  const session = { world, keypair, token: '' }
  return {
    account: keypair.publicKey(),
    token: () => session.token,
    logIn: async (endpoints: Endpoints) => {
      session.token = await logIn(session, endpoints)
    },
    /** SEP-12 PUT; the answer is the customer's id. */
    putCustomer: async (endpoints: Endpoints, fields: Json) => {
      const url = `${endpoints.KYC_SERVER}/customer`
      return z.object({ id: text }).parse(await call(session, url, { method: 'PUT', json: fields }))
        .id
    },
    /** SEP-12 GET */
    getCustomer: async (endpoints: Endpoints, query: Readonly<Record<string, string>>) => {
      const search = new URLSearchParams(query).toString()
      return customerSchema.parse(await call(session, `${endpoints.KYC_SERVER}/customer?${search}`))
    },
    /** SEP-31 POST */
    openTransaction: async (endpoints: Endpoints, body: Json) => {
      const url = `${endpoints.DIRECT_PAYMENT_SERVER}/transactions`
      return openedSchema.parse(await call(session, url, { method: 'POST', json: body }))
    },
    /** SEP-31 GET */
    getTransaction: async (endpoints: Endpoints, id: string) => {
      const url = `${endpoints.DIRECT_PAYMENT_SERVER}/transactions/${id}`
      return transactionSchema.parse(await call(session, url)).transaction
    },
    pay: (opened: Opened, amount: string) => pay(session, opened, amount),
  }
}

interface Session {
  readonly world: World
  readonly keypair: Keypair
  readonly token: string
}

type Json = Readonly<Record<string, unknown>>

async function call(
  session: Session,
  url: string,
  { method = 'GET', json }: { readonly method?: string; readonly json?: Json } = {},
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(session.token !== '' && { authorization: `Bearer ${session.token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  const body = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${body}`)
  return JSON.parse(body)
}

/** SEP-1 */
export async function discover(world: World): Promise<Endpoints> {
  const response = await fetch(`${world.publicUrl}/.well-known/stellar.toml`)
  return tomlSchema.parse(parse(await response.text()))
}

/** SEP-10: asks for a challenge, checks it as a wallet does, signs it, gets a token. */
async function logIn(session: Session, endpoints: Endpoints): Promise<string> {
  const { keypair, world } = session
  const url = new URL(endpoints.WEB_AUTH_ENDPOINT)
  url.searchParams.set('account', keypair.publicKey())
  const { transaction } = z.object({ transaction: text }).parse(await call(session, url.href))
  const challenge = WebAuth.readChallengeTx(
    transaction,
    endpoints.SIGNING_KEY,
    endpoints.NETWORK_PASSPHRASE,
    world.homeDomain,
    url.host,
  ).tx
  challenge.sign(keypair)
  const signed = { transaction: challenge.toXDR() }
  const answer = await call(session, endpoints.WEB_AUTH_ENDPOINT, { method: 'POST', json: signed })
  return z.object({ token: text }).parse(answer).token
}

/** Pays on the Stellar network with the memo that was given; the answer is the transaction's hash. */
async function pay({ world, keypair }: Session, opened: Opened, amount: string): Promise<string> {
  const horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
  const [asset] = world.assets
  if (asset === undefined) throw new Error('The sandbox has no asset')
  const transaction = new TransactionBuilder(await horizon.loadAccount(keypair.publicKey()), {
    fee: BASE_FEE,
    networkPassphrase: world.networkPassphrase,
  })
    .addOperation(
      Operation.payment({
        destination: opened.stellar_account_id,
        asset: new Asset(asset.code, asset.issuer),
        amount,
      }),
    )
    .addMemo(writeMemo(opened))
    .setTimeout(60)
    .build()
  transaction.sign(keypair)
  return (await horizon.submitTransaction(transaction)).hash
}

function writeMemo({ stellar_memo_type: type, stellar_memo: memo }: Opened): Memo {
  if (type === 'id') return Memo.id(memo)
  return type === 'hash' ? Memo.hash(Buffer.from(memo, 'base64').toString('hex')) : Memo.text(memo)
}
