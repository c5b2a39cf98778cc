import { Asset, Horizon, NetworkError, Operation } from '@stellar/stellar-sdk'
import type { Keypair } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FaultOrder } from '../../../src/sandbox/network/faults/fault.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'
import { openRawStream } from '../streams/raw-stream.ts'

let client: Client
let from: Keypair
let to: Keypair

beforeEach(async () => {
  client = await openClient({ seed: 'drill' })
  from = await client.funded()
  to = await client.funded()
})

afterEach(() => client[Symbol.asyncDispose]())

const inject = (order: FaultOrder) => client.sandbox.control.addFault(order)
const hashOf = (transaction: { hash(): Uint8Array }) =>
  Buffer.from(transaction.hash()).toString('hex')

async function payment() {
  return client.build(from, [
    Operation.payment({ destination: to.publicKey(), asset: Asset.native(), amount: '1' }),
  ])
}

describe('a submission that times out', () => {
  test('is applied all the same, and its re-submission pays nothing twice (SBX-98)', async () => {
    const fault = inject({ effect: { kind: 'submit_timeout', applied: 'now' }, times: 1 })
    const transaction = await payment()
    const answer = await client.submit(transaction)
    expect(answer.status).toBe(504)
    expect(await answer.json()).toMatchObject({
      type: 'https://stellar.org/horizon-errors/transaction_submission_timeout',
      extras: { hash: hashOf(transaction), envelope_xdr: transaction.toXdr() },
    })
    expect(fault.hits).toEqual([{ method: 'POST', path: '/transactions' }])
    expect(await client.sandbox.control.waitForTransaction(hashOf(transaction))).toBe(true)
    expect((await client.submit(transaction)).status).toBe(200)
    const { balances } = await client.server.loadAccount(to.publicKey())
    expect(balances[0]?.balance).toBe('10001.0000000')
  })

  test('is not applied, and works when it is sent again (SBX-99)', async () => {
    inject({ effect: { kind: 'submit_timeout', applied: 'never' }, times: 1 })
    const transaction = await payment()
    expect((await client.submit(transaction)).status).toBe(504)
    expect((await client.get(`/transactions/${hashOf(transaction)}`)).status).toBe(404)
    expect((await client.submit(transaction)).status).toBe(200)
  })

  test('is applied some ledgers later (SBX-100)', async () => {
    inject({ effect: { kind: 'submit_timeout', applied: 'later', ledgers: 2 }, times: 1 })
    const transaction = await payment()
    expect((await client.submit(transaction)).status).toBe(504)
    client.sandbox.control.close({ ledgers: 1 })
    expect((await client.get(`/transactions/${hashOf(transaction)}`)).status).toBe(404)
    client.sandbox.control.close({ ledgers: 1 })
    expect(await client.sandbox.control.waitForTransaction(hashOf(transaction))).toBe(true)
  })

  test('is met too when nobody waits for the outcome (SBX-98, SBX-99)', async () => {
    inject({ effect: { kind: 'submit_timeout', applied: 'never' }, times: 1 })
    const transaction = await payment()
    const send = () =>
      fetch(`${client.sandbox.url}/transactions_async`, {
        method: 'POST',
        body: new URLSearchParams({ tx: transaction.toXdr() }),
      })
    expect((await send()).status).toBe(504)
    expect(client.sandbox.control.state().pending).toEqual([])
    expect((await send()).status).toBe(201)
  })

  test('can lose its connection instead of hearing 504 (SBX-98)', async () => {
    inject({ effect: { kind: 'submit_timeout', applied: 'now', answer: 'hang_up' }, times: 1 })
    const transaction = await payment()
    await expect(client.submit(transaction)).rejects.toThrow('fetch failed')
    expect(await client.sandbox.control.waitForTransaction(hashOf(transaction))).toBe(true)
  })
})

test('a submission can hear nothing for a while, and then lose its connection (SBX-98)', async () => {
  const effect = { kind: 'submit_timeout', applied: 'now', answer: 'silence', silenceMs: 200 }
  inject({ effect: effect as FaultOrder['effect'], times: 1 })
  const began = performance.now()
  await expect(client.submit(await payment())).rejects.toThrow('fetch failed')
  expect(performance.now() - began).toBeGreaterThanOrEqual(190)
})

describe('a stream', () => {
  const url = () => `${client.sandbox.url}/accounts/${to.publicKey()}/payments?limit=200`

  test('is cut right after a record, without goodbye (SBX-101)', async () => {
    inject({ effect: { kind: 'stream_cut', afterRecords: 1 }, times: 1 })
    await client.pay(from, to.publicKey())
    const stream = openRawStream(url())
    await until(() => stream.ended)
    expect(stream.ids).toHaveLength(1)
    expect(stream.text).not.toContain('byebye')
  })

  test('is cut in the middle of a record, and refused for a while (SBX-101)', async () => {
    inject({ effect: { kind: 'stream_cut', afterBytes: 100, refuseMs: 60_000 }, times: 1 })
    const stream = openRawStream(url())
    await until(() => stream.ended)
    expect(Buffer.byteLength(stream.text)).toBe(100)
    const again = openRawStream(url())
    await until(() => again.ended)
    expect(again.status).toBeUndefined()
  })

  test.each([
    [1, 3],
    [2, 2],
    [3, 1],
    [4, 0],
    [9, 0],
  ])(
    'brings the last %i records once more after a re-connect (SBX-102)',
    async (records, first) => {
      for (let count = 0; count < 3; count += 1) await client.pay(from, to.publicKey())
      const all = recordsOf(await client.get(`/accounts/${to.publicKey()}/payments`))
      const ids = all.map(({ id }) => String(id))
      inject({ effect: { kind: 'repeat', records }, times: 1 })
      const stream = openRawStream(url(), { 'last-event-id': String(ids[3]) })
      await until(() => stream.ids.includes(String(ids[3])))
      expect(stream.ids).toEqual(ids.slice(first, 4))
      stream.close()
    },
  )

  test('withholds a record that the transaction lookup shows (SBX-103)', async () => {
    const transaction = await payment()
    inject({ effect: { kind: 'withhold', hash: hashOf(transaction) } })
    const stream = openRawStream(url())
    await client.submit(transaction)
    await client.pay(from, to.publicKey(), { amount: '9' })
    await until(() => stream.ids.length === 2)
    expect(stream.text).toContain('"amount":"9.0000000"')
    expect((await client.get(`/transactions/${hashOf(transaction)}`)).status).toBe(200)
    stream.close()
  })

  test('is refused alone: a page is given meanwhile (SBX-101)', async () => {
    inject({ effect: { kind: 'stream_cut', afterBytes: 10, refuseMs: 60_000 }, times: 1 })
    const stream = openRawStream(url())
    await until(() => stream.ended)
    expect((await client.get(`/accounts/${to.publicKey()}/payments`)).status).toBe(200)
  })

  test('withholds what pages show, where pages were not named (SBX-103)', async () => {
    const transaction = await payment()
    inject({ effect: { kind: 'withhold', hash: hashOf(transaction) } })
    await client.submit(transaction)
    const page = recordsOf(await client.get(`/accounts/${to.publicKey()}/payments`))
    expect(page.map((one) => one['transaction_hash'])).toContain(hashOf(transaction))
  })

  test('ends with an error event (SBX-86, SBX-105)', async () => {
    inject({ effect: { kind: 'stream_error', problem: 'rate_limit_exceeded' }, times: 1 })
    const stream = openRawStream(url())
    await until(() => stream.ended)
    expect(stream.text).toMatch(/event: error\ndata: problem: .*full details: .*\n\n$/)
  })
})

describe('a read', () => {
  const account = () => `/accounts/${from.publicKey()}`

  test('overlaps with the page before it (SBX-102)', async () => {
    const path = `/accounts/${to.publicKey()}/payments`
    const [created] = recordsOf(await client.get(path))
    inject({ effect: { kind: 'repeat', records: 1 }, times: 1 })
    const cursor = String(created?.paging_token)
    expect(recordsOf(await client.get(`${path}?cursor=${cursor}`))).toEqual([created])
    expect(recordsOf(await client.get(`${path}?cursor=${cursor}`))).toEqual([])
  })

  test('shows the sequence number of before a payment (SBX-104)', async () => {
    const before = (await client.get(account())).body
    await client.pay(from, to.publicKey())
    const match = { path: '/accounts/*', account: from.publicKey() }
    inject({ match, effect: { kind: 'stale', ledgers: 1 }, times: 1 })
    expect((await client.get(account())).body).toEqual(before)
    expect((await client.get(account())).body).not.toEqual(before)
  })

  test('is over the rate limit, with the headers that say so (SBX-105)', async () => {
    inject({ effect: { kind: 'rate_limit', limit: 5, resetSeconds: 7 }, times: 1 })
    const { status, headers } = await client.get(account())
    expect(status).toBe(429)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '7',
      'retry-after': '7',
    })
  })

  test('is told of the usual limits when a drill names none, and of headers that it names (SBX-105)', async () => {
    inject({ effect: { kind: 'rate_limit' }, times: 1 })
    expect(Object.fromEntries((await client.get(account())).headers)).toMatchObject({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
      'retry-after': '1',
    })
    const headers = { 'Retry-After': '9' }
    inject({ effect: { kind: 'problem', problem: 'service_unavailable', headers }, times: 1 })
    expect((await client.get(account())).headers.get('retry-after')).toBe('9')
  })

  test.each(['server_error', 'still_ingesting', 'stale_history', 'service_unavailable'] as const)(
    'is answered with %s (SBX-106)',
    async (problem) => {
      const fault = inject({ effect: { kind: 'problem', problem }, times: 1 })
      const { status, body } = await client.get(account())
      expect(status).toBeGreaterThanOrEqual(500)
      expect(body).toMatchObject({ type: `https://stellar.org/horizon-errors/${problem}` })
      expect(fault.hits).toHaveLength(1)
      expect((await client.get(account())).status).toBe(200)
    },
  )

  test('gets the HTML page of a gateway, cut JSON, a wrong type, no answer (SBX-106)', async () => {
    inject({ effect: { kind: 'bad_gateway' }, times: 1 })
    expect(await client.get(account())).toMatchObject({
      status: 502,
      body: expect.stringContaining('<h1>502 Bad Gateway</h1>'),
    })
    inject({ effect: { kind: 'truncate', bytes: 20 }, times: 1 })
    await expect(client.get(account())).rejects.toThrow('terminated')
    inject({ effect: { kind: 'wrong_content_type' }, times: 1 })
    expect((await client.get(account())).headers.get('content-type')).toBe('text/plain')
    inject({ effect: { kind: 'hang_up' }, times: 1 })
    await expect(client.get(account())).rejects.toThrow('fetch failed')
  })

  test('comes slowly, headers and body (SBX-106)', async () => {
    inject({ effect: { kind: 'slow', headersMs: 60, bodyMs: 60 }, times: 1 })
    const start = performance.now()
    expect((await client.get(account())).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThanOrEqual(115)
  })

  test('is refused when ingestion stays too far behind (SBX-95)', async () => {
    client.sandbox.control.lag({ paused: true })
    client.sandbox.control.close({ ledgers: 10 })
    expect((await client.get(account())).status).toBe(200)
    client.sandbox.control.close()
    const { status, body } = await client.get(account())
    expect(status).toBe(503)
    expect(body).toMatchObject({
      type: 'https://stellar.org/horizon-errors/stale_history',
      extras: { history_latest_ledger: 3, core_latest_ledger: 14 },
    })
    client.sandbox.control.lag({})
    expect((await client.get(account())).status).toBe(200)
  })
})

describe('a fault', () => {
  test('meets only the nth request, one client, one account (SBX-97)', async () => {
    const problem = { kind: 'problem', problem: 'server_error' } as const
    inject({ match: { path: '/ledgers', nth: 3 }, effect: problem, times: 1 })
    inject({ match: { client: 'shaky' }, effect: problem })
    inject({ match: { account: to.publicKey() }, effect: problem })
    const statuses = []
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await client.get('/ledgers')).status)
    }
    expect(statuses).toEqual([200, 200, 500, 200])
    expect((await client.get('/', { 'x-client-name': 'shaky' })).status).toBe(500)
    expect((await client.get(`/accounts/${to.publicKey()}`)).status).toBe(500)
    expect((await client.get(`/accounts/${from.publicKey()}`)).status).toBe(200)
  })

  test('that may hit never is not in force, and one named in the query is met (SBX-97)', async () => {
    const problem = { kind: 'problem', problem: 'server_error' } as const
    inject({ effect: problem, times: 0 })
    inject({ match: { account: to.publicKey() }, effect: problem })
    expect((await client.get(`/accounts?signer=${from.publicKey()}`)).status).toBe(200)
    expect((await client.get(`/accounts?signer=${to.publicKey()}`)).status).toBe(500)
  })

  test('meets only one method, and the account in a submitted transaction (SBX-97)', async () => {
    const problem = { kind: 'problem', problem: 'server_error' } as const
    inject({ match: { method: 'POST', account: to.publicKey() }, effect: problem })
    expect((await client.get(`/accounts/${to.publicKey()}`)).status).toBe(200)
    const other = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
    expect((await client.submit(other)).status).toBe(200)
    expect((await client.submit(await payment())).status).toBe(500)
  })

  test('meets a client by whatever it calls itself with (SBX-97)', async () => {
    inject({
      match: { client: 'shaky' },
      effect: { kind: 'problem', problem: 'server_error' },
      times: 2,
    })
    expect((await client.get('/ledgers', { 'user-agent': 'a shaky one/1' })).status).toBe(500)
    expect((await client.get('/ledgers?X-Client-Name=shaky')).status).toBe(500)
    expect((await client.get('/ledgers', { 'user-agent': 'a shaky one/1' })).status).toBe(200)
  })

  test('never meets the commands that take it away (SBX-97)', async () => {
    inject({ effect: { kind: 'hang_up' } })
    await expect(client.get('/ledgers')).rejects.toThrow('fetch failed')
    const path = `${client.sandbox.url}/_sandbox/clear_faults`
    expect((await fetch(path, { method: 'POST' })).status).toBe(200)
    expect((await client.get('/ledgers')).status).toBe(200)
  })

  test('can be taken away again (SBX-97)', async () => {
    const { id } = inject({ effect: { kind: 'problem', problem: 'server_error' } })
    expect((await client.get('/')).status).toBe(500)
    expect(client.sandbox.control.removeFault(id)).toBe(true)
    expect((await client.get('/')).status).toBe(200)
  })

  test('is never there by itself, and chaos is a mix of all that matter (SBX-116)', async () => {
    const { control } = client.sandbox
    expect(control.state().faults).toEqual([])
    const chaotic = await openForTest({ chaos: true })
    const orders = chaotic.sandbox.control.faults().map(({ order }) => order)
    const kinds = ['submit_timeout', 'stream_cut', 'repeat', 'stale', 'rate_limit', 'problem']
    expect(orders.map(({ effect }) => effect.kind)).toEqual(expect.arrayContaining(kinds))
    for (const { match } of orders) {
      expect(match?.probability).toBeGreaterThan(0)
      expect(match?.probability).toBeLessThan(1)
    }
  })

  test('by chance follows the seed of the network (SBX-97, SBX-116)', async () => {
    const run = async (seed: string) => {
      const other = await openForTest({ seed, chaos: true })
      const statuses: string[] = []
      for (let count = 0; count < 80; count += 1) {
        statuses.push(
          await other.get('/ledgers').then(
            ({ status }) => String(status),
            () => 'cut',
          ),
        )
      }
      return statuses
    }
    const first = await run('chaos 1')
    expect(await run('chaos 1')).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(1)
    expect(await run('chaos 2')).not.toEqual(first)
  })
})

test('a network reset takes accounts, hashes and cursors away (SBX-107, SBX-64)', async () => {
  const transaction = await client.pay(from, to.publicKey())
  const [last] = recordsOf(await client.get('/payments?order=desc&limit=1'))
  client.sandbox.control.reset()
  expect((await client.get(`/accounts/${to.publicKey()}`)).status).toBe(404)
  expect((await client.get(`/transactions/${hashOf(transaction)}`)).status).toBe(404)
  await client.funded()
  const page = await client.get(`/payments?cursor=${String(last?.paging_token)}`)
  expect(page.status).toBe(200)
  expect(recordsOf(page)).toEqual([])
})

test('trimmed history starts later, and what lay before is gone (SBX-108, SBX-65)', async () => {
  const [oldest] = recordsOf(await client.get('/payments?limit=1'))
  await client.pay(from, to.publicKey())
  const { ingestedLatestLedger } = client.sandbox.control.state()
  client.sandbox.control.trim(ingestedLatestLedger)
  expect(recordsOf(await client.get('/payments'))).toHaveLength(1)
  expect(recordsOf(await client.get('/payments?cursor=1'))).toHaveLength(1)
  const gone = await client.get(`/payments?order=desc&cursor=${String(oldest?.paging_token)}`)
  expect(gone.status).toBe(410)
  expect((await client.get(`/operations/${String(oldest?.id)}`)).status).toBe(410)
})

test('a fee surge refuses cheap transactions, and shows in fee_stats (SBX-109)', async () => {
  client.sandbox.control.surge({ baseFee: 1000n, ledgers: 2 })
  const refused = await client.submit(await payment())
  expect(await refused.json()).toMatchObject({
    extras: { result_codes: { transaction: 'tx_insufficient_fee' } },
  })
  const { body } = await client.get('/fee_stats')
  expect(body).toMatchObject({ last_ledger_base_fee: '1000' })
  client.sandbox.control.close({ ledgers: 2 })
  expect((await client.submit(await payment())).status).toBe(200)
})

describe('a fee surge (SBX-109)', () => {
  /** Of the ledgers that close in these commands. */
  async function feesOf(commands: (control: typeof client.sandbox.control) => void) {
    const all = async () =>
      recordsOf(await client.get('/ledgers?limit=200')).map((one) => one['base_fee_in_stroops'])
    const before = await all()
    commands(client.sandbox.control)
    return (await all()).slice(before.length)
  }

  test('takes the place of one that still lasts, and ends with the fee before both', async () => {
    const fees = await feesOf((control) => {
      control.surge({ baseFee: 500n, ledgers: 3 })
      control.surge({ baseFee: 900n, ledgers: 4 })
      control.close({ ledgers: 6 })
    })
    expect(fees).toEqual([500, 900, 900, 900, 900, 900, 100, 100, 100])
  })

  test('lasts again when the ledger that ended it was taken back', async () => {
    const fees = await feesOf((control) => {
      control.surge({ baseFee: 500n, ledgers: 2 })
      control.close()
      const within = control.snapshot()
      control.close({ ledgers: 2 })
      control.revert(within)
      control.close({ ledgers: 3 })
    })
    expect(fees).toEqual([500, 500, 500, 100, 100, 100])
  })

  test('lasts again when the one that took its place was taken back', async () => {
    const fees = await feesOf((control) => {
      control.surge({ baseFee: 500n, ledgers: 2 })
      const within = control.snapshot()
      control.surge({ baseFee: 900n, ledgers: 1 })
      control.close({ ledgers: 3 })
      control.revert(within)
      control.close({ ledgers: 3 })
    })
    expect(fees).toEqual([500, 500, 500, 100, 100])
  })

  test('that ended before the ledger gone back to stays ended', async () => {
    const fees = await feesOf((control) => {
      control.surge({ baseFee: 500n, ledgers: 1 })
      control.close()
      const after = control.snapshot()
      control.close()
      control.revert(after)
      control.close({ ledgers: 2 })
    })
    expect(fees).toEqual([500, 500, 100, 100, 100])
  })

  test('of a network that was reset is forgotten', async () => {
    const { control } = client.sandbox
    control.surge({ baseFee: 500n, ledgers: 2 })
    control.reset()
    control.close({ ledgers: 9 })
    const fees = recordsOf(await client.get('/ledgers')).map((one) => one['base_fee_in_stroops'])
    expect(fees).toEqual(Array(10).fill(100))
  })

  test('closes no ledger of its own when those of it were taken back', async () => {
    const fees = await feesOf((control) => {
      const before = control.snapshot()
      control.surge({ baseFee: 500n, ledgers: 2 })
      control.revert(before)
      control.close({ ledgers: 5 })
    })
    expect(fees).toEqual([100, 100, 100, 100, 100])
  })
})

test("the SDK's client sees a fault as it sees a real one (SBX-106)", async () => {
  inject({ effect: { kind: 'problem', problem: 'server_over_capacity' }, times: 1 })
  const server = new Horizon.Server(client.sandbox.url, { allowHttp: true })
  await expect(server.loadAccount(from.publicKey())).rejects.toThrow(NetworkError)
})
