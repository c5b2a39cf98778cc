import { expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { orderOf } from '../../../src/usecases/payouts/payout-order.ts'
import { aTransaction } from '../../builders/transaction.ts'

const at = new Date('2026-11-21T12:00:00Z')
const aCustomer = (id: string, fields: Readonly<Record<string, string>>): Customer => ({
  id,
  key: { account: id },
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, { value, status: 'ACCEPTED' as const }]),
  ),
  version: 1,
  createdAt: at,
  updatedAt: at,
})

const transaction = aTransaction({
  assetOut: 'iso4217:KWD',
  amountOutUnits: 1_234_567n,
  assetOutDecimals: 3,
  fundingMethod: 'SWIFT',
  senderId: 'sender',
  receiverId: 'receiver',
  fields: { routing_number: '021000021' },
})
const customers = [
  aCustomer('stranger', { first_name: 'Nobody' }),
  aCustomer('receiver', { first_name: 'Rita', photo_id_front: 'a file' }),
  aCustomer('sender', { last_name: 'Sand' }),
]
const attempt = {
  transactionId: transaction.id,
  number: 2,
  idempotencyKey: 'the-key',
  state: 'claimed',
  startedAt: at,
} as const

it('orders amount out, with its own decimals, from the one customer to the other (SEP31-54)', () => {
  expect(orderOf(attempt, transaction, customers)).toEqual({
    idempotencyKey: 'the-key',
    transactionId: transaction.id,
    amount: { currency: 'KWD', units: 1_234_567n, decimals: 3 },
    method: 'SWIFT',
    receiver: { first_name: 'Rita' },
    sender: { last_name: 'Sand' },
    transactionFields: { routing_number: '021000021' },
    reference: transaction.id,
  })
})

it('sends the bank no picture of a document', () => {
  const { receiver } = orderOf(attempt, transaction, customers)
  expect(receiver).not.toHaveProperty('photo_id_front')
})
