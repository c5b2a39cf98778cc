import { PassThrough } from 'node:stream'
import { Asset, Keypair, Operation } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { streamSingle } from '../../../src/sandbox/network/streams/stream.ts'
import type { Stream } from '../../../src/sandbox/network/streams/stream.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'
import { openRawStream } from './raw-stream.ts'

let client: Client
let from: Keypair
let to: Keypair

beforeEach(async () => {
  client = await openClient({ horizon: { streamTimeoutMs: 20_000 } })
  from = await client.funded()
  to = await client.funded()
})

afterEach(() => client[Symbol.asyncDispose]())

const paymentsOf = (key: Keypair, query = '') =>
  `${client.sandbox.url}/accounts/${key.publicKey()}/payments?${query}`

async function tokens(key: Keypair): Promise<string[]> {
  const page = await client.get(`/accounts/${key.publicKey()}/payments?limit=200`)
  return recordsOf(page).map((record) => String(record.paging_token))
}

describe('a stream', () => {
  test('greets at once, even when there is nothing to send (SBX-81)', async () => {
    const stream = openRawStream(paymentsOf(to, 'cursor=now'))
    await until(() => stream.text !== '')
    expect(stream.text).toBe('retry: 1000\nevent: open\ndata: "hello"\n\n')
    stream.close()
    const ends = new AbortController()
    const headers = { accept: 'text/event-stream' }
    const response = await fetch(paymentsOf(to), { headers, signal: ends.signal })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'access-control-allow-origin': '*',
    })
    ends.abort()
  })

  test('sends what exists, then what comes, each once and in order (SBX-82)', async () => {
    const stream = openRawStream(paymentsOf(to))
    await until(() => stream.ids.length === 1)
    await client.pay(from, to.publicKey(), { amount: '1' })
    await client.pay(from, to.publicKey(), { amount: '2' })
    await until(() => stream.ids.length === 3)
    expect(stream.ids).toEqual(await tokens(to))
    expect(stream.text).toContain('"amount":"2.0000000"')
    stream.close()
  })

  test('tells each of several readers all of a ledger, from where that reader stood (SBX-82)', async () => {
    const [created] = await tokens(to)
    const streams = [
      openRawStream(paymentsOf(to)),
      openRawStream(paymentsOf(to, `cursor=${created}`)),
      openRawStream(paymentsOf(to, 'cursor=now&limit=2')),
      openRawStream(paymentsOf(from, 'cursor=now')),
    ]
    await until(() => streams.every(({ text }) => text !== ''))
    const operations = ['1', '2', '3'].map((amount) =>
      Operation.payment({ destination: to.publicKey(), asset: Asset.native(), amount }),
    )
    await client.server.submitTransaction(await client.build(from, operations))
    await client.pay(to, from.publicKey(), { amount: '4' })
    const all = await tokens(to)
    expect(all).toHaveLength(5)
    const expected = [all, all.slice(1), all.slice(1, 3), all.slice(1)]
    const heard = () => streams.map(({ ids }) => ids)
    await until(() => streams[2]?.ended === true)
    await until(() => heard().every((ids, index) => ids.length >= Number(expected[index]?.length)))
    expect(heard()).toEqual(expected)
    const [first, , third] = streams
    expect(first?.text.match(/"amount":"\d/g)).toEqual(
      ['1', '2', '3', '4'].map((amount) => `"amount":"${amount}`),
    )
    expect(third?.text).toMatch(/data: "byebye"\n\n$/)
    for (const stream of streams) stream.close()
  })

  test('says goodbye after as many records as the limit (SBX-81, SBX-83)', async () => {
    await client.pay(from, to.publicKey())
    const stream = openRawStream(paymentsOf(to, 'limit=2'))
    await until(() => stream.ended)
    expect(stream.ids).toHaveLength(2)
    expect(stream.text).toMatch(/retry: 10\nevent: close\ndata: "byebye"\n\n$/)
  })

  test('counts what comes as it counts what was there (SBX-83)', async () => {
    const stream = openRawStream(paymentsOf(to, 'limit=3'))
    await until(() => stream.ids.length === 1)
    for (const amount of ['1', '2']) await client.pay(from, to.publicKey(), { amount })
    await until(() => stream.ended)
    expect(stream.ids).toEqual(await tokens(to))
    expect(stream.text).toMatch(/event: close/)
  })

  test('ends with the name of what went wrong on the way (SBX-86)', async () => {
    const [created] = await tokens(to)
    const last = BigInt(created ?? 0) + 1n
    const stream = openRawStream(paymentsOf(to, `order=desc&limit=5&cursor=${last}`))
    await until(() => stream.ids.length === 1)
    const { control } = client.sandbox
    control.close({ ledgers: 2 })
    control.trim(control.state().ingestedLatestLedger)
    control.close()
    await until(() => stream.ended)
    expect(stream.text).toMatch(
      /event: error\ndata: problem: before_history\. full details: before_history\n\n$/,
    )
  })

  test('says goodbye when its time is over, and only then (SBX-83)', async () => {
    const short = await openForTest({ horizon: { streamTimeoutMs: 300 } })
    const began = performance.now()
    const stream = openRawStream(`${short.sandbox.url}/payments?cursor=now`)
    await until(() => stream.ended)
    expect(performance.now() - began).toBeGreaterThanOrEqual(290)
    expect(stream.text).toMatch(/retry: 10\nevent: close\ndata: "byebye"\n\n$/)
  })

  test('goes on after Last-Event-ID, whatever the cursor says (SBX-61)', async () => {
    await client.pay(from, to.publicKey())
    const [first, second] = await tokens(to)
    const stream = openRawStream(paymentsOf(to, 'cursor=0'), { 'last-event-id': String(first) })
    await until(() => stream.ids.length > 0)
    expect(stream.ids).toEqual([second])
    stream.close()
  })

  test('from "now" misses what came between two connections (SBX-84)', async () => {
    const one = openRawStream(paymentsOf(to, 'cursor=now'))
    await until(() => one.text !== '')
    one.close()
    await client.pay(from, to.publicKey(), { amount: '3' })
    const two = openRawStream(paymentsOf(to, 'cursor=now'))
    await until(() => two.text !== '')
    await client.pay(from, to.publicKey(), { amount: '4' })
    await until(() => two.ids.length === 1)
    expect(two.text).toContain('"amount":"4.0000000"')
    two.close()
  })

  test.each(['', '/payments', '/transactions', '/effects', '/trades', '/data/a'])(
    'of an account that nobody knows is a normal 404, as is what it has: %j (SBX-86)',
    async (what) => {
      const account = `/accounts/${Keypair.random().publicKey()}`
      const stream = openRawStream(`${client.sandbox.url}${account}${what}`)
      await until(() => stream.status !== undefined)
      expect(stream.status).toBe(404)
      await until(() => stream.ended)
    },
  )

  test('of one account sends its state once and is silent about changes (SBX-87)', async () => {
    const stream = openRawStream(`${client.sandbox.url}/accounts/${to.publicKey()}`)
    const ledgers = openRawStream(`${client.sandbox.url}/ledgers?cursor=now`)
    await until(() => stream.ids.length === 1 && ledgers.text !== '')
    await client.pay(from, to.publicKey())
    await until(() => ledgers.ids.length === 1)
    expect(stream.ids).toEqual([to.publicKey()])
    stream.close()
    ledgers.close()
  })

  test('of one account sends its changes where that was asked for (SBX-87)', async () => {
    const told = await openForTest({ horizon: { accountStreamUpdates: true } })
    const [payer, paid] = [await told.funded(), await told.funded()]
    const stream = openRawStream(`${told.sandbox.url}/accounts/${paid.publicKey()}`)
    const ledgers = openRawStream(`${told.sandbox.url}/ledgers?cursor=now`)
    await until(() => stream.ids.length === 1 && ledgers.text !== '')
    told.sandbox.control.close({ ledgers: 2 })
    await told.pay(payer, paid.publicKey())
    await until(() => stream.text.includes('"balance":"10001.0000000"') && ledgers.ids.length === 3)
    expect(stream.ids).toEqual([paid.publicKey(), paid.publicKey()])
    stream.close()
    ledgers.close()
  })

  test.each(['revert', 'reset', 'import'] as const)(
    'ends when the network goes back in time by a %s (SBX-94)',
    async (way) => {
      const { control } = client.sandbox
      const [id, exported] = [control.snapshot(), control.export()]
      await client.pay(from, to.publicKey())
      const stream = openRawStream(paymentsOf(to))
      await until(() => stream.ids.length === 2)
      if (way === 'revert') control.revert(id)
      if (way === 'reset') control.reset()
      if (way === 'import') control.import(exported)
      await until(() => stream.ended)
      expect(stream.text).not.toContain('byebye') // as when a connection is lost
      expect(await tokens(to)).toHaveLength(way === 'reset' ? 0 : 1)
    },
  )
})

test('all that Horizon streams can be followed, and what it does not is a page (SBX-80)', async () => {
  const data = Operation.manageData({ name: 'a', value: 'b' })
  const sent = await client.server.submitTransaction(await client.build(from, [data]))
  const account = `/accounts/${from.publicKey()}`
  const lists = ['transactions', 'operations', 'payments', 'effects']
  const streamed = [
    ...lists.flatMap((list) => [
      `/${list}`,
      `${account}/${list}`,
      `/ledgers/${sent.ledger}/${list}`,
    ]),
    ...['operations', 'payments', 'effects'].map((list) => `/transactions/${sent.hash}/${list}`),
    '/ledgers',
    '/trades',
    `${account}/trades`,
    '/offers',
    `${account}/offers`,
    account,
    `${account}/data/a`,
    '/order_book?selling_asset_type=native&buying_asset_type=credit_alphanum4' +
      `&buying_asset_code=USD&buying_asset_issuer=${to.publicKey()}`,
  ]
  const typeOf = async (path: string) => {
    const ends = new AbortController()
    const response = await fetch(`${client.sandbox.url}${path}`, {
      headers: { accept: 'text/event-stream, application/json' },
      signal: ends.signal,
    })
    ends.abort()
    return `${path} ${response.status} ${response.headers.get('content-type')?.split(';')[0]}`
  }
  const types = await Promise.all(streamed.map(typeOf))
  expect(types).toEqual(streamed.map((path) => `${path} 200 text/event-stream`))
  const pages = [
    '/assets',
    '/claimable_balances',
    '/liquidity_pools',
    '/trade_aggregations',
    '/fee_stats',
    `/accounts?signer=${from.publicKey()}`,
  ]
  for (const path of pages) expect(await typeOf(path)).toContain('200 application/')
})

test('an offer that comes is told to who follows offers (SBX-80)', async () => {
  const usd = new Asset('USD', to.publicKey())
  const place = (amount: string) =>
    Operation.manageSellOffer({ selling: Asset.native(), buying: usd, amount, price: '2' })
  const stream = openRawStream(`${client.sandbox.url}/accounts/${from.publicKey()}/offers`)
  await until(() => stream.text !== '')
  const trust = Operation.changeTrust({ asset: usd })
  await client.server.submitTransaction(await client.build(from, [trust, place('1')]))
  await until(() => stream.ids.length === 1)
  expect(stream.text).toContain('"amount":"1.0000000"')
  stream.close()
})

test('effects and transactions can be followed too (SBX-80)', async () => {
  const effects = openRawStream(
    `${client.sandbox.url}/accounts/${to.publicKey()}/effects?cursor=now`,
  )
  const transactions = openRawStream(`${client.sandbox.url}/transactions?cursor=now`)
  await until(() => effects.text !== '' && transactions.text !== '')
  await client.pay(from, to.publicKey())
  await until(() => effects.ids.length === 1 && transactions.ids.length === 1)
  expect(effects.text).toContain('"type":"account_credited"')
  effects.close()
  transactions.close()
})

test("the SDK's stream gets every payment exactly once, over many connections (SBX-83, SBX-85)", async () => {
  const seen: string[] = []
  const close = client.server
    .payments()
    .forAccount(to.publicKey())
    .cursor('0')
    .limit(2)
    .stream({ onmessage: (record) => seen.push((record as { id: string }).id) })
  for (let count = 0; count < 7; count += 1) await client.pay(from, to.publicKey())
  await until(() => seen.length >= 8)
  close()
  expect(seen).toEqual(await tokens(to))
})

test('a thousand idle streams do not hold up a ledger (SBX-88)', async () => {
  const streams = Array.from({ length: 1000 }, () => openRawStream(paymentsOf(to, 'cursor=now')))
  await until(() => streams.every(({ text }) => text !== ''), 20_000)
  const noop = Operation.bumpSequence({ bumpTo: '0' })
  const transaction = await client.build(from, [noop])
  const start = performance.now()
  await client.server.submitTransaction(transaction)
  expect(performance.now() - start).toBeLessThan(1000)
  for (const stream of streams) stream.close()
})

test('a client that leaves leaves nothing behind (SBX-88)', () => {
  const listeners = new Set<unknown>()
  const subscribe = (listener: unknown) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const response = Object.assign(new PassThrough(), { writeHead: () => response })
  const stream = {
    horizon: {
      network: { onIngested: subscribe, onRewound: subscribe, history: { latest: 1 } },
      options: { streamTimeoutMs: 60_000, accountStreamUpdates: false },
    },
    exchange: { params: {} },
    response,
    view: () => ({}),
    drill: {},
  } as unknown as Stream // as much of it as a stream of one thing asks for
  streamSingle(stream, () => ({}))
  expect(listeners.size).toBe(2)
  response.emit('close')
  expect(listeners.size).toBe(0)
})
