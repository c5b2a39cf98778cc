import { Account, Networks, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import { decodeParts } from '../../../src/sandbox/network/history/envelopes.ts'
import type {
  StoredLedger,
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import {
  operationRecord,
  TYPE_NUMBERS,
  typeWords,
} from '../../../src/sandbox/network/http/records/operation-record.ts'
import { isBase } from '../../../src/sandbox/network/http/records/trade-record.ts'
import type { AccountEntry, EntryChange } from '../../../src/sandbox/network/ledger/entries.ts'
import { idOf } from '../ledger/world.ts'
import { account, data } from './entries.ts'
import { bodyOf } from './exchange-of.ts'

/** What an operation is called, and who paid for what it made (SBX-79). */

test('every type has the number that the protocol gives it (SBX-79)', () => {
  const { nameByValue } = xdr.OperationType.schema
  const numbers = Object.fromEntries([...nameByValue].map(([number, name]) => [name, number]))
  expect(TYPE_NUMBERS).toEqual(numbers)
  expect(Object.keys(numbers)).toHaveLength(27)
})

test('a type is named in words with lines between (SBX-79)', () => {
  expect((['payment', 'pathPaymentStrictReceive'] as const).map(typeWords)).toEqual([
    'payment',
    'path_payment_strict_receive',
  ])
})

const [own, payer] = [idOf('own'), idOf('payer')]
const signer = { ed25519PublicKey: idOf('guard'), weight: 2 }

function told(operation: xdr.Operation, changes: readonly EntryChange[], joined = false) {
  const built = new TransactionBuilder(new Account(own, '0'), {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
  })
    .addOperation(operation)
    .setTimeout(0)
    .build()
  const ledger: Partial<StoredLedger> = { sequence: 5, closeTime: 1_700_000_000n }
  const transaction: Partial<StoredTransaction> = {
    id: 21_474_840_576n,
    ledger: ledger as StoredLedger,
    hash: 'ab',
    successful: true,
    feeCharged: 100n,
    source: own,
    envelopeXdr: built.toXdr(),
    resultXdr: 'AAAAAAAAAGQAAAAAAAAAAQAAAAAAAAAFAAAAAAAAAAA=',
  }
  const stored: StoredOperation = {
    id: 21_474_840_577n,
    transaction: transaction as StoredTransaction,
    index: 0,
    payment: false,
    changes,
  }
  const context = { origin: 'http://h', joined, withMeta: true, decode: decodeParts }
  return bodyOf(operationRecord(stored, context)) as Record<string, unknown>
}

const change = (before: AccountEntry['signers'], after: AccountEntry['signers']): EntryChange => ({
  key: `account|${own}`,
  before: account(own, { signers: before }),
  after: account(own, { signers: after }),
})
const guard = { key: idOf('guard'), weight: 1 }
const other = { key: idOf('other'), weight: 1, sponsor: idOf('somebody') }

describe('an operation names who paid the reserve', () => {
  const setSigner = Operation.setOptions({ signer })
  test.each<[string, readonly EntryChange[], string | undefined]>([
    ['of a new signer', [change([other], [other, { ...guard, sponsor: payer }])], payer],
    ['of no signer that nobody sponsors', [change([other], [other, guard])], undefined],
    [
      'of no signer whose weight alone was changed',
      [change([{ ...guard, sponsor: payer }], [{ ...guard, weight: 2, sponsor: payer }])],
      undefined,
    ],
    ['of no signer that was taken away', [change([{ ...guard, sponsor: payer }], [])], undefined],
    [
      'of the signer, and of no entry beside it',
      [{ key: 'data|', after: data(own, 'a', { sponsor: idOf('somebody') }) }, change([], [guard])],
      undefined,
    ],
  ])('%s (SBX-79)', (_of, changes, sponsor) => {
    expect(told(setSigner, changes)['sponsor']).toBe(sponsor)
  })

  const entry = (sponsor?: string) => data(own, 'a', sponsor === undefined ? {} : { sponsor })
  test.each<[string, readonly EntryChange[], string | undefined]>([
    ['of an entry that it made', [change([], []), { key: 'data|', after: entry(payer) }], payer],
    [
      'of no entry that was there',
      [{ key: 'data|', before: entry(payer), after: entry(payer) }],
      undefined,
    ],
    ['of no entry that is gone', [{ key: 'data|', before: entry(payer) }], undefined],
    ['of none without a sponsor', [{ key: 'data|', after: entry() }], undefined],
  ])('%s (SBX-79)', (_of, changes, sponsor) => {
    const set = Operation.manageData({ name: 'a', value: 'b' })
    expect(told(set, changes)['sponsor']).toBe(sponsor)
    expect(told(Operation.setOptions({ homeDomain: 'a.example' }), changes)['sponsor']).toBe(
      sponsor,
    )
  })
})

test('an operation is told whole, with its transaction where that was asked for (SBX-79)', () => {
  const set = Operation.manageData({ name: 'a', value: 'b' })
  const own_ = 'http://h/operations/21474840577'
  const record = {
    _links: {
      self: { href: own_ },
      transaction: { href: 'http://h/transactions/ab' },
      effects: { href: `${own_}/effects` },
      succeeds: { href: 'http://h/effects?order=desc&cursor=21474840577' },
      precedes: { href: 'http://h/effects?order=asc&cursor=21474840577' },
    },
    id: '21474840577',
    paging_token: '21474840577',
    transaction_successful: true,
    source_account: own,
    type: 'manage_data',
    type_i: 10,
    created_at: '2023-11-14T22:13:20Z',
    transaction_hash: 'ab',
    name: 'a',
    value: 'Yg==',
  }
  expect(told(set, [])).toEqual(record)
  const { transaction, ...others } = told(set, [], true)
  expect(others).toEqual(record)
  expect(transaction).toMatchObject({
    _links: { self: { href: 'http://h/transactions/ab' } },
    id: 'ab',
    paging_token: '21474840576',
    max_fee: '100',
    result_meta_xdr: expect.any(String),
  })
})

test('the base of a trade is lumens, then the shorter form, then the code, then the issuer (SBX-79)', () => {
  const [a, b] = [idOf('issuer'), idOf('other')].toSorted()
  const inOrder = ['native', `USD:${a}`, `USD:${b}`, `USD1:${a}`, `ABCDE:${a}`, `ABCDEF:${a}`]
  for (const [index, one] of inOrder.entries()) {
    expect(inOrder.map((another) => isBase(one, another))).toEqual(
      inOrder.map((_, at) => index < at),
    )
  }
})
