import { describe, expect, it } from 'vitest'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { readOrder } from '../../../src/sandbox/bank/payout-order.ts'
import { judge } from '../../../src/sandbox/bank/verdict.ts'
import type { Circumstances } from '../../../src/sandbox/bank/verdict.ts'
import { anOrder } from './bank-client.ts'

/** The table of docs/sandbox-bank.md: what becomes of an order, by the account it names. */

const now = new Date('2026-01-01T00:00:00Z')
const usual: Circumstances = { now, settleAfterMs: 3_000, timesTurnedAway: 0, fundsAreShort: false }
const at = '2026-01-01T00:00:03.000Z'

function verdictOn(
  account: string,
  circumstances: Partial<Circumstances> = {},
  changes: Record<string, unknown> = {},
) {
  const reading = readOrder(Buffer.from(anOrder(account, changes)))
  if (!reading.ok) throw new Error(reading.fault)
  return judge(reading.order, { ...usual, ...circumstances })
}

const paid = { does: 'book', standing: { state: 'delivered' }, says: 'so' }
const nothing = { does: 'nothing', says: 'nothing' }
const unavailable = { does: 'nothing', says: 'unavailable' }
const rejected = (reason: string, message: string, fields: readonly object[] = []) => ({
  does: 'book',
  standing: { state: 'rejected', reason, message, fields },
  says: 'so',
})
const short = rejected('insufficient_funds', 'The balance of the anchor is too low.')
const wrong = (name: string) => `The bank does not know this ${name}: send the right ${name}.`

describe('the bank decides on an order', () => {
  it.each([
    ['1000123456', paid],
    [magicAccountNumbers.delivered, paid],
    [
      magicAccountNumbers.deliveredLater,
      {
        ...paid,
        standing: { state: 'pending', due: { at, next: { state: 'delivered' } } },
      },
    ],
    [magicAccountNumbers.pendingUntilTold, { ...paid, standing: { state: 'pending' } }],
    [magicAccountNumbers.unknownButDone, { ...paid, says: 'nothing' }],
    [magicAccountNumbers.unknownNotDone, nothing],
    [magicAccountNumbers.unavailableTwice, unavailable],
    [
      magicAccountNumbers.returnedLater,
      {
        ...paid,
        standing: {
          state: 'delivered',
          due: { at, next: { state: 'returned', reason: 'account_closed' } },
        },
      },
    ],
    [magicAccountNumbers.accountClosed, rejected('account_closed', 'The account is closed.')],
  ])('for %s', (account, verdict) => {
    expect(verdictOn(account)).toEqual(verdict)
  })

  it.each([
    [magicAccountNumbers.unknownNotDone, [nothing, paid, paid]],
    [magicAccountNumbers.unavailableTwice, [unavailable, unavailable, paid]],
    ['1000123456', [paid, paid, paid]],
  ])('for %s by how often it was turned away', (account, verdicts) => {
    const after = verdicts.map((_, timesTurnedAway) => verdictOn(account, { timesTurnedAway }))
    expect(after).toEqual(verdicts)
  })

  it.each([
    ['1000123456', short],
    [magicAccountNumbers.deliveredLater, short],
    [magicAccountNumbers.unknownButDone, short],
    [magicAccountNumbers.unavailableTwice, unavailable],
  ])('for %s, when the funds are short', (account, verdict) => {
    expect(verdictOn(account, { fundsAreShort: true })).toEqual(verdict)
  })

  it('for every field that asks to be rejected, by its name', () => {
    const number = magicAccountNumbers.fieldRejected
    const changes = {
      receiver: { bank_account_number: '1', tax_id: number, tax_id_type: number, address: number },
      transaction_fields: { routing_number: '029900042', memo: number },
    }
    const fields = [
      { owner: 'receiver', name: 'tax_id', message: wrong('tax_id') },
      { owner: 'transaction', name: 'routing_number', message: wrong('routing_number') },
    ]
    const message = `${wrong('tax_id')} ${wrong('routing_number')}`
    const verdict = rejected('invalid_field', message, fields)
    expect(verdictOn('', { fundsAreShort: true }, changes)).toEqual(verdict)
  })

  it.each(Object.values(magicAccountNumbers).filter((one) => !one.endsWith('4')))(
    'for a field that asks to be rejected, whatever the account %s asks for',
    (account) => {
      const number = magicAccountNumbers.fieldRejected
      const changes = { receiver: { bank_account_number: account, tax_id: number } }
      const fields = [{ owner: 'receiver', name: 'tax_id', message: wrong('tax_id') }]
      const verdict = rejected('invalid_field', wrong('tax_id'), fields)
      expect(verdictOn('', {}, changes)).toEqual(verdict)
    },
  )

  it('for the account that is missing before any field that asks to be rejected', () => {
    const message = 'The account number of the receiver is missing: send bank_account_number.'
    const fields = [{ owner: 'receiver', name: 'bank_account_number', message }]
    const receiver = { tax_id: magicAccountNumbers.fieldRejected }
    const verdict = rejected('invalid_field', message, fields)
    expect(verdictOn('', { fundsAreShort: true }, { receiver })).toEqual(verdict)
  })

  it('for an order that names no account', () => {
    const message = 'The account number of the receiver is missing: send bank_account_number.'
    const fields = [{ owner: 'receiver', name: 'bank_account_number', message }]
    for (const receiver of [{}, { bank_account_number: ' - ' }]) {
      const verdict = rejected('invalid_field', message, fields)
      expect(verdictOn('', {}, { receiver })).toEqual(verdict)
    }
  })
})
