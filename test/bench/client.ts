import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk/base'
import type { Answered, Connection, RequestLine } from './connections.ts'
import { passphrase } from './world.ts'

/** A sending anchor that can log in. */
export interface BenchClient {
  readonly account: string
  readonly key: KeyObject
  readonly hint: Buffer
}

const privateHeader = Buffer.from('302e020100300506032b657004220420', 'hex')

export function newClient(): BenchClient {
  const keypair = Keypair.random()
  const raw = Buffer.from(keypair.rawSecretKey())
  const der = Buffer.concat([privateHeader, raw])
  return {
    account: keypair.publicKey(),
    key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    hint: Buffer.from(keypair.rawPublicKey()).subarray(-4),
  }
}

/** SEP-10, GET and POST; answers the token. */
export async function logIn(connection: Connection, client: BenchClient): Promise<string> {
  const asked = await expectStatus(connection, 200, {
    method: 'GET',
    path: `/auth?account=${client.account}`,
  })
  const { transaction } = JSON.parse(asked.body) as { readonly transaction: string }
  const given = await expectStatus(connection, 200, {
    method: 'POST',
    path: '/auth',
    json: JSON.stringify({ transaction: addSignature(transaction, client) }),
  })
  return (JSON.parse(given.body) as { readonly token: string }).token
}

/** What a request answers has to be right, or its time means nothing. */
export async function expectStatus(
  connection: Connection,
  status: number,
  request: RequestLine,
): Promise<Answered> {
  const answer = await connection.call(request)
  if (answer.status === status) return answer
  throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.body}`)
}

const network = createHash('sha256').update(passphrase).digest()
const kind = Uint8Array.of(0, 0, 0, 2)
const signatureLength = 72 // hint, length, 64 bytes

/** Adds a second signature to an envelope that has one, on the bytes: the SDK would cost the machine more. */
export function addSignature(envelope: string, { key, hint }: BenchClient): string {
  const bytes = Buffer.from(envelope, 'base64')
  const first = bytes.subarray(-signatureLength)
  const unsigned = bytes.subarray(0, -signatureLength - 4)
  const hash = createHash('sha256')
    .update(network)
    .update(kind)
    .update(unsigned.subarray(4))
    .digest()
  const length = Uint8Array.of(0, 0, 0, 64)
  const both = [Uint8Array.of(0, 0, 0, 2), first, hint, length, sign(null, hash, key)]
  return Buffer.concat([unsigned, ...both]).toString('base64')
}

export interface Parties {
  readonly token: string
  readonly account: string
  readonly senderId: string
  readonly receiverId: string
}

/** Logs in and registers both customers of a transaction. */
export async function settleIn(connection: Connection): Promise<Parties> {
  const client = newClient()
  const token = await logIn(connection, client)
  const ada = { first_name: 'Ada', last_name: 'Okafor', email_address: 'ada@example.com' }
  const bank = { bank_account_number: '12345678', bank_number: '021000021' }
  const senderId = await putCustomer(connection, token, { ...ada, type: 'sep31-sender', memo: '1' })
  const receiver = { ...ada, ...bank, type: 'sep31-receiver', memo: '2' }
  const receiverId = await putCustomer(connection, token, receiver)
  return { token, account: client.account, senderId, receiverId }
}

async function putCustomer(connection: Connection, token: string, fields: object): Promise<string> {
  const answer = await expectStatus(connection, 202, {
    method: 'PUT',
    path: '/sep12/customer',
    token,
    json: JSON.stringify(fields),
  })
  return (JSON.parse(answer.body) as { readonly id: string }).id
}

/** SEP-31 POST; answers the id. */
export async function open(connection: Connection, parties: Parties): Promise<string> {
  const answer = await expectStatus(connection, 201, {
    method: 'POST',
    path: '/sep31/transactions',
    token: parties.token,
    json: JSON.stringify({
      amount: 100,
      asset_code: 'USDC',
      funding_method: 'SEPA',
      sender_id: parties.senderId,
      receiver_id: parties.receiverId,
    }),
  })
  return (JSON.parse(answer.body) as { readonly id: string }).id
}
