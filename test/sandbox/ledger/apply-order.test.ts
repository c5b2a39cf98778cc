import { createHash } from 'node:crypto'
import { Asset, Operation } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { shuffled } from '../../../src/sandbox/network/ledger/apply-order.ts'
import { innerOf, type Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { codesOf, createWorld, feeBump, idOf, type World } from './world.ts'

const names = ['alice', 'bob', 'carol', 'dave']

const bumps = (world: World): readonly Envelope[] =>
  names.flatMap((name) => {
    const start = world.ledger.account(idOf(name))?.sequence ?? 0n
    return [3n, 1n, 2n].map((step) =>
      world.envelope({
        source: name,
        operations: [Operation.bumpSequence({ bumpTo: '0' })],
        sequence: start + step,
      }),
    )
  })

const fundedWorld = (): World => {
  const world = createWorld()
  world.fund(...names)
  return world
}

it('keeps the transactions of an account in the order of their sequences (SBX-34)', () => {
  const order = shuffled(bumps(fundedWorld()), 'a seed')
  for (const name of names) {
    const own = order.map(innerOf).filter(({ source }) => source === idOf(name))
    const sequences = own.map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.toSorted((one, other) => (one < other ? -1 : 1)))
    expect(own).toHaveLength(3)
  }
})

it('leaves none out, when one account has more of them than the others (SBX-34)', () => {
  const [first, , , ...rest] = bumps(fundedWorld())
  const envelopes = first === undefined ? [] : [first, ...rest.slice(0, 3)]
  const order = shuffled(envelopes, 'a seed').map(({ hash }) => hash)
  expect(order.toSorted()).toEqual(envelopes.map(({ hash }) => hash).toSorted())
  expect(order).toHaveLength(4)
})

it('shuffles accounts by the seed, and the same way for the same seed (SBX-05, SBX-34)', () => {
  const envelopes = bumps(fundedWorld())
  const hashes = (seed: string) => shuffled(envelopes, seed).map(({ hash }) => hash)
  expect(hashes('one')).toEqual(hashes('one'))
  expect(hashes('one')).not.toEqual(hashes('two'))
})

it('goes round by round: one of each account, in the order of their digests with the seed (SBX-34)', () => {
  const envelopes = bumps(fundedWorld())
  const rank = ({ hashBytes }: Envelope) =>
    createHash('sha256').update('a seed').update(hashBytes).digest('hex')
  const rounds = [1n, 2n, 3n].map((step) =>
    envelopes
      .filter((one) => (innerOf(one).sequence & 0xffffffffn) === step)
      .toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1)),
  )
  expect(rounds.map((round) => round.length)).toEqual([4, 4, 4])
  const order = shuffled(envelopes, 'a seed').map(({ hash }) => hash)
  expect(order).toEqual(rounds.flat().map(({ hash }) => hash))
})

it('puts a fee bump by the digest of all of it, not of what is within (SBX-34)', () => {
  const world = fundedWorld()
  const operations = [Operation.bumpSequence({ bumpTo: '0' })]
  const bumped = names.map((source) =>
    feeBump(world, { source, operations }, { payer: 'root', fee: 400n }),
  )
  for (const seed of ['one', 'two', 'three', 'four']) {
    const rank = ({ hashBytes }: Envelope) =>
      createHash('sha256').update(seed).update(hashBytes).digest('hex')
    const ranked = bumped.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))
    expect(shuffled(bumped, seed)).toEqual(ranked)
  }
})

it('counts a fee bump to the account within, whoever pays (SBX-34)', () => {
  const world = fundedWorld()
  const start = world.ledger.account(idOf('alice'))?.sequence ?? 0n
  const operations = [Operation.bumpSequence({ bumpTo: '0' })]
  const bumped = ['bob', 'carol', 'dave'].map((payer, at) =>
    feeBump(
      world,
      { source: 'alice', operations, sequence: start + BigInt(at + 1) },
      { payer, fee: 400n },
    ),
  )
  const hashes = bumped.map(({ hash }) => hash)
  for (const seed of ['one', 'two', 'three', 'four']) {
    expect(shuffled(bumped.toReversed(), seed).map(({ hash }) => hash)).toEqual(hashes)
  }
})

it('takes all fees before it applies anything (SBX-33)', () => {
  const world = fundedWorld()
  const sweep = world.envelope({
    source: 'alice',
    operations: [Operation.accountMerge({ destination: idOf('bob') })],
  })
  const late = world.envelope({
    source: 'bob',
    operations: [
      Operation.payment({ destination: idOf('carol'), asset: Asset.native(), amount: '1' }),
    ],
  })
  const closeTime = world.ledger.head.closeTime + 5n
  const closed = world.ledger.close({ transactions: [sweep, late], closeTime })
  const [merged] = closed.transactions
  // Bob's balance has lost its fee before the merge comes in.
  const credited = merged?.operations[0]?.changes.find(
    ({ key }) => key === `account|${idOf('bob')}`,
  )
  expect(credited?.before).toMatchObject({ balance: 9_999_999_900n })
})

it('takes the fees in the order in which it applies (SBX-33, SBX-34)', () => {
  const world = fundedWorld()
  const closeTime = world.ledger.head.closeTime + 5n
  const applyOrder = { seed: 'a seed' }
  const closed = world.ledger.close({ transactions: bumps(world), closeTime, applyOrder })
  const own = ({ feeChanges: [change] }: (typeof closed.transactions)[number]) =>
    change?.before?.type === 'account' ? [[change.before.id, change.before.balance]] : []
  const told = closed.transactions.flatMap(own)
  const held = [10_000_000_000n, 9_999_999_900n, 9_999_999_800n]
  for (const id of names.map(idOf)) {
    expect(told.filter(([payer]) => payer === id)).toEqual(held.map((balance) => [id, balance]))
  }
})

it('stops an order that would take more than a thousand offers (SBX-52)', () => {
  const world = fundedWorld()
  world.fund('maker 0', 'maker 1', 'issuer')
  const usd = new Asset('USD', idOf('issuer'))
  for (const maker of ['maker 0', 'maker 1']) {
    world.apply({ source: maker, operations: [Operation.changeTrust({ asset: usd })] })
    world.apply({
      source: 'issuer',
      operations: [Operation.payment({ destination: idOf(maker), asset: usd, amount: '1000' })],
    })
  }
  const offer = () =>
    Operation.manageSellOffer({ selling: usd, buying: Asset.native(), amount: '0.1', price: '1' })
  world.apply({
    source: 'root',
    operations: ['maker 0', 'maker 1'].map((name) =>
      Operation.payment({ destination: idOf(name), asset: Asset.native(), amount: '10000' }),
    ),
  })
  for (const [maker, rounds] of [
    ['maker 0', 9],
    ['maker 1', 2],
  ] as const) {
    for (let round = 0; round < rounds; round++) {
      world.apply({ source: maker, operations: Array.from({ length: 100 }, offer) })
    }
  }
  world.apply({ source: 'alice', operations: [Operation.changeTrust({ asset: usd })] })
  const buying = (destAmount: string) =>
    Operation.pathPaymentStrictReceive({
      sendAsset: Asset.native(),
      sendMax: '500',
      destination: idOf('alice'),
      destAsset: usd,
      destAmount,
    })
  const tooMany = world.apply({ source: 'alice', operations: [buying('100.1')] })
  expect(codesOf(tooMany.result)).toEqual(['txFailed', 'opExceededWorkLimit'])
  const justEnough = world.apply({ source: 'alice', operations: [buying('100')] })
  expect(justEnough.successful).toBe(true)
})
