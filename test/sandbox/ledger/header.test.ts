import { Account, Asset, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import type { ClosedLedger } from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { rootKeypair } from '../../../src/sandbox/network/ledger/genesis.ts'
import { createLedger } from '../../../src/sandbox/network/ledger/ledger.ts'

/** What a ledger of another network says of itself, and of what it holds (SBX-37). */

const networkPassphrase = 'A Network of its own'
const parameters = {
  networkPassphrase,
  protocolVersion: 26,
  baseFee: 250n,
  baseReserve: 7_000_000n,
  maxTxSetSize: 321,
  totalCoins: 2_000_000_000_000_000_000n,
}
const root = rootKeypair(networkPassphrase)
const ledger = createLedger(parameters, 1_700_000_000n)
const close = (plan: Partial<Parameters<typeof ledger.close>[0]> = {}) =>
  ledger.close({ transactions: [], closeTime: ledger.head.closeTime + 5n, ...plan })

/** An offer, so that an id is given out, alone and with another that pays for it. */
const offers = () => {
  const { sequence = 0n } = ledger.account(root.publicKey()) ?? {}
  const account = new Account(root.publicKey(), String(sequence))
  const terms = { selling: Asset.native(), buying: new Asset('OWN', root.publicKey()) }
  const built = [1, 2].map(() => {
    const builder = new TransactionBuilder(account, { fee: '250', networkPassphrase })
    builder.addOperation(Operation.manageSellOffer({ ...terms, amount: '1', price: '1' }))
    const one = builder.setTimeout(0).build()
    one.sign(root)
    return one
  })
  const [plain, inner] = built
  if (plain === undefined || inner === undefined) throw new Error('nothing was built')
  const bump = TransactionBuilder.buildFeeBumpTransaction(root, '500', inner, networkPassphrase)
  bump.sign(root)
  return [plain, bump].map((one) => readEnvelope(one.toXdr(), networkPassphrase))
}

const saidBy = ({ header }: ClosedLedger) => ({
  sequence: header.ledgerSeq,
  closeTime: header.scpValue.closeTime,
  baseFee: BigInt(header.baseFee),
  baseReserve: BigInt(header.baseReserve),
  protocolVersion: header.ledgerVersion,
  maxTxSetSize: header.maxTxSetSize,
  totalCoins: header.totalCoins,
  feePool: header.feePool,
  idPool: header.idPool,
})

it('a header says what the head of the ledger says, from the first one on (SBX-37)', () => {
  const { hash: _, ...head } = ledger.head
  expect(saidBy(ledger.genesis)).toEqual(head)
  expect(head).toMatchObject({ sequence: 1, feePool: 0n, idPool: 0n })
  const upgrades = { baseFee: 333n, baseReserve: 8_000_000n, maxTxSetSize: 400 }
  const closings = [{}, { transactions: offers() }, { upgrades }, {}]
  for (const plan of closings) {
    const closed = close(plan)
    const { hash, ...now } = ledger.head
    expect([saidBy(closed), closed.hash]).toEqual([now, hash])
  }
  expect(ledger.head).toMatchObject({ ...upgrades, sequence: 5, feePool: 750n, idPool: 2n })
})

it('a transaction is seen by its own network, one that pays for another as well (SBX-35)', () => {
  const envelopes = offers()
  const { transactions } = close({ transactions: envelopes, baseFee: 250n })
  expect(transactions.map(({ envelope }) => envelope.networkPassphrase)).toEqual([
    networkPassphrase,
    networkPassphrase,
  ])
  const hashes = transactions.map(({ envelope }) => Buffer.from(envelope.hash()).toString('hex'))
  expect(hashes).toEqual(envelopes.map(({ hash }) => hash))
})
