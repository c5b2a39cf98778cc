import { expect, it } from 'vitest'
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
