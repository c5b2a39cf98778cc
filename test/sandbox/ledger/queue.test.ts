import { Asset, Operation } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import type { Admission } from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createQueue } from '../../../src/sandbox/network/queue/queue.ts'
import { codesOf, createWorld, idOf, parameters, type World } from './world.ts'

/** What the recorded scenarios do not show of the queue. */

const paying = (amount: string) => [
  Operation.payment({ destination: idOf('bob'), asset: Asset.native(), amount }),
]

const answer = (admission: Admission): string =>
  admission.status === 'ERROR' ? codesOf(admission.result).join(' ') : admission.status

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

  it('refuses the hash of an applied transaction for ten ledgers, its own included, then its sequence (SBX-28)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const [first] = row(world, 1)
    if (first === undefined) throw new Error('the row is empty')
    world.queue.admit(first)
    for (let ledger = 1; ledger < 10; ledger++) {
      world.close()
      expect(answer(world.queue.admit(first))).toBe('TRY_AGAIN_LATER')
    }
    world.close()
    expect(answer(world.queue.admit(first))).toBe('txBadSeq')
  })

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

describe('what cannot be read as an envelope', () => {
  it.each([
    ['nothing', ''],
    ['words', 'not base64 at all'],
    ['bytes that mean nothing', 'AAAA'],
  ])('is an error of the reader, not a result: %s (SBX-20)', (_what, text) => {
    expect(() => readEnvelope(text, parameters.networkPassphrase)).toThrow(/./)
  })
})
