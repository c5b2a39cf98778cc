import {
  Account,
  MuxedAccount,
  Operation,
  TransactionBuilder,
  type Asset,
  type xdr,
} from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import type { AppliedTransaction } from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import { assertConserved } from '../../../src/sandbox/network/ledger/conservation.ts'
import type {
  AccountEntry,
  ClaimableBalanceEntry,
  Entry,
  EntryChange,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { entryKey } from '../../../src/sandbox/network/ledger/entries.ts'
import { newAccount } from '../../../src/sandbox/network/ledger/operations/create-account.ts'
import { createState } from '../../../src/sandbox/network/ledger/state.ts'
import { asset, createWorld, idOf, keyOf, parameters } from './world.ts'

/** Each breach on its own; an honest ledger is what all other tests close (SBX-38). */

const state = createState({ sequence: 2, closeTime: 1n, baseReserve: 1n, protocolVersion: 27 })

const account: AccountEntry = { ...newAccount(idOf('alice'), 100n, 0n), subentries: 0 }

const line: TrustLineEntry = {
  type: 'trustline',
  account: idOf('alice'),
  asset: `USD:${idOf('issuer')}`,
  balance: 5n,
  limit: 10n,
  flags: 1,
  liabilities: { buying: 0n, selling: 0n },
  lastModifiedLedger: 1,
}

const promise: ClaimableBalanceEntry = {
  type: 'claimable_balance',
  id: '0'.repeat(72),
  asset: line.asset,
  amount: 5n,
  claimants: [],
  flags: 0,
  lastModifiedLedger: 1,
}

const owing = (buying: bigint, selling: bigint) => ({ liabilities: { buying, selling } })

const from = <Kind extends Entry>(before: Kind, after: Partial<Kind>): EntryChange => ({
  key: entryKey(before),
  before,
  after: { ...before, ...after },
})

const closing = (changes: readonly EntryChange[], transactions: AppliedTransaction[] = []) => ({
  state,
  transactions,
  changes,
})

/** Changes that add up, of another account. */
const honest = [
  from({ ...account, id: idOf('carol') }, { sequence: 7n }),
  from({ ...line, account: idOf('carol') }, { limit: 20n }),
]

describe('a close that does not add up is fatal (SBX-38)', () => {
  const alice = idOf('alice')
  const held = (amount: string) => `${alice} holds ${amount} USD:${idOf('issuer')}, out of bounds`
  it.each([
    ['a lumen from nowhere', from(account, { balance: 101n }), '1 stroops came out of nowhere'],
    ['a lumen lost', from(account, { balance: 99n }), '-1 stroops came out of nowhere'],
    ['a subentry that is not there', from(account, { subentries: 1 }), `${alice} has 0 subentries`],
    [
      'a signer that is not counted',
      from(account, { signers: [{ key: idOf('bob'), weight: 1 }] }),
      `${alice} has 1 subentries`,
    ],
    [
      'a sponsor without a sponsored',
      from(account, { sponsoring: 1 }),
      'sponsored and sponsoring reserves differ',
    ],
    [
      'a sponsored without a sponsor',
      from(account, { sponsored: 1 }),
      'sponsored and sponsoring reserves differ',
    ],
    ['a line above its limit', from(line, { balance: 11n }), held('11')],
    ['a line that promised more than it holds', from(line, owing(0n, 6n)), held('5')],
    ['a line that will be above its limit', from(line, owing(6n, 0n)), held('5')],
    ['a line that owes more than it holds', from(line, { balance: -1n }), held('-1')],
  ])('%s, wherever it stands', (_what, change, words) => {
    const message = new Error(`the ledger does not add up: ${words}`)
    for (const changes of [[change], [...honest, change], [change, ...honest]]) {
      expect(() => assertConserved(closing(changes))).toThrow(message)
    }
  })

  it('is looked for after every close', () => {
    const world = createWorld()
    world.fund('alice')
    const bump = () => ({
      transactions: [
        world.envelope({ source: 'alice', operations: [Operation.bumpSequence({ bumpTo: '0' })] }),
      ],
      closeTime: world.ledger.head.closeTime + 5n,
    })
    expect(() => world.ledger.close(bump())).not.toThrow()
    const snapshot = world.ledger.snapshot()
    for (const copy of Object.getOwnPropertySymbols(snapshot)) {
      const { entries } = Reflect.get(snapshot, copy) as { entries: Map<string, Entry> }
      const [key, alice] = [...entries].find(([, entry]) => isAccountOf(entry, 'alice')) ?? []
      if (key !== undefined && alice?.type === 'account') {
        entries.set(key, { ...alice, subentries: 7 })
      }
    }
    world.ledger.restore(snapshot)
    expect(() => world.ledger.close(bump())).toThrow('the ledger does not add up')
  })

  it('an account below zero', () => {
    const debt = from(account, { balance: -1n })
    const gain = from({ ...account, id: idOf('bob') }, { balance: 201n })
    expect(() => assertConserved(closing([debt, gain]))).toThrow('below zero')
  })

  it.each([
    ['credit', from(line, { balance: 6n })],
    ['less credit', from(line, { balance: 4n })],
    ['credit of a new line', { key: entryKey(line), after: line }],
    ['credit of a line that is gone', { key: entryKey(line), before: line }],
    ['a promise of credit', { key: entryKey(promise), before: promise }],
    ['a new promise of credit', { key: entryKey(promise), after: promise }],
  ])('%s that its issuer has nothing to do with', (_what, change) => {
    const world = createWorld()
    world.fund('alice', 'issuer')
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const byAlice = [Operation.bumpSequence({ bumpTo: '0', source: idOf('alice') })]
    const issuer = { ...account, id: idOf('issuer') }
    const applied = world.apply({ source: 'alice', operations })
    const [operation] = applied.operations
    if (operation === undefined) throw new Error('nothing was applied')
    const changes = [change]
    const free = { ...applied, feeCharged: 0n }
    const wrong = { ...operation, changes }
    const both = world.envelope({ source: 'alice', operations: [...operations, ...operations] })
    const inner = world.build({ source: 'alice', operations })
    const { networkPassphrase } = parameters
    const paidFor = TransactionBuilder.buildFeeBumpTransaction(
      keyOf('issuer'),
      '200',
      inner,
      networkPassphrase,
    )
    const bump = readEnvelope(paidFor.toXdr(), networkPassphrase)
    const message = new Error(
      `the ledger does not add up: USD:${idOf('issuer')} changed without its issuer`,
    )
    const wronged = { ...free, operations: [wrong] }
    const forgeries = [
      [wronged],
      [free, wronged],
      [{ ...free, submitted: both, operations: [operation, wrong] }],
      [{ ...free, operations: [{ ...wrong, changes: [...honest, change] }] }],
      [{ ...wronged, submitted: bump }],
      [{ ...wronged, submitted: world.envelope({ source: 'issuer', operations: byAlice }) }],
      [{ ...free, operations: [{ ...wrong, changes: [from(issuer, { sequence: 7n }), change] }] }],
    ]
    for (const forged of forgeries) {
      expect(() => assertConserved(closing([], forged))).toThrow(message)
    }
  })

  it.each<[string, (toIssuer: Terms) => xdr.Operation]>([
    [
      'a payment',
      ({ destination, usd, amount }) => Operation.payment({ destination, asset: usd, amount }),
    ],
    [
      'a path payment of what is sent',
      ({ destination, usd, amount }) =>
        Operation.pathPaymentStrictSend({
          destination,
          sendAsset: usd,
          sendAmount: amount,
          destAsset: usd,
          destMin: amount,
          path: [],
        }),
    ],
    [
      'a path payment of what is received',
      ({ destination, usd, amount }) =>
        Operation.pathPaymentStrictReceive({
          destination,
          sendAsset: usd,
          sendMax: amount,
          destAsset: usd,
          destAmount: amount,
          path: [],
        }),
    ],
  ])('and credit that %s brings home to its issuer is not', (_what, operationOf) => {
    const usd = asset('USD')
    const [issuer, amount] = [idOf('issuer'), '3']
    const muxed = new MuxedAccount(new Account(issuer, '0'), '7').accountId()
    const world = createWorld()
    world.fund('alice', 'issuer')
    world.apply({ source: 'alice', operations: [Operation.changeTrust({ asset: usd })] })
    const destination = idOf('alice')
    const paid = Operation.payment({ destination, asset: usd, amount: '10' })
    world.apply({ source: 'issuer', operations: [paid] })
    for (const home of [issuer, muxed]) {
      const operations = [operationOf({ destination: home, usd, amount })]
      expect(world.apply({ source: 'alice', operations }).successful).toBe(true)
    }
  })

  it('and an honest one is not', () => {
    const paid = [
      from(account, { balance: 90n }),
      from({ ...account, id: idOf('bob') }, { balance: 110n }),
    ]
    expect(() => assertConserved(closing(paid))).not.toThrow()
  })
})

interface Terms {
  readonly destination: string
  readonly usd: Asset
  readonly amount: string
}

const isAccountOf = (entry: Entry, name: string): boolean =>
  entry.type === 'account' && entry.id === idOf(name)
