import { request } from 'node:http'
import { inspect } from 'node:util'
import { Keypair, Networks, Operation } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Control } from '../../../src/sandbox/network/control/control.ts'
import { controlRoutes } from '../../../src/sandbox/network/control/routes.ts'
import { openClient, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'
import { exchangeOf } from '../http/exchange-of.ts'

/** What each command answers, whole, and to whom. */

interface Met {
  readonly remoteAddress?: string
  readonly host?: string | undefined
  readonly origin?: string
}

let client: Client

beforeEach(async () => {
  client = await openClient({ seed: 'verbs' })
})

afterEach(() => client[Symbol.asyncDispose]())

async function command(verb: string, value?: object) {
  const posted = value && { method: 'POST', body: JSON.stringify(value) }
  const response = await fetch(`${client.sandbox.url}/_sandbox/${verb}`, posted)
  const type = response.headers.get('content-type')
  return { status: response.status, type, body: (await response.json()) as object }
}
const answered = (body: object) => ({
  status: 200,
  type: 'application/json; charset=utf-8',
  body,
})
const noop = [Operation.bumpSequence({ bumpTo: '0' })]
const control = () => client.sandbox.control
const effect = { kind: 'hang_up' }
const slip = (when: string) => ({ tx: 'A', before: 'B', when })

async function submitAsync(from: Keypair) {
  const transaction = await client.build(from, noop)
  const body = new URLSearchParams({ tx: transaction.toXdr() })
  await fetch(`${client.sandbox.url}/transactions_async`, { method: 'POST', body })
  return Buffer.from(transaction.hash()).toString('hex')
}

describe('a command (SBX-93)', () => {
  test.each<[string, () => object | Promise<object>]>([
    ['mode', () => ({ mode: 'manual' })],
    ['revert', () => ({ id: control().snapshot() })],
    ['reset', () => ({})],
    ['import', () => control().export()],
    ['lag', () => ({ ledgers: 1 })],
    ['advance', () => ({ seconds: 1 })],
    ['freeze', () => ({})],
    ['unfreeze', () => ({})],
    ['clear_faults', () => ({})],
    ['chaos', () => ({})],
    ['clear_log', () => ({})],
    [
      'slip_in',
      async () => {
        const [own, foreign] = [await client.funded(), await client.funded()]
        const tx = (await client.build(foreign, noop)).toXdr()
        return { tx, before: own.publicKey(), when: 'admission' }
      },
    ],
    ['trim', () => ({ elder: 1 })],
    ['surge', () => ({ baseFee: 200, ledgers: 1 })],
  ])('says that it is done: %s', async (verb, value) => {
    expect(await command(verb, await value())).toEqual(answered({ done: true }))
  })

  test.each([
    ['close', { ledgers: 1.5 }, 'ledgers', 'a whole number is expected'],
    ['close', { ledgers: '1' }, 'ledgers', 'a whole number is expected'],
    ['close', { closeTime: '1' }, 'closeTime', 'a whole number is expected'],
    ['advance', { seconds: '60' }, 'seconds', 'a whole number is expected'],
    ['trim', { elder: 2 ** 53 }, 'elder', 'a whole number is expected'],
    ['surge', { baseFee: '200' }, 'baseFee', 'a whole number is expected'],
    ['surge', { ledgers: '2' }, 'ledgers', 'a whole number is expected'],
    ['mode', { mode: 'interval', intervalMs: '1' }, 'intervalMs', 'a whole number is expected'],
    ['mode', { mode: 'instant', idleMs: '1' }, 'idleMs', 'a whole number is expected'],
    ['wait_for_ledger', { sequence: '2' }, 'sequence', 'a whole number is expected'],
    ['wait_for_ledger', { timeoutMs: '2' }, 'timeoutMs', 'a whole number is expected'],
    ['wait_for_tx', { hash: 'ff', timeoutMs: '2' }, 'timeoutMs', 'a whole number is expected'],
    ['wait_for_tx', {}, 'hash', 'a text is expected'],
    ['submit', { tx: 7 }, 'tx', 'a text is expected'],
    ['revert', {}, 'id', 'a text is expected'],
    ['revert', { id: '9' }, 'id', 'there is no such snapshot'],
    ['remove_fault', {}, 'id', 'a text is expected'],
    ['mode', {}, 'mode', 'a text is expected'],
    ['mode', { mode: 'fast' }, 'mode', 'say instant, interval or manual'],
    ['slip_in', {}, 'when', 'a text is expected'],
    ['slip_in', { when: 'later' }, 'when', 'say admission or application'],
    ['slip_in', { when: 'admission' }, 'tx', 'a text is expected'],
    ['slip_in', { when: 'admission', tx: '' }, 'before', 'a text is expected'],
    ['faults', {}, 'effect', 'an object with the kind of the fault'],
    ['faults', { effect: { kind: 1 } }, 'effect', 'an object with the kind of the fault'],
  ])('says what it wants in place of %s %j', async (...[verb, value, field, wanted]) => {
    const { status, body } = await command(verb, value)
    const extras = { invalid_field: field, reason: `${field}: ${wanted}` }
    expect([status, body]).toMatchObject([400, { extras }])
  })

  test('closes ledgers at the time that it is told', async () => {
    control().freeze()
    const closeTime = Math.floor(Date.parse(control().state().clock.now) / 1000) + 1000
    expect(await command('close', { closeTime })).toEqual(answered({ sequence: 2 }))
    const { records } = await client.server.ledgers().order('desc').limit(1).call()
    expect(records.map(({ closed_at }) => Date.parse(closed_at) / 1000)).toEqual([closeTime])
  })

  test('funds from the root account, and says by which transaction', async () => {
    const account = Keypair.random().publicKey()
    const { body } = await command('fund', { account, amount: '20' })
    const { records } = await client.server.transactions().order('desc').limit(1).call()
    expect(body).toEqual({ successful: true, hash: records[0]?.hash })
  })

  test('pays the fee that the network asks for, and goes back to it after a surge (SBX-109)', async () => {
    control().close({ upgrades: { baseFee: 200n } })
    const account = Keypair.random().publicKey()
    const { body } = await command('fund', { account, amount: '20' })
    expect(body).toMatchObject({ successful: true })
    control().surge({ baseFee: 500n, ledgers: 1 })
    control().close()
    const { records } = await client.server.ledgers().call()
    const fees = records.map(({ base_fee_in_stroops: fee }) => fee)
    expect(fees).toEqual([100, 200, 200, 500, 500, 200])
  })

  test('shows the whole state, and faults that it sets and takes away', async () => {
    control().mode({ mode: 'manual' })
    control().freeze()
    control().advance(30)
    control().close({ ledgers: 4 })
    control().trim(3)
    const keys = [await client.funded(), await client.funded()] as const // a ledger each
    const pending = [await submitAsync(keys[0]), await submitAsync(keys[1])]
    control().lag({ ledgers: 2 })
    control().close({ ledgers: 0 })
    const order = { match: { path: '/none' }, effect: { kind: 'hang_up' }, times: 2 } as const
    const fault = { id: '1', order, hits: [], matches: 0, removed: false }
    expect(await command('faults', order)).toEqual(answered(fault))
    const { coreLatestLedger, clock } = control().state()
    const shown = {
      networkPassphrase: Networks.TESTNET,
      seed: 'verbs',
      coreLatestLedger,
      ingestedLatestLedger: coreLatestLedger,
      elderLedger: 3,
      pace: { mode: 'manual' },
      pending,
      clock: { frozen: true, offsetSeconds: 30, now: clock.now },
      lag: { ledgers: 2 },
      faults: [fault],
    }
    expect(await command('state')).toEqual(answered(shown))
    control().close()
    expect((await command('state')).body).toEqual({
      ...shown,
      coreLatestLedger: coreLatestLedger + 1,
      pending: [],
    })
    expect(await command('faults')).toEqual(answered({ faults: [fault] }))
    expect(await command('remove_fault', { id: '1' })).toEqual(answered({ removed: true }))
    expect(await command('remove_fault', { id: '1' })).toEqual(answered({ removed: false }))
    expect(JSON.stringify((await command('export')).body)).toBe(JSON.stringify(control().export()))
  })

  test('shows what was asked of the network, in its order', async () => {
    await client.get('/ledgers?limit=1')
    await client.get('/accounts/none')
    await until(() => control().requests().length === 2)
    expect(await command('log')).toEqual(
      answered({
        requests: [
          { method: 'GET', path: '/ledgers', query: 'limit=1', status: 200 },
          { method: 'GET', path: '/accounts/none', query: '', status: 400 },
        ],
      }),
    )
  })

  test.each<[string, () => Promise<boolean>]>([
    ['a ledger', () => control().waitForLedger(9)],
    ['a transaction', () => control().waitForTransaction('ff')],
  ])('waits half a minute for %s where no time is told', async (_, wait) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const waited = wait()
      let told = false
      void waited.then(() => (told = true))
      await vi.advanceTimersByTimeAsync(29_999)
      expect(told).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(await waited).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  const elsewhere = [{ origin: 'https://example.com' }, { host: 'rebound.example.com' }]
  const here = [{ origin: 'http://localhost:3000' }, { origin: 'http://127.0.0.1' }, {}]
  test.each([
    ...elsewhere.flatMap((headers) => [
      ['GET', 'state', headers, 404] as const,
      ['POST', 'clear_log', headers, 404] as const,
    ]),
    ...here.flatMap((headers) => [
      ['GET', 'state', headers, 200] as const,
      ['POST', 'clear_log', headers, 200] as const,
    ]),
  ])('%s %s of a page with %j is answered with %i', async (...[method, verb, headers, status]) => {
    const { port } = new URL(client.sandbox.url)
    const answer = await new Promise((resolve, reject) => {
      const path = `/_sandbox/${verb}`
      request({ port, path, method, headers }, (response) => {
        resolve(response.resume().statusCode)
      })
        .on('error', reject)
        .end(method === 'POST' ? '{}' : undefined)
    })
    expect(answer).toBe(status)
  })
})

test.each<[string, object, string, unknown, unknown?]>([
  ['close', {}, 'close', { ledgers: 1 }],
  ['close', { ledgers: 3, closeTime: 7 }, 'close', { ledgers: 3, closeTime: 7n }],
  ['mode', { mode: 'manual', idleMs: 7 }, 'mode', { mode: 'manual' }],
  ['mode', { mode: 'instant', intervalMs: 7 }, 'mode', { mode: 'instant' }],
  ['mode', { mode: 'instant', idleMs: 7 }, 'mode', { mode: 'instant', idleMs: 7 }],
  ['mode', { mode: 'instant', idleMs: null }, 'mode', { mode: 'instant', idleMs: 5000 }],
  ['mode', { mode: 'interval', idleMs: 7 }, 'mode', { mode: 'interval', intervalMs: 1000 }],
  ['mode', { mode: 'interval', intervalMs: 7 }, 'mode', { mode: 'interval', intervalMs: 7 }],
  ['submit', { tx: 'AAAA' }, 'submit', 'AAAA'],
  ['fund', { account: 'G', amount: '1' }, 'fund', { account: 'G', amount: '1' }],
  ['wait_for_ledger', {}, 'waitForLedger', 0, 30_000],
  ['wait_for_ledger', { sequence: 7, timeoutMs: 9 }, 'waitForLedger', 7, 9],
  ['wait_for_tx', { hash: 'ff' }, 'waitForTransaction', 'ff', 30_000],
  ['wait_for_tx', { hash: 'ff', timeoutMs: 9 }, 'waitForTransaction', 'ff', 9],
  ['revert', { id: '3' }, 'revert', '3'],
  ['import', { ledgers: [] }, 'import', { ledgers: [] }],
  ['lag', { milliseconds: 5, paused: true }, 'lag', { milliseconds: 5, paused: true }],
  ['advance', {}, 'advance', 0],
  ['advance', { seconds: -60 }, 'advance', -60],
  ['faults', { effect: { kind: 'hang_up' }, times: 2 }, 'addFault', { effect, times: 2 }],
  ['remove_fault', { id: '2' }, 'removeFault', '2'],
  ['slip_in', { tx: 'A', before: 'B', when: 'admission', more: 1 }, 'slipIn', slip('admission')],
  ['slip_in', slip('application'), 'slipIn', slip('application')],
  ['trim', {}, 'trim', 0],
  ['trim', { elder: 4 }, 'trim', 4],
  ['surge', {}, 'surge', { baseFee: 100n, ledgers: 1 }],
  ['surge', { baseFee: 500, ledgers: 2 }, 'surge', { baseFee: 500n, ledgers: 2 }],
])('the command %s of %j asks for just that: %s of %o (SBX-93)', async (...told) => {
  const [verb, value, ...asked] = told
  const calls: (readonly unknown[])[] = []
  const noting = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...given: unknown[]) =>
          calls.push([name, ...given]),
    },
  )
  const [route] = controlRoutes(noting as Control)
  const headers = { host: 'localhost' }
  const exchange = exchangeOf(`/_sandbox/${verb}`, { params: { verb }, headers })
  await route?.post?.({ ...exchange, body: Buffer.from(JSON.stringify(value)) })
  expect(calls).toEqual([asked])
})

describe('the control API is for this machine, by each of its names, and no other (SBX-93)', () => {
  const [route] = controlRoutes({ state: () => ({}), clearRequests: () => undefined } as never)
  const local = { remoteAddress: '127.0.0.1', host: '127.0.0.1:8000' }
  const exchangeWith = (met: Met, verb: string) => {
    const { remoteAddress, ...headers } = { ...local, ...met }
    const exchange = exchangeOf(`/_sandbox/${verb}`, { params: { verb }, headers })
    return { ...exchange, remoteAddress, body: Buffer.from('{}') }
  }
  const commands = {
    GET: async (met: Met) => route?.get?.(exchangeWith(met, 'state')),
    POST: async (met: Met) => route?.post?.(exchangeWith(met, 'clear_log')),
  }

  const within: Met[] = [
    {},
    { remoteAddress: '::1', host: '[::1]:8000', origin: 'http://[::1]:3000' },
    { remoteAddress: '::ffff:127.0.0.1', host: 'localhost', origin: 'https://localhost' },
    { remoteAddress: '127.0.0.2', host: 'LOCALHOST:8000', origin: 'http://127.0.0.9' },
  ]
  const outside: Met[] = [
    { remoteAddress: '10.0.0.1' },
    { remoteAddress: '::ffff:10.0.0.1' },
    { remoteAddress: '' },
    { host: undefined },
    { host: '' },
    { host: ':8000' },
    { host: 'rebound.example.com' },
    { host: 'localhost.example.com' },
    { host: 'localhost@example.com' },
    { origin: '' },
    { origin: 'null' },
    { origin: 'file://' },
    { origin: 'localhost' },
    { origin: 'https://example.com' },
    { origin: 'http://localhost.example.com' },
  ]
  const told = (method: 'GET' | 'POST', cases: readonly Met[]) =>
    cases.map((met) => [method, inspect(met), met] as const)

  test.each([...told('GET', within), ...told('POST', within)])(
    '%s is answered to %s',
    async (method, _, met) => {
      expect(await commands[method](met)).toMatchObject({ status: 200 })
    },
  )

  test.each([...told('GET', outside), ...told('POST', outside)])(
    '%s is not there for %s',
    async (method, _, met) => {
      await expect(commands[method](met)).rejects.toMatchObject({ kind: 'not_found' })
    },
  )
})
