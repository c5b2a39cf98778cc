import 'reflect-metadata'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { writePlace } from '../../src/graphql/cursor.ts'
import { readTransactionQuery } from '../../src/graphql/transaction/transaction-filter.input.ts'

/** What is asked of the records by the arguments of a list. */

const page = { limit: 3, backwards: false }
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute))

describe('a list of transactions', () => {
  it('is asked for with each condition in its own place, its ids in small letters', () => {
    const [one, other, customerId] = [randomUUID(), randomUUID(), randomUUID()] as const
    const [first, last] = [randomUUID(), randomUUID()] as const
    const plain = {
      externalTransactionId: 'bank-1',
      stellarTransactionHash: 'the hash',
      assetCode: 'SRT',
      startedFrom: at(1),
      startedBefore: at(2),
    }
    const filter = {
      ...plain,
      status: ['pending_sender' as const],
      ids: [one.toUpperCase(), other],
      customerId: customerId.toUpperCase(),
    }
    const between = {
      after: writePlace('transaction', { at: at(3), id: first }),
      before: writePlace('transaction', { at: at(4), id: last }),
    }
    expect(readTransactionQuery(filter, { limit: 3, backwards: true, ...between })).toStrictEqual({
      ...plain,
      phases: ['awaitingFunds'],
      ids: [one, other],
      customerId,
      after: { startedAt: at(3), id: first },
      before: { startedAt: at(4), id: last },
      limit: 3,
      backwards: true,
    })
  })

  it.each([null, undefined, {}, { status: null, ids: null, customerId: null, assetCode: null }])(
    'is asked for without a condition where there is none: %j',
    (filter) => {
      expect(readTransactionQuery(filter, page)).toStrictEqual(page)
    },
  )

  it.each([
    [['pending_receiver'], ['screening', 'payingOut']],
    [['pending_customer_info_update'], ['awaitingInfo', 'awaitingPayoutCustomerInfo']],
    [['pending_transaction_info_update'], ['awaitingPayoutTransactionInfo']],
    [['pending_external'], ['settling']],
    [
      ['error', 'expired', 'completed'],
      ['completed', 'expired', 'failed'],
    ],
    [[], []],
  ] as const)('of the statuses %j is one of every phase that has them', (status, phases) => {
    const read = readTransactionQuery({ status: [...status] }, page).phases ?? ['any']
    expect(read.toSorted()).toEqual(phases.toSorted())
  })
})
