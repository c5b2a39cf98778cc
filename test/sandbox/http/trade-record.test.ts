import { expect, test } from 'vitest'
import type {
  StoredLedger,
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import type { Trade } from '../../../src/sandbox/network/history/trades.ts'
import { tradeRecord } from '../../../src/sandbox/network/http/records/trade-record.ts'
import { bodyOf } from './exchange-of.ts'

/** A trade from the point of view of its base, be that the seller or the taker (SBX-79). */

const ledger: Partial<StoredLedger> = { closeTime: 1_700_000_000n }
const transaction: Partial<StoredTransaction> = { ledger: ledger as StoredLedger }
const operation: Partial<StoredOperation> = {
  id: 21_474_840_577n,
  transaction: transaction as StoredTransaction,
}
const long = { asset: 'DOLLARS:GMINT', amount: 30_000_000n }
const usd = { asset: 'USD:GBANK', amount: 70_000_000n }
const trade: Trade = {
  operation: operation as StoredOperation,
  position: 4,
  taker: 'GTAKER',
  seller: 'GSELLER',
  offerId: 9n,
  sold: usd,
  bought: long,
  price: { n: 3, d: 8 },
}
const told = (changed: Partial<Trade>) => bodyOf(tradeRecord({ ...trade, ...changed }, 'http://h'))

const links = (base: string, counter: string) => ({
  self: { href: 'http://h' },
  base: { href: `http://h/accounts/${base}` },
  counter: { href: `http://h/accounts/${counter}` },
  operation: { href: 'http://h/operations/21474840577' },
})
const common = {
  id: '21474840577-4',
  paging_token: '21474840577-4',
  ledger_close_time: '2023-11-14T22:13:20Z',
  trade_type: 'orderbook',
  offer_id: '9',
}
// 2 to the 62nd and the number of the operation.
const takersOffer = '4611686039902228481'
const inUsd = (role: string) => ({
  [`${role}_amount`]: '7.0000000',
  [`${role}_asset_type`]: 'credit_alphanum4',
  [`${role}_asset_code`]: 'USD',
  [`${role}_asset_issuer`]: 'GBANK',
})
const inLong = (role: string) => ({
  [`${role}_amount`]: '3.0000000',
  [`${role}_asset_type`]: 'credit_alphanum12',
  [`${role}_asset_code`]: 'DOLLARS',
  [`${role}_asset_issuer`]: 'GMINT',
})

test('the seller is the base of a trade when the asset that it sold comes first (SBX-79)', () => {
  const record = {
    ...common,
    _links: links('GSELLER', 'GTAKER'),
    base_offer_id: '9',
    base_account: 'GSELLER',
    ...inUsd('base'),
    counter_offer_id: takersOffer,
    counter_account: 'GTAKER',
    ...inLong('counter'),
    base_is_seller: true,
    price: { n: '3', d: '8' },
  }
  expect(told({})).toEqual(record)
  expect(told({ price: undefined })).toEqual({ ...record, price: { n: '30000000', d: '70000000' } })
})

test('the taker is the base of a trade when the asset that it gave comes first (SBX-79)', () => {
  const record = {
    ...common,
    _links: links('GTAKER', 'GSELLER'),
    base_offer_id: takersOffer,
    base_account: 'GTAKER',
    ...inUsd('base'),
    counter_offer_id: '9',
    counter_account: 'GSELLER',
    ...inLong('counter'),
    base_is_seller: false,
    price: { n: '8', d: '3' },
  }
  const turned = { sold: long, bought: usd }
  expect(told(turned)).toEqual(record)
  expect(told({ ...turned, price: undefined })).toEqual({
    ...record,
    price: { n: '30000000', d: '70000000' },
  })
})
