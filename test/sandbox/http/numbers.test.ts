import { Account, Asset, MuxedAccount, Operation } from '@stellar/stellar-sdk'
import type { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

let client: Client
let from: Keypair
let to: Keypair
let hash: string

/** Larger than any integer a JSON number carries. */
const muxedId = '18446744073709551615'

beforeAll(async () => {
  client = await openClient()
  ;[from, to] = [await client.funded(), await client.funded()]
  const muxed = new MuxedAccount(new Account(to.publicKey(), '0'), muxedId).accountId()
  const transaction = await client.pay(from, muxed)
  hash = Buffer.from(transaction.hash()).toString('hex')
  const offer = Operation.manageSellOffer({
    selling: Asset.native(),
    buying: new Asset('USD', to.publicKey()),
    amount: '1',
    price: '2',
  })
  const trust = Operation.changeTrust({ asset: new Asset('USD', to.publicKey()) })
  await client.server.submitTransaction(await client.build(from, [trust, offer]))
})

afterAll(() => client[Symbol.asyncDispose]())

type Json = Record<string, unknown>

const bodyOf = async (path: string) => (await client.get(path)).body as Json

const PATHS = [
  '/',
  '/fee_stats',
  '/ledgers',
  '/transactions',
  '/operations',
  '/payments',
  '/effects',
  '/offers',
  '/trades',
  '/assets',
]

/** Every value in a JSON document, with the name it stands under. */
function* valuesIn(value: unknown, name = ''): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [name, value]
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    yield* valuesIn(inner, Array.isArray(value) ? name : key)
  }
}

/** Names of what has 64 bits, wherever it stands. */
const LONG =
  /^(id|paging_token|.*sequence|.*sequence_time|fee_charged|max_fee|.*_muxed_id|offer_id|total_coins|fee_pool|amount|balance|limit)$/

/** Of 32 bits: the number of a ledger is called sequence too. */
const isLedgerNumber = (record: unknown) =>
  record !== null && Object.hasOwn(Object(record), 'prev_hash')

describe('numbers in answers', () => {
  test.each(PATHS)('of %s are strings when they have 64 bits (SBX-70)', async (path) => {
    const body = await bodyOf(path)
    const records = recordsOf({ status: 200, headers: new Headers(), body })
    const wrong = (records.length > 0 ? records : [body])
      .flatMap((record) => {
        const { sequence: _, ...others } = record
        return [...valuesIn(isLedgerNumber(record) ? others : record)]
      })
      .filter(([name, value]) => LONG.test(name) && typeof value !== 'string')
    expect(wrong).toEqual([])
  })

  test('of an account: its sequence is text, weights and counts are numbers (SBX-70)', async () => {
    const account = await bodyOf(`/accounts/${from.publicKey()}`)
    expect(account).toMatchObject({
      sequence: expect.stringMatching(/^\d+$/),
      sequence_ledger: expect.any(Number),
      sequence_time: expect.stringMatching(/^\d{10}$/),
      subentry_count: 2,
      last_modified_ledger: expect.any(Number),
      num_sponsoring: 0,
      thresholds: { low_threshold: 0, med_threshold: 0, high_threshold: 0 },
      signers: [{ weight: 1 }],
    })
  })

  test('of a transaction: fees are text, its ledger is a number (SBX-70)', async () => {
    expect(await bodyOf(`/transactions/${hash}`)).toMatchObject({
      ledger: expect.any(Number),
      operation_count: 1,
      fee_charged: '100',
      max_fee: '100',
      source_account_sequence: expect.stringMatching(/^\d+$/),
    })
  })

  test('of muxed ids and offers keep all 64 bits (SBX-70)', async () => {
    const [payment] = recordsOf(await client.get(`/transactions/${hash}/operations`))
    expect(payment).toMatchObject({ to_muxed_id: muxedId })
    const [offer] = recordsOf(await client.get(`/offers?seller=${from.publicKey()}`))
    expect(offer).toMatchObject({ id: '1', price_r: { n: 2, d: 1 } })
  })

  test('of lumens are exact to the last of 19 digits (SBX-04, SBX-70)', async () => {
    const root = rootKey(client.sandbox.networkPassphrase).publicKey()
    const before = (await bodyOf(`/accounts/${root}`)) as { balances: { balance: string }[] }
    const units = (text = '') => BigInt(text.replace('.', ''))
    const total = units(before.balances[0]?.balance)
    expect(total).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
    await client.pay(from, root, { amount: '0.0000001' })
    const after = (await bodyOf(`/accounts/${root}`)) as typeof before
    expect(units(after.balances[0]?.balance)).toBe(total + 1n)
  })
})

test('times are RFC 3339 in UTC, in whole seconds (SBX-70)', async () => {
  const bodies = await Promise.all(PATHS.map(bodyOf))
  const times = bodies
    .flatMap((body) => [...valuesIn(body)])
    .filter(([name]) => name.endsWith('_at') || /^(created|closed|modified)_/.test(name))
  expect(times.length).toBeGreaterThan(10)
  const plain = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
  expect(times.filter(([, value]) => !plain.test(String(value)))).toEqual([])
})
