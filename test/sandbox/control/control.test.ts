import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { Asset, Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CHAOS } from '../../../src/sandbox/network/faults/chaos.ts'
import { textOf } from '../../repository.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'

let client: Client

/** An address of this machine that others use, where there is one. */
const outward = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === 'IPv4')?.address

beforeEach(async () => {
  client = await openClient()
})

afterEach(() => client[Symbol.asyncDispose]())

async function command(verb: string, value?: object) {
  const posted = value && { method: 'POST', body: JSON.stringify(value) }
  const response = await fetch(`${client.sandbox.url}/_sandbox/${verb}`, posted)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('over HTTP (SBX-93)', () => {
  test('ledgers are closed in manual mode, and only then', async () => {
    await command('mode', { mode: 'manual' })
    const from = await client.funded()
    const { coreLatestLedger } = client.sandbox.control.state()
    const noop = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
    const answer = client.submit(noop)
    while (client.sandbox.control.state().pending.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await command('state')).body).toMatchObject({ coreLatestLedger })
    expect((await command('close', {})).body).toEqual({ sequence: coreLatestLedger + 1 })
    expect((await answer).status).toBe(200)
    expect((await command('close', { ledgers: 5 })).body).toEqual({
      sequence: coreLatestLedger + 6,
    })
  })

  test('every command that the README lists is there', async () => {
    const readme = textOf('src/sandbox/network/README.md')
    const listed = readme.slice(readme.indexOf('| `POST`'), readme.indexOf('## Faults'))
    const names = [...listed.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name),
    )
    expect(names).toContain('wait_for_ledger')
    expect(names.length).toBeGreaterThan(15)
    expect((await command('nothing_like_it', [])).status).toBe(404)
    for (const name of names) {
      // Wrong on purpose, so that nothing happens: what is not there is 404.
      const { status } = await command(name, [])
      expect(`${name} ${status}`).toBe(`${name} 400`)
    }
  })

  test('the log can be forgotten', async () => {
    await client.get('/ledgers')
    await until(() => client.sandbox.control.requests().some(({ path }) => path === '/ledgers'))
    expect((await command('clear_log', {})).status).toBe(200)
    expect(client.sandbox.control.requests().some(({ path }) => path === '/ledgers')).toBe(false)
  })

  test('an account is funded by a real payment of the issuer', async () => {
    const [issuer, holder] = [await client.funded(), await client.funded()]
    const asset = new Asset('USDC', issuer.publicKey())
    await client.server.submitTransaction(
      await client.build(holder, [Operation.changeTrust({ asset })]),
    )
    const { body } = await command('fund', {
      account: holder.publicKey(),
      amount: '250',
      asset: `USDC:${issuer.publicKey()}`,
      issuerSecret: issuer.secret(),
    })
    expect(body).toMatchObject({ successful: true })
    const { balances } = await client.server.loadAccount(holder.publicKey())
    expect(balances[0]).toMatchObject({ asset_code: 'USDC', balance: '250.0000000' })
    const page = await client.get(`/assets?asset_code=USDC&asset_issuer=${issuer.publicKey()}`)
    expect(recordsOf(page)[0]).toMatchObject({
      accounts: { authorized: 1 },
      balances: { authorized: '250.0000000' },
    })
  })

  test('faults are set, listed with their hits, and removed (SBX-97)', async () => {
    const { body } = await command('faults', {
      match: { path: '/ledgers' },
      effect: { kind: 'problem', problem: 'server_error' },
    })
    expect((await client.get('/ledgers')).status).toBe(500)
    expect((await command('faults')).body).toMatchObject({
      faults: [{ id: body.id, hits: [{ method: 'GET', path: '/ledgers' }] }],
    })
    expect((await command('remove_fault', { id: body.id })).body).toEqual({ removed: true })
    expect((await client.get('/ledgers')).status).toBe(200)
  })

  test('every request is in the log', async () => {
    await client.get('/fee_stats')
    expect((await command('log')).body).toMatchObject({
      requests: [{ method: 'GET', path: '/fee_stats', status: 200 }],
    })
  })

  test('mode, clock and lag are set, and shown in the state (SBX-95, SBX-96)', async () => {
    const state = async () => (await command('state')).body
    for (const [mode, pace] of [
      [{ mode: 'interval' }, { mode: 'interval', intervalMs: 1000 }],
      [
        { mode: 'interval', intervalMs: 7000 },
        { mode: 'interval', intervalMs: 7000 },
      ],
      [
        { mode: 'instant', idleMs: 9000 },
        { mode: 'instant', idleMs: 9000 },
      ],
      [{ mode: 'instant' }, { mode: 'instant' }],
    ] as const) {
      expect((await command('mode', mode)).body).toEqual({ done: true })
      expect(await state()).toHaveProperty('pace', pace)
    }
    await command('freeze', {})
    await command('advance', { seconds: 60 })
    expect(await state()).toMatchObject({ clock: { frozen: true, offsetSeconds: 60 } })
    await command('unfreeze', {})
    expect(await state()).toMatchObject({ clock: { frozen: false } })
    await command('lag', { ledgers: 2 })
    expect(await state()).toHaveProperty('lag', { ledgers: 2 })
    expect(await state()).toMatchObject({
      networkPassphrase: Networks.TESTNET,
      seed: 'fairlead',
      elderLedger: 1,
      pending: [],
    })
  })

  test('history goes back, is trimmed and begins again (SBX-94, SBX-107, SBX-108)', async () => {
    const state = async () => (await command('state')).body
    await command('close', { ledgers: 3 })
    const { body } = await command('snapshot', {})
    await command('close', { ledgers: 3 })
    expect((await command('revert', body)).body).toEqual({ done: true })
    expect(await state()).toMatchObject({ coreLatestLedger: 4, ingestedLatestLedger: 4 })
    await command('trim', { elder: 3 })
    expect(await state()).toMatchObject({ elderLedger: 3 })
    await command('reset', {})
    expect(await state()).toMatchObject({ coreLatestLedger: 1, elderLedger: 1 })
  })

  test('a transaction is submitted, and what became of it is told (SBX-93)', async () => {
    await command('mode', { mode: 'manual' })
    const from = await client.funded()
    const submit = async (transaction: { toXdr(): string; hash(): Uint8Array }) => {
      const { body } = await command('submit', { tx: transaction.toXdr() })
      expect(body['hash']).toBe(hashOf(transaction))
      return body
    }
    const noop = Operation.bumpSequence({ bumpTo: '0' })
    const unsigned = await client.build(from, [noop], { signers: [Keypair.random()] })
    expect(await submit(unsigned)).toMatchObject({
      successful: false,
      resultCodes: { transaction: 'tx_bad_auth' },
    })
    const destination = Keypair.random().publicKey()
    const pay = Operation.payment({ destination, asset: Asset.native(), amount: '1' })
    expect(await submit(await client.build(from, [pay]))).toMatchObject({
      successful: false,
      resultCodes: { transaction: 'tx_failed', operations: ['op_no_destination'] },
    })
    const good = await client.build(from, [noop])
    expect(await submit(good)).toEqual({ successful: true, hash: hashOf(good) })
    const wait = async (hash: string) =>
      (await command('wait_for_tx', { hash, timeoutMs: 20 })).body['reached']
    expect([await wait(hashOf(good)), await wait(hashOf(unsigned))]).toEqual([true, false])
  })

  test('lumens make an account where there is none, and are paid to one that is there (SBX-93)', async () => {
    const account = Keypair.random().publicKey()
    for (const amount of ['20', '5']) {
      expect((await command('fund', { account, amount })).body).toMatchObject({ successful: true })
    }
    const { records } = await client.server.payments().forAccount(account).call()
    expect(records.map(({ type }) => type)).toEqual(['create_account', 'payment'])
    expect((await client.server.loadAccount(account)).balances).toMatchObject([
      { balance: '25.0000000' },
    ])
  })

  test('a surge lasts as many ledgers as was told, and the usual fee is back (SBX-109)', async () => {
    const fees = async () =>
      recordsOf(await client.get('/ledgers')).map((one) => one['base_fee_in_stroops'])
    await command('surge', { baseFee: 500, ledgers: 2 })
    expect(await fees()).toEqual([100, 500])
    await command('close', {})
    expect(await fees()).toEqual([100, 500, 500])
    await command('close', {})
    expect(await fees()).toEqual([100, 500, 500, 500, 100])
    await command('close', { ledgers: 3 })
    expect((await fees()).slice(4)).toEqual([100, 100, 100, 100])
  })

  test('chaos is let loose beside other faults, and ended (SBX-116)', async () => {
    const own = { effect: { kind: 'bad_gateway' }, times: 1 } as const
    client.sandbox.control.addFault(own)
    await command('chaos', {})
    const inForce = () => client.sandbox.control.faults().filter(({ removed }) => !removed).length
    expect(inForce()).toBe(1 + CHAOS.length)
    expect(client.sandbox.control.faults().map(({ order }) => order)).toEqual([own, ...CHAOS])
    await command('clear_faults', {})
    expect(inForce()).toBe(0)
  })

  test.each([
    ['close', { ledgers: 1.5 }, 'ledgers'],
    ['advance', { seconds: '60' }, 'seconds'],
    ['submit', {}, 'tx'],
    ['revert', { id: 'none' }, 'id'],
    ['mode', { mode: 'fast' }, 'mode'],
    ['slip_in', { tx: '', before: '', when: 'later' }, 'when'],
    ['faults', { effect: {} }, 'effect'],
  ])('the command %s with %j hears which field to mend: %s', async (verb, value, field) => {
    const { status, body } = await command(verb, value)
    expect(status).toBe(400)
    expect(body).toMatchObject({ extras: { invalid_field: field } })
  })

  test.each([
    ['close', { ledgers: 'two' }],
    ['mode', { mode: 'fast' }],
    ['submit', { tx: 'nonsense' }],
    ['revert', { id: '99' }],
    ['import', { ledgers: 7 }],
    ['faults', {}],
    ['nothing', {}],
  ])('the command %s with %j is refused, not a 5xx', async (verb, value) => {
    const { status } = await command(verb, value)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })

  test.each([{ origin: 'https://example.com' }, { host: 'rebound.example.com' }])(
    'a web page from elsewhere does not get in: %j',
    async (headers) => {
      const { port } = new URL(client.sandbox.url)
      const status = await new Promise((resolve, reject) => {
        const path = '/_sandbox/reset'
        request({ port, path, method: 'POST', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end('{}')
      })
      expect(status).toBe(404)
    },
  )
})

describe('in this process', () => {
  test('a snapshot brings back state and history (SBX-94)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const before = await client.get(`/accounts/${to.publicKey()}`)
    const older = recordsOf(await client.get('/transactions?limit=200')).map(({ hash }) => hash)
    const id = client.sandbox.control.snapshot()
    const transaction = await client.pay(from, to.publicKey())
    const { hash } = (await client.server.transactions().limit(1).order('desc').call())
      .records[0] ?? { hash: '' }
    expect(client.sandbox.control.revert(id)).toBe(true)
    expect((await client.get(`/accounts/${to.publicKey()}`)).body).toEqual(before.body)
    expect((await client.get(`/transactions/${hash}`)).status).toBe(404)
    const found = older.map(async (one) => (await client.get(`/transactions/${String(one)}`)).body)
    expect(await Promise.all(found)).toMatchObject(older.map((one) => ({ hash: one })))
    expect(older).toHaveLength(2)
    expect((await client.submit(transaction)).status).toBe(200)
  })

  test.each(['revert', 'reset', 'import'] as const)(
    'a %s forgets what waits for a ledger or to be read (SBX-94, SBX-107)',
    async (way) => {
      const { control } = client.sandbox
      const from = await client.funded()
      control.mode({ mode: 'manual' })
      const noop = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
      control.lag({ paused: true })
      control.close({ ledgers: 2 })
      const id = control.snapshot() // everything closed is ingested first
      const kept = control.state()
      expect([kept.ingestedLatestLedger, kept.lag]).toEqual([4, { paused: true }])
      const exported = control.export()
      control.close()
      expect(await submitAsync(client, noop)).toBe(201)
      if (way === 'revert') control.revert(id)
      if (way === 'reset') control.reset()
      if (way === 'import') control.import(exported)
      const latest = way === 'reset' ? 1 : 4
      const there = { coreLatestLedger: latest, ingestedLatestLedger: latest, pending: [] }
      expect(control.state()).toMatchObject(there)
      control.lag({})
      expect(control.state()).toMatchObject(there)
    },
  )

  test('an exported network is the same network elsewhere (SBX-94, SBX-05)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    await client.pay(from, to.publicKey(), { amount: '3' })
    client.sandbox.control.close({ ledgers: 3 })
    const exported = client.sandbox.control.export()
    const other = await openForTest()
    other.sandbox.control.import(JSON.parse(JSON.stringify(exported)))
    const path = '/ledgers?limit=200'
    expect(recordsOf(await other.get(path)).map(({ hash }) => hash)).toEqual(
      recordsOf(await client.get(path)).map(({ hash }) => hash),
    )
    const { balances } = await other.server.loadAccount(to.publicKey())
    expect(balances[0]?.balance).toBe('10003.0000000')
    await other.pay(from, to.publicKey())
  })

  test('the ledger clock moves, and the Date header with it (SBX-67, SBX-96)', async () => {
    const from = await client.funded()
    client.sandbox.control.freeze()
    client.sandbox.control.advance(3600)
    const { headers } = await client.get('/')
    const ahead = Date.parse(headers.get('date') ?? '') - Date.now()
    expect(Math.round(ahead / 60_000)).toBe(60)
    const late = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
    const answer = await client.submit(late)
    expect(await answer.json()).toMatchObject({
      extras: { result_codes: { transaction: 'tx_too_late' } },
    })
  })

  test('reads lag behind the ledger by so many ledgers (SBX-95)', async () => {
    const from = await client.funded()
    client.sandbox.control.lag({ ledgers: 2 })
    const noop = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })])
    const answer = client.submit(noop)
    const hash = Buffer.from(noop.hash()).toString('hex')
    while (client.sandbox.control.state().coreLatestLedger < 3) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await client.get(`/transactions/${hash}`)).status).toBe(404)
    expect((await client.get('/')).body).toMatchObject({
      core_latest_ledger: 3,
      history_latest_ledger: 2,
    })
    client.sandbox.control.close({ ledgers: 2 })
    expect((await answer).status).toBe(200)
  })

  test('an export of another network is refused, and nothing lost (SBX-94)', async () => {
    const key = await client.funded()
    const exported = { ...client.sandbox.control.export(), networkPassphrase: 'another' }
    const answer = await command('import', exported)
    expect(answer).toMatchObject({ status: 400, body: { extras: {} } })
    expect(JSON.stringify(answer.body)).toContain('the export is of another network')
    expect((await client.get(`/accounts/${key.publicKey()}`)).status).toBe(200)
  })

  test('a ledger is waited for until it is there, or the time is over (SBX-93)', async () => {
    const { control } = client.sandbox
    const next = control.state().ingestedLatestLedger + 1
    const late = await command('wait_for_ledger', { sequence: next, timeoutMs: 20 })
    expect(late.body).toEqual({ reached: false })
    const reached = control.waitForLedger(next + 1)
    control.close()
    expect(await Promise.race([reached, Promise.resolve('not yet')])).toBe('not yet')
    control.close()
    expect(await reached).toBe(true)
    expect(await control.waitForLedger(next)).toBe(true)
  })

  test('history is trimmed to what there is (SBX-108)', () => {
    const { control } = client.sandbox
    control.close({ ledgers: 3 })
    control.trim(1000)
    expect(control.state().elderLedger).toBe(4)
    control.trim(-5)
    expect(control.state().elderLedger).toBe(1)
  })

  test('an unknown snapshot is refused, and one from before a reset or an import (SBX-107)', () => {
    const { control } = client.sandbox
    expect(control.revert('7')).toBe(false)
    for (const begin of [() => control.reset(), () => control.import(control.export())]) {
      const id = control.snapshot()
      begin()
      expect(control.revert(id)).toBe(false)
    }
  })

  test('two payments of one account at once: the second waits, ends as 504 and is never applied (SBX-71, SBX-73)', async () => {
    const slow = await openForTest({ mode: 'manual', horizon: { submissionTimeoutMs: 300 } })
    const from = await slow.funded()
    const [first, second] = await twoPayments(slow, from)
    expect(await submitAsync(slow, first)).toBe(201)
    const began = performance.now()
    const late = await slow.submit(second)
    expect(performance.now() - began).toBeGreaterThanOrEqual(290)
    expect(late.status).toBe(504)
    expect(await late.json()).toMatchObject({
      type: 'https://stellar.org/horizon-errors/transaction_submission_timeout',
      extras: { hash: hashOf(second), envelope_xdr: second.toXdr() },
    })
    slow.sandbox.control.close()
    expect((await slow.get(`/transactions/${hashOf(first)}`)).status).toBe(200)
    expect((await slow.get(`/transactions/${hashOf(second)}`)).status).toBe(404)
  })

  test('a transaction that waits for its turn is answered when somebody else sends it again (SBX-73)', async () => {
    const slow = await openForTest({ mode: 'manual' })
    const { control } = slow.sandbox
    const [first, second] = await twoPayments(slow, await slow.funded())
    expect(await submitAsync(slow, first)).toBe(201)
    // Told to try again at once; then the ledger closes with the first.
    const waiting = control.submit(second.toXdr())
    await until(() => control.state().pending.length === 0)
    expect(await submitAsync(slow, second)).toBe(201)
    control.close()
    expect(await waiting).toEqual({ successful: true, hash: hashOf(second) })
  })
})

const hashOf = (transaction: { hash(): Uint8Array }) =>
  Buffer.from(transaction.hash()).toString('hex')

async function submitAsync({ sandbox }: Client, transaction: { toXdr(): string }) {
  const body = new URLSearchParams({ tx: transaction.toXdr() })
  return (await fetch(`${sandbox.url}/transactions_async`, { method: 'POST', body })).status
}

async function twoPayments({ server }: Client, from: Keypair) {
  const account = await server.loadAccount(from.publicKey())
  const payment = () => {
    const destination = Keypair.random().publicKey()
    const transaction = new TransactionBuilder(account, {
      fee: '100',
      networkPassphrase: Networks.TESTNET,
    })
      .addOperation(Operation.createAccount({ destination, startingBalance: '5' }))
      .setTimeout(300)
      .build()
    transaction.sign(from)
    return transaction
  }
  return [payment(), payment()] as const
}

describe.skipIf(outward === undefined)('from another machine', () => {
  test('the network can be read where that was told, and not commanded (SBX-93)', async () => {
    const open = await openForTest({ host: '0.0.0.0' })
    const { port } = new URL(open.sandbox.url)
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        const headers = { host: `127.0.0.1:${port}` }
        request({ host: outward, port, path, headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
    expect(await status('/ledgers')).toBe(200)
    expect(await status('/_sandbox/state')).toBe(404)
  })
})
