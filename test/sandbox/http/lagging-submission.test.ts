import { Account, Networks, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import type { Keypair, Transaction } from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import { openForTest, recordsOf, until } from './client.ts'
import type { Client } from './client.ts'

const noop = Operation.bumpSequence({ bumpTo: '0' })
const latest = (client: Client) => client.sandbox.control.state().coreLatestLedger

/** A submission whose answer can be looked for without waiting. */
function sent(client: Client, transaction: Transaction) {
  const state = { answered: false }
  const answer = client.submit(transaction).finally(() => {
    state.answered = true
  })
  return { state, answer }
}

/** Two transactions with one sequence number; ingestion stops two ledgers before the first is applied. */
async function appliedUnread() {
  const client = await openForTest()
  const from: Keypair = await client.funded()
  const [first, second] = [
    await client.build(from, [noop]),
    await client.build(from, [noop, noop], { fee: '200' }),
  ]
  const { control } = client.sandbox
  control.lag({ paused: true })
  control.close()
  const before = latest(client)
  const firstSent = sent(client, first)
  await until(() => latest(client) > before)
  return { client, control, from, first, second, firstSent }
}

/** So many other requests go through the same server: time enough for an early answer. */
async function othersServed(client: Client, count = 20) {
  for (let turn = 0; turn < count; turn += 1) await client.get('/fee_stats')
}

describe('a bad sequence while reads lag behind the ledger', () => {
  test('is told only when the account was read up to that sequence (SBX-74)', async () => {
    const { client, control, second, firstSent } = await appliedUnread()
    const { state, answer } = sent(client, second)
    await othersServed(client)
    expect(state.answered).toBe(false)
    control.lag({})
    const refused = await answer
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      extras: { result_codes: { transaction: 'tx_bad_seq' } },
    })
    expect((await firstSent.answer).status).toBe(200)
  })

  test('is no failure for the transaction that took the sequence itself (SBX-74)', async () => {
    const { client, control, first } = await appliedUnread()
    // The core forgets the hashes of applied transactions after some ledgers.
    control.close({ ledgers: 10 })
    const { state, answer } = sent(client, first)
    await othersServed(client)
    expect(state.answered).toBe(false)
    control.lag({})
    const found = await answer
    expect(found.status).toBe(200)
    expect(await found.json()).toMatchObject({
      hash: Buffer.from(first.hash()).toString('hex'),
      successful: true,
    })
  })

  test('is told as soon as the account was read so far, though more is to be read (SBX-74)', async () => {
    const { client, control, second } = await appliedUnread()
    const { state, answer } = sent(client, second)
    await othersServed(client)
    expect(state.answered).toBe(false)
    control.lag({ ledgers: 1 }) // the empty ledger before the one with the account
    await othersServed(client)
    expect(state.answered).toBe(false)
    control.close()
    await until(() => state.answered, 5_000)
    expect((await answer).status).toBe(400)
    expect(control.state().ingestedLatestLedger).toBeLessThan(latest(client))
  })

  test('waits alone: what else is wrong is told at once (SBX-74)', async () => {
    const { client, control, from, firstSent } = await appliedUnread()
    const answer = await client.submit(await client.build(from, [noop], { fee: '1' }))
    expect(await answer.json()).toMatchObject({
      extras: { result_codes: { transaction: 'tx_insufficient_fee' } },
    })
    control.lag({})
    expect((await firstSent.answer).status).toBe(200)
  })

  test('is told at once when nothing lags (SBX-74)', async () => {
    const client = await openForTest()
    const from = await client.funded()
    const first = await client.build(from, [noop])
    const second = await client.build(from, [noop], { fee: '300' })
    expect((await client.submit(first)).status).toBe(200)
    const start = performance.now()
    expect((await client.submit(second)).status).toBe(400)
    const { sequence } = await client.server.loadAccount(from.publicKey())
    const ahead = new TransactionBuilder(
      new Account(from.publicKey(), `${BigInt(sequence) + 5n}`),
      {
        fee: '100',
        networkPassphrase: Networks.TESTNET,
      },
    )
    const gap = ahead.addOperation(noop).setTimeout(300).build()
    gap.sign(from)
    expect((await client.submit(gap)).status).toBe(400)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('the meta of a transaction', () => {
  const metaOf = async (client: Client) => {
    await client.funded()
    const [record] = recordsOf(await client.get('/transactions?limit=1'))
    return record ?? {}
  }

  test('is a minimal value that clients can decode (SBX-78)', async () => {
    const record = await metaOf(await openForTest())
    expect(record).toMatchObject({
      result_meta_xdr: 'AAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      fee_meta_xdr: 'AAAAAA==',
    })
    const meta = xdr.TransactionMeta.fromXdr(String(record['result_meta_xdr']), 'base64')
    expect(meta).toMatchObject({ v4: { operations: [], events: [] } })
  })

  test('is left out when that is asked for, as Horizon does that skips it (SBX-78)', async () => {
    const record = await metaOf(await openForTest({ horizon: { withMeta: false } }))
    expect(record).not.toHaveProperty('result_meta_xdr')
    expect(record).toMatchObject({ fee_meta_xdr: 'AAAAAA==' })
  })
})
