import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { FeeBumpTransaction, Transaction } from '@stellar/stellar-sdk'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'

export type AnyOperation = Parameters<TransactionBuilder['addOperation']>[0]

/** An issuer, a distribution account and a sending anchor with 1000 SRT on a sandbox network. */
export async function stellarTown(sandbox: SandboxNetwork) {
  const server = new Horizon.Server(sandbox.url, { allowHttp: true })
  const { networkPassphrase } = sandbox
  const newAccount = async () => {
    const key = Keypair.random()
    await server.friendbot(key.publicKey()).call()
    return key
  }
  const [issuer, distribution, sender] = [
    await newAccount(),
    await newAccount(),
    await newAccount(),
  ]
  const asset = new Asset('SRT', issuer.publicKey())

  async function build(
    source: Keypair,
    operations: readonly AnyOperation[],
    memo: Memo = Memo.none(),
  ): Promise<Transaction> {
    const account = await server.loadAccount(source.publicKey())
    const builder = new TransactionBuilder(account, { fee: BASE_FEE, networkPassphrase, memo })
    for (const operation of operations) builder.addOperation(operation)
    const transaction = builder.setTimeout(60).build()
    transaction.sign(source)
    return transaction
  }
  const submit = async (transaction: Transaction | FeeBumpTransaction): Promise<string> =>
    (await server.submitTransaction(transaction)).hash
  const send = async (source: Keypair, operations: readonly AnyOperation[], memo?: Memo) =>
    submit(await build(source, operations, memo))

  for (const holder of [distribution, sender]) {
    await send(holder, [Operation.changeTrust({ asset })])
  }
  const grant = { destination: sender.publicKey(), asset, amount: '1000' }
  await send(issuer, [Operation.payment(grant)])
  const pay = (amount: string, destination = distribution.publicKey()): AnyOperation =>
    Operation.payment({ destination, asset, amount })

  return { server, issuer, distribution, sender, asset, newAccount, build, submit, send, pay }
}

export type StellarTown = Awaited<ReturnType<typeof stellarTown>>
