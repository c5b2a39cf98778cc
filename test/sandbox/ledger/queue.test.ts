import { Account, Asset, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import type { Admission } from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import { readEnvelope, type Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import type { Upgrades } from '../../../src/sandbox/network/ledger/ledger.ts'
import { createQueue } from '../../../src/sandbox/network/queue/queue.ts'
import {
  codesOf,
  createWorld,
  feeBump,
  idOf,
  keyOf,
  parameters,
  type Draft,
  type World,
} from './world.ts'

/** What the recorded scenarios do not show of the queue. */

const paying = (amount: string) => [
  Operation.payment({ destination: idOf('bob'), asset: Asset.native(), amount }),
]

const answer = (admission: Admission): string =>
  admission.status === 'ERROR' ? codesOf(admission.result).join(' ') : admission.status

/** A ledger closes, and takes nothing of what waits. */
const passBy = ({ ledger, queue }: World, upgrades?: Upgrades) => {
  const closeTime = ledger.head.closeTime + 5n
  queue.afterClose(ledger.close({ transactions: [], closeTime, ...(upgrades && { upgrades }) }))
}

const row = (world: World, count: number, source = 'alice') => {
  const start = world.ledger.account(idOf(source))?.sequence ?? 0n
  return Array.from({ length: count }, (_, index) =>
    world.envelope({
      source,
      operations: paying('1'),
      sequence: start + BigInt(index) + 1n,
    }),
  )
}

describe('a queue that lets transactions of an account wait in a row (SBX-27)', () => {
  const start = () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    return { world, queue: createQueue(world.ledger, { allowChaining: true }) }
  }

  it('admits them in the order of their sequences and puts them into one ledger', () => {
    const { world, queue } = start()
    const envelopes = row(world, 5)
    expect(envelopes.map((one) => answer(queue.admit(one)))).toEqual(Array(5).fill('PENDING'))
    const closeTime = world.ledger.head.closeTime + 5n
    const closed = world.ledger.close({ ...queue.takeForLedger(closeTime), closeTime })
    expect(closed.transactions.map(({ successful }) => successful)).toEqual(Array(5).fill(true))
    queue.afterClose(closed)
    expect(queue.size).toBe(0)
  })

  it('takes them in the order in which they came, also between accounts (SBX-34)', () => {
    const { world, queue } = start()
    const [first, second] = row(world, 2)
    const [between] = row(world, 1, 'bob')
    const sent = [first, between, second].flatMap((one) => one ?? [])
    for (const one of sent) queue.admit(one)
    const { transactions } = queue.takeForLedger(world.ledger.head.closeTime + 5n)
    expect(transactions).toEqual(sent)
  })

  it('never takes one without those before it when the ledger is full (SBX-33)', () => {
    const { world, queue } = start()
    const upgrades = { maxTxSetSize: 1 }
    const closeTime = world.ledger.head.closeTime + 5n
    queue.afterClose(world.ledger.close({ transactions: [], closeTime, upgrades }))
    const next = (world.ledger.account(idOf('alice'))?.sequence ?? 0n) + 1n
    const operations = paying('1')
    queue.admit(world.envelope({ source: 'alice', operations, sequence: next }))
    queue.admit(world.envelope({ source: 'alice', operations, sequence: next + 1n, fee: '900' }))
    expect(queue.size).toBe(2)
    const taken = [0, 1].map(() => {
      const at = world.ledger.head.closeTime + 5n
      const closed = world.ledger.close({ ...queue.takeForLedger(at), closeTime: at })
      queue.afterClose(closed)
      return closed.transactions.map(({ successful }) => successful)
    })
    expect(taken).toEqual([[true], [true]])
  })

  it('lets a fee bump take the place of one in the middle, and keeps the rest', () => {
    const { world, queue } = start()
    world.fund('payer')
    const [first, second, third] = row(world, 3)
    for (const one of [first, second, third]) if (one) queue.admit(one)
    const sequence = (world.ledger.account(idOf('alice'))?.sequence ?? 0n) + 2n
    const inner = { source: 'alice', operations: paying('1'), sequence }
    const bump = feeBump(world, inner, { payer: 'payer', fee: 2000n })
    expect(answer(queue.admit(bump))).toBe('PENDING')
    const closeTime = world.ledger.head.closeTime + 5n
    const closed = world.ledger.close({ ...queue.takeForLedger(closeTime), closeTime })
    expect(closed.transactions.map(({ hash }) => hash)).toEqual(
      [first, bump, third].map((one) => one?.hash),
    )
    expect(closed.transactions.map(({ successful }) => successful)).toEqual([true, true, true])
  })

  it('keeps what comes after the ones that a ledger took, and drops it when its row is cut', () => {
    const { world, queue } = start()
    const [first, second, third] = row(world, 3)
    if (!first || !second || !third) throw new Error('the row is too short')
    for (const one of [first, second, third]) queue.admit(one)
    const close = (transactions: Envelope[]) => {
      const closeTime = world.ledger.head.closeTime + 5n
      queue.afterClose(world.ledger.close({ transactions, closeTime }))
      return queue.pending.map(({ hash }) => hash)
    }
    expect(close([first])).toEqual([second.hash, third.hash])
    const source = 'alice'
    const bumpTo = String((world.ledger.account(idOf(source))?.sequence ?? 0n) + 10n)
    const far = world.envelope({
      source: 'bob',
      signers: ['bob', source],
      operations: [Operation.bumpSequence({ source: idOf(source), bumpTo })],
    })
    expect(close([far])).toEqual([])
    expect([second, third].map((one) => answer(queue.admit(one)))).toEqual(
      Array(2).fill('TRY_AGAIN_LATER'),
    )
  })

  it('refuses a gap in the row', () => {
    const { world, queue } = start()
    const [first, , third] = row(world, 3)
    if (first === undefined || third === undefined) throw new Error('the row is too short')
    expect(answer(queue.admit(first))).toBe('PENDING')
    expect(answer(queue.admit(third))).toBe('TRY_AGAIN_LATER')
  })

  it('knows each of them again', () => {
    const { world, queue } = start()
    const envelopes = row(world, 3)
    for (const one of envelopes) queue.admit(one)
    expect(envelopes.map((one) => answer(queue.admit(one)))).toEqual(Array(3).fill('DUPLICATE'))
  })
})

describe('the queue of the real network', () => {
  it('lets one transaction of an account wait at a time (SBX-27)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const answers = row(world, 2).map((one) => answer(world.queue.admit(one)))
    expect(answers).toEqual(['PENDING', 'TRY_AGAIN_LATER'])
  })

  it('refuses the hashes of all that was applied for ten ledgers, their own included, then their sequences (SBX-28)', () => {
    const world = createWorld()
    const names = ['alice', 'bob', 'carol']
    world.fund(...names)
    const applied = names.flatMap((name) => row(world, 1, name))
    const answers = () => applied.map((one) => answer(world.queue.admit(one)))
    expect(answers()).toEqual(Array(3).fill('PENDING'))
    for (let ledger = 1; ledger < 10; ledger++) {
      world.close()
      expect(answers()).toEqual(Array(3).fill('TRY_AGAIN_LATER'))
    }
    world.close()
    expect(answers()).toEqual(Array(3).fill('txBadSeq'))
  })

  it('knows again what was applied, whatever waits of its account (SBX-28)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const [first, second] = row(world, 2)
    if (first === undefined || second === undefined) throw new Error('two were drafted')
    expect(answer(world.queue.admit(first))).toBe('PENDING')
    world.close()
    expect(answer(world.queue.admit(second))).toBe('PENDING')
    expect(answer(world.queue.admit(first))).toBe('TRY_AGAIN_LATER')
    const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
    const late = world.envelope({ source: 'alice', operations: paying('2'), sequence })
    expect(answer(world.queue.admit(late))).toBe('txBadSeq')
  })

  it.each([1, 2])('tells the price of %i operations nobody can pay (SBX-29)', (count) => {
    const world = createWorld()
    world.fund('alice', 'carol', 'payer')
    passBy(world, { baseFee: 300n })
    const told = ['alice', 'carol'].map((source) => {
      const draft = { source, operations: noops(count), fee: '600' }
      return answered(world, feeBump(world, draft, { payer: 'payer', fee: 6_000_000_000n }))
    })
    expect(told).toEqual(['PENDING', `txInsufficientBalance ${300 * (count + 1)}`])
  })

  it('lets four ledgers pass each transaction by, and drops it then (SBX-28)', () => {
    const world = createWorld()
    const names = ['p', 'q', 'r', 'bob']
    world.fund(...names)
    const [p, q, r] = names.flatMap((name) => row(world, 1, name))
    const left = [p, q, r, undefined, undefined, undefined].map((next) => {
      if (next !== undefined) world.queue.admit(next)
      passBy(world)
      return world.queue.pending.map(({ hash }) => hash)
    })
    const waiting = [[p], [p, q], [p, q, r], [q, r], [r], []]
    expect(left).toEqual(waiting.map((some) => some.map((one) => one?.hash)))
  })

  it.each([
    [1, false],
    [3, true],
  ])(
    'is done with the %i that an account left behind by a later sequence: no hash of them is refused for a while',
    (count, allowChaining) => {
      const world = createWorld()
      const queue = createQueue(world.ledger, { allowChaining })
      world.fund('alice', 'bob')
      const waiting = row(world, count)
      const answers = () => waiting.map((one) => answer(queue.admit(one)))
      expect(answers()).toEqual(Array(count).fill('PENDING'))
      const sequence = world.ledger.account(idOf('alice'))?.sequence ?? 0n
      const later = new TransactionBuilder(new Account(idOf('alice'), String(sequence + 4n)), {
        fee: '100',
        networkPassphrase: parameters.networkPassphrase,
        timebounds: { minTime: 0, maxTime: 0 },
        minAccountSequence: String(sequence),
      })
        .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
        .build()
      later.sign(keyOf('alice'))
      const transactions = [readEnvelope(later.toXdr(), parameters.networkPassphrase)]
      const closeTime = world.ledger.head.closeTime + 5n
      queue.afterClose(world.ledger.close({ transactions, closeTime }))
      expect(queue.size).toBe(0)
      expect(answers()).toEqual(Array(count).fill('txBadSeq'))
    },
  )

  it('drops what its fee source can no longer pay for after a close (SBX-29)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const [waiting] = row(world, 1)
    if (waiting === undefined) throw new Error('the row is empty')
    world.queue.admit(waiting)
    const spending = world.envelope({
      source: 'bob',
      signers: ['bob', 'alice'],
      operations: [
        Operation.payment({
          source: idOf('alice'),
          destination: idOf('bob'),
          asset: Asset.native(),
          amount: '998.9999950',
        }),
      ],
    })
    const closeTime = world.ledger.head.closeTime + 5n
    const closed = world.ledger.close({ transactions: [spending], closeTime })
    expect(closed.transactions.map(({ successful }) => successful)).toEqual([true])
    expect(world.queue.size).toBe(1)
    world.queue.afterClose(closed)
    expect(world.queue.size).toBe(0)
    expect(answer(world.queue.admit(waiting))).toBe('TRY_AGAIN_LATER')
  })

  it('has to be outbid until the next close once it has crowded a bid out (SBX-27)', () => {
    const world = createWorld()
    const names = ['p', 'q', 'r', 's', 't', 'u']
    world.fund(...names)
    const closeTime = world.ledger.head.closeTime + 5n
    const upgrades = { maxTxSetSize: 1 }
    world.queue.afterClose(world.ledger.close({ transactions: [], closeTime, upgrades }))
    const bid = (name: string, fee: string) => {
      const operations = [Operation.bumpSequence({ bumpTo: '0' })]
      return world.queue.admit(world.envelope({ source: name, operations, fee }))
    }
    expect(answer(bid('p', '300'))).toBe('PENDING')
    expect(answer(bid('q', '400'))).toBe('PENDING')
    expect(answer(bid('r', '500'))).toBe('PENDING')
    expect(world.queue.size).toBe(2)
    const tooLow = bid('s', '300')
    expect(answer(tooLow)).toBe('txInsufficientFee')
    expect(tooLow.status === 'ERROR' && tooLow.result.feeCharged).toBe(301n)
    expect(answer(bid('t', '401'))).toBe('PENDING')
    world.close()
    expect(answer(bid('u', '200'))).toBe('PENDING')
  })
})

const noops = (count: number) =>
  Array.from({ length: count }, () => Operation.bumpSequence({ bumpTo: '0' }))

/** The answer to a bid, with the fee that it should have been. */
function answered(world: World, envelope: Envelope): string {
  const admission = world.queue.admit(envelope)
  const needed = admission.status === 'ERROR' ? ` ${admission.result.feeCharged}` : ''
  return `${answer(admission)}${needed}`
}

describe('a fee bump of what waits (SBX-27)', () => {
  const waiting = (operations: number, fee: string) => {
    const world = createWorld()
    world.fund('p', 'payer')
    const inner = { source: 'p', operations: noops(operations), fee }
    expect(answered(world, world.envelope(inner))).toBe('PENDING')
    return { world, inner }
  }

  it('has to bid ten times as much for each operation, its own counted, rounded up', () => {
    const { world, inner } = waiting(2, '100')
    const bump = (draft: Draft, fee: bigint) =>
      answered(world, feeBump(world, draft, { payer: 'payer', fee }))
    expect(bump(inner, 2999n)).toBe('txInsufficientFee 3000')
    expect(bump(inner, 3001n)).toBe('PENDING')
    const other = { ...inner, operations: noops(1) }
    expect(bump(other, 20_006n)).toBe('txInsufficientFee 20007') // 2/3 of ten times 3001
    expect(bump(other, 20_007n)).toBe('PENDING')
    expect(world.queue.size).toBe(1)
  })

  it('is malformed when it bids less than nothing, and is told no fee (SBX-25)', () => {
    const { world, inner } = waiting(1, '100')
    const bump = (draft: Draft, fee: bigint) =>
      answered(world, feeBump(world, draft, { payer: 'payer', fee }))
    expect(bump(inner, -1n)).toBe('txMalformed 0')
    expect(bump({ ...inner, source: 'payer' }, 0n)).toBe('txInsufficientFee 200')
  })

  it('is as old as what it replaces (SBX-28)', () => {
    const { world, inner } = waiting(1, '100')
    for (let closes = 0; closes < 3; closes += 1) passBy(world)
    const bump = feeBump(world, inner, { payer: 'payer', fee: 2000n })
    expect(answered(world, bump)).toBe('PENDING')
    expect(world.queue.size).toBe(1)
    passBy(world)
    expect(world.queue.size).toBe(0)
    expect(answered(world, bump)).toBe('TRY_AGAIN_LATER')
  })

  it('gets back what its payer had bid before, and not one stroop more (SBX-29)', () => {
    const lumens = 10_000_000n
    const { world, inner } = waiting(1, String(48n * lumens))
    // Of 1000 lumens one is the reserve: 20 times 48 fit, with 48 on top they would not.
    expect(answered(world, feeBump(world, inner, { payer: 'p', fee: 999n * lumens + 1n }))).toBe(
      'txInsufficientBalance 200',
    )
    expect(answered(world, feeBump(world, inner, { payer: 'p', fee: 999n * lumens }))).toBe(
      'PENDING',
    )
  })
})

describe('a full queue (SBX-27, SBX-33)', () => {
  /** Room for four operations. */
  const start = () => {
    const world = createWorld()
    world.fund('p', 'q', 'r', 's', 'big', 'late')
    passBy(world, { maxTxSetSize: 2 })
    const draft = (source: string, fee: number, operations = 1) => ({
      source,
      operations: noops(operations),
      fee: String(fee),
    })
    const waits = (source: string) =>
      world.queue.pending.some((one) => one.kind === 'plain' && one.source === idOf(source))
    const bid = (...how: Parameters<typeof draft>) => answered(world, world.envelope(draft(...how)))
    const filled = () => [bid('p', 100), bid('q', 200), bid('r', 300), bid('s', 400)]
    return { world, draft, bid, filled, waits }
  }

  it('gives way to a better bid, from the cheapest on and no further than it needs', () => {
    const { bid, filled, waits } = start()
    expect(filled()).toEqual(Array(4).fill('PENDING'))
    expect(bid('big', 250, 2)).toBe('PENDING') // for each of its operations
    expect(['p', 'q', 'r', 's', 'big'].filter(waits)).toEqual(['r', 's', 'big'])
    // What was evicted best sets the price until the close, not what waits now.
    expect(bid('late', 200)).toBe('txInsufficientFee 201')
  })

  it('gives way from the cheapest on, though that came last', () => {
    const { bid, waits } = start()
    const bids = [bid('p', 400), bid('q', 300), bid('r', 100), bid('s', 200)]
    expect(bids).toEqual(Array(4).fill('PENDING'))
    expect(bid('big', 250, 2)).toBe('PENDING')
    expect(['p', 'q', 'r', 's', 'big'].filter(waits)).toEqual(['p', 'q', 'big'])
  })

  it('may be filled to the last operation by one, and is full then', () => {
    const { bid } = start()
    expect(bid('big', 100, 4)).toBe('PENDING')
    expect(bid('late', 100)).toBe('txInsufficientFee 101')
  })

  it('asks for more per operation than the best it evicted, though there is room again', () => {
    const { bid, waits } = start()
    expect([bid('p', 100, 2), bid('q', 200), bid('r', 300)]).toEqual(Array(3).fill('PENDING'))
    expect(bid('big', 500)).toBe('PENDING')
    expect(waits('p')).toBe(false)
    expect(bid('late', 100)).toBe('txInsufficientFee 101')
    expect(bid('s', 150)).toBe('PENDING')
    expect(bid('late', 90)).toBe('txInsufficientFee 101')
  })

  it('gives way to nobody who does not beat all that would have to go', () => {
    const { bid, filled, waits } = start()
    filled()
    expect(bid('big', 150, 2)).toBe('txInsufficientFee 401')
    expect(bid('late', 100)).toBe('txInsufficientFee 101')
    expect(['p', 'q', 'r', 's'].filter(waits)).toEqual(['p', 'q', 'r', 's'])
  })

  it('hears no more of what it refused or evicted (SBX-28)', () => {
    const { world, draft, filled } = start()
    filled()
    const low = world.envelope(draft('late', 100))
    expect(answered(world, low)).toBe('txInsufficientFee 101')
    expect(answered(world, low)).toBe('TRY_AGAIN_LATER')
    const evicted = world.queue.pending.find(
      (one) => one.kind === 'plain' && one.source === idOf('p'),
    )
    expect(answered(world, world.envelope(draft('big', 500)))).toBe('PENDING')
    if (evicted === undefined) throw new Error('nothing of p waited')
    expect(answered(world, evicted)).toBe('TRY_AGAIN_LATER')
  })

  it('loses nothing to one that outbids all and is refused for itself', () => {
    const { world, draft, bid, filled, waits } = start()
    filled()
    const tooFar = (world.ledger.account(idOf('late'))?.sequence ?? 0n) + 2n
    const refused = [
      world.envelope({ ...draft('late', 500), sequence: tooFar }),
      world.envelope({ ...draft('late', 500), signers: ['p'] }),
      feeBump(world, draft('late', 500), { payer: 'late', fee: 10n ** 12n }),
    ].map((one) => answered(world, one))
    expect(refused).toEqual([
      expect.stringMatching(/^txBadSeq /),
      expect.stringMatching(/^txBadAuth /),
      'txInsufficientBalance 200',
    ])
    expect(['p', 'q', 'r', 's'].filter(waits)).toEqual(['p', 'q', 'r', 's'])
    expect(bid('late', 101)).toBe('PENDING') // the best that was evicted is still none
    expect(['p', 'q', 'r', 's'].filter(waits)).toEqual(['q', 'r', 's'])
  })

  it('tells the first thing that is wrong: what waits beside it, then its bid, then itself', () => {
    const { world, draft, bid, filled } = start()
    filled()
    const next = (world.ledger.account(idOf('p'))?.sequence ?? 0n) + 2n
    const second = world.envelope({ ...draft('p', 100, 2), sequence: next })
    expect(answered(world, second)).toBe('TRY_AGAIN_LATER')
    const unsigned = world.envelope({ ...draft('late', 100), signers: ['p'] })
    expect(answered(world, unsigned)).toBe('txInsufficientFee 101')
    expect(bid('big', 500)).toBe('PENDING')
    expect(bid('late', 90, 5)).toBe('txInsufficientFee 501') // and has no room at any price
    const tooFar = { ...draft('late', 2_000_000_000, 2), sequence: next + 9n }
    expect(answered(world, world.envelope(tooFar))).toMatch(/^txBadSeq /) // and cannot be paid
  })

  it('has no room at any price for more operations than it holds', () => {
    const { bid, filled, waits } = start()
    filled()
    expect(bid('big', 100_000, 5)).toBe('TRY_AGAIN_LATER')
    expect(waits('p')).toBe(true)
  })

  it('counts a replacement without what it replaces, and never evicts that', () => {
    const { world, draft, bid, waits } = start()
    for (const [name, fee] of [
      ['p', 100],
      ['q', 200],
      ['r', 300],
    ] as const)
      bid(name, fee)
    const bump = feeBump(world, draft('p', 100), { payer: 'late', fee: 2000n })
    expect(answered(world, bump)).toBe('PENDING') // two units in the place of one: four in all
    expect(['q', 'r'].filter(waits)).toEqual(['q', 'r'])
    expect(world.queue.pending).toContain(bump)
  })

  it('makes room for a replacement at the cost of others', () => {
    const { world, draft, filled, waits } = start()
    filled()
    const bump = feeBump(world, draft('p', 100), { payer: 'late', fee: 2000n })
    expect(answered(world, bump)).toBe('PENDING')
    expect(['q', 'r', 's'].filter(waits)).toEqual(['r', 's'])
    expect(world.queue.pending).toContain(bump)
  })
})

describe('what cannot be read as an envelope', () => {
  it.each([
    ['nothing', ''],
    ['words', 'not base64 at all'],
    ['bytes that mean nothing', 'AAAA'],
  ])('is an error of the reader, not a result: %s (SBX-20)', (_what, text) => {
    expect(() => readEnvelope(text, parameters.networkPassphrase)).toThrow(/./)
  })
})
