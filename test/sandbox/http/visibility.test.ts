import { Asset, Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClient, openForTest, recordsOf } from './client.ts'
import type { Client } from './client.ts'

let client: Client

beforeAll(async () => {
  client = await openClient()
})

afterAll(() => client[Symbol.asyncDispose]())

const hashOf = (transaction: { hash(): Uint8Array }) =>
  Buffer.from(transaction.hash()).toString('hex')

const hopeless = () =>
  Operation.payment({
    destination: Keypair.random().publicKey(),
    asset: Asset.native(),
    amount: '1',
  })

describe('a failed transaction', () => {
  test('is in lists that ask for it, and in no other; its own list has it always (SBX-79)', async () => {
    const from = await client.funded()
    const failing = await client.build(from, [hopeless()])
    expect((await client.submit(failing)).status).toBe(400)
    const own = `/accounts/${from.publicKey()}`
    const count = async (path: string) => recordsOf(await client.get(path)).length
    const counts = []
    for (const path of [`${own}/transactions`, `${own}/operations`]) {
      for (const query of ['', '?include_failed=false', '?include_failed=true']) {
        counts.push(await count(`${path}${query}`))
      }
    }
    expect(counts).toEqual([1, 1, 2, 1, 1, 2])
    expect(await count(`/transactions/${hashOf(failing)}/operations`)).toBe(1)
  })

  test('inside a fee bump is told by its own codes to who sends it, and by both to who bumps it (SBX-57)', async () => {
    const [from, payer] = [await client.funded(), await client.funded()]
    const inner = await client.build(from, [hopeless()])
    const bump = TransactionBuilder.buildFeeBumpTransaction(payer, '200', inner, Networks.TESTNET)
    bump.sign(payer)
    const codes = async (envelope: { toXdr(): string }) => {
      const body = new URLSearchParams({ tx: envelope.toXdr() })
      const answer = await fetch(`${client.sandbox.url}/transactions`, { method: 'POST', body })
      return ((await answer.json()) as { extras: { result_codes: object } }).extras.result_codes
    }
    const operations = ['op_no_destination']
    expect(await codes(bump)).toEqual({
      transaction: 'tx_fee_bump_inner_failed',
      inner_transaction: 'tx_failed',
      operations,
    })
    expect(await codes(inner)).toEqual({ transaction: 'tx_failed', operations })
  })
})

describe('a reader', () => {
  test('that is a ledger behind sees nothing of the last one (SBX-104)', async () => {
    const from = await client.funded()
    const hash = hashOf(await client.pay(from, from.publicKey()))
    const { ingestedLatestLedger } = client.sandbox.control.state()
    const [operation] = recordsOf(await client.get(`/transactions/${hash}/operations`))
    const paths = [
      `/transactions/${hash}`,
      `/ledgers/${ingestedLatestLedger}`,
      `/operations/${String(operation?.['id'])}`,
    ]
    const statuses = async () => {
      const answers = await Promise.all(paths.map((path) => client.get(path)))
      return answers.map(({ status }) => status)
    }
    client.sandbox.control.addFault({ effect: { kind: 'stale', ledgers: 1 }, times: 3 })
    expect(await statuses()).toEqual([404, 404, 404])
    expect(await statuses()).toEqual([200, 200, 200])
  })

  test('of trimmed history hears that a ledger was before it, and finds no transaction (SBX-65, SBX-108)', async () => {
    const own = await openForTest()
    const from = await own.funded()
    const hash = hashOf(await own.pay(from, from.publicKey()))
    const { ingestedLatestLedger } = own.sandbox.control.state()
    own.sandbox.control.close()
    own.sandbox.control.trim(ingestedLatestLedger)
    expect((await own.get(`/transactions/${hash}`)).status).toBe(200)
    expect((await own.get(`/ledgers/${ingestedLatestLedger}`)).status).toBe(200)
    own.sandbox.control.trim(ingestedLatestLedger + 1)
    expect((await own.get(`/transactions/${hash}`)).status).toBe(404)
    expect((await own.get(`/ledgers/${ingestedLatestLedger}`)).status).toBe(410)
    expect((await own.get(`/ledgers/${ingestedLatestLedger + 1}`)).status).toBe(200)
  })

  test.each([
    ['/ledgers/0', 'ledger_id'],
    ['/ledgers/2147483648', 'ledger_id'],
    [`/transactions/${'AB'.repeat(32)}`, 'tx_id'],
  ])('is told that %s cannot be (SBX-68)', async (path, field) => {
    const { status, body } = await client.get(path)
    expect(status).toBe(400)
    expect(body).toMatchObject({ extras: { invalid_field: field } })
  })

  test('that asks for the head alone gets no body (SBX-66)', async () => {
    const answer = await fetch(`${client.sandbox.url}/ledgers`, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(100)
    expect(await answer.text()).toBe('')
  })
})

test('fees are told with how full the last five ledgers were, and what most bid (SBX-79)', async () => {
  const own = await openForTest({ parameters: { maxTxSetSize: 20 } })
  const from = await own.funded()
  const bids = ['100', '100', '900', '100', '300']
  for (const fee of bids) {
    const noop = await own.build(from, [Operation.bumpSequence({ bumpTo: '0' })], { fee })
    expect((await own.submit(noop)).status).toBe(200)
  }
  expect((await own.get('/fee_stats')).body).toMatchObject({
    ledger_capacity_usage: '0.05',
    last_ledger_base_fee: '100',
    fee_charged: { min: '100', max: '100', mode: '100' },
    max_fee: {
      min: '100',
      max: '900',
      mode: '100',
      p10: '100',
      p60: '100',
      p70: '300',
      p99: '900',
    },
  })
})

test('a fee bump counts one operation more in the fees, and five ledgers count (SBX-79)', async () => {
  const own = await openForTest({ mode: 'manual' })
  const [from, payer] = [await own.funded(), await own.funded()]
  const { control } = own.sandbox
  control.close({ ledgers: 5 })
  expect((await own.get('/fee_stats')).body).toMatchObject({
    last_ledger: String(control.state().coreLatestLedger),
    ledger_capacity_usage: '0',
    max_fee: { max: '100', mode: '100', p99: '100' },
  })
  const noop = Operation.bumpSequence({ bumpTo: '0' })
  const inner = await own.build(from, [noop], { fee: '100' })
  const bump = TransactionBuilder.buildFeeBumpTransaction(payer, '400', inner, Networks.TESTNET)
  bump.sign(payer)
  await control.submit(bump.toXdr())
  const fees = async () => (await own.get('/fee_stats')).body
  const told = { fee_charged: { max: '100' }, max_fee: { min: '400', max: '400' } }
  expect(await fees()).toMatchObject(told)
  control.close({ ledgers: 4 })
  expect(await fees()).toMatchObject(told)
  control.close()
  expect(await fees()).toMatchObject({ max_fee: { max: '100' } })
})

test('a ledger and a transaction list as payments what are payments, with their transaction where asked (SBX-79)', async () => {
  const own = await openForTest()
  const from = await own.funded()
  const payment = Operation.payment({
    destination: from.publicKey(),
    asset: Asset.native(),
    amount: '1',
  })
  const sent = await own.build(from, [Operation.bumpSequence({ bumpTo: '0' }), payment])
  const { hash, ledger } = await own.server.submitTransaction(sent)
  const listed = async (path: string) => recordsOf(await own.get(path))
  for (const scope of [`/ledgers/${ledger}`, `/transactions/${hash}`]) {
    const types = (await listed(`${scope}/payments?join=`)).map(({ type }) => type)
    expect(types).toEqual(['payment'])
    expect(await listed(`${scope}/operations`)).toHaveLength(2)
    expect((await listed(`${scope}/payments`))[0]).not.toHaveProperty('transaction')
    const joined = await listed(`${scope}/payments?join=transactions`)
    expect(joined).toMatchObject([{ transaction: { hash, operation_count: 2 } }])
  }
})

test('every operation is found by the id that lists tell of it (SBX-62)', async () => {
  const own = await openForTest()
  const [from, to] = [await own.funded(), await own.funded()]
  await own.pay(from, to.publicKey())
  const ids = recordsOf(await own.get('/operations?limit=200')).map(({ id }) => String(id))
  const found = ids.map(async (id) => (await own.get(`/operations/${id}`)).body)
  expect(await Promise.all(found)).toMatchObject(ids.map((id) => ({ id })))
  expect(ids).toHaveLength(3)
})

test('what a sponsored account is paid is no operation of its sponsor (SBX-62)', async () => {
  const own = await openForTest()
  const [sponsor, from, sponsored] = [await own.funded(), await own.funded(), Keypair.random()]
  const address = sponsored.publicKey()
  const operations = [
    Operation.beginSponsoringFutureReserves({ sponsoredId: address }),
    Operation.createAccount({ destination: address, startingBalance: '0' }),
    Operation.endSponsoringFutureReserves({ source: address }),
  ]
  const creation = await own.build(sponsor, operations, { signers: [sponsor, sponsored] })
  expect((await own.submit(creation)).status).toBe(200)
  const count = async () =>
    recordsOf(await own.get(`/accounts/${sponsor.publicKey()}/operations`)).length
  const before = await count()
  await own.pay(from, address)
  expect([before, await count()]).toEqual([3, 3])
})
