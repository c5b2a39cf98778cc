import { Account, MuxedAccount, TransactionBuilder } from '@stellar/stellar-sdk'
import type { Keypair } from '@stellar/stellar-sdk'
import { z } from 'zod'
import type { Anchor, Opened } from '../flows/anchor.ts'
import type { SandboxFile } from '../flows/fairlead.ts'
import { until } from '../until.ts'

/** A sending anchor or one of its users, with what it has here. */
export interface Client {
  readonly keypair: Keypair
  /** What it asks for challenges with. */
  readonly login: { readonly account: string; readonly memo?: string }
  readonly token: string
  /** By customer type. */
  readonly customers: Readonly<Record<string, string>>
  readonly transactions: readonly string[]
  readonly files: readonly string[]
}

const token = z.object({ token: z.string() })
const challenge = z.object({ transaction: z.string() })
const withId = z.object({ id: z.string() })
const opened = z.object({
  id: z.string(),
  stellar_account_id: z.string(),
  stellar_memo_type: z.string(),
  stellar_memo: z.string(),
})

export interface Surroundings {
  readonly sandbox: SandboxFile
  readonly keypairs: readonly Keypair[]
  readonly payer: Anchor
}

/** What becomes of the payout of the first transactions, by the bank's magic numbers; docs/sandbox-bank.md. */
const fates = ['1000990001', '1000990003', '1000990004', '1000990007', '1000990009']

export async function furnishClients({ sandbox, keypairs, payer }: Surroundings) {
  const clients: Client[] = []
  const paid: [Client, string][] = []
  for (const [index, keypair] of keypairs.entries()) {
    clients.push(await furnishClient(sandbox, keypair, index))
  }
  for (const [index, client] of clients.slice(0, fates.length).entries()) {
    const { url, call } = calling(sandbox, client.token)
    await call(`${url}/sep12/customer`, 'PUT', {
      id: client.customers['sep31-receiver'] ?? '',
      bank_account_number: fates[index] ?? '',
    })
    const isOldForm = index % 2 === 1
    const transaction = await open(sandbox, client, isOldForm)
    await payer.pay(transaction, isOldForm ? 'SRT' : 'USDC', '100')
    paid.push([client, transaction.id])
  }
  const waiting = paid.filter((_, index) => index % 2 === 1)
  return { clients, waiting }
}

async function open(sandbox: SandboxFile, client: Client, isOldForm: boolean): Promise<Opened> {
  const { url, call } = calling(sandbox, client.token)
  const { customers } = client
  return opened.parse(
    await call(`${url}/sep31/transactions`, 'POST', {
      amount: '100',
      asset_code: isOldForm ? 'SRT' : 'USDC',
      sender_id: customers['sep31-sender'],
      receiver_id: customers[isOldForm ? 'sep31-receiver-name' : 'sep31-receiver'],
      ...(isOldForm && {
        fields: { transaction: { routing_number: '021000021', account_number: '1000990004' } },
      }),
    }),
  )
}

export const person = {
  first_name: 'Ada',
  last_name: 'Okafor',
  email_address: 'ada@example.com',
} as const
export const bankAccount = {
  bank_account_number: '1234567890',
  bank_number: '021000021',
} as const
export const largeReceiver = {
  address: '1 High Street\nLagos',
  birth_date: '1990-02-28',
  id_type: 'passport',
  id_number: 'A1234567',
} as const

/** What is known of a customer of each type. */
export const dataByType: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'sep31-sender': person,
  'sep31-receiver': { ...person, ...bankAccount },
  'sep31-large-receiver': { ...person, ...bankAccount, ...largeReceiver },
  'sep31-receiver-name': { first_name: person.first_name, last_name: person.last_name },
}

/** Every fourth is a user with a memo, every seventh of the others has a muxed account. */
function loginOf(keypair: Keypair, index: number): Client['login'] {
  const account = keypair.publicKey()
  if (index % 4 === 3) return { account, memo: `${index}` }
  if (index % 7 !== 6) return { account }
  return { account: new MuxedAccount(new Account(account, '0'), `${index}`).accountId() }
}

async function furnishClient(
  sandbox: SandboxFile,
  keypair: Keypair,
  index: number,
): Promise<Client> {
  const login = loginOf(keypair, index)
  const token = await logInAs(sandbox, keypair, login)
  const { url, call } = calling(sandbox, token)
  const isAlone = login.memo !== undefined || login.account.startsWith('M')
  const customers: Record<string, string> = {}
  for (const [at, [type, data]] of Object.entries(dataByType).entries()) {
    const memo = isAlone ? {} : { memo: `${at + 1}` }
    const given = await call(`${url}/sep12/customer`, 'PUT', { ...data, ...memo, type })
    customers[type] = withId.parse(given).id
  }
  const client = { keypair, login, token, customers, transactions: [], files: [] }
  const transactions: string[] = []
  for (const isOldForm of [false, true, false]) {
    transactions.push((await open(sandbox, client, isOldForm)).id)
  }
  return { ...client, transactions, files: [await upload(url, token)] }
}

/** By SEP-10. */
export async function logInAs(
  sandbox: SandboxFile,
  keypair: Keypair,
  login: Client['login'],
): Promise<string> {
  const { url, call } = calling(sandbox, undefined)
  const signed = await signChallenge(sandbox, keypair, login)
  return token.parse(await call(`${url}/auth`, 'POST', { transaction: signed })).token
}

/** A challenge of the gateway with the client's signature. */
export async function signChallenge(
  sandbox: SandboxFile,
  keypair: Keypair,
  login: Client['login'],
): Promise<string> {
  const { url, call } = calling(sandbox, undefined)
  const query = new URLSearchParams({ ...login }).toString()
  const { transaction } = challenge.parse(await call(`${url}/auth?${query}`, 'GET'))
  const read = TransactionBuilder.fromXDR(transaction, sandbox.networkPassphrase)
  read.sign(keypair)
  return read.toXDR()
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
export const picture: Uint8Array = png

async function upload(url: string, bearer: string): Promise<string> {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'front.png')
  const answer = await fetch(`${url}/sep12/customer/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    body: form,
  })
  return z.object({ file_id: z.string() }).parse(await answer.json()).file_id
}

function calling(sandbox: SandboxFile, bearer: string | undefined) {
  const call = async (address: string, method: string, body?: object): Promise<unknown> => {
    const answer = await fetch(address, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${text}`)
    return JSON.parse(text)
  }
  return { url: sandbox.publicUrl, call }
}

/** Waits until the bank has been asked for each payout. */
export const untilDecided = (book: () => Promise<number>): Promise<void> =>
  until(async () => (await book()) >= fates.length, 'the first payouts to reach the bank', 60_000)
