import { expect, test } from 'vitest'
import type { Exchange, Route } from '../../../src/sandbox/network/http/exchange.ts'
import type { Horizon } from '../../../src/sandbox/network/http/horizon.ts'
import { horizonRoutes } from '../../../src/sandbox/network/http/routes.ts'
import { idOf } from '../ledger/world.ts'
import { account, line } from './entries.ts'
import { exchangeOf, ORIGIN, pageBy } from './exchange-of.ts'

/** Every path there is, what it can be asked, and what its root says of the rest (SBX-66, SBX-79, SBX-80). */

const network = {
  ledger: {
    head: { sequence: 12 },
    parameters: { networkPassphrase: 'a test', protocolVersion: 27 },
  },
}
const horizon = { network, options: { withMeta: true } } as unknown as Horizon
const routes = horizonRoutes(horizon)
const routeOf = (pattern: string): Route => {
  const found = routes.find((route) => route.pattern === pattern)
  if (!found) throw new Error(`no route ${pattern}`)
  return found
}

const issuer = idOf('issuer')
const pair =
  'selling_asset_type=native&buying_asset_type=credit_alphanum4&buying_asset_code=USD' +
  `&buying_asset_issuer=${issuer}`
const params = {
  account_id: issuer,
  balance_id: '0'.repeat(72),
  hash: '0f'.repeat(32),
  id: '1',
  ledger_id: '1',
}
const asking = (query = `signer=${issuer}&${pair}`): Exchange =>
  exchangeOf(`/?${query}`, { params })

/** `GET`, `POST`, `one` that can be followed, and lists with the kind of their cursor, `+` when streamed. */
function askedFor(route: Route): string {
  const { get, post, single, collection } = route
  const list = collection?.(asking())
  return [
    ...(get ? ['GET'] : []),
    ...(post ? ['POST'] : []),
    ...(single ? ['one'] : []),
    ...(list ? [`${list.cursors}${list.streamed ? '+' : ''}`] : []),
  ].join(' ')
}

test('each path can be asked just this (SBX-66, SBX-80)', () => {
  const found = Object.fromEntries(routes.map((route) => [route.pattern, askedFor(route)]))
  expect(found).toEqual({
    '/': 'GET',
    '/health': 'GET',
    '/fee_stats': 'GET',
    '/accounts': 'name',
    '/accounts/:account_id': 'GET one',
    '/accounts/:account_id/data/:key': 'GET one',
    '/accounts/:account_id/transactions': 'id+',
    '/accounts/:account_id/operations': 'id+',
    '/accounts/:account_id/payments': 'id+',
    '/accounts/:account_id/effects': 'pair+',
    '/accounts/:account_id/offers': 'id+',
    '/accounts/:account_id/trades': 'pair+',
    '/transactions': 'POST id+',
    '/transactions_async': 'POST',
    '/transactions/:hash': 'GET',
    '/transactions/:hash/operations': 'id+',
    '/transactions/:hash/payments': 'id+',
    '/transactions/:hash/effects': 'pair+',
    '/operations': 'id+',
    '/operations/:id': 'GET',
    '/operations/:id/effects': 'pair+',
    '/payments': 'id+',
    '/effects': 'pair+',
    '/ledgers': 'id+',
    '/ledgers/:ledger_id': 'GET',
    '/ledgers/:ledger_id/transactions': 'id+',
    '/ledgers/:ledger_id/operations': 'id+',
    '/ledgers/:ledger_id/payments': 'id+',
    '/ledgers/:ledger_id/effects': 'pair+',
    '/claimable_balances': 'name',
    '/claimable_balances/:balance_id': 'GET',
    '/claimable_balances/:balance_id/transactions': 'id+',
    '/claimable_balances/:balance_id/operations': 'id+',
    '/claimable_balances/:balance_id/payments': 'id+',
    '/assets': 'name',
    '/offers': 'id+',
    '/offers/:id': 'GET',
    '/offers/:id/trades': 'pair+',
    '/trades': 'pair+',
    '/order_book': 'GET one',
    '/liquidity_pools': 'name',
    '/trade_aggregations': 'id',
    '/paths': 'GET',
    '/paths/strict-send': 'GET',
    '/paths/strict-receive': 'GET',
  })
})

const repliedBy = async (pattern: string, exchange = asking()) => {
  const reply = await routeOf(pattern).get?.(exchange)
  return { ...reply, body: JSON.parse(String(reply?.body)) as object }
}
const HAL = 'application/hal+json; charset=utf-8'

test('what this network has not got yet is there, and empty (SBX-79)', async () => {
  const body = { _embedded: { records: [] } }
  for (const path of ['/paths', '/paths/strict-send', '/paths/strict-receive']) {
    expect(await repliedBy(path)).toEqual({ status: 200, type: HAL, body })
  }
  for (const path of ['/liquidity_pools', '/trade_aggregations']) {
    expect(pageBy(routeOf(path), asking())).toMatchObject(body)
  }
})

test('the root tells what was read and what was closed, and where all lists are (SBX-69, SBX-79)', async () => {
  const ledgers = [7, 8].map((sequence) => ({
    sequence,
    closeTime: BigInt(1_700_000_000 + sequence),
  }))
  const exchange = exchangeOf('/', { ledgers: ledgers as never })
  const { body, ...reply } = await repliedBy('/', exchange)
  expect(reply).toEqual({ status: 200, type: HAL })
  const fixed = (path: string) => ({ href: `${ORIGIN}${path}` })
  const filled = (path: string) => ({ ...fixed(path), templated: true })
  expect(body).toEqual({
    _links: {
      account: filled('/accounts/{account_id}'),
      accounts: filled('/accounts{?signer,sponsor,asset,cursor,limit,order}'),
      account_transactions: filled('/accounts/{account_id}/transactions{?cursor,limit,order}'),
      claimable_balances: filled('/claimable_balances{?asset,sponsor,claimant,cursor,limit,order}'),
      assets: filled('/assets{?asset_code,asset_issuer,cursor,limit,order}'),
      effects: filled('/effects{?cursor,limit,order}'),
      fee_stats: fixed('/fee_stats'),
      friendbot: filled('/friendbot{?addr}'),
      ledger: filled('/ledgers/{sequence}'),
      ledgers: filled('/ledgers{?cursor,limit,order}'),
      operation: filled('/operations/{id}'),
      operations: filled('/operations{?cursor,limit,order,include_failed}'),
      payments: filled('/payments{?cursor,limit,order}'),
      self: fixed('/'),
      transaction: filled('/transactions/{hash}'),
      transactions: filled('/transactions{?cursor,limit,order}'),
    },
    horizon_version: expect.stringMatching(/^\d+\.\d+\.\d+-fairlead-sandbox$/),
    core_version: 'fairlead-sandbox (no consensus, not for production)',
    ingest_latest_ledger: 8,
    history_latest_ledger: 8,
    history_latest_ledger_closed_at: '2023-11-14T22:13:28Z',
    history_elder_ledger: 1,
    core_latest_ledger: 12,
    network_passphrase: 'a test',
    current_protocol_version: 27,
    supported_protocol_version: 27,
    core_supported_protocol_version: 27,
  })
})

test('the root tells who is behind what was read by then (SBX-79, SBX-104)', async () => {
  const ledgers = [7, 8].map((sequence) => ({
    sequence,
    closeTime: BigInt(1_700_000_000 + sequence),
  }))
  const exchange = exchangeOf('/', { ledgers: ledgers as never })
  const { body } = await repliedBy('/', { ...exchange, view: { ...exchange.view, latest: 7 } })
  expect(body).toMatchObject({
    ingest_latest_ledger: 7,
    history_latest_ledger: 7,
    history_latest_ledger_closed_at: '2023-11-14T22:13:27Z',
    core_latest_ledger: 12,
  })
})

test('the health of the network is plain JSON (SBX-79)', async () => {
  expect(await repliedBy('/health')).toEqual({
    status: 200,
    type: 'application/json; charset=utf-8',
    body: { database_connected: true, core_up: true, core_synced: true },
  })
})

const accountWords = 'Account ID must start with `G` and contain 56 alphanum characters'
const assetWords =
  'Asset must be the string "native" or a string of the form "Code:IssuerAccountID" for issued assets.'
const balanceWords = 'Invalid claimable balance ID: 72 lower-case hex digits are expected'
const bothWords = 'both assets have to be named'
const typeWords = 'say native, credit_alphanum4 or credit_alphanum12'
const oneWords = 'this endpoint supports asset pairs but only one asset supplied'
const levelWords = 'limit: say a number from 1 to 200'
const idWords = 'Operation ID must be an integer higher than 0'
const ledgerWords = 'Ledger ID must be an integer higher than 0'
const hashWords = 'Transaction hash must be a hex-encoded, lowercase SHA-256 hash'
const joinWords = 'Accepted values: transactions'
const codeWords = 'asset_code: 1 to 12 letters and digits'
const failedWords = 'include_failed: say true or false'

/** The path, the query or the wrong part of the path, the field that is named, and the reason. */
const WRONG: readonly (readonly [string, string | Record<string, string>, string, string])[] = [
  ['/accounts', 'asset=USD', 'asset', assetWords],
  ['/accounts', 'asset=native', 'asset', assetWords],
  ['/accounts', 'sponsor=G', 'sponsor', accountWords],
  ['/accounts/:account_id', { account_id: 'G' }, 'account_id', accountWords],
  ['/accounts/:account_id/data/:key', { account_id: 'G', key: 'a' }, 'account_id', accountWords],
  [
    '/accounts/:account_id/data/:key',
    { account_id: issuer, key: 'x'.repeat(65) },
    'key',
    'key: at most 64 characters',
  ],
  [
    '/accounts/:account_id/data/:key',
    { account_id: 'G', key: 'x'.repeat(65) },
    'account_id',
    accountWords,
  ],
  ...['transactions', 'operations', 'payments', 'effects', 'offers', 'trades'].map(
    (list) =>
      [`/accounts/:account_id/${list}`, { account_id: 'G' }, 'account_id', accountWords] as const,
  ),
  ['/assets', 'asset_code=A-B', 'asset_code', codeWords],
  ['/assets', 'asset_code=xUSD-', 'asset_code', codeWords],
  ['/assets', 'asset_code=-USD', 'asset_code', codeWords],
  ['/assets', 'asset_issuer=G', 'asset_issuer', accountWords],
  ['/assets', 'asset_code=-&asset_issuer=G', 'asset_code', codeWords],
  ['/claimable_balances', 'claimant=G', 'claimant', accountWords],
  ['/claimable_balances', 'sponsor=G', 'sponsor', accountWords],
  ['/claimable_balances', 'asset=USD', 'asset', assetWords],
  ['/claimable_balances', 'asset=USD&sponsor=G&claimant=G', 'claimant', accountWords],
  ['/claimable_balances', 'asset=USD&sponsor=G', 'sponsor', accountWords],
  ...['', '/transactions', '/operations', '/payments'].flatMap((list) =>
    ['0'.repeat(71), '0'.repeat(73), `x${'0'.repeat(72)}`, `1${'0'.repeat(71)}`].map(
      (balance_id) =>
        [`/claimable_balances/:balance_id${list}`, { balance_id }, 'id', balanceWords] as const,
    ),
  ),
  ...['', '/transactions', '/operations', '/payments', '/effects'].map(
    (list) =>
      [`/ledgers/:ledger_id${list}`, { ledger_id: 'x1' }, 'ledger_id', ledgerWords] as const,
  ),
  ...['', '/operations', '/payments', '/effects'].map(
    (list) => [`/transactions/:hash${list}`, { hash: '0' }, 'tx_id', hashWords] as const,
  ),
  ['/operations/:id', { id: 'x' }, 'id', idWords],
  ['/operations/:id/effects', { id: 'x' }, 'id', idWords],
  ['/offers/:id', { id: 'x' }, 'offer_id', idWords],
  ['/offers/:id/trades', { id: 'x' }, 'offer_id', idWords],
  ['/offers', 'seller=G', 'seller', accountWords],
  ['/offers', 'sponsor=G', 'sponsor', accountWords],
  ['/offers', 'sponsor=G&seller=G', 'seller', accountWords],
  ['/trades', 'offer_id=x', 'offer_id', idWords],
  ['/trades', 'base_asset_type=native', 'base_asset_type,counter_asset_type', oneWords],
  ['/trades', 'counter_asset_type=native', 'base_asset_type,counter_asset_type', oneWords],
  ['/trades', 'base_asset_type=gold', 'base_asset_type', typeWords],
  ['/trades', 'counter_asset_type=gold', 'counter_asset_type', typeWords],
  ['/trades', 'offer_id=x&base_asset_type=gold', 'offer_id', idWords],
  ['/order_book', '', 'selling_asset_type', bothWords],
  ['/order_book', 'selling_asset_type=', 'selling_asset_type', bothWords],
  ['/order_book', 'selling_asset_type=native', 'buying_asset_type', bothWords],
  ['/order_book', 'selling_asset_type=gold', 'selling_asset_type', typeWords],
  ['/order_book', 'selling_asset_type=credit_alphanum4', 'selling_asset_code', assetWords],
  ['/order_book', `${pair}&limit=0`, 'limit', levelWords],
  ['/order_book', `${pair}&limit=x5`, 'limit', levelWords],
  ['/order_book', `${pair}&limit=5x`, 'limit', levelWords],
  ['/order_book', 'limit=0', 'selling_asset_type', bothWords],
  ...[
    '',
    '/accounts/:account_id',
    '/ledgers/:ledger_id',
    '/claimable_balances/:balance_id',
  ].flatMap((scope) =>
    ['transactions', 'operations', 'payments'].map(
      (list) => [`${scope}/${list}`, 'include_failed=1', 'include_failed', failedWords] as const,
    ),
  ),
  ...['/operations', '/payments', '/transactions/:hash/payments', '/operations/:id'].map(
    (path) => [path, 'join=ledgers', 'join', joinWords] as const,
  ),
  ['/operations', 'join=ledgers&include_failed=1', 'include_failed', failedWords],
]

test.each(WRONG)('%s refuses %j by the name of %s: %s (SBX-62, SBX-68)', (...told) => {
  const [pattern, wrong, invalid_field, reason] = told
  const entries = [account(issuer), line(issuer, `USD:${issuer}`)]
  const ofPath = typeof wrong === 'string' ? params : { ...params, ...wrong }
  const exchange = exchangeOf(`/?${typeof wrong === 'string' ? wrong : ''}`, {
    params: ofPath,
    entries,
  })
  const history = { ...exchange.view.history, operation: () => ({ id: 1n }) }
  const asked = { ...exchange, view: { ...exchange.view, history } } as unknown as Exchange
  const route = routeOf(pattern)
  const read = () => (route.collection ? pageBy(route, asked) : route.get?.(asked))
  expect(read).toThrow(
    expect.objectContaining({ kind: 'bad_request', extras: { invalid_field, reason } }),
  )
})
