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
import type { Transaction } from '@stellar/stellar-sdk'
import { z } from 'zod'
import { until } from '../until.ts'
import type { SandboxFile } from './fairlead.ts'

const text = z.string()
const openedSchema = z.object({
  id: text,
  stellar_account_id: text,
  stellar_memo_type: text,
  stellar_memo: text,
})
const transactionSchema = z.looseObject({
  id: text,
  status: text,
  amount_out: text.optional(),
  required_info_message: text.optional(),
  required_info_updates: z.looseObject({ transaction: z.looseObject({}) }).optional(),
})

export type Opened = z.infer<typeof openedSchema>
export type Json = Readonly<Record<string, unknown>>

/** A sending anchor of the tests: knows addresses and standards, and nothing of the inside. */
export interface Anchor {
  readonly keypair: Keypair
  readonly token: string
  call(url: string, options?: { method?: string; json?: Json }): Promise<unknown>
  putCustomer(fields: Json): Promise<string>
  open(body: Json): Promise<Opened>
  find(id: string): Promise<z.infer<typeof transactionSchema>>
  untilStatus(id: string, status: string, limitMs?: number): Promise<void>
  pay(opened: Opened, code: string, amount: string): Promise<void>
}

export interface AnchorPlace {
  /** The gateway it talks to. */
  readonly url: string
  readonly world: SandboxFile
  readonly keypair?: Keypair
}

/** Logs in by SEP-10 at one gateway and goes on from there. */
export async function logIn({ url, world, keypair }: AnchorPlace): Promise<Anchor> {
  const own = keypair ?? Keypair.fromSecret(world.sendingAnchor.secretKey)
  let token = ''
  const call: Anchor['call'] = async (address, { method = 'GET', json } = {}) => {
    const response = await fetch(address, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const body = await response.text()
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${body}`)
    return JSON.parse(body)
  }
  token = await exchange(call, { url, world, keypair: own })
  const find = async (id: string) =>
    z
      .object({ transaction: transactionSchema })
      .parse(await call(`${url}/sep31/transactions/${id}`)).transaction
  return {
    keypair: own,
    token,
    call,
    find,
    putCustomer: async (fields) =>
      z
        .object({ id: text })
        .parse(await call(`${url}/sep12/customer`, { method: 'PUT', json: fields })).id,
    open: async (body) =>
      openedSchema.parse(await call(`${url}/sep31/transactions`, { method: 'POST', json: body })),
    untilStatus: (id, status, limitMs = 60_000) =>
      until(async () => (await find(id)).status === status, `${id} to be ${status}`, limitMs),
    pay: async (opened, code, amount) => {
      const operation = Operation.payment({
        destination: opened.stellar_account_id,
        asset: assetOf(world, code),
        amount,
      })
      await send(world, own, { operations: [operation], memo: memoOf(opened) })
    },
  }
}

async function exchange(
  call: Anchor['call'],
  { url, world, keypair }: Required<AnchorPlace>,
): Promise<string> {
  const asked = await call(`${url}/auth?account=${keypair.publicKey()}`)
  const { transaction } = z.object({ transaction: text }).parse(asked)
  const { tx } = WebAuth.readChallengeTx(
    transaction,
    world.signingKey,
    world.networkPassphrase,
    world.homeDomain,
    new URL(world.publicUrl).host,
  )
  tx.sign(keypair)
  const signed = { transaction: tx.toXDR() }
  const given = await call(`${url}/auth`, { method: 'POST', json: signed })
  return z.object({ token: text }).parse(given).token
}

export const assetOf = ({ assets }: SandboxFile, code: string): Asset => {
  const found = assets.find((asset) => asset.code === code)
  if (found === undefined) throw new Error(`The sandbox has no ${code}`)
  return new Asset(found.code, found.issuer)
}

export function memoOf({ stellar_memo_type: type, stellar_memo: memo }: Opened): Memo {
  if (type === 'id') return Memo.id(memo)
  return type === 'hash' ? Memo.hash(Buffer.from(memo, 'base64').toString('hex')) : Memo.text(memo)
}

export const horizonOf = ({ horizonUrl }: SandboxFile): Horizon.Server =>
  new Horizon.Server(horizonUrl, { allowHttp: true })

interface Draft {
  readonly operations: readonly Parameters<TransactionBuilder['addOperation']>[0][]
  readonly memo?: Memo
  /** Who has to sign beside the source. */
  readonly others?: readonly Keypair[]
}

/** One Stellar transaction, signed by its source and whoever else has to. */
export async function send(
  world: SandboxFile,
  source: Keypair,
  { operations, memo = Memo.none(), others = [] }: Draft,
): Promise<void> {
  const horizon = horizonOf(world)
  const builder = new TransactionBuilder(await horizon.loadAccount(source.publicKey()), {
    fee: BASE_FEE,
    networkPassphrase: world.networkPassphrase,
  })
    .setTimeout(120)
    .addMemo(memo)
  for (const operation of operations) builder.addOperation(operation)
  const transaction: Transaction = builder.build()
  transaction.sign(source, ...others)
  await horizon.submitTransaction(transaction)
}

/** A new account with lumens of friendbot and 1000 of the asset, known to nobody. */
export async function thirdParty(world: SandboxFile, code: string): Promise<Keypair> {
  const keypair = Keypair.random()
  await horizonOf(world).friendbot(keypair.publicKey()).call()
  const giver = Keypair.fromSecret(world.sendingAnchor.secretKey)
  const asset = assetOf(world, code)
  const gift = { destination: keypair.publicKey(), asset, amount: '1000' }
  await send(world, giver, {
    operations: [
      Operation.changeTrust({ asset, source: keypair.publicKey() }),
      Operation.payment(gift),
    ],
    others: [keypair],
  })
  return keypair
}

/** Both parties of a transaction in USDC, with the receiver's account at the bank. */
export async function bothCustomers(anchor: Anchor, accountNumber: string): Promise<Json> {
  const person = { first_name: 'Ada', last_name: 'Okafor', email_address: 'ada@example.com' }
  const senderId = await anchor.putCustomer({ ...person, type: 'sep31-sender', memo: '1' })
  const receiverId = await anchor.putCustomer({
    ...person,
    type: 'sep31-receiver',
    memo: accountNumber,
    bank_account_number: accountNumber,
    bank_number: '021000021',
  })
  return { sender_id: senderId, receiver_id: receiverId }
}
