import { Asset, FeeBumpTransaction, Operation } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import type { Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { codesOf, createWorld, feeBump, idOf, type World } from './world.ts'

/** What a ledger tells of transactions as it applies them (SBX-33, SBX-35). */

const worldOf = (...names: string[]): World => {
  const world = createWorld()
  world.fund(...names)
  return world
}
const bump = (name?: string) =>
  Operation.bumpSequence({ bumpTo: '0', ...(name !== undefined && { source: idOf(name) }) })
const closed = (world: World, ...transactions: readonly Envelope[]) =>
  world.ledger.close({ transactions, closeTime: world.ledger.head.closeTime + 5n }).transactions
const preAuthorizing = (name: string, { hashBytes }: Envelope) =>
  Operation.setOptions({
    source: idOf(name),
    signer: { preAuthTx: Buffer.from(hashBytes), weight: 1 },
  })
const signersOf = (world: World, name: string) => world.ledger.account(idOf(name))?.signers.length

it('tells every operation that lacks a signature, and counts transactions from 1 (SBX-26)', () => {
  const world = worldOf('alice', 'bob', 'carol')
  const operations = [bump('bob'), bump(), bump('carol')]
  const all = ['alice', 'bob', 'carol'].map((source) => world.envelope({ source, operations }))
  const applied = closed(world, ...all)
  expect(applied.map(({ result }) => codesOf(result))).toEqual([
    ['txFailed', 'opBadAuth', 'bumpSequenceSuccess', 'opBadAuth'],
    ['txFailed', 'bumpSequenceSuccess', 'bumpSequenceSuccess', 'opBadAuth'],
    ['txFailed', 'opBadAuth', 'bumpSequenceSuccess', 'bumpSequenceSuccess'],
  ])
  expect(applied.map(({ index }) => index)).toEqual([1, 2, 3])
})

it('uses up what was given in advance by an account that does nothing but send (SBX-23)', () => {
  const world = worldOf('alice', 'bob')
  const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
  const operations = [bump('bob')]
  const given = world.envelope({
    source: 'alice',
    operations,
    signers: ['bob'],
    sequence: sequence + 1n,
  })
  world.apply({
    source: 'bob',
    signers: ['bob', 'alice'],
    operations: [preAuthorizing('alice', given)],
  })
  expect(signersOf(world, 'alice')).toBe(1)
  expect(closed(world, given).map(({ result }) => codesOf(result))).toEqual([
    ['txSuccess', 'bumpSequenceSuccess'],
  ])
  expect(signersOf(world, 'alice')).toBe(0)
})

it.each([
  ['the sender', 'alice', ['bob']],
  ['an operation’s account', 'bob', ['alice']],
])('tells what %s had given in advance where it is used up (SBX-23)', (_, owner, signers) => {
  const world = worldOf('alice', 'bob')
  const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
  const draft = { source: 'alice', operations: [bump('bob')], sequence: sequence + 1n, signers }
  const given = world.envelope(draft)
  const carrier = { source: 'root', signers: ['root', owner] }
  world.apply({ ...carrier, operations: [preAuthorizing(owner, given)] })
  expect(signersOf(world, owner)).toBe(1)
  const [applied] = closed(world, given)
  expect(applied?.successful).toBe(true)
  const told = (applied?.sequenceChanges ?? []).flatMap(({ before, after }) =>
    before?.type === 'account' && after?.type === 'account'
      ? [[before.id, before.signers.length, after.signers.length]]
      : [],
  )
  expect(told).toContainEqual([idOf(owner), 1, 0])
  expect(signersOf(world, owner)).toBe(0)
})

it('tells of a fee bump what its payer had given in advance among what it used up (SBX-23)', () => {
  const world = worldOf('alice', 'bob')
  const inner = { source: 'alice', operations: [bump()] }
  const given = feeBump(world, inner, { payer: 'bob', fee: 200n, signers: [] })
  world.apply({ source: 'bob', operations: [preAuthorizing('bob', given)] })
  const [applied] = closed(world, given)
  expect(applied).toMatchObject({ successful: true, hash: given.hash })
  expect(applied?.envelope).toBeInstanceOf(FeeBumpTransaction)
  expect(signersOf(world, 'bob')).toBe(0)
  expect(applied?.feeChanges.map(({ key }) => key)).toEqual([`account|${idOf('bob')}`])
  const both = ['bob', 'alice'].map((name) => `account|${idOf(name)}`)
  expect(applied?.sequenceChanges.map(({ key }) => key)).toEqual(both)
})

it('tells no change of operations that were taken back (SBX-35)', () => {
  const world = worldOf('alice', 'bob')
  const data = Operation.manageData({ name: 'a', value: 'b' })
  const payment = { destination: idOf('bob'), asset: Asset.native(), amount: '5000' }
  const begin = Operation.beginSponsoringFutureReserves({ sponsoredId: idOf('alice') })
  const told = closed(
    world,
    world.envelope({ source: 'alice', operations: [data, Operation.payment(payment), data] }),
    world.envelope({ source: 'bob', operations: [data, begin] }),
  )
  expect(told.map(({ result }) => codesOf(result))).toEqual([
    ['txFailed', 'manageDataSuccess', 'paymentUnderfunded', 'manageDataSuccess'],
    ['txBadSponsorship'],
  ])
  const changes = told.map(({ operations }) => operations.map((one) => one.changes))
  expect(changes).toEqual([
    [[], [], []],
    [[], []],
  ])
  expect(told.map(({ sequenceChanges }) => sequenceChanges.length)).toEqual([1, 1])
})
