import { expect, it } from 'vitest'
import { fieldsWantedOf } from '../../../src/usecases/customers/fields-wanted.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import { aTransaction } from '../../builders/transaction.ts'

it('names the fields that all payouts wait for, each once (SEP31-57)', async () => {
  const wanting = (...names: readonly string[]) =>
    aTransaction({
      phase: 'awaitingPayoutCustomerInfo',
      wantedCustomerFields: names.map((name) => ({ owner: 'receiver', name, message: 'wrong' })),
    })
  const known = new Map([
    ['1', wanting('last_name', 'city')],
    ['2', wanting()],
    ['3', wanting('city', 'tax_id')],
    ['4', wanting('email_address')],
    ['5', wanting('id_number')],
  ])
  const transactions = {
    waitingForCustomer: (id: string) => Promise.resolve(id === 'c' ? ['1', '2', '3', '4'] : []),
    findMany: (ids: readonly string[]) => Promise.resolve(ids.flatMap((id) => known.get(id) ?? [])),
  }
  const records = { transactions } as unknown as Pick<Records, 'transactions'>
  expect([...(await fieldsWantedOf(records, 'c'))]).toEqual([
    'last_name',
    'city',
    'tax_id',
    'email_address',
  ])
  expect(await fieldsWantedOf(records, 'other')).toEqual(new Set())
})
