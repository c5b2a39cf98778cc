import { expect, test } from 'vitest'
import type {
  StoredLedger,
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import { effectRecord } from '../../../src/sandbox/network/http/records/effect-record.ts'
import { bodyOf } from './exchange-of.ts'

test('an effect is told whole, with its operation and its neighbours (SBX-58, SBX-79)', () => {
  const ledger: Partial<StoredLedger> = { closeTime: 1_700_000_000n }
  const transaction: Partial<StoredTransaction> = { ledger: ledger as StoredLedger }
  const operation: Partial<StoredOperation> = {
    id: 21_474_840_577n,
    transaction: transaction as StoredTransaction,
  }
  const told = (muxed?: { address: string; id: string }) => {
    const on = { account: 'GA', ...(muxed && { muxed }) }
    const effect = { on, type: 'account_debited', details: { amount: '1.0000000' } } as const
    const placed = { effect, operation: operation as StoredOperation, position: 12 }
    return bodyOf(effectRecord(placed, 'http://h'))
  }
  const record = {
    _links: {
      operation: { href: 'http://h/operations/21474840577' },
      succeeds: { href: 'http://h/effects?order=desc&cursor=21474840577-12' },
      precedes: { href: 'http://h/effects?order=asc&cursor=21474840577-12' },
    },
    id: '0000000021474840577-0000000012',
    paging_token: '21474840577-12',
    account: 'GA',
    type: 'account_debited',
    type_i: 3,
    created_at: '2023-11-14T22:13:20Z',
    amount: '1.0000000',
  }
  expect(told()).toEqual(record)
  expect(told({ address: 'MA', id: '7' })).toEqual({
    ...record,
    account_muxed: 'MA',
    account_muxed_id: '7',
  })
})
