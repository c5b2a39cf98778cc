import { Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { readEnvelope, type Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { chooseForLedger } from '../../../src/sandbox/network/queue/transaction-set.ts'
import { codesOf, createWorld, idOf, keyOf, parameters, type World } from './world.ts'

/** Which bids a ledger takes, and what a payer of fees can afford, to the stroop (SBX-29, SBX-33). */

const bump = Operation.bumpSequence({ bumpTo: '0' })

interface Bid {
  readonly fee: string
  /** How far behind the first of the account. */
  readonly behind?: bigint
  readonly operations?: number
}

const bidding = (world: World, source: string, bid: string | Bid): Envelope => {
  const { fee, behind = 0n, operations = 1 } = typeof bid === 'string' ? { fee: bid } : bid
  const sequence = (world.ledger.account(idOf(source))?.sequence ?? 0n) + behind + 1n
  const all = Array.from({ length: operations }, () => bump)
  return world.envelope({ source, operations: all, fee, sequence })
}

describe('a ledger that cannot take all takes', () => {
  const world = createWorld()
  world.fund('alice', 'bob', 'carol')
  const chosen = (candidates: readonly Envelope[], mostOperations: number) => {
    const { transactions, baseFee } = chooseForLedger(candidates, { baseFee: 100n, mostOperations })
    return { places: transactions.map((one) => candidates.indexOf(one)), baseFee }
  }

  it('the best bids, wherever they stand, and the lowest of them is what all pay', () => {
    const bids = [
      bidding(world, 'alice', '100'),
      bidding(world, 'bob', '300'),
      bidding(world, 'carol', '200'),
    ]
    expect(chosen(bids, 2)).toEqual({ places: [1, 2], baseFee: 200n })
    expect(chosen(bids.toReversed(), 2)).toEqual({ places: [0, 1], baseFee: 200n })
    expect(chosen(bids, 3)).toEqual({ places: [0, 1, 2], baseFee: 100n })
    expect(chosen(bids, 0)).toEqual({ places: [], baseFee: 100n })
  })

  it('of equal bids those that came first', () => {
    const bids = ['carol', 'alice', 'bob'].map((name) => bidding(world, name, '200'))
    expect(chosen(bids, 1)).toEqual({ places: [0], baseFee: 200n })
    expect(chosen(bids, 2)).toEqual({ places: [0, 1], baseFee: 200n })
  })

  it('what bids more for each of its operations, not in all', () => {
    const bids = [
      bidding(world, 'alice', { fee: '150', operations: 2 }), // the builder's fee is for each
      bidding(world, 'bob', '200'),
    ]
    expect(chosen(bids, 2)).toEqual({ places: [1], baseFee: 200n })
    expect(chosen(bids.toReversed(), 2)).toEqual({ places: [0], baseFee: 200n })
  })

  it('at the price for each operation of who bid least in all', () => {
    const bids = [
      bidding(world, 'alice', { fee: '250', operations: 2 }),
      bidding(world, 'bob', '300'),
      bidding(world, 'carol', '100'),
    ]
    expect(chosen(bids, 3)).toEqual({ places: [0, 1], baseFee: 250n })
  })

  it('nothing of an account whose first one does not fit', () => {
    const bids = [
      bidding(world, 'alice', { fee: '300', operations: 3 }),
      bidding(world, 'alice', { fee: '300', behind: 1n }),
      bidding(world, 'bob', '100'),
    ]
    expect(chosen(bids, 2)).toEqual({ places: [2], baseFee: 100n })
  })

  it('what waits behind a better bid of its account for its own bid only', () => {
    const bids = [
      bidding(world, 'alice', '1000'),
      bidding(world, 'alice', { fee: '100', behind: 1n }),
      bidding(world, 'bob', '500'),
    ]
    expect(chosen(bids, 2)).toEqual({ places: [0, 2], baseFee: 500n })
  })

  it('what waits behind a lesser bid of its account for that bid', () => {
    const bids = [
      bidding(world, 'alice', '100'),
      bidding(world, 'alice', { fee: '1000', behind: 1n }),
      bidding(world, 'bob', '500'),
    ]
    expect(chosen(bids, 1)).toEqual({ places: [2], baseFee: 500n })
  })
})

describe('who pays for the fee bumps of others (SBX-29)', () => {
  /** Bob can pay fees of `stroops`, and no more. */
  const worldWith = (stroops: number): World => {
    const world = createWorld()
    world.fund('alice', 'carol')
    const startingBalance = `1.${String(stroops).padStart(7, '0')}`
    const operations = [Operation.createAccount({ destination: idOf('bob'), startingBalance })]
    world.apply({ source: 'root', operations })
    return world
  }
  const bumping = (world: World, source: string, bid: number) => {
    const inner = world.build({ source, operations: [bump] })
    const { networkPassphrase } = parameters
    const outer = TransactionBuilder.buildFeeBumpTransaction(
      keyOf('bob'),
      String(bid / 2), // for each of two operations
      inner,
      networkPassphrase,
    )
    outer.sign(keyOf('bob'))
    const admission = world.queue.admit(readEnvelope(outer.toXdr(), networkPassphrase))
    return admission.status === 'ERROR' ? codesOf(admission.result) : admission.status
  }

  it.each([
    [499, ['txInsufficientBalance']],
    [500, 'PENDING'],
  ])('has to have all of them: with %i stroops the second is answered %j', (stroops, answer) => {
    const world = worldWith(stroops)
    expect(bumping(world, 'alice', 200)).toBe('PENDING')
    expect(bumping(world, 'carol', 300)).toEqual(answer)
  })

  it('hears of another fault of its own first', () => {
    const world = worldWith(499)
    const admission = world.queue.admit(bidding(world, 'bob', { fee: '500', behind: 1n }))
    expect(admission.status === 'ERROR' && codesOf(admission.result)).toEqual(['txBadSeq'])
  })

  it.each([
    [2199, ['txInsufficientBalance']],
    [2200, 'PENDING'],
  ])('gets nothing back for what another had bid: with %i stroops, %j', (stroops, answer) => {
    const world = worldWith(stroops)
    expect(bumping(world, 'carol', 200)).toBe('PENDING')
    world.queue.admit(bidding(world, 'alice', '100'))
    expect(bumping(world, 'alice', 2000)).toEqual(answer)
  })

  it('may spend the last stroop on one bid, and on as many as fit', () => {
    const alone = worldWith(200)
    expect(bumping(alone, 'alice', 200)).toBe('PENDING')
    const world = worldWith(500)
    for (const [source, bid] of Object.entries({ alice: 200, carol: 300 }))
      bumping(world, source, bid)
    const closeTime = world.ledger.head.closeTime + 5n
    expect(world.queue.takeForLedger(closeTime).transactions).toHaveLength(2)
  })

  it('loses all of them when they can no longer all be paid', () => {
    const world = worldWith(500)
    for (const [source, bid] of Object.entries({ alice: 200, carol: 300 }))
      bumping(world, source, bid)
    const spending = bidding(world, 'bob', '100')
    const closeTime = world.ledger.head.closeTime + 5n
    world.queue.afterClose(world.ledger.close({ transactions: [spending], closeTime }))
    expect(world.queue.size).toBe(0)
    expect(bumping(world, 'carol', 300)).toBe('TRY_AGAIN_LATER')
  })

  it('has again what a ledger took less of', () => {
    const world = worldWith(500)
    expect(bumping(world, 'alice', 200)).toBe('PENDING')
    world.close()
    expect(bumping(world, 'carol', 300)).toBe('PENDING')
  })
})
