import { expect, it } from 'vitest'
import { writeTransaction } from '../../../src/http/sep31/write-transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { aTransaction } from '../../builders/transaction.ts'

const described = (code: string) =>
  Object.fromEntries(
    Object.keys(routingFields).map((name) => [name, { description: `${name} of ${code}` }]),
  )
/** That of the transactions stands among others, whose fields have the same names. */
const assets = new Map([
  ['USDC', anAsset({ code: 'USDC', transactionFields: described('USDC') })],
  ['SRT', anAsset({ transactionFields: routingFields })],
  ['EUR', anAsset({ code: 'EUR', transactionFields: described('EUR') })],
])
const written = (changes: Parameters<typeof aTransaction>[0]) =>
  JSON.parse(JSON.stringify(writeTransaction(aTransaction(changes), assets))) as unknown

it('tells all of a completed transaction, each in its place and its own decimals (SEP31-54, SEP31-63 to SEP31-68)', () => {
  const transaction = {
    id: 'the id',
    phase: 'completed',
    assetIn: 'stellar:SRT:GISSUER',
    amountInUnits: 1_234_567_891n,
    assetOut: 'iso4217:JPY',
    amountOutUnits: 12_345n,
    assetOutDecimals: 3,
    destinationAsset: 'iso4217:JPY',
    fee: {
      totalUnits: 30_000_001n,
      parts: [
        { name: 'One', description: 'The one', units: 10_000_000n },
        { name: 'Other', units: 20_000_001n },
      ],
    },
    distributionAccount: 'GOURS',
    memo: { type: 'text', value: 'the memo' },
    refundMemo: { type: 'id', value: '5' },
    statusMessage: 'It has arrived',
    requiredInfoMessage: 'Nothing any more',
    stellarTransactionHash: 'the hash',
    stellarPaymentId: '77',
    externalTransactionId: 'the bank’s own',
    fundsReceivedAt: new Date('2026-03-01T11:30:00Z'),
    startedAt: new Date('2026-03-01T11:00:00Z'),
    updatedAt: new Date('2026-03-01T11:45:00Z'),
    completedAt: new Date('2026-03-01T11:40:00Z'),
  } as const
  expect(written(transaction)).toEqual({
    transaction: {
      id: 'the id',
      status: 'completed',
      status_message: 'It has arrived',
      amount_in: '123.4567891',
      amount_in_asset: 'stellar:SRT:GISSUER',
      amount_out: '12.345',
      amount_out_asset: 'iso4217:JPY',
      amount_fee: '3.0000001',
      amount_fee_asset: 'stellar:SRT:GISSUER',
      fee_details: {
        total: '3.0000001',
        asset: 'stellar:SRT:GISSUER',
        details: [
          { name: 'One', description: 'The one', amount: '1' },
          { name: 'Other', amount: '2.0000001' },
        ],
      },
      stellar_account_id: 'GOURS',
      stellar_memo_type: 'text',
      stellar_memo: 'the memo',
      started_at: '2026-03-01T11:00:00.000Z',
      updated_at: '2026-03-01T11:45:00.000Z',
      completed_at: '2026-03-01T11:40:00.000Z',
      stellar_transaction_id: 'the hash',
      external_transaction_id: 'the bank’s own',
      refunded: false,
    },
  })
})

it('tells the bank’s own sentence about wanted fields before the reasons, and every field as /info has it (SEP31-O19)', () => {
  const wanting = {
    phase: 'awaitingPayoutTransactionInfo',
    wantedFields: { type: 'No such type.', account_number: 'No such account.' },
  } as const
  const told = {
    required_info_updates: {
      transaction: {
        type: { description: 'type of deposit', choices: ['SEPA', 'WIRE'], optional: true },
        account_number: { description: 'bank account number of the destination' },
      },
    },
  }
  expect(written({ ...wanting, requiredInfoMessage: 'Mend both' })).toMatchObject({
    transaction: { ...told, required_info_message: 'Mend both' },
  })
  expect(written(wanting)).toMatchObject({
    transaction: { ...told, required_info_message: 'No such type. No such account.' },
  })
})
