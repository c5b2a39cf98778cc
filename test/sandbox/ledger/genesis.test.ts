import { Account, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { rootKeypair } from '../../../src/sandbox/network/ledger/genesis.ts'
import { createLedger } from '../../../src/sandbox/network/ledger/ledger.ts'

const networkPassphrase = 'A network that begins'
const parameters = {
  networkPassphrase,
  protocolVersion: 25,
  baseFee: 170n,
  baseReserve: 3_000_000n,
  maxTxSetSize: 77,
  totalCoins: 9_000_000_000n,
}
const root = rootKeypair(networkPassphrase)

describe('the first ledger of a network (SBX-12)', () => {
  it.each([1, 8_000])('is told by its parameters, from ledger %i on', (sequence) => {
    const ledger = createLedger(parameters, 1_234n, { sequence })
    const { head, genesis } = ledger
    const { networkPassphrase: _, ...told } = parameters
    const { hash } = genesis
    expect(head).toEqual({ ...told, sequence, closeTime: 1_234n, feePool: 0n, idPool: 0n, hash })
    expect(genesis).toMatchObject({ sequence, closeTime: 1_234n, transactions: [] })
    expect([...ledger.entries()]).toEqual([ledger.account(root.publicKey())])
    expect(ledger.account(root.publicKey())).toMatchObject({
      balance: 9_000_000_000n,
      sequence: 0n,
      lastModifiedLedger: sequence,
    })
  })

  it.each([
    [169n, false],
    [170n, true],
  ])('asks for the reserve and the fee that are told: with %i above the reserve', (above, ok) => {
    const totalCoins = 2n * parameters.baseReserve + above
    const ledger = createLedger({ ...parameters, totalCoins }, 1_234n)
    const builder = new TransactionBuilder(new Account(root.publicKey(), '0'), {
      fee: '170',
      networkPassphrase,
    })
    const transaction = builder
      .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
      .setTimeout(0)
      .build()
    transaction.sign(root)
    const envelope = readEnvelope(transaction.toXdr(), networkPassphrase)
    const verdict = ledger.check(envelope)
    expect(verdict.ok || verdict.result.result.type).toBe(ok || 'txInsufficientBalance')
  })
})
