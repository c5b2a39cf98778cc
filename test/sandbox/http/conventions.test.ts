import { Keypair, Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

let client: Client
let key: Keypair

beforeAll(async () => {
  client = await openClient()
  key = await client.funded()
})

afterAll(() => client[Symbol.asyncDispose]())

const problem = (name: string, status: number) =>
  expect.objectContaining({ type: `https://stellar.org/horizon-errors/${name}`, status })

describe('pages', () => {
  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['order=up', 'order'],
    ['cursor=undefined', 'cursor'],
    ['cursor=-1', 'cursor'],
    ['cursor=9223372036854775808', 'cursor'],
    ['include_failed=maybe', 'include_failed'],
    ['join=accounts', 'join'],
  ])('refuse %s and name the field (SBX-62)', async (query, field) => {
    const { status, body } = await client.get(`/payments?${query}`)
    expect(status).toBe(400)
    expect(body).toEqual(problem('bad_request', 400))
    expect(body).toMatchObject({ extras: { invalid_field: field } })
  })

  test('hold ten records when nothing is said, the oldest first (SBX-62)', async () => {
    client.sandbox.control.close({ ledgers: 11 })
    const sequences = async (query: string) =>
      recordsOf(await client.get(`/ledgers${query}`)).map(({ sequence }) => sequence)
    const first = Array.from({ length: 10 }, (_, index) => index + 1)
    expect(await sequences('')).toEqual(first)
    expect(await sequences('?cursor=&limit=&order=')).toEqual(first)
  })

  test.each([
    ['/effects?cursor=1-2-3', 'cursor'],
    ['/effects?cursor=1-x', 'cursor'],
    ['/assets?asset_code=TOOLONGACODE1', 'asset_code'],
    ['/assets?asset_issuer=GNOBODY', 'asset_issuer'],
    ['/accounts?asset=USD:GNOBODY', 'asset'],
    [`/accounts?asset=USD:${'G'.padEnd(56, 'A')}`, 'asset'],
    ['/accounts?sponsor=GNOBODY', 'sponsor'],
    ['/claimable_balances?claimant=GNOBODY', 'claimant'],
    ['/claimable_balances?sponsor=GNOBODY', 'sponsor'],
    ['/claimable_balances?asset=USD', 'asset'],
    ['/claimable_balances/0000', 'id'],
    [`/claimable_balances/00000000${'AB'.repeat(32)}`, 'id'],
    ['/offers?seller=GNOBODY', 'seller'],
    ['/offers?sponsor=GNOBODY', 'sponsor'],
    ['/offers/x', 'offer_id'],
    ['/operations/9223372036854775808', 'id'],
    ['/trades?base_asset_type=native', 'base_asset_type,counter_asset_type'],
    ['/trades?offer_id=x', 'offer_id'],
    ['/order_book', 'selling_asset_type'],
    ['/order_book?selling_asset_type=native', 'buying_asset_type'],
    ['/order_book?selling_asset_type=gold', 'selling_asset_type'],
    ['/order_book?selling_asset_type=credit_alphanum4', 'selling_asset_code'],
  ])('refuse %s and name the field (SBX-62, SBX-68)', async (path, field) => {
    const { status, body } = await client.get(path)
    expect(status).toBe(400)
    expect(body).toMatchObject({ extras: { invalid_field: field } })
  })

  test('carry every parameter in their links, and invert the order for prev (SBX-63)', async () => {
    const { body } = await client.get('/payments?join=transactions&limit=1')
    const [record] = recordsOf({ body, status: 200, headers: new Headers() })
    const token = String(record?.paging_token)
    const { url } = client.sandbox
    expect(body).toMatchObject({
      _links: {
        self: { href: `${url}/payments?join=transactions&limit=1&cursor=&order=asc` },
        next: { href: `${url}/payments?join=transactions&limit=1&cursor=${token}&order=asc` },
        prev: { href: `${url}/payments?join=transactions&limit=1&cursor=${token}&order=desc` },
      },
    })
  })

  test('are empty beyond the end, with the cursor kept for the next question (SBX-63, SBX-64)', async () => {
    const { status, body } = await client.get('/payments?cursor=8223372036854775807')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      _embedded: { records: [] },
      _links: { next: { href: expect.stringContaining('cursor=8223372036854775807') } },
    })
  })

  test('have the token of each thing by ledger, transaction and operation (SBX-58)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const hash = Buffer.from((await client.pay(from, to.publicKey())).hash()).toString('hex')
    const transaction = (await client.get(`/transactions/${hash}`)).body as {
      ledger: number
      paging_token: string
    }
    const { ledger } = transaction
    expect(transaction.paging_token).toBe(`${toid(ledger, 1, 0)}`)
    const [operation] = recordsOf(await client.get(`/transactions/${hash}/operations`))
    expect(operation).toMatchObject({
      id: `${toid(ledger, 1, 1)}`,
      paging_token: `${toid(ledger, 1, 1)}`,
    })
    const effects = recordsOf(await client.get(`/transactions/${hash}/effects`))
    const padded = `${toid(ledger, 1, 1)}`.padStart(19, '0')
    expect(effects.map((effect) => [effect.id, effect.paging_token])).toEqual([
      [`${padded}-0000000001`, `${toid(ledger, 1, 1)}-1`],
      [`${padded}-0000000002`, `${toid(ledger, 1, 1)}-2`],
    ])
    const closed = (await client.get(`/ledgers/${ledger}`)).body
    expect(closed).toMatchObject({ paging_token: `${toid(ledger)}` })
    const account = (await client.get(`/accounts/${from.publicKey()}`)).body
    expect(account).toMatchObject({ paging_token: from.publicKey() })
  })

  test('start after everything there is for the cursor "now" (SBX-60)', async () => {
    expect(recordsOf(await client.get('/payments?cursor=now'))).toEqual([])
    const back = recordsOf(await client.get('/payments?cursor=now&order=desc&limit=1'))
    const last = recordsOf(await client.get('/payments?order=desc&limit=1'))
    expect(back).toEqual(last)
  })
})

describe('answers', () => {
  test('are HAL, pretty-printed, and not to be cached (SBX-66, SBX-67)', async () => {
    const response = await fetch(`${client.sandbox.url}/accounts/${key.publicKey()}/`)
    expect(response.headers.get('content-type')).toBe('application/hal+json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-store, max-age=0')
    expect(response.headers.get('latest-ledger')).toMatch(/^\d+$/)
    expect(await response.text()).toContain('\n  "id": "G')
  })

  test('are refused for a type that nobody offers (SBX-66)', async () => {
    const { status, headers, body } = await client.get('/ledgers', { accept: 'text/html' })
    expect(status).toBe(406)
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(body).toEqual(problem('not_acceptable', 406))
  })

  test('tell of a missing thing that it is missing, and of a wrong method that it is wrong (SBX-68)', async () => {
    const missing = [
      `/accounts/${key.publicKey()}/data/nothing`,
      `/claimable_balances/${'0'.repeat(72)}`,
      '/offers/7',
      '/operations/4294967297',
      '/ledgers/2000000',
    ]
    for (const path of missing)
      expect((await client.get(path)).body).toEqual(problem('not_found', 404))
    for (const method of ['DELETE', 'PUT', 'POST']) {
      const response = await fetch(`${client.sandbox.url}/ledgers`, { method })
      expect(await response.json()).toEqual(problem('method_not_allowed', 405))
    }
    const get = await client.get('/transactions_async')
    expect(get.body).toEqual(problem('method_not_allowed', 405))
  })

  test.each(['', '*/*', 'application/*', 'application/json', 'application/hal+json'])(
    'are given to who accepts %j (SBX-66)',
    async (accept) => {
      expect((await client.get('/ledgers', { accept })).status).toBe(200)
    },
  )

  test('of the root tell the network, its health and its oldest ledger (SBX-79)', async () => {
    const { control, networkPassphrase } = client.sandbox
    const { ingestedLatestLedger: latest, elderLedger } = control.state()
    const { body, headers } = await client.get('/')
    expect(headers.get('latest-ledger')).toBe(String(latest))
    const newest = (await client.get(`/ledgers/${latest}`)).body as { closed_at: string }
    expect(body).toMatchObject({
      network_passphrase: networkPassphrase,
      ingest_latest_ledger: latest,
      history_latest_ledger: latest,
      history_latest_ledger_closed_at: newest.closed_at,
      history_elder_ledger: elderLedger,
      core_latest_ledger: latest,
      supported_protocol_version: 27,
      core_supported_protocol_version: 27,
      _links: { friendbot: { href: `${client.sandbox.url}/friendbot{?addr}`, templated: true } },
    })
    expect(await client.get('/health')).toMatchObject({
      status: 200,
      body: { database_connected: true, core_up: true, core_synced: true },
    })
  })

  test('to a pre-flight allow any origin and header (SBX-67)', async () => {
    const response = await fetch(`${client.sandbox.url}/transactions`, {
      method: 'OPTIONS',
      headers: { 'access-control-request-headers': 'x-client-name' },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toBe('x-client-name')
  })

  test('tell an account that is not there from an address that is none (SBX-79)', async () => {
    const unknown = await client.get(`/accounts/${Keypair.random().publicKey()}`)
    expect(unknown.body).toEqual(problem('not_found', 404))
    const malformed = await client.get('/accounts/GNOBODY')
    expect(malformed.body).toMatchObject({ status: 400, extras: { invalid_field: 'account_id' } })
  })

  test('to /accounts want exactly one filter (SBX-79)', async () => {
    expect((await client.get('/accounts')).body).toEqual(problem('invalid_accounts_params', 400))
    const page = await client.get(`/accounts?signer=${key.publicKey()}`)
    expect(recordsOf(page)).toEqual([expect.objectContaining({ account_id: key.publicKey() })])
  })

  test('give a data entry as words or as its bytes (SBX-79)', async () => {
    const set = Operation.manageData({ name: 'greeting', value: 'hello' })
    await client.server.submitTransaction(await client.build(key, [set]))
    const path = `/accounts/${key.publicKey()}/data/greeting`
    expect((await client.get(path)).body).toEqual({ value: 'aGVsbG8=' })
    const raw = await client.get(path, { accept: 'application/octet-stream' })
    expect(raw.body).toBe('hello')
  })
})

describe('hostile input (SBX-118)', () => {
  test.each([
    ['no envelope', 'application/x-www-form-urlencoded', 'tx=', 'transaction_malformed'],
    ['no base64', 'application/x-www-form-urlencoded', 'tx=%00%ff', 'transaction_malformed'],
    [
      'random bytes',
      'application/x-www-form-urlencoded',
      'tx=AAAAAgAAAAA=',
      'transaction_malformed',
    ],
    ['JSON', 'application/json', '{"tx":"AAAA"}', 'unsupported_media_type'],
    [
      'a huge body',
      'application/x-www-form-urlencoded',
      `tx=${'A'.repeat(300_000)}`,
      'bad_request',
    ],
    ['a broken multipart body', 'multipart/form-data; boundary=x', '--x', 'transaction_malformed'],
  ])(
    'as %s is refused with a problem, and the network goes on',
    async (...[, type, sent, name]) => {
      const response = await fetch(`${client.sandbox.url}/transactions`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: sent,
      })
      expect(response.status).toBeLessThan(500)
      expect(await response.json()).toMatchObject({
        type: `https://stellar.org/horizon-errors/${name}`,
      })
      expect((await client.get('/')).status).toBe(200)
    },
  )

  test.each(['/%ff', '/accounts/%', '/operations/99999999999999999999', '/ledgers/-1', '/nothing'])(
    'in the path %s is a 4xx',
    async (path) => {
      const { status } = await client.get(path)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    },
  )
})

describe('a submission (SBX-71)', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type?: string) =>
    fetch(`${client.sandbox.url}/transactions`, {
      method: 'POST',
      body,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    })
  const form = async () => {
    const transaction = await client.build(key, [Operation.bumpSequence({ bumpTo: '0' })])
    return new URLSearchParams({ tx: transaction.toXdr() }).toString()
  }

  test('may name its character set, or no type at all', async () => {
    const named = await post(await form(), 'Application/X-WWW-Form-Urlencoded; charset=UTF-8')
    expect(named.status).toBe(200)
    expect((await post(new TextEncoder().encode(await form()))).status).toBe(200)
  })

  test('may have 200 kB and not a byte more (SBX-118)', async () => {
    const sent = await form()
    const padded = (bytes: number) => `${sent}&x=`.padEnd(bytes, 'x')
    const type = 'application/x-www-form-urlencoded'
    const refused = await post(padded(200_001), type)
    expect(await refused.json()).toMatchObject({ status: 400, extras: { invalid_field: 'body' } })
    expect((await post(padded(200_000), type)).status).toBe(200)
  })

  test('may be broken over lines, and may hold nothing else that is no base64', async () => {
    const xdr = (await client.build(key, [Operation.bumpSequence({ bumpTo: '0' })])).toXdr()
    const type = 'application/x-www-form-urlencoded'
    const send = (tx: string) => post(new URLSearchParams({ tx }).toString(), type)
    const safe = xdr.replaceAll(/[+/]/g, 'A')
    for (const other of ['*', '-', '_']) {
      const odd = `${safe.slice(0, -10)}${other}${safe.slice(-9)}`
      const refused = await send(odd)
      expect(await refused.json()).toMatchObject({
        title: 'Transaction Malformed',
        extras: { envelope_xdr: odd },
      })
    }
    expect((await send(`\n${xdr.slice(0, 76)}\r\n${xdr.slice(76)}\n`)).status).toBe(200)
  })

  test('that is no envelope is given back as it was understood', async () => {
    const answer = await post('tx=nonsense', 'application/x-www-form-urlencoded')
    expect(await answer.json()).toMatchObject({ extras: { envelope_xdr: 'nonsense' } })
  })
})

describe('a submission as multipart (SBX-71)', () => {
  test('is taken like one as a form', async () => {
    const bump = Operation.bumpSequence({ bumpTo: '0' })
    const form = new FormData()
    form.set('tx', (await client.build(key, [bump])).toXdr())
    const response = await fetch(`${client.sandbox.url}/transactions`, {
      method: 'POST',
      body: form,
    })
    expect(response.status).toBe(200)
  })
})
