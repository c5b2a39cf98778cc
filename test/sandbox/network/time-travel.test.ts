import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Operation } from '@stellar/stellar-sdk'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createClock } from '../../../src/sandbox/network/network/clock.ts'
import { openJournal } from '../../../src/sandbox/network/network/journal.ts'
import type { Journal } from '../../../src/sandbox/network/network/journal.ts'
import { createNetwork } from '../../../src/sandbox/network/network/network.ts'
import { createWorld, genesisCloseTime as born, idOf, parameters } from '../ledger/world.ts'

function open(journal?: Journal) {
  const network = createNetwork({
    parameters,
    seed: 'a seed',
    pace: { mode: 'manual' },
    clock: createClock(() => Number(born) * 1000),
    applyOrder: 'fifo',
    strictCloseTime: false,
    allowQueueChaining: false,
    ...(journal && { journal }),
  })
  const close = (...later: bigint[]) => {
    for (const seconds of later) network.close({ closeTime: born + seconds })
  }
  return { network, close }
}

describe('a network goes back (SBX-94)', () => {
  test('to each of its snapshots, as often as it likes', () => {
    const { network, close } = open()
    close(5n)
    const first = network.snapshot()
    const one = network.export()
    close(7n, 9n)
    const second = network.snapshot()
    const two = network.export()
    expect([one.ledgers, two.ledgers]).toEqual([['+5'], ['+5', '+2', '+2']])
    for (const [id, told] of [
      [second, two],
      [second, two],
      [first, one],
      [first, one],
    ] as const) {
      close(20n, 30n)
      expect(network.revert(id)).toBe(true)
      expect(network.export()).toEqual(told)
      expect(network.history.latest).toBe(network.ledger.head.sequence)
    }
  })

  test('to what was closed, read or not, and takes that along in an export (SBX-95)', () => {
    const { network, close } = open()
    network.ingestion.lag = { paused: true }
    close(5n, 7n)
    expect(network.history.latest).toBe(1)
    expect(network.export().ledgers).toEqual(['+5', '+2'])
    close(9n)
    const id = network.snapshot()
    close(11n)
    network.revert(id)
    expect([network.history.latest, network.ledger.head.sequence]).toEqual([4, 4])
    expect(network.ingestion.lag).toEqual({ paused: true })
  })

  test('to no snapshot of ledgers that a revert took back', () => {
    const { network, close } = open()
    const first = network.snapshot()
    close(5n, 7n)
    const gone = network.snapshot()
    network.revert(first)
    close(9n)
    expect(network.revert(gone)).toBe(false)
    const later = network.snapshot()
    const told = network.export()
    expect([first, gone]).not.toContain(later)
    close(20n)
    expect(network.revert(gone)).toBe(false)
    expect(network.revert(later)).toBe(true)
    expect(network.export()).toEqual(told)
  })

  test('to no later one than the last it went back to, however many there are', () => {
    const { network, close } = open()
    const ids = Array.from({ length: 11 }, (_, at) => {
      close(BigInt(5 + at))
      return network.snapshot()
    })
    const went = [9, 11, 10, 9, 2, 9, 3, 1].map((place) => network.revert(`${ids[place - 1]}`))
    expect(went).toEqual([true, false, false, true, true, false, false, true])
  })

  test('and tells all who listen, for as long as they do', () => {
    const { network, close } = open()
    const told: string[] = []
    network.onRewound(() => told.push('one'))
    const leave = network.onRewound(() => told.push('two'))
    const id = network.snapshot()
    close(5n)
    network.revert(id)
    network.reset()
    expect(told).toEqual(['one', 'two', 'one', 'two'])
    leave()
    network.import(network.export())
    expect(told.slice(4)).toEqual(['one'])
    expect(network.revert('none')).toBe(false)
    expect(told.slice(4)).toEqual(['one'])
  })

  test('to nothing of another network', () => {
    const { network, close } = open()
    close(5n)
    const told = network.export()
    expect(told).toEqual({
      networkPassphrase: parameters.networkPassphrase,
      genesisCloseTime: String(born),
      ledgers: ['+5'],
    })
    const networkPassphrase = 'Another Network ; 2026'
    expect(() => network.import({ ...told, networkPassphrase })).toThrow(
      new Error(`the export is of another network: ${networkPassphrase}`),
    )
    expect(network.export()).toEqual(told)
  })
})

test('each who listens hears of each ledger that can be read, for as long as they do (SBX-95)', () => {
  const { network, close } = open()
  const heard: string[] = []
  network.onIngested(({ sequence }) => heard.push(`one ${sequence}`))
  const leave = network.onIngested(({ sequence }) => heard.push(`two ${sequence}`))
  close(5n, 6n)
  leave()
  close(7n)
  expect(heard).toEqual(['one 2', 'two 2', 'one 3', 'two 3', 'one 4'])
})

test('what a full ledger charged is kept on file and in an export (SBX-05, SBX-33)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'ledgers.jsonl')
  const journal = () => openJournal({ file, network: {}, now: () => born })
  const { network, close } = open(journal())
  const world = createWorld()
  const funding = ['alice', 'bob'].map((name) =>
    Operation.createAccount({ destination: idOf(name), startingBalance: '1000' }),
  )
  network.close({ only: [world.envelope({ source: 'root', operations: funding })] })
  world.fund('alice', 'bob')
  network.close({ upgrades: { maxTxSetSize: 1 } })
  const bids = { alice: '300', bob: '500' }
  for (const [source, fee] of Object.entries(bids)) {
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    expect(network.admit(world.envelope({ source, operations, fee }))).toEqual({
      status: 'PENDING',
    })
  }
  close(5n, 6n)
  const balances = ['alice', 'bob'].map((name) => network.ledger.account(idOf(name))?.balance)
  expect(balances).toEqual([9_999_999_900n, 9_999_999_500n])
  const told = network.export()
  const charged = told.ledgers.slice(2).map((line) => (JSON.parse(line) as { f: string }).f)
  expect(charged).toEqual(['500', '100'])
  const elsewhere = open().network
  elsewhere.import(told)
  expect(elsewhere.export()).toEqual(told)
  expect(elsewhere.ledger.head).toEqual(network.ledger.head)
  network.stop()
  const again = open(journal()).network
  expect(again.export()).toEqual(told)
  expect(again.ledger.head).toEqual(network.ledger.head)
  again.stop()
})
