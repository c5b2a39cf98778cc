import {
  Account,
  Asset,
  Keypair,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import type { ExportedNetwork } from '../../../src/sandbox/network/network/time-travel.ts'
import { openForTest } from '../http/client.ts'

const root = rootKey(Networks.TESTNET)
const keys = Array.from({ length: 8 }, (_, index) =>
  Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(index + 1)),
)
const start = 1_700_000_000n

function envelopeOf(from: Keypair, sequence: bigint, operations: readonly xdr.Operation[]): string {
  const builder = new TransactionBuilder(new Account(from.publicKey(), `${sequence}`), {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
  })
  for (const operation of operations) builder.addOperation(operation)
  const transaction = builder.setTimeout(0).build()
  transaction.sign(from)
  return transaction.toXdr()
}

/** The history of a network of its own: eight accounts, each paying the next in one and the same ledger. */
async function historyWith(seed: string): Promise<ExportedNetwork> {
  const { sandbox } = await openForTest({ seed, mode: 'manual' })
  sandbox.control.import({
    networkPassphrase: Networks.TESTNET,
    genesisCloseTime: String(start),
    ledgers: [],
  })
  const send = async (envelope: string) => {
    const response = await fetch(`${sandbox.url}/transactions_async`, {
      method: 'POST',
      body: new URLSearchParams({ tx: envelope }),
    })
    expect(response.status).toBe(201)
  }
  const create = keys.map((key) =>
    Operation.createAccount({ destination: key.publicKey(), startingBalance: '100' }),
  )
  await send(envelopeOf(root, 0n, create))
  sandbox.control.close({ closeTime: start + 5n })
  for (const [index, key] of keys.entries()) {
    const destination = (keys[index + 1] ?? key).publicKey()
    const pay = Operation.payment({ destination, asset: Asset.native(), amount: `${index + 1}` })
    await send(envelopeOf(key, 2n << 32n, [pay]))
  }
  sandbox.control.close({ closeTime: start + 10n })
  return sandbox.control.export()
}

test('the same seed and inputs give the same history, byte by byte; another seed another order (SBX-05, SBX-34)', async () => {
  const [first, second, other] = [
    await historyWith('same'),
    await historyWith('same'),
    await historyWith('other'),
  ]
  expect(first.ledgers).toHaveLength(2)
  expect(second).toEqual(first)
  expect(other.ledgers[0]).toBe(first.ledgers[0])
  expect(other.ledgers[1]).not.toBe(first.ledgers[1])
})
