import { Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import type { FeeBumpTransaction, Transaction } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClient, openForTest } from './client.ts'
import type { Client } from './client.ts'

/** What the sender of a transaction is told, the whole of it (SBX-54, SBX-57, SBX-71 to SBX-77). */

let client: Client
let from: Keypair
let payer: Keypair

beforeAll(async () => {
  client = await openClient()
  ;[from, payer] = [await client.funded(), await client.funded()]
})

afterAll(() => client[Symbol.asyncDispose]())

const noop = Operation.bumpSequence({ bumpTo: '0' })
const hopeless = () => Operation.accountMerge({ destination: Keypair.random().publicKey() })
const hashOf = (one: { hash(): Uint8Array }) => Buffer.from(one.hash()).toString('hex')

async function post(tx: string, path = '/transactions') {
  const body = new URLSearchParams({ tx })
  const response = await fetch(`${client.sandbox.url}${path}`, { method: 'POST', body })
  const type = response.headers.get('content-type')
  return { status: response.status, type, body: await response.json() }
}

const recorded = async (one: Transaction | FeeBumpTransaction) =>
  (await client.get(`/transactions/${hashOf(one)}`)).body as { result_xdr: string }

function bumped(inner: Transaction): FeeBumpTransaction {
  const bump = TransactionBuilder.buildFeeBumpTransaction(payer, '400', inner, Networks.TESTNET)
  bump.sign(payer)
  return bump
}

const failed = (extras: object) => ({
  status: 400,
  type: 'application/problem+json; charset=utf-8',
  body: {
    type: 'https://stellar.org/horizon-errors/transaction_failed',
    title: 'Transaction Failed',
    status: 400,
    detail: expect.stringContaining('failed when submitted to the stellar network'),
    extras,
  },
})

test('a transaction that went well is answered as it is found by the hash that was sent (SBX-71)', async () => {
  const inner = await client.build(from, [noop, noop])
  for (const sent of [bumped(inner), inner]) {
    const answer = await post(sent.toXdr())
    const type = 'application/hal+json; charset=utf-8'
    expect(answer).toEqual({ status: 200, type, body: await recorded(sent) })
    expect(answer.body).toMatchObject({ hash: hashOf(sent), result_meta_xdr: expect.any(String) })
  }
})

test('a transaction that failed in a ledger is told of with its hash, envelope and result (SBX-57)', async () => {
  const sent = await client.build(from, [noop, hopeless()])
  const answer = await post(sent.toXdr())
  expect(answer).toEqual(
    failed({
      hash: hashOf(sent),
      envelope_xdr: sent.toXdr(),
      result_codes: { transaction: 'tx_failed', operations: ['op_success', 'op_no_account'] },
      result_xdr: (await recorded(sent)).result_xdr,
    }),
  )
})

test('a fee bump that failed is told of to each of its two senders as what they sent (SBX-57)', async () => {
  const inner = await client.build(from, [hopeless(), noop])
  const bump = bumped(inner)
  const operations = ['op_no_account', 'op_success']
  const answers = [await post(bump.toXdr()), await post(inner.toXdr())]
  const { result_xdr } = await recorded(bump)
  const both = { transaction: 'tx_fee_bump_inner_failed', inner_transaction: 'tx_failed' }
  expect(answers).toEqual([
    failed({
      hash: hashOf(bump),
      envelope_xdr: bump.toXdr(),
      result_codes: { ...both, operations },
      result_xdr,
    }),
    failed({
      hash: hashOf(inner),
      envelope_xdr: inner.toXdr(),
      result_codes: { transaction: 'tx_failed', operations },
      result_xdr,
    }),
  ])
})

test('a transaction that no ledger takes is told of without a hash (SBX-54, SBX-77)', async () => {
  const unsigned = await client.build(from, [noop], { signers: [payer] })
  const result_xdr = 'AAAAAAAAAGT////6AAAAAA=='
  expect(await post(unsigned.toXdr())).toEqual(
    failed({
      envelope_xdr: unsigned.toXdr(),
      result_codes: { transaction: 'tx_bad_auth' },
      result_xdr,
    }),
  )
  expect(await post(unsigned.toXdr(), '/transactions_async')).toEqual({
    status: 400,
    type: 'application/json; charset=utf-8',
    body: { tx_status: 'ERROR', hash: hashOf(unsigned), error_result_xdr: result_xdr },
  })
})

test.each(['/transactions', '/transactions_async'])(
  'what is no envelope is given back by %s as it came (SBX-71, SBX-76)',
  async (path) => {
    const { body } = await post('AAAA', path)
    expect(body).toEqual({
      type: 'https://stellar.org/horizon-errors/transaction_malformed',
      title: 'Transaction Malformed',
      status: 400,
      detail: expect.stringContaining('could not decode the transaction envelope'),
      extras: { envelope_xdr: 'AAAA' },
    })
  },
)

test('a transaction that no ledger takes in time is told of by its hash and envelope (SBX-71)', async () => {
  const slow = await openForTest({ mode: 'manual', horizon: { submissionTimeoutMs: 20 } })
  const sent = await slow.build(await slow.funded(), [noop])
  const answer = await slow.submit(sent)
  expect(answer.status).toBe(504)
  expect(await answer.json()).toEqual({
    type: 'https://stellar.org/horizon-errors/transaction_submission_timeout',
    title: 'Transaction Submission Timeout',
    status: 504,
    detail: expect.stringContaining('provided in `extras.hash` to poll'),
    extras: { hash: hashOf(sent), envelope_xdr: sent.toXdr() },
  })
})
