import { expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { sep9Field, sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'
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
  fields: { routing_number: '021000021', type: 'WIRE' },
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
    transactionFields: { routing_number: '021000021', type: 'WIRE' },
    reference: transaction.id,
  })
})

it('sends the bank no picture of a document, and every other field that there is', () => {
  const names = [...new Set([...sep9Fields.values()].map(({ name }) => name)), 'of_our_own']
  const pictures = names.filter((name) => sep9Field(name)?.kind === 'binary')
  expect(pictures.length).toBeGreaterThan(5)
  const fields = Object.fromEntries(names.map((name) => [name, `its ${name}`]))
  const all = ['sender', 'receiver'].map((id) => aCustomer(id, fields))
  const { sender, receiver } = orderOf(attempt, transaction, all)
  for (const sent of [sender, receiver]) {
    expect(Object.keys(sent)).toEqual(names.filter((name) => !pictures.includes(name)))
  }
})
