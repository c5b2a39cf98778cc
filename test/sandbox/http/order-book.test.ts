import { expect, test } from 'vitest'
import { orderBookRoutes } from '../../../src/sandbox/network/http/routes/order-book.ts'
import type { Entry } from '../../../src/sandbox/network/ledger/entries.ts'
import { idOf } from '../ledger/world.ts'
import { account, offer } from './entries.ts'
import { bodyOf, exchangeOf } from './exchange-of.ts'

/** Offers of a pair from both points of view, added up by price, the best first (SBX-79). */

const issuer = idOf('issuer')
const long = `DOLLARS:${issuer}`
const usd = `USD:${issuer}`
const inDollars = (side: string) =>
  `${side}_asset_type=credit_alphanum12&${side}_asset_code=DOLLARS&${side}_asset_issuer=${issuer}`
const pair = `${inDollars('selling')}&buying_asset_type=native`

const ask = (id: bigint, [n, d]: readonly [number, number], lumens = 1n) =>
  offer(id, { selling: long, price: { n, d }, amount: lumens * 10_000_000n })
const bid = (id: bigint, [n, d]: readonly [number, number], lumens = 1n) =>
  offer(id, { buying: long, price: { n, d }, amount: lumens * 10_000_000n })

const bookOf = (entries: readonly Entry[], query = pair) => {
  const exchange = exchangeOf(`/order_book?${query}`, { entries })
  return bodyOf(orderBookRoutes[0]?.single?.(exchange) ?? {}) as Record<'asks' | 'bids', object[]>
}

const level = ([n, d]: readonly [number, number], price: string, amount: string) => ({
  price_r: { n, d },
  price,
  amount,
})

test('a book has offers of its pair alone, both sides by price, equal prices in one (SBX-79)', () => {
  const entries = [
    account(issuer),
    ask(1n, [5, 2], 4n),
    ask(2n, [1, 3], 1n),
    ask(3n, [5, 2], 3n),
    ask(4n, [7, 3], 2n),
    bid(5n, [4, 1], 10n),
    bid(6n, [7, 2], 20n),
    bid(7n, [4, 1], 5n),
    bid(8n, [9, 1], 1n),
    offer(9n, { selling: usd }),
    offer(10n, { buying: usd }),
    offer(11n, { selling: long, buying: usd }),
    offer(12n, { selling: usd, buying: long }),
  ]
  const sides = {
    asks: [
      level([1, 3], '0.3333333', '1.0000000'),
      level([7, 3], '2.3333333', '2.0000000'),
      level([5, 2], '2.5000000', '7.0000000'),
    ],
    bids: [
      level([2, 7], '0.2857143', '20.0000000'),
      level([1, 4], '0.2500000', '15.0000000'),
      level([1, 9], '0.1111111', '1.0000000'),
    ],
  }
  const dollars = {
    asset_type: 'credit_alphanum12',
    asset_code: 'DOLLARS',
    asset_issuer: issuer,
  }
  expect(bookOf(entries)).toEqual({ ...sides, base: dollars, counter: { asset_type: 'native' } })
  expect(bookOf(entries, `${pair}&limit=2`)).toMatchObject({
    asks: sides.asks.slice(0, 2),
    bids: sides.bids.slice(0, 2),
  })
})

test('a book is twenty levels deep, or as deep as was asked for up to 200 (SBX-62)', () => {
  const entries = Array.from({ length: 402 }, (_, index) =>
    index % 2 ? ask(BigInt(index), [500 + index, 1]) : bid(BigInt(index), [500 + index, 1]),
  )
  const depths = (query: string) => {
    const { asks, bids } = bookOf(entries, `${pair}${query}`)
    return [asks.length, bids.length]
  }
  expect(depths('')).toEqual([20, 20])
  expect(depths('&limit=')).toEqual([20, 20])
  expect(depths('&limit=1')).toEqual([1, 1])
  expect(depths('&limit=200')).toEqual([200, 200])
})

test.each([
  ['limit', `${pair}&limit=201`],
  ['limit', `${pair}&limit=0`],
  ['limit', `${pair}&limit=ten`],
  ['selling_asset_type', 'buying_asset_type=native'],
  ['buying_asset_type', 'selling_asset_type=native'],
  ['selling_asset_type', 'selling_asset_type=liquidity_pool_shares&buying_asset_type=native'],
  [
    'selling_asset_code',
    `selling_asset_type=credit_alphanum4&selling_asset_issuer=${issuer}&buying_asset_type=native`,
  ],
  [
    'selling_asset_code',
    'selling_asset_type=credit_alphanum4&selling_asset_code=USD&buying_asset_type=native',
  ],
])('a book is refused, and %s named, for %s (SBX-62)', (field, query) => {
  expect(() => bookOf([], query)).toThrow(
    expect.objectContaining({ extras: expect.objectContaining({ invalid_field: field }) }),
  )
})
