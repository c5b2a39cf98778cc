import { expect, test } from 'vitest'
import type {
  StoredLedger,
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import { ledgerRecord } from '../../../src/sandbox/network/http/records/ledger-record.ts'
import { bodyOf } from './exchange-of.ts'

const transaction = (successful: boolean, operations: number): StoredTransaction => {
  const told: Partial<StoredTransaction> = {
    successful,
    operations: Array.from({ length: operations }, () => ({}) as StoredOperation),
  }
  return told as StoredTransaction
}

test('a ledger is told whole, with what succeeded and what failed in it (SBX-79)', () => {
  const ledger: StoredLedger = {
    id: 21_474_836_480n,
    sequence: 5,
    hash: 'ab',
    previousHash: 'cd',
    closeTime: 1_700_000_000n,
    headerXdr: 'the header',
    protocolVersion: 27,
    totalCoins: 1_000_000_000_000_000_000n,
    feePool: 1_234n,
    baseFee: 101,
    baseReserve: 5_000_002,
    maxTxSetSize: 1003,
    transactions: [transaction(true, 2), transaction(false, 4), transaction(true, 3)],
  }
  const own = 'http://h/ledgers/5'
  const list = (name: string) => ({ href: `${own}/${name}{?cursor,limit,order}`, templated: true })
  expect(bodyOf(ledgerRecord(ledger, 'http://h'))).toEqual({
    _links: {
      self: { href: own },
      transactions: list('transactions'),
      operations: list('operations'),
      payments: list('payments'),
      effects: list('effects'),
    },
    id: 'ab',
    paging_token: '21474836480',
    hash: 'ab',
    prev_hash: 'cd',
    sequence: 5,
    successful_transaction_count: 2,
    failed_transaction_count: 1,
    operation_count: 5,
    tx_set_operation_count: 9,
    closed_at: '2023-11-14T22:13:20Z',
    total_coins: '100000000000.0000000',
    fee_pool: '0.0001234',
    base_fee_in_stroops: 101,
    base_reserve_in_stroops: 5_000_002,
    max_tx_set_size: 1003,
    protocol_version: 27,
    header_xdr: 'the header',
  })
})
