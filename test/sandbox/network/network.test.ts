import { Account, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createClock } from '../../../src/sandbox/network/network/clock.ts'
import type { NetworkOptions } from '../../../src/sandbox/network/network/core.ts'
import type { Journal } from '../../../src/sandbox/network/network/journal.ts'
import { createNetwork } from '../../../src/sandbox/network/network/network.ts'
import { submitAndWait } from '../../../src/sandbox/network/network/submission.ts'
import { createWorld, genesisCloseTime as born, idOf, keyOf, parameters } from '../ledger/world.ts'

const noop = [Operation.bumpSequence({ bumpTo: '0' })]

/** A network whose clock stands still until the test moves it. */
function open(change: Partial<NetworkOptions> = {}) {
  let wall = born
  const network = createNetwork({
    parameters,
    seed: 'a seed',
    pace: { mode: 'manual' },
    clock: createClock(() => Number(wall) * 1000),
    applyOrder: 'fifo',
    strictCloseTime: false,
    allowQueueChaining: false,
    ...change,
  })
  onTestFinished(() => network.stop())
  const at = (later: bigint) => {
    wall = born + later
  }
  return { network, at }
}

const world = createWorld()
const created = (name: string, sequence: bigint) =>
  world.envelope({
    source: 'root',
    operations: [Operation.createAccount({ destination: idOf(name), startingBalance: '1000' })],
    sequence,
  })
/** Of an account that was created in ledger 2, unless another is told. */
const nextOf = (name: string, step: bigint, { fee = '100', bornIn = 2n } = {}) =>
  world.envelope({ source: name, operations: noop, sequence: (bornIn << 32n) + step, fee })

/** The same of alice, with an end. */
function endingAt(step: bigint, later: bigint) {
  const account = new Account(idOf('alice'), String((2n << 32n) + step - 1n))
  const { networkPassphrase } = parameters
  const timebounds = { minTime: 0, maxTime: Number(born + later) }
  const built = new TransactionBuilder(account, { fee: '100', networkPassphrase, timebounds })
  const transaction = built.addOperation(Operation.bumpSequence({ bumpTo: '0' })).build()
  transaction.sign(keyOf('alice'))
  return readEnvelope(transaction.toXdr(), networkPassphrase)
}

function openWithAlice(change: Partial<NetworkOptions> = {}) {
  const opened = open(change)
  opened.network.close({ only: [created('alice', 1n)] })
  return opened
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a ledger', () => {
  test('of just what was given charges the fee of the day (SBX-33, SBX-110)', () => {
    const { network } = openWithAlice()
    network.close({ upgrades: { baseFee: 200n } })
    const only = [nextOf('alice', 1n, { fee: '500' })]
    const { transactions } = network.close({ only })
    expect(transactions.map(({ feeCharged }) => feeCharged)).toEqual([200n])
    const [line = ''] = network.export().ledgers.slice(-1)
    expect(JSON.parse(line)).toMatchObject({ f: '200' })
  })

  test.each([
    [false, [20n, 20n, 20n, 21n]],
    [true, [20n, 21n, 22n, 23n]],
  ])('closes not before the last one, though that was asked: strict %s (SBX-32)', (...how) => {
    const [strictCloseTime, closed] = how
    const { network } = open({ strictCloseTime })
    const asked = [20n, 10n, 20n, 21n]
    const times = asked.map((later) => network.close({ closeTime: born + later }).closeTime - born)
    expect(times).toEqual(closed)
  })

  test('is told to nobody when it could not be written down (SBX-05)', () => {
    const journal: Journal = {
      genesisCloseTime: born,
      replay: () => [],
      append() {
        throw new Error('the disk is full')
      },
      rewind: () => undefined,
      restart: () => undefined,
      stop: () => undefined,
    }
    const { network } = open({ journal })
    const heard: number[] = []
    network.onIngested(({ sequence }) => heard.push(sequence))
    expect(() => network.close()).toThrow(new Error('the disk is full'))
    expect([heard, network.history.latest]).toEqual([[], 1])
  })

  test('comes of what was admitted, not of what is known already (SBX-30)', async () => {
    const { network } = openWithAlice({ pace: { mode: 'instant' } })
    const envelope = nextOf('alice', 1n)
    expect(network.admit(envelope)).toEqual({ status: 'PENDING' })
    await turn()
    expect(network.ledger.head.sequence).toBe(3)
    expect(network.admit(envelope)).toEqual({ status: 'TRY_AGAIN_LATER' })
    await turn()
    expect(network.ledger.head.sequence).toBe(3)
  })

  test('that was overdue is what lateness counts from (SBX-21, SBX-30)', () => {
    const { network, at } = openWithAlice({ pace: { mode: 'instant' } })
    const answer = (step: bigint, later: bigint) => network.admit(endingAt(step, later)).status
    at(100n)
    expect(answer(1n, 110n)).toBe('PENDING')
    network.close()
    at(200n)
    expect(answer(2n, 209n)).toBe('ERROR')
    expect(answer(2n, 210n)).toBe('PENDING')
  })

  test.each([
    [{ mode: 'manual' }, 2],
    [{ mode: 'interval', intervalMs: 3_600_000 }, 2],
    [{ mode: 'instant' }, 3],
  ] as const)('that is overdue closes at once in instant mode only: %j (SBX-30)', (...how) => {
    const [pace, sequence] = how
    const { network, at } = openWithAlice({ pace })
    at(5n)
    expect(network.admit(nextOf('alice', 1n))).toEqual({ status: 'PENDING' })
    expect(network.ledger.head.sequence).toBe(sequence)
  })

  test('takes nothing that ends before the time it closes at (SBX-28, SBX-32)', () => {
    const { network } = openWithAlice()
    const taken = (later: bigint) => {
      const id = network.snapshot()
      expect(network.admit(endingAt(1n, 50n))).toEqual({ status: 'PENDING' })
      const { transactions } = network.close({ closeTime: born + later })
      network.revert(id)
      return transactions.map(({ successful }) => successful)
    }
    expect([taken(50n), taken(51n)]).toEqual([[true], []])
  })

  test('neither closes nor is read when all has ended', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { network } = open({ pace: { mode: 'interval', intervalMs: 100 } })
    network.ingestion.lag = { milliseconds: 500 }
    vi.advanceTimersByTime(250)
    const standing = () => [network.ledger.head.sequence, network.history.latest]
    expect(standing()).toEqual([3, 1])
    network.stop()
    vi.advanceTimersByTime(10_000)
    expect(standing()).toEqual([3, 1])
  })
})

test.each([
  [false, ['PENDING', 'TRY_AGAIN_LATER']],
  [true, ['PENDING', 'PENDING']],
])('transactions of an account wait in a row where that was asked for: %s (SBX-27)', (...how) => {
  const [allowQueueChaining, answers] = how
  const { network } = openWithAlice({ allowQueueChaining })
  const id = network.snapshot()
  const both = () => [1n, 2n].map((step) => network.admit(nextOf('alice', step)).status)
  expect(both()).toEqual(answers)
  network.revert(id)
  expect(both()).toEqual(answers)
  network.reset()
  network.close({ only: [created('alice', 1n)] })
  expect(both()).toEqual(answers)
})

describe('a network that begins again', () => {
  test('does so at the time it is by then (SBX-107)', () => {
    const { network, at } = openWithAlice()
    at(77n)
    network.reset()
    expect(network.export()).toEqual({
      networkPassphrase: parameters.networkPassphrase,
      genesisCloseTime: String(born + 77n),
      ledgers: [],
    })
  })

  test('loses nothing by an import that does not add up (SBX-94)', () => {
    const { network } = openWithAlice()
    const told = network.export()
    const id = network.snapshot()
    let rewound = 0
    network.onRewound(() => (rewound += 1))
    const line = JSON.stringify({ t: String(born + 9n), h: '00', f: '100', tx: [] })
    const forged = { ...told, ledgers: ['+5', line] }
    expect(() => network.import(forged)).toThrow(/^a recorded ledger replays to hash .*, not 00$/)
    expect([network.export(), rewound]).toEqual([told, 0])
    expect(network.ledger.account(idOf('alice'))?.balance).toBe(10_000_000_000n)
    expect(network.revert(id)).toBe(true)
  })
})

describe('a bad sequence while reads lag behind (SBX-74)', () => {
  afterEach(() => void vi.useRealTimers())

  /** The first transaction of alice is applied, and not to be read. */
  const appliedUnread = () => {
    const { network } = openWithAlice()
    network.ingestion.lag = { paused: true }
    network.close({ only: [nextOf('alice', 1n)] })
    return network
  }

  test('is told after ten seconds at the latest', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const network = appliedUnread()
    const told: string[] = []
    const submitted = submitAndWait(network, nextOf('alice', 1n, { fee: '300' }), 1)
    void submitted.then(({ outcome }) => told.push(outcome))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual(['refused'])
  })

  test('is told when the account can be read, be it all new', async () => {
    const { network } = openWithAlice()
    network.ingestion.lag = { paused: true }
    network.close({ only: [created('bob', 2n)] })
    const told: string[] = []
    const submitted = submitAndWait(network, nextOf('bob', 9n, { bornIn: 3n }), 1000)
    void submitted.then(({ outcome }) => told.push(outcome))
    await turn()
    expect(told).toEqual([])
    network.ingestion.lag = {}
    await turn()
    expect(told).toEqual(['refused'])
  })

  test('keeps no process alive, nor does any other wait', async () => {
    const alive = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    const network = appliedUnread()
    const before = alive()
    const refused = submitAndWait(network, nextOf('alice', 1n, { fee: '300' }), 60_000)
    const later = nextOf('alice', 2n)
    const recorded = submitAndWait(network, later, 60_000)
    expect(alive()).toBe(before)
    network.ingestion.lag = {}
    network.close()
    expect([(await refused).outcome, (await recorded).outcome]).toEqual(['refused', 'recorded'])
  })
})
