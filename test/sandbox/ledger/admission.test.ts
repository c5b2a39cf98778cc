import { Account, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { readEnvelope, type Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import type { CheckCircumstances } from '../../../src/sandbox/network/ledger/ledger.ts'
import { codesOf, createWorld, feeBump, idOf, keyOf, parameters, type Draft } from './world.ts'

/** Refusals at admission that the recorded scenarios do not show (SBX-21, SBX-25). */

const world = createWorld()
world.fund('alice', 'bob')

const draft = (count: number, fee: string): Draft => ({
  source: 'alice',
  operations: Array.from({ length: count }, () => Operation.bumpSequence({ bumpTo: '0' })),
  fee,
})

/** The codes with the fee that it should have been, or that it may wait for a ledger. */
const answer = (envelope: Envelope, circumstances?: CheckCircumstances): string => {
  const verdict = world.ledger.check(envelope, circumstances)
  if (verdict.ok) return 'ok'
  return [...codesOf(verdict.result), verdict.result.feeCharged].join(' ')
}

describe('the bid', () => {
  it.each([
    [1, '99', 'txInsufficientFee 100'],
    [1, '100', 'ok'],
    [3, '99', 'txInsufficientFee 300'],
    [3, '100', 'ok'],
  ])('of %i operations has to be enough for each, at %s: %s (SBX-21)', (...[count, fee, words]) => {
    expect(answer(world.envelope(draft(count, fee)))).toBe(words)
  })

  it.each([
    [1, '0', 199n, 'txInsufficientFee 200'],
    [1, '0', 200n, 'ok'],
    [2, '0', 299n, 'txInsufficientFee 300'],
    [2, '0', 300n, 'ok'],
    [2, '150', 299n, 'txInsufficientFee 300'],
    [2, '150', 449n, 'txInsufficientFee 450'],
    [2, '150', 450n, 'ok'],
  ])(
    'around %i operations at %s each, one more counted: %i is %s (SBX-25)',
    (...[count, inner, fee, words]) => {
      const bump = feeBump(world, draft(count, inner), { payer: 'bob', fee })
      expect(answer(bump)).toBe(words)
    },
  )

  it('of a fee bump pays per operation what the inner one pays, to the last part (SBX-25)', () => {
    const bid = (fee: bigint) => answer(feeBump(world, draft(2, '150.5'), { payer: 'bob', fee }))
    expect([bid(451n), bid(452n)]).toEqual(['txInsufficientFee 452', 'ok'])
    const third = (fee: bigint) => answer(feeBump(world, draft(4, '200.25'), { payer: 'bob', fee }))
    expect([third(1001n), third(1002n)]).toEqual(['txInsufficientFee 1002', 'ok'])
  })

  it('of a fee bump is that of an account, after it is enough (SBX-25)', () => {
    const bid = (fee: bigint) => answer(feeBump(world, draft(1, '100'), { payer: 'nobody', fee }))
    expect(bid(199n)).toBe('txInsufficientFee 200')
    expect(bid(200n)).toBe('txNoAccount 200')
    expect(bid(2000n)).toBe('txNoAccount 200')
    const dearer = (fee: bigint) =>
      answer(feeBump(world, draft(2, '150'), { payer: 'nobody', fee }))
    expect([dearer(449n), dearer(450n)]).toEqual(['txInsufficientFee 450', 'txNoAccount 300'])
  })

  it('around no operation at all is that of one, and what is missing is within (SBX-25)', () => {
    const bid = (fee: bigint) => answer(feeBump(world, draft(0, '100'), { payer: 'bob', fee }))
    expect([bid(99n), bid(100n)]).toEqual(['txInsufficientFee 100', 'txFeeBumpInnerFailed 100'])
  })
})

describe('the first of two faults', () => {
  it('of a fee bump is what its payer has, then who signed it, then what is within (SBX-25)', () => {
    const within = { ...draft(1, '100'), sequence: 99n }
    const bid = (fee: bigint, ...signers: string[]) =>
      answer(feeBump(world, within, { payer: 'bob', fee, signers }))
    expect(bid(20_000_000_000n, 'carol')).toBe('txBadAuth 200')
    expect(bid(20_000_000_000n, 'bob', 'carol')).toBe('txInsufficientBalance 200')
    expect(bid(200n, 'bob', 'carol')).toBe('txBadAuthExtra 200')
    expect(bid(200n, 'bob')).toBe('txFeeBumpInnerFailed 200')
  })

  it('of a transaction is who signed it, then what its account has, then who else did (SBX-21)', () => {
    const startingBalance = '1.0000050'
    const create = Operation.createAccount({ destination: idOf('poor'), startingBalance })
    world.apply({ source: 'root', operations: [create] })
    const told = (...signers: string[]) =>
      answer(world.envelope({ ...draft(1, '100'), source: 'poor', signers }))
    expect(told('bob')).toBe('txBadAuth 100')
    expect(told('poor', 'bob')).toBe('txInsufficientBalance 100')
    const rich = { ...draft(1, '100'), signers: ['alice', 'bob'] }
    expect(answer(world.envelope(rich))).toBe('txBadAuthExtra 100')
  })
})

it('the time of a close that is known is what counts, not what has gone by (SBX-21)', () => {
  const closeTime = world.ledger.head.closeTime + 100n
  const within = (minTime: bigint, maxTime: bigint) => {
    const { sequence = 0n } = world.ledger.account(idOf('bob')) ?? {}
    const account = new Account(idOf('bob'), String(sequence))
    const timebounds = { minTime: String(minTime), maxTime: String(maxTime) }
    const { networkPassphrase } = parameters
    const builder = new TransactionBuilder(account, { fee: '100', networkPassphrase, timebounds })
    const built = builder.addOperation(Operation.bumpSequence({ bumpTo: '0' })).build()
    built.sign(keyOf('bob'))
    const envelope = readEnvelope(built.toXdr(), networkPassphrase)
    return answer(envelope, { closeTime, elapsed: 50n })
  }
  expect([within(closeTime, 0n), within(closeTime + 1n, 0n)]).toEqual(['ok', 'txTooEarly 100'])
  expect([within(0n, closeTime), within(0n, closeTime - 1n)]).toEqual(['ok', 'txTooLate 100'])
})

it('what is too early by its ledger is that, though it is too late by its time (SBX-21)', () => {
  const { sequence, closeTime } = world.ledger.head
  const { networkPassphrase } = parameters
  const within = (minLedger: number, maxTime: bigint) => {
    const { sequence: current = 0n } = world.ledger.account(idOf('bob')) ?? {}
    const account = new Account(idOf('bob'), String(current))
    const timebounds = { minTime: '0', maxTime: String(maxTime) }
    const builder = new TransactionBuilder(account, { fee: '100', networkPassphrase, timebounds })
    builder.addOperation(Operation.bumpSequence({ bumpTo: '0' })).setLedgerbounds(minLedger, 0)
    const built = builder.build()
    built.sign(keyOf('bob'))
    return answer(readEnvelope(built.toXdr(), networkPassphrase))
  }
  const [next, later] = [sequence + 1, sequence + 2]
  const told = [within(next, 0n), within(next, closeTime), within(later, closeTime)]
  expect(told).toEqual(['ok', 'txTooLate 100', 'txTooEarly 100'])
})

it('a sequence is counted on from what waits before it, the least one as well (SBX-21)', () => {
  const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
  const { networkPassphrase } = parameters
  const after = (step: bigint, least?: bigint) => {
    const account = new Account(idOf('alice'), String(sequence + step - 1n))
    const builder = new TransactionBuilder(account, { fee: '100', networkPassphrase })
    builder.addOperation(Operation.bumpSequence({ bumpTo: '0' })).setTimeout(0)
    if (least !== undefined) builder.setMinAccountSequence(String(sequence + least))
    const built = builder.build()
    built.sign(keyOf('alice'))
    return answer(readEnvelope(built.toXdr(), networkPassphrase), { sequence: sequence + 2n })
  }
  const wrong = 'txBadSeq 100'
  expect([after(1n), after(2n), after(3n), after(4n)]).toEqual([wrong, wrong, 'ok', wrong])
  const least = [after(3n, 2n), after(4n, 1n), after(2n, 1n), after(5n, 3n)]
  expect(least).toEqual(['ok', 'ok', wrong, wrong])
})

it('a refusal tells the least fee that would do, however much is bid (SBX-21, SBX-25)', () => {
  const rich = draft(2, '500')
  const stale = { ...rich, sequence: 99n }
  const plain = (changes: Partial<Draft>) => answer(world.envelope({ ...rich, ...changes }))
  expect([
    plain(stale),
    plain({ signers: ['bob'] }),
    plain({ signers: ['alice', 'bob'] }),
    plain({ operations: [Operation.bumpSequence({ bumpTo: '0', source: idOf('bob') })] }),
  ]).toEqual(['txBadSeq 200', 'txBadAuth 200', 'txBadAuthExtra 200', 'txFailed opBadAuth 100'])
  const bump = (payer: string, inner: Draft, ...signers: string[]) =>
    answer(feeBump(world, inner, { payer, fee: 2000n, signers }))
  expect([
    bump('nobody', rich, 'nobody'),
    bump('bob', rich, 'carol'),
    bump('bob', rich, 'bob', 'carol'),
    bump('bob', stale, 'bob'),
    bump('bob', { ...rich, signers: ['alice', 'bob'] }, 'bob'),
  ]).toEqual([
    'txNoAccount 300',
    'txBadAuth 300',
    'txBadAuthExtra 300',
    'txFeeBumpInnerFailed 300',
    'txFeeBumpInnerFailed 300',
  ])
})

it('a refusal tells the fee of the day (SBX-26, SBX-37)', () => {
  const closeTime = world.ledger.head.closeTime + 5n
  const start = world.ledger.snapshot()
  world.ledger.close({ transactions: [], closeTime, upgrades: { baseFee: 300n } })
  const bump = (payer: string) => feeBump(world, draft(2, '300'), { payer, fee: 900n })
  const told = [
    answer(world.envelope(draft(2, '299'))),
    answer(world.envelope({ ...draft(2, '300'), sequence: 99n })),
    answer(world.envelope(draft(2, '300'))),
    answer(bump('nobody')),
    answer(bump('bob')),
  ]
  expect(told).toEqual(['txInsufficientFee 600', 'txBadSeq 600', 'ok', 'txNoAccount 900', 'ok'])
  world.ledger.restore(start)
})
