import { beforeEach, describe, expect, it } from 'vitest'
import { openBook } from '../../../src/sandbox/bank/book.ts'
import type { Book, Standing } from '../../../src/sandbox/bank/book.ts'
import {
  anchorUnits,
  writeAccounts,
  writeBook,
  writePayout,
  writeSummary,
} from '../../../src/sandbox/bank/payout-on-wire.ts'
import { readOrder } from '../../../src/sandbox/bank/payout-order.ts'
import { anOrder } from './bank-client.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const time = (second: number) => at(second).toISOString()
const delivered: Standing = { state: 'delivered' }
const returned: Standing = { state: 'returned', reason: 'account_closed' }
const field = { owner: 'receiver', name: 'iban', message: 'No.' } as const
const rejected: Standing = {
  state: 'rejected',
  reason: 'invalid_field',
  message: 'No.',
  fields: [field],
}

let book: Book
beforeEach(async () => {
  book = await openBook(undefined)
})

interface Entry {
  readonly transactionId?: string
  readonly amount?: { readonly value: string; readonly currency: string }
  readonly account?: string | undefined
}

async function enter(name: string, standing: Standing, entry: Entry = {}): Promise<void> {
  const { transactionId = 'tx-1', amount = { value: '10.50', currency: 'USD' } } = entry
  const account = 'account' in entry ? entry.account : '9'
  const reading = readOrder(Buffer.from(anOrder('9', { transaction_id: transactionId, amount })))
  if (!reading.ok) throw new Error(reading.fault)
  const { order } = reading
  await book.enter({ id: name, idempotencyKey: `k-${name}`, order, account, standing, at: at(1) })
}
const change = (name: string, standing: Standing, second = 2) =>
  book.change(name, { standing, at: at(second) })

const written = (name: string, more: object) => ({
  id: name,
  idempotency_key: `k-${name}`,
  transaction_id: 'tx-1',
  amount: { value: '10.50', currency: 'USD' },
  method: 'WIRE',
  reference: 'Invoice 7',
  created_at: time(1),
  updated_at: time(1),
  ...more,
})

describe('a payout on the wire', () => {
  it.each<[string, Standing[], object]>([
    ['pending', [{ state: 'pending' }], { state: 'pending' }],
    ['delivered', [delivered], { state: 'delivered', delivered_at: time(1) }],
    [
      'delivered later',
      [{ state: 'pending' }, delivered],
      { state: 'delivered', updated_at: time(2), delivered_at: time(2) },
    ],
    [
      'rejected',
      [rejected],
      {
        state: 'rejected',
        rejection: { reason: 'invalid_field', message: 'No.', fields: [field] },
      },
    ],
    [
      'returned',
      [delivered, returned],
      { state: 'returned', updated_at: time(2), return: { reason: 'account_closed' } },
    ],
  ])('that is %s says so, and since when', async (_, [first, second], more) => {
    await enter('po_1', first ?? delivered)
    if (second !== undefined) await change('po_1', second)
    const payout = book.byId('po_1')
    expect(payout && writePayout(payout)).toEqual(written('po_1', more))
  })

  it('is found by its key and by its id, until the book is cleared', async () => {
    await enter('po_1', delivered)
    await enter('po_2', delivered)
    expect([book.byKey('k-po_2')?.id, book.byId('po_1')?.idempotencyKey]).toEqual([
      'po_2',
      'k-po_1',
    ])
    expect([book.byKey('k'), book.byKey(''), book.byId('po_3')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    await book.clear()
    expect([book.byKey('k-po_1'), book.payouts(), book.movements()]).toEqual([undefined, [], []])
  })

  it('that was never ordered cannot change', async () => {
    await expect(change('po_9', delivered)).rejects.toThrow(
      "The bank's book changes a payout it never had: po_9",
    )
  })
})

describe('the book on the wire', () => {
  it('has each payout with its history, and each movement with what became of it', async () => {
    await enter('po_1', delivered)
    await enter('po_2', { state: 'pending' }, { transactionId: 'tx-2', account: undefined })
    await change('po_1', returned)
    await change('po_2', returned, 3)
    const history = [
      { state: 'delivered', at: time(1) },
      { state: 'returned', at: time(2) },
    ]
    const first = written('po_1', {
      state: 'returned',
      updated_at: time(2),
      return: { reason: 'account_closed' },
      account: '9',
      history,
    })
    const second = written('po_2', {
      transaction_id: 'tx-2',
      state: 'returned',
      updated_at: time(3),
      return: { reason: 'account_closed' },
      account: null,
      history: [
        { state: 'pending', at: time(1) },
        { state: 'returned', at: time(3) },
      ],
    })
    const movement = {
      payout_id: 'po_1',
      idempotency_key: 'k-po_1',
      transaction_id: 'tx-1',
      account: '9',
      amount: { value: '10.50', currency: 'USD' },
      state: 'returned',
      history,
    }
    const movements = [
      { kind: 'delivery', at: time(1), ...movement },
      { kind: 'return', at: time(2), ...movement },
    ]
    expect(writeBook(book, null)).toEqual({ payouts: [first, second], movements })
    expect(writeBook(book, 'tx-1')).toEqual({ payouts: [first], movements })
    expect(writeBook(book, 'tx-2')).toEqual({ payouts: [second], movements: [] })
    expect(writeBook(book, '')).toEqual({ payouts: [], movements: [] })
  })

  it('tells of a payment to an account that nobody named', async () => {
    await enter('po_1', delivered, { account: undefined })
    expect(writeBook(book, null)).toMatchObject({ movements: [{ account: null }] })
    expect(writeAccounts(book, '0')).toMatchObject({ customers: [{ account: '' }] })
  })
})

describe('what the book adds up to', () => {
  beforeEach(async () => {
    await enter('once', delivered, { transactionId: 'tx-once' })
    await enter('twice', delivered, { transactionId: 'tx-twice' })
    await enter('again', { state: 'pending' }, { transactionId: 'tx-twice', account: '8' })
    await change('again', delivered)
    await enter('thrice', delivered, { transactionId: 'tx-back' })
    await change('thrice', returned)
    await enter('anew', delivered, { transactionId: 'tx-back' })
    await enter('gone', delivered, { transactionId: 'tx-gone' })
    await change('gone', returned)
    await enter('yen', delivered, {
      transactionId: 'tx-yen',
      amount: { value: '70', currency: 'JPY' },
    })
    for (const name of ['both', 'each', 'every']) {
      await enter(name, delivered, { transactionId: 'tx-thrice', account: '7' })
    }
    await enter('held', { state: 'pending' })
    await enter('refused', rejected)
    await enter('undone', { state: 'pending' })
    await change('undone', returned)
  })

  it('counts what moved, and names what was paid more than once, net of returns', () => {
    expect(writeSummary(book)).toEqual({
      payouts: { pending: 1, delivered: 8, rejected: 1, returned: 3 },
      movements: { delivery: 10, return: 2 },
      transactions_paid: 5,
      transactions_paid_more_than_once: ['tx-twice', 'tx-thrice'],
    })
  })

  it('has a balance of the anchor for each currency, and one of each account', () => {
    expect(writeAccounts(book, '40')).toEqual({
      anchor: [
        { currency: 'USD', opening_balance: '40', balance: '-33.50' },
        { currency: 'JPY', opening_balance: '40', balance: '-30' },
      ],
      customers: [
        { account: '9', currency: 'USD', balance: '31.50' },
        { account: '8', currency: 'USD', balance: '10.50' },
        { account: '9', currency: 'JPY', balance: '70' },
        { account: '7', currency: 'USD', balance: '31.50' },
      ],
    })
    expect(['USD', 'JPY', 'KWD'].map((currency) => anchorUnits(book, '40', currency))).toEqual([
      -3350n,
      -30n,
      40_000n,
    ])
  })
})
