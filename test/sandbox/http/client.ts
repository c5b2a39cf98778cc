import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { Memo, Transaction, xdr } from '@stellar/stellar-sdk'
import { onTestFinished } from 'vitest'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type {
  SandboxNetwork,
  SandboxOptions,
} from '../../../src/sandbox/network/sandbox-network.ts'

/** The SDK's Horizon client on a network of its own. */
export interface Client {
  readonly sandbox: SandboxNetwork
  readonly server: Horizon.Server
  funded(): Promise<Keypair>
  build(from: Keypair, operations: xdr.Operation[], how?: HowBuilt): Promise<Transaction>
  pay(from: Keypair, to: string, how?: HowBuilt & { amount?: string }): Promise<Transaction>
  submit(transaction: Transaction): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  [Symbol.asyncDispose](): Promise<void>
}

export interface HowBuilt {
  readonly memo?: Memo
  readonly fee?: string
  readonly signers?: readonly Keypair[]
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export async function openClient(options: SandboxOptions = {}): Promise<Client> {
  const sandbox = await startSandboxNetwork(options)
  const server = new Horizon.Server(sandbox.url, { allowHttp: true })
  const client: Client = {
    sandbox,
    server,
    async funded() {
      const key = Keypair.random()
      const funding = await sandbox.friendbot.fund(key.publicKey())
      if (funding.outcome !== 'funded') throw new Error(JSON.stringify(funding))
      return key
    },
    async build(from, operations, { memo, fee = BASE_FEE, signers = [from] } = {}) {
      const builder = new TransactionBuilder(await server.loadAccount(from.publicKey()), {
        fee,
        networkPassphrase: Networks.TESTNET,
      })
      for (const operation of operations) builder.addOperation(operation)
      if (memo) builder.addMemo(memo)
      const transaction = builder.setTimeout(300).build()
      transaction.sign(...signers)
      return transaction
    },
    async pay(from, to, { amount = '1', ...how } = {}) {
      const payment = Operation.payment({ destination: to, asset: Asset.native(), amount })
      const transaction = await client.build(from, [payment], how)
      await server.submitTransaction(transaction)
      return transaction
    },
    submit: (transaction) =>
      fetch(`${sandbox.url}/transactions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `tx=${encodeURIComponent(transaction.toXdr())}`,
      }),
    async get(path, headers = {}) {
      const response = await fetch(`${sandbox.url}${path}`, { headers })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      return {
        status: response.status,
        headers: response.headers,
        body: isJson ? (JSON.parse(text) as unknown) : text,
      }
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  }
  return client
}

/** A network that ends with the test. */
export async function openForTest(options: SandboxOptions = {}): Promise<Client> {
  const client = await openClient(options)
  onTestFinished(() => client[Symbol.asyncDispose]())
  return client
}

/** The records of a page. */
export function recordsOf({ body }: Answer): readonly Record<string, unknown>[] {
  const page = body as { _embedded?: { records: Record<string, unknown>[] } }
  return page._embedded?.records ?? []
}

/** Waits for a condition, looking again often; fails when it does not come. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 10_000) {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not come within ${withinMs} ms`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
