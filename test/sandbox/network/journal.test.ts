import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Memo, Operation } from '@stellar/stellar-sdk'
import type { Keypair, Transaction } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openJournal } from '../../../src/sandbox/network/network/journal.ts'
import { openClient, openForTest } from '../http/client.ts'
import type { Client } from '../http/client.ts'

/** What the file and an export keep of the ledgers: an export tells all of it. */

let parent: string
let dataDir: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
  dataDir = join(parent, 'not', 'there', 'yet')
})

afterEach(() => rm(parent, { recursive: true }))

const noop = [Operation.bumpSequence({ bumpTo: '0' })]
const exportOf = ({ sandbox }: Client) => sandbox.control.export()
const bornAt = (client: Client) => BigInt(exportOf(client).genesisCloseTime)

/** A start and a stop; in between what is done. What was there at the end is told. */
async function run(work: (client: Client) => Promise<void> | void) {
  const client = await openClient({ dataDir, mode: 'manual' })
  await work(client)
  const told = exportOf(client)
  await client.sandbox.stop()
  return told
}

/** With a signature that names its key, and is one for something else. */
async function forgedBy(client: Client, from: Keypair) {
  const forged = await client.build(from, noop, { memo: Memo.text('forged'), signers: [] })
  const { signatures } = await client.build(from, noop)
  forged.signatures.push(...signatures)
  return forged
}

async function recordOf(client: Client, transaction: Transaction) {
  return (await client.get(`/transactions/${Buffer.from(transaction.hash()).toString('hex')}`)).body
}

async function sendAsync({ sandbox }: Client, transaction: Transaction) {
  const body = new URLSearchParams({ tx: transaction.toXdr() })
  const { status } = await fetch(`${sandbox.url}/transactions_async`, { method: 'POST', body })
  expect(status).toBe(201)
}

describe('a network with a data directory', () => {
  test('has each ledger as it was: its time, what all paid, what it changed (SBX-05)', async () => {
    const before = await run(async (client) => {
      const { control } = client.sandbox
      const born = bornAt(client)
      for (const later of [7n, 8n, 20n]) control.close({ closeTime: born + later })
      control.close({ closeTime: born + 30n, upgrades: { baseFee: 200n } })
      const upgrades = { baseReserve: 10_000_000n, maxTxSetSize: 50 }
      control.close({ closeTime: born + 31n, upgrades })
      await client.funded()
      control.close({ closeTime: born + 50n })
      expect(exportOf(client).ledgers.slice(0, 3)).toEqual(['+7', '+1', '+12'])
      expect(exportOf(client).ledgers.slice(3, 5).map(upgradesOf)).toEqual([
        { baseFee: '200' },
        { baseReserve: '10000000', maxTxSetSize: 50 },
      ])
      expect(JSON.parse(`${exportOf(client).ledgers[5]}`)).toHaveProperty('tx.length', 1)
    })
    expect(await run(() => undefined)).toEqual(before)
  })

  test('counts the time of its ledgers on from the last one, over every start (SBX-05)', async () => {
    let told = await run(() => undefined)
    const born = BigInt(told.genesisCloseTime)
    for (const later of [5n, 9n, 30n]) {
      told = await run((client) => {
        expect(exportOf(client)).toEqual(told)
        client.sandbox.control.close({ closeTime: born + later })
      })
    }
    expect(told.ledgers).toEqual(['+5', '+4', '+21'])
  })

  test('goes on after a reset and a revert as if nothing else had been (SBX-94, SBX-107)', async () => {
    const before = await run(async (client) => {
      const { control } = client.sandbox
      control.close({ closeTime: bornAt(client) + 500n, upgrades: { baseFee: 200n } })
      control.reset()
      const born = bornAt(client)
      control.close({ closeTime: born + 10n })
      const id = control.snapshot()
      await client.funded()
      control.close({ closeTime: born + 50n })
      control.revert(id)
      for (const later of [20n, 21n]) control.close({ closeTime: born + later })
      expect(exportOf(client).ledgers).toEqual(['+10', '+10', '+1'])
    })
    expect(await run(() => undefined)).toEqual(before)
  })

  test('goes back by the letters of its file, whatever its passphrase is written in', async () => {
    const networkPassphrase = 'Größtes Netz für Überweisungen — 測試 ; 2026'
    const options = { dataDir, networkPassphrase, mode: 'manual' } as const
    const started = await openClient(options)
    const start = started.sandbox.control.snapshot()
    started.sandbox.control.close({ closeTime: bornAt(started) + 30n })
    expect(started.sandbox.control.revert(start)).toBe(true)
    started.sandbox.control.close({ closeTime: bornAt(started) + 3n })
    await started.sandbox.stop()
    const second = await openClient(options)
    const { control } = second.sandbox
    const born = bornAt(second)
    control.close({ closeTime: born + 5n })
    const id = control.snapshot()
    control.close({ closeTime: born + 50n })
    expect(control.revert(id)).toBe(true)
    control.close({ closeTime: born + 6n })
    const told = exportOf(second)
    expect(told.ledgers).toEqual(['+3', '+2', '+1'])
    await second.sandbox.stop()
    const third = await openForTest(options)
    expect(exportOf(third)).toEqual(told)
  })

  test('comes back though a ledger recorded a signature that was none (SBX-05)', async () => {
    const before = await run(async (client) => {
      const { control } = client.sandbox
      const from = await client.funded()
      const forged = await forgedBy(client, from)
      control.slipIn({ tx: forged.toXdr(), before: from.publicKey(), when: 'application' })
      await sendAsync(client, await client.build(from, noop))
      control.close()
      expect(await recordOf(client, forged)).toMatchObject({ successful: false })
    })
    expect(await run(() => undefined)).toEqual(before)
  })

  test('keeps all of it from other users of the machine', async () => {
    await run(() => undefined)
    for (const path of [dataDir, join(dataDir, 'ledgers.jsonl')]) {
      expect((await stat(path)).mode & 0o077).toBe(0)
    }
  })

  test('is one at a time in its directory', async () => {
    await run(async () => {
      await expect(openClient({ dataDir })).rejects.toThrow('another network is running')
    })
    await run(() => undefined)
    expect((await stat(join(dataDir, 'ledgers.jsonl'))).size).toBeGreaterThan(0)
  })

  test('writes nothing more when it has ended', async () => {
    const client = await openClient({ dataDir })
    await client.sandbox.stop()
    expect(() => client.sandbox.control.close()).toThrow(
      new Error('the network has ended, and its file is closed'),
    )
  })
})

test.each(['', '{"genesisCloseTime":"5"', 'é'])(
  'a file whose head was torn, or never written, begins anew: %j (SBX-05)',
  async (torn) => {
    const file = join(parent, 'ledgers.jsonl')
    await writeFile(file, torn)
    const open = (time: bigint) => openJournal({ file, network: { name: 'one' }, now: () => time })
    const first = open(77n)
    const born = first.genesisCloseTime
    first.append({ closeTime: 80n, hash: '', envelopes: [], baseFee: 100n })
    first.stop()
    const second = open(99n)
    const times = [...second.replay('')].map(({ plan }) => plan.closeTime)
    expect([born, second.genesisCloseTime, times]).toEqual([77n, 77n, [80n]])
    second.stop()
    const lines = '{"genesisCloseTime":"77","name":"one"}\n+3\n'
    expect(await readFile(file, 'utf8')).toBe(lines)
  },
)

test('a file is of one network, in all that is told of it (SBX-05)', () => {
  const file = join(parent, 'ledgers.jsonl')
  const open = (network: Record<string, string>) => openJournal({ file, network, now: () => 77n })
  open({ name: 'one', kind: 'two' }).stop()
  const again = open({ kind: 'two', name: 'one' })
  expect(again.genesisCloseTime).toBe(77n)
  again.stop()
  for (const [name, value] of [
    ['name', 'one'],
    ['kind', 'two'],
  ] as const) {
    expect(() => open({ name: 'one', kind: 'two', [name]: 'other' })).toThrow(
      new Error(
        `${file} belongs to a network with ${name} "${value}", not "other": ` +
          'start with the old value, or with another data directory',
      ),
    )
  }
})

const upgradesOf = (line: string) => (JSON.parse(line) as { u: object }).u

test('an import believes no hash and no signature that it is told (SBX-94)', async () => {
  const origin = await openForTest()
  const forged = await forgedBy(origin, await origin.funded())
  const exported = exportOf(origin)
  const withHash = (h: string) => {
    const line = { t: String(bornAt(origin) + 60n), h, f: '100', tx: [forged.toXdr()] }
    return { ...exported, ledgers: [...exported.ledgers, JSON.stringify(line)] }
  }
  const other = await openForTest()
  const { control } = other.sandbox
  let told = ''
  try {
    control.import(withHash('none'))
  } catch (error) {
    told = String(error)
  }
  const [, hash = ''] = /replays to hash ([0-9a-f]{64}), not none/.exec(told) ?? []
  expect(hash).not.toBe('')
  control.import(withHash(hash))
  expect(await recordOf(other, forged)).toMatchObject({ successful: false })
})
