import { Account, Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import {
  readLine,
  readLines,
  writeLine,
} from '../../../src/sandbox/network/network/ledger-lines.ts'

/** A closed ledger as a line, and read again. */

const passphrase = Networks.TESTNET
const key = Keypair.fromRawEd25519Seed(Buffer.alloc(32, 7))

function signed(sequence: bigint) {
  const source = new Account(key.publicKey(), String(sequence))
  const transaction = new TransactionBuilder(source, { fee: '100', networkPassphrase: passphrase })
    .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
    .setTimeout(0)
    .build()
  transaction.sign(key)
  return { xdr: transaction.toXdr(), hash: Buffer.from(transaction.hash()).toString('hex') }
}

const both = [signed(1n), signed(2n)]
const words = { baseFee: 200n, baseReserve: 10_000_000n, maxTxSetSize: 50 }
const upgradesOf = (names: readonly (keyof typeof words)[]) =>
  Object.fromEntries(names.map((name) => [name, words[name]]))
const subsets: readonly (readonly (keyof typeof words)[])[] = [
  ['baseFee'],
  ['baseReserve'],
  ['maxTxSetSize'],
  ['baseFee', 'baseReserve'],
  ['baseFee', 'maxTxSetSize'],
  ['baseReserve', 'maxTxSetSize'],
  ['baseFee', 'baseReserve', 'maxTxSetSize'],
]
const counts = [0, 1, 2]

describe('the line of a ledger', () => {
  it.each(subsets.flatMap((names) => counts.map((count) => ({ names, count }))))(
    'is read as it was written: $names upgraded, $count transactions',
    ({ names, count }) => {
      const upgrades = upgradesOf(names)
      const taken = both.slice(0, count)
      const envelopes = taken.map(({ xdr }) => xdr)
      const ledger = { closeTime: 1_070n, hash: 'abc', envelopes, baseFee: 300n, upgrades }
      const { plan, envelopes: read } = readLine(writeLine(ledger, 1_000n), 1_000n, passphrase)
      expect({ ...plan, transactions: plan.transactions.map(({ hash }) => hash) }).toEqual({
        closeTime: 1_070n,
        baseFee: 300n,
        upgrades,
        transactions: taken.map(({ hash }) => hash),
      })
      expect(read).toEqual(envelopes)
    },
  )

  it.each([1, 2])('tells of no upgrade where there was none, beside %i transactions', (count) => {
    const envelopes = both.slice(0, count).map(({ xdr }) => xdr)
    const ledger = { closeTime: 1_070n, hash: 'abc', envelopes, baseFee: 300n }
    const { plan, verify } = readLine(writeLine(ledger, 1_000n), 1_000n, passphrase)
    expect(plan).not.toHaveProperty('upgrades')
    expect(() => verify('abc')).not.toThrow()
    expect(() => verify('abd')).toThrow('a recorded ledger replays to hash abd, not abc')
  })

  it('counts from the ledger before it, whichever kind of line that was', () => {
    const envelopes = both.slice(0, 1).map(({ xdr }) => xdr)
    const full = { closeTime: 1_010n, hash: 'abc', envelopes, baseFee: 100n }
    const lines = ['+3', '+0', writeLine(full, 1_003n), '+5', '+7']
    const times = [...readLines(lines, 1_000n, passphrase)].map(({ plan }) => plan.closeTime)
    expect(times).toEqual([1_003n, 1_003n, 1_010n, 1_015n, 1_022n])
  })
})
