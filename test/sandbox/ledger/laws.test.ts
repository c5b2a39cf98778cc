import { Asset, Operation, hash, type xdr } from '@stellar/stellar-sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { liabilitiesOf } from '../../../src/sandbox/network/ledger/book/liabilities.ts'
import type { ClosedLedger } from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import {
  entryKey,
  type Entry,
  type EntryChange,
} from '../../../src/sandbox/network/ledger/entries.ts'
import { createLedger, type Ledger } from '../../../src/sandbox/network/ledger/ledger.ts'
import { attempts, people, type Attempt } from './random-operations.ts'
import { asset, createWorld, genesisCloseTime, idOf, parameters, type World } from './world.ts'

/** A world in which everybody trusts and holds both assets, with clawback and revocation on. */
function startWorld(): World {
  const world = createWorld()
  world.fund(...people)
  const holders = people.filter((name) => name !== 'issuer')
  world.apply({ source: 'issuer', operations: [Operation.setOptions({ setFlags: 10 as 2 })] })
  world.apply({
    source: 'issuer',
    signers: [...people],
    operations: holders.flatMap((name) =>
      [asset('USD'), asset('EUR')].flatMap((one) => [
        Operation.changeTrust({ source: idOf(name), asset: one }),
        Operation.payment({ destination: idOf(name), asset: one, amount: '1000' }),
      ]),
    ),
  })
  return world
}

interface Walk {
  readonly world: World
  readonly closed: readonly ClosedLedger[]
  /** How often an offer was taken by a transaction that succeeded. */
  readonly trades: number
}

function walk(drawn: readonly Attempt[]): Walk {
  const world = startWorld()
  const closed: ClosedLedger[] = []
  for (const { source, moves } of drawn) {
    const operations = moves.flatMap(({ make }) => make(world))
    const involved = moves.flatMap((move) => [move.by, ...(move.with ? [move.with] : [])])
    const signers = [...new Set([source, ...involved])]
    if (operations.length > 0) world.queue.admit(world.envelope({ source, operations, signers }))
    closed.push(world.close())
  }
  const all = closed.flatMap(({ transactions }) => transactions)
  const trades = all.flatMap(({ operations }) =>
    operations.flatMap(({ changes }) => changes.filter(isTakenOffer)),
  )
  return { world, closed, trades: trades.length }
}

const isTakenOffer = ({ before, after }: EntryChange): boolean =>
  before?.type === 'offer' && (after?.type !== 'offer' || after.amount < before.amount)

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((one, other) => one + other, 0n)

const ofType = <Type extends Entry['type']>(ledger: Ledger, type: Type) =>
  [...ledger.entries()].filter(
    (entry): entry is Extract<Entry, { type: Type }> => entry.type === type,
  )

it('keeps every lumen, whatever is tried (SBX-38)', () => {
  let trades = 0
  fc.assert(
    fc.property(attempts, (drawn) => {
      const { world, ...walked } = walk(drawn)
      trades += walked.trades
      const { ledger } = world
      const promised = ofType(ledger, 'claimable_balance').filter((one) => one.asset === 'native')
      const held = sum(ofType(ledger, 'account').map(({ balance }) => balance))
      const total = held + ledger.head.feePool + sum(promised.map(({ amount }) => amount))
      expect(total).toBe(parameters.totalCoins)
    }),
    { numRuns: 16 },
  )
  expect(trades).toBeGreaterThan(25)
})

it('keeps counters, limits and liabilities true, whatever is tried (SBX-18, SBX-38)', () => {
  fc.assert(
    fc.property(attempts, (drawn) => {
      const { ledger } = walk(drawn).world
      for (const account of ofType(ledger, 'account')) {
        const own = [...ledger.subentriesOf(account.id)]
        expect(account.subentries).toBe(own.length + account.signers.length)
        expect(account.liabilities).toEqual(liabilitiesIn(ledger, account.id, 'native'))
      }
      for (const line of ofType(ledger, 'trustline')) {
        expect(line.balance).toBeLessThanOrEqual(line.limit - line.liabilities.buying)
        expect(line.balance).toBeGreaterThanOrEqual(line.liabilities.selling)
        expect(line.liabilities).toEqual(liabilitiesIn(ledger, line.account, line.asset))
      }
      expect(sponsoringLessSponsored(ledger)).toBe(0)
    }),
    { numRuns: 8 },
  )
})

function liabilitiesIn(ledger: Ledger, account: string, one: string) {
  const offers = ofType(ledger, 'offer').filter(({ seller }) => seller === account)
  const parts = offers.map((offer) => ({ offer, reserved: liabilitiesOf(offer) }))
  return {
    buying: sum(parts.map(({ offer, reserved }) => (offer.buying === one ? reserved.buying : 0n))),
    selling: sum(
      parts.map(({ offer, reserved }) => (offer.selling === one ? reserved.selling : 0n)),
    ),
  }
}

function sponsoringLessSponsored(ledger: Ledger): number {
  const accounts = ofType(ledger, 'account')
  const balances = ofType(ledger, 'claimable_balance')
  return (
    accounts.reduce((total, { sponsoring, sponsored }) => total + sponsoring - sponsored, 0) -
    balances.reduce((total, { claimants }) => total + claimants.length, 0)
  )
}

it('comes to the same hashes when the same envelopes are replayed (SBX-05, SBX-120)', () => {
  fc.assert(
    fc.property(attempts, (drawn) => {
      const first = walk(drawn)
      const again = createLedger(parameters, genesisCloseTime)
      const recorded = [...startLedgers(), ...first.closed]
      const hashes = recorded.map(({ closeTime, transactions }) => {
        const envelopes = transactions.map(({ submitted }) => submitted)
        return again.close({ transactions: envelopes, closeTime }).hash
      })
      expect(hashes).toEqual(recorded.map(({ hash }) => hash))
      expect(sortedState(again)).toEqual(sortedState(first.world.ledger))
    }),
    { numRuns: 3 },
  )
})

/** The ledgers that lay the ground of `startWorld`. */
function startLedgers(): readonly ClosedLedger[] {
  const world = startWorld()
  return world.history
}

const sortedState = (ledger: Ledger): readonly Entry[] =>
  [...ledger.entries()].toSorted((one, other) => (entryKey(one) < entryKey(other) ? -1 : 1))

it('goes back to a snapshot as if nothing had happened since (SBX-94)', () => {
  const world = startWorld()
  const before = { head: world.ledger.head, state: sortedState(world.ledger) }
  const snapshot = world.ledger.snapshot()
  const operations: xdr.Operation[] = [
    Operation.payment({ destination: idOf('bob'), asset: Asset.native(), amount: '5' }),
    Operation.manageSellOffer({
      selling: asset('USD'),
      buying: asset('EUR'),
      amount: '5',
      price: '1',
    }),
  ]
  const envelope = world.envelope({ source: 'alice', operations })
  const closeTime = world.ledger.head.closeTime + 5n
  const first = world.ledger.close({ transactions: [envelope], closeTime })
  expect(sortedState(world.ledger)).not.toEqual(before.state)
  world.ledger.restore(snapshot)
  expect({ head: world.ledger.head, state: sortedState(world.ledger) }).toEqual(before)
  expect(world.ledger.close({ transactions: [envelope], closeTime }).hash).toBe(first.hash)
})

it('chains every header to the one before it (SBX-37)', () => {
  const ledgers = startLedgers()
  const hashes = ledgers.map(({ hash }) => hash)
  expect(ledgers.length).toBeGreaterThan(2)
  expect(ledgers.map(({ previousHash }) => previousHash).slice(1)).toEqual(hashes.slice(0, -1))
  expect(ledgers.map(({ header }) => sdkHash(header.toXdr()))).toEqual(hashes)
})

const sdkHash = (bytes: Uint8Array): string => Buffer.from(hash(bytes)).toString('hex')
