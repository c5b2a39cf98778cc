import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'

let sandbox: SandboxNetwork
let server: Horizon.Server

beforeAll(async () => {
  sandbox = await startSandboxNetwork()
  server = new Horizon.Server(sandbox.url, { allowHttp: true })
})

afterAll(() => sandbox.stop())

async function funded(): Promise<Keypair> {
  const key = Keypair.random()
  await server.friendbot(key.publicKey()).call()
  return key
}

test('an account that friendbot funded is there at once, with its balance (SBX-89)', async () => {
  const key = await funded()
  const account = await server.loadAccount(key.publicKey())
  expect(account.balances).toEqual([
    expect.objectContaining({ asset_type: 'native', balance: '10000.0000000' }),
  ])
})

test('a submitted payment is answered with its record and can be read (SBX-71, SBX-75)', async () => {
  const [from, to] = [await funded(), await funded()]
  const account = await server.loadAccount(from.publicKey())
  const transaction = new TransactionBuilder(account, {
    fee: BASE_FEE,
    networkPassphrase: Networks.TESTNET,
  })
    .addOperation(
      Operation.payment({ destination: to.publicKey(), asset: Asset.native(), amount: '12.5' }),
    )
    .addMemo(Memo.text('hello'))
    .setTimeout(60)
    .build()
  transaction.sign(from)
  const answer = await server.submitTransaction(transaction)
  expect(answer.successful).toBe(true)
  const page = await server.payments().forAccount(to.publicKey()).join('transactions').call()
  expect(page.records.at(-1)).toMatchObject({
    type: 'payment',
    amount: '12.5000000',
    from: from.publicKey(),
    transaction_hash: answer.hash,
  })
})
