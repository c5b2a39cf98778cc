import { expect, test } from 'vitest'
import type {
  StoredLedger,
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import { feeStatsRoutes } from '../../../src/sandbox/network/http/routes/fee-stats.ts'
import { exchangeOf } from './exchange-of.ts'

/** What transactions bid and paid for each operation, over the last five ledgers (SBX-79). */

interface Paid {
  readonly operations?: number
  readonly bid: number
  readonly charged?: number
  readonly bumped?: true
}

function ledger(sequence: number, paid: readonly Paid[], maxTxSetSize = 12): StoredLedger {
  const transactions = paid.map(({ operations = 1, bid, charged = bid, bumped }) => {
    const transaction: Partial<StoredTransaction> = {
      operations: Array.from({ length: operations }, () => ({}) as StoredOperation),
      feeBid: BigInt(bid),
      feeCharged: BigInt(charged),
      ...(bumped ? { innerHash: 'ab' } : {}),
    }
    return transaction as StoredTransaction
  })
  const told: Partial<StoredLedger> = {
    sequence,
    baseFee: 200 + sequence,
    maxTxSetSize,
    transactions,
  }
  return told as StoredLedger
}

async function statsOf(...ledgers: StoredLedger[]): Promise<unknown> {
  const reply = await feeStatsRoutes[0]?.get?.(exchangeOf('/fee_stats', { ledgers }))
  return JSON.parse(String(reply?.body))
}

const names = ['p10', 'p20', 'p30', 'p40', 'p50', 'p60', 'p70', 'p80', 'p90', 'p95', 'p99']
const all = (fee: string) =>
  Object.fromEntries(['max', 'min', 'mode', ...names].map((name) => [name, fee]))

test('are the base fee of the last ledger when nothing happened (SBX-79)', async () => {
  expect(await statsOf(ledger(1, []))).toEqual({
    last_ledger: '1',
    last_ledger_base_fee: '201',
    ledger_capacity_usage: '0',
    fee_charged: all('201'),
    max_fee: all('201'),
  })
})

test('are the least that so many of a hundred did not exceed (SBX-79)', async () => {
  const hundreds = Array.from({ length: 18 }, (_, index) => 100 * (index + 1))
  const bids = [...hundreds.toReversed(), 700].map((bid) => ({ bid, charged: 100 }))
  const three = [bids.slice(0, 7), bids.slice(7, 13), bids.slice(13)]
  const stats = await statsOf(...three.map((paid, index) => ledger(index + 1, paid)))
  expect(stats).toEqual({
    last_ledger: '3',
    last_ledger_base_fee: '203',
    ledger_capacity_usage: '0.53', // 19 of 36
    fee_charged: all('100'),
    max_fee: {
      min: '100',
      mode: '700',
      max: '1800',
      p10: '200',
      p20: '400',
      p30: '600',
      p40: '700',
      p50: '900',
      p60: '1100',
      p70: '1300',
      p80: '1500',
      p90: '1700',
      p95: '1800',
      p99: '1800',
    },
  })
})

test('fill the last of nineteen only beyond ninety-four of a hundred (SBX-79)', async () => {
  const bids = Array.from({ length: 38 }, (_, index) => ({ bid: index + 1 }))
  expect(await statsOf(ledger(1, bids, 60))).toMatchObject({
    ledger_capacity_usage: '0.63',
    max_fee: { p10: '4', p50: '19', p90: '35', p95: '37', p99: '38' },
  })
})

test.each<[string, Paid, string]>([
  ['one operation', { bid: 700 }, '700'],
  ['each of two operations', { bid: 700, operations: 2 }, '350'],
  ['each of three, the rest dropped', { bid: 1000, operations: 3 }, '333'],
  ['an operation and the bump around it', { bid: 700, bumped: true }, '350'],
])('are told for %s (SBX-79)', async (_what, paid, fee) => {
  expect(await statsOf(ledger(1, [paid]))).toMatchObject({
    fee_charged: all(fee),
    max_fee: all(fee),
  })
})

test('are those of then for a reader who is behind (SBX-79, SBX-104)', async () => {
  const ledgers = [2, 3, 4, 5, 6, 7].map((sequence) => ledger(sequence, [{ bid: sequence * 10 }]))
  const exchange = exchangeOf('/fee_stats', { ledgers })
  const behind = { ...exchange, view: { ...exchange.view, latest: 6 } }
  const reply = await feeStatsRoutes[0]?.get?.(behind)
  expect(JSON.parse(String(reply?.body))).toMatchObject({
    last_ledger: '6',
    last_ledger_base_fee: '206',
    fee_charged: { min: '20', max: '60' },
    max_fee: { min: '20', max: '60' },
  })
})

test('are of the last five ledgers, and use what these five had room for (SBX-79)', async () => {
  const old = ledger(1, [{ bid: 9, operations: 12 }], 12)
  const five = [2, 3, 4, 5, 6].map((sequence) => ledger(sequence, [{ bid: sequence * 10 }], 5))
  expect(await statsOf(old, ...five)).toMatchObject({
    last_ledger: '6',
    last_ledger_base_fee: '206',
    ledger_capacity_usage: '0.2',
    fee_charged: { min: '20', max: '60', mode: '20' },
  })
})
