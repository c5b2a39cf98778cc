import { Asset, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { beforeEach, expect, it } from 'vitest'
import { createHistory } from '../../../src/sandbox/network/history/history.ts'
import type { History } from '../../../src/sandbox/network/history/history.ts'
import { encodedLedger } from '../../../src/sandbox/network/history/keep-ledger.ts'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import { entryKey } from '../../../src/sandbox/network/ledger/entries.ts'
import type { Entry } from '../../../src/sandbox/network/ledger/entries.ts'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import type { Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createWorld, idOf, keyOf, parameters } from '../ledger/world.ts'
import type { Draft, World } from '../ledger/world.ts'

/** What is kept of a closed ledger, and the state that it leads to (SBX-79, SBX-104). */

let world: World
let history: History

const pay = (to: string, amount: string) =>
  Operation.payment({ destination: idOf(to), asset: Asset.native(), amount })
const close = () => void history.append(encodedLedger(world.close()))

function admit(envelope: Envelope): string {
  expect(world.queue.admit(envelope).status).toBe('PENDING')
  return envelope.hash
}

const send = (source: string, ...operations: Draft['operations']) =>
  admit(world.envelope({ source, operations }))

function bumped(source: string, to: string, payer: string): { outer: string; inner: string } {
  const { networkPassphrase } = parameters
  const inner = world.build({ source, operations: [pay(to, '1')] })
  const outer = TransactionBuilder.buildFeeBumpTransaction(
    keyOf(payer),
    '200',
    inner,
    networkPassphrase,
  )
  outer.sign(keyOf(payer))
  return {
    outer: admit(readEnvelope(outer.toXdr(), networkPassphrase)),
    inner: Buffer.from(inner.hash()).toString('hex'),
  }
}

beforeEach(() => {
  world = createWorld()
  history = createHistory(world.ledger.genesis, world.ledger.entries())
  const create = (name: string) =>
    Operation.createAccount({ destination: idOf(name), startingBalance: '1000' })
  send('root', ...['alice', 'bob', 'carol', 'dave'].map(create))
  close()
})

it('keeps of a ledger what its header says, and who came before it (SBX-79)', () => {
  send('alice', pay('bob', '1'))
  close()
  const [before, closed] = world.history.slice(-2)
  expect(history.ledger(3)).toMatchObject({
    id: toid(3),
    sequence: 3,
    hash: closed?.hash,
    previousHash: before?.hash,
    closeTime: closed?.closeTime,
    headerXdr: closed?.header.toXdr('base64'),
    protocolVersion: 27,
    totalCoins: parameters.totalCoins,
    feePool: 500n,
    baseFee: 100,
    baseReserve: 5_000_000,
    maxTxSetSize: 1000,
  })
})

it('keeps of each transaction what was bid and paid, by whom, and what became of it (SBX-79)', () => {
  const plain = send('alice', pay('bob', '1'), pay('carol', '2'))
  const { outer, inner } = bumped('bob', 'alice', 'carol')
  close()
  const told = {
    [plain]: { feeCharged: 200n, feeBid: 200n, source: idOf('alice'), feeSource: idOf('alice') },
    [outer]: { feeCharged: 200n, feeBid: 400n, source: idOf('bob'), feeSource: idOf('carol') },
  }
  const { transactions = [] } = world.history.at(-1) ?? {}
  const kept = history.ledger(3)?.transactions
  expect(kept).toEqual(history.transactions.slice(-2))
  expect(kept).toMatchObject(
    transactions.map(({ hash, submitted, result }, index) => ({
      ...told[hash],
      id: toid(3, index + 1),
      hash,
      successful: true,
      envelopeXdr: submitted.xdr.toXdr('base64'),
      resultXdr: result.toXdr('base64'),
    })),
  )
  expect(history.transaction(plain)).not.toHaveProperty('innerHash')
  expect(history.transaction(outer)?.innerHash).toBe(inner)
  expect(history.transaction(inner)).toBe(history.transaction(outer))
  expect(kept?.every((one) => one.ledger === history.ledger(3))).toBe(true)
})

it('keeps of an operation what it changed, unless its envelope tells all of that (SBX-79)', () => {
  const create = (name: string, startingBalance: string) =>
    Operation.createAccount({ destination: idOf(name), startingBalance })
  const operations = [
    pay('bob', '1'),
    create('eve', '10'),
    Operation.manageData({ name: 'color', value: 'blue' }),
    Operation.bumpSequence({ bumpTo: '0' }),
    Operation.accountMerge({ destination: idOf('dave'), source: idOf('carol') }),
  ]
  const signers = ['alice', 'carol']
  const hash = admit(world.envelope({ source: 'alice', operations, signers }))
  close()
  const [{ operations: applied } = { operations: [] }] = world.history.at(-1)?.transactions ?? []
  const changesOf = (index: number) => applied[index]?.changes
  expect([0, 1, 2, 4].map((index) => changesOf(index)?.length)).not.toContain(0)
  const transaction = history.transaction(hash)
  expect(transaction?.operations).toEqual([
    { id: toid(3, 1, 1), transaction, index: 0, payment: true, changes: [] },
    { id: toid(3, 1, 2), transaction, index: 1, payment: true, changes: [] },
    { id: toid(3, 1, 3), transaction, index: 2, payment: false, changes: changesOf(2) },
    { id: toid(3, 1, 4), transaction, index: 3, payment: false, changes: changesOf(3) },
    { id: toid(3, 1, 5), transaction, index: 4, payment: true, changes: changesOf(4) },
  ])
})

it('comes to the state of the ledger, all fees of it taken before anything else (SBX-79)', () => {
  // Whichever comes first, its payment goes to who pays the fee of the other.
  bumped('alice', 'bob', 'carol')
  bumped('dave', 'carol', 'bob')
  close()
  const byKey = (entries: Iterable<Entry>) =>
    [...entries].toSorted((a, b) => (entryKey(a) < entryKey(b) ? -1 : 1))
  expect(byKey(history.state.all())).toEqual(byKey(world.ledger.entries()))
  expect(history.ledger(3)?.transactions).toHaveLength(2)
})

it('takes what an upgrade changed last, and remembers 128 ledgers (SBX-104)', () => {
  const bob = history.state.account(idOf('bob'))
  if (!bob) throw new Error('bob is not there')
  const worth = (balance: bigint) => ({ ...bob, balance })
  const upgraded = (before: bigint, after: bigint) => {
    const change = { key: entryKey(bob), before: worth(before), after: worth(after) }
    history.append(encodedLedger({ ...world.close(), upgradeChanges: [change] }))
  }
  const balanceOf = (ledgers: number) => history.stateBefore(ledgers).account(bob.id)?.balance
  send('alice', pay('bob', '1'))
  upgraded(bob.balance + 10_000_000n, 1n)
  expect(balanceOf(0)).toBe(1n)
  for (let balance = 1n; balance < 130n; balance += 1n) upgraded(balance, balance + 1n)
  expect([0, 1, 127, 128, 129].map(balanceOf)).toEqual([130n, 129n, 3n, 2n, 2n])
})
