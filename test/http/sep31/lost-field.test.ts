import { expect, it } from 'vitest'
import { sayRefusal } from '../../../src/http/sep31/say-refusal.ts'
import { writeTransaction } from '../../../src/http/sep31/write-transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { aTransaction } from '../../builders/transaction.ts'

it('wants a field that the configuration lost by its reason, and the others as /info has them (SEP31-O19)', () => {
  const transaction = aTransaction({
    phase: 'awaitingPayoutTransactionInfo',
    wantedFields: {
      routing_number: 'No such bank.',
      iban: 'Is no IBAN.',
      toString: 'Is no text.',
    },
  })
  const assets = new Map([['SRT', anAsset({ transactionFields: routingFields })]])
  expect(writeTransaction(transaction, assets)).toMatchObject({
    transaction: {
      required_info_message: 'No such bank. Is no IBAN. Is no text.',
      required_info_updates: {
        transaction: {
          routing_number: { description: 'routing number of the destination bank account' },
          iban: { description: 'Is no IBAN.' },
          toString: { description: 'Is no text.' },
        },
      },
    },
  })
  expect(writeTransaction(transaction, new Map())).toMatchObject({
    transaction: {
      required_info_updates: { transaction: { routing_number: { description: 'No such bank.' } } },
    },
  })
})

it('describes what is wanted in the language of the transaction, or of the call (SEP31-16, SEP31-O08, SEP31-O19)', () => {
  const iban = { description: 'Account', translations: { es: 'Cuenta' } }
  const asked = { iban }
  const transaction = aTransaction({
    phase: 'awaitingPayoutTransactionInfo',
    wantedFields: { iban: 'Is no IBAN.' },
    language: 'es',
  })
  const told = { transaction: { iban: { description: 'Cuenta' } } }
  const assets = new Map([['SRT', anAsset({ transactionFields: asked })]])
  expect(writeTransaction(transaction, assets)).toMatchObject({
    transaction: { required_info_updates: told },
  })
  const refusal = { code: 'transaction_info_needed', missing: asked } as const
  expect(sayRefusal(refusal, 'es-MX').body).toMatchObject({ fields: told })
})

it('tells the words of the bank while data of a customer is wanted, and no list of its fields (SEP31-57)', () => {
  const wanted = aTransaction({
    phase: 'awaitingPayoutCustomerInfo',
    requiredInfoMessage: 'The name is too short.',
  })
  const { transaction } = writeTransaction(wanted, new Map()) as { transaction: object }
  expect(transaction).toMatchObject({ required_info_message: 'The name is too short.' })
  expect(transaction).not.toHaveProperty('required_info_updates')
})

it('has no details of a fee of nothing, and tells when it was begun (SEP31-66, SEP31-54)', () => {
  const startedAt = new Date('2026-03-01T10:00:00Z')
  const free = aTransaction({ startedAt, fee: { totalUnits: 0n, parts: [] } })
  expect(JSON.parse(JSON.stringify(writeTransaction(free, new Map())))).toMatchObject({
    transaction: {
      started_at: '2026-03-01T10:00:00.000Z',
      amount_fee: '0',
      fee_details: { total: '0', asset: free.assetIn },
    },
  })
  expect(JSON.stringify(writeTransaction(free, new Map()))).not.toContain('"details"')
})
