import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import { holdsFunds } from '../../builders/holds-funds.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { openDoor, sendingAnchor } from './door.ts'
import type { Door } from './door.ts'

let door: Door
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

/** As the checklist of SEP-31 has it, written down here a second time on purpose. */
const statuses: Readonly<Record<Phase, string>> = {
  screening: 'pending_receiver',
  awaitingInfo: 'pending_customer_info_update',
  awaitingFunds: 'pending_sender',
  payingOut: 'pending_receiver',
  awaitingPayoutCustomerInfo: 'pending_customer_info_update',
  awaitingPayoutTransactionInfo: 'pending_transaction_info_update',
  settling: 'pending_external',
  completed: 'completed',
  expired: 'expired',
  failed: 'error',
}

const payment = ['stellar_account_id', 'stellar_memo', 'stellar_memo_type']
const always = ['amount_in', 'amount_fee', 'fee_details', 'id', 'started_at', 'updated_at']

let payments = 70_000

async function read(phase: Phase): Promise<Record<string, unknown>> {
  payments += 1
  const isFunded = holdsFunds(phase) || phase === 'completed'
  const transaction = aTransaction({
    owner: { account: sendingAnchor },
    phase,
    statusMessage: 'Why it stands so',
    ...(isFunded && {
      stellarPaymentId: `${payments}`,
      stellarTransactionHash: 'ef'.repeat(32),
      fundsReceivedAt: new Date('2026-03-01T11:30:00Z'),
    }),
    ...(phase === 'completed' && { completedAt: new Date('2026-03-01T11:40:00Z') }),
  })
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  const { body } = await door.call(`GET /transactions/${transaction.id}`)
  return body['transaction'] as Record<string, unknown>
}

describe.each(Object.keys(lifecycle) as Phase[])('the phase %s', (phase) => {
  it('has its word in SEP-31 (SEP31-35, SEP31-51, SEP31-54, SEP31-55, SEP31-56, SEP31-57, SEP31-60, SEP31-X04, SEP31-W19, SEP31-W23, SEP31-C10)', async () => {
    const { status, status_message: message, stellar_transaction_id: paid } = await read(phase)
    expect([status, message]).toEqual([statuses[phase], 'Why it stands so'])
    const isFunded = holdsFunds(phase) || phase === 'completed'
    expect(paid).toBe(isFunded ? 'ef'.repeat(32) : undefined)
  })

  it('tells the amounts, and account and memo as soon as it may be paid (SEP31-36, SEP31-37, SEP31-63, SEP31-W19)', async () => {
    const transaction = await read(phase)
    expect(Object.keys(transaction)).toEqual(expect.arrayContaining(always))
    const mayBePaid = phase !== 'screening' && phase !== 'awaitingInfo'
    const told = payment.filter((name) => Object.hasOwn(transaction, name))
    expect(told).toEqual(mayBePaid ? payment : [])
  })

  it('wants fields only while it waits for them (SEP31-O19)', async () => {
    const transaction = await read(phase)
    const wants = phase === 'awaitingPayoutTransactionInfo'
    expect(Object.hasOwn(transaction, 'required_info_updates')).toBe(wants)
  })
})
