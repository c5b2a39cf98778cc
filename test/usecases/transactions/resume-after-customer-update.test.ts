import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { openDoor, receiver, sender, sendingAnchor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const types = { senderType: 'sep31-sender', receiverType: 'sep31-receiver' }
const owner = { account: sendingAnchor }

async function kept(changes: Partial<Transaction>): Promise<string> {
  const transaction = aTransaction({ owner, ...types, ...changes })
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction.id
}

const updated = (customerId: string, ...changedFields: string[]) =>
  door.commit((records) =>
    door.resume(
      records,
      {
        customerId,
        changedFields: new Set(changedFields),
        actor: { kind: 'client', account: sendingAnchor },
      },
      door.clock.now,
    ),
  )

const find = (id: string) => door.read(({ transactions }) => transactions.find(id))
const phaseOf = async (id: string): Promise<Phase | undefined> => (await find(id))?.phase

async function happenings(id: string): Promise<readonly string[]> {
  return door.commit(async ({ events }) => {
    await events.assignSequences(1000)
    return (await events.ofTransaction(id)).map(({ type }) => type)
  })
}

describe('before the funds', () => {
  it('goes on to pending_sender by itself when both are accepted (SEP31-41, SEP31-W32)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId })
    await updated(receiverId, 'bank_account_number')
    expect(await phaseOf(id)).toBe('awaitingFunds')
    expect(await happenings(id)).toEqual(['infoReceived', 'cleared'])
  })

  it('gives the sending anchor the whole time to pay from then on (SEP31-41, SEP31-76)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const hour = 3_600_000
    const startedAt = new Date(door.clock.now.getTime() - hour)
    const lapsesAt = new Date(door.clock.now.getTime() + 60_000)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId, startedAt, lapsesAt })
    await updated(receiverId, 'bank_account_number')
    const deadline = door.clock.now.getTime() + hour + 60_000
    expect((await find(id))?.lapsesAt).toEqual(new Date(deadline))
  })

  it('waits while the other one has not brought everything (SEP31-41)', async () => {
    const senderId = await door.customer({ first_name: 'Ann' })
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId })
    await updated(receiverId, 'bank_account_number')
    expect(await phaseOf(id)).toBe('awaitingInfo')
    expect(await happenings(id)).toEqual([])
  })

  it('asks for information when the check finds some missing', async () => {
    const senderId = await door.customer({})
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'screening', senderId, receiverId })
    await updated(senderId)
    expect(await phaseOf(id)).toBe('awaitingInfo')
  })

  it('ends in error when a customer is rejected (SEP31-60)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId })
    await door.commit(async ({ customers }) => {
      const customer = await customers.lock(receiverId)
      if (customer !== undefined) {
        await customers.save({ ...customer, rejected: 'On a list', version: customer.version + 1 })
      }
    })
    await updated(receiverId)
    expect(await find(id)).toMatchObject({
      phase: 'failed',
      statusMessage: 'A customer was rejected',
    })
  })

  it('re-evaluates all transactions of the customer, on either side (SEP31-W32)', async () => {
    const both = await door.customer({ ...sender, ...receiver })
    const other = await door.customer({ ...sender, ...receiver })
    const ids = [
      await kept({ phase: 'awaitingInfo', senderId: both, receiverId: other }),
      await kept({ phase: 'screening', senderId: other, receiverId: both }),
    ]
    await updated(both, 'first_name')
    for (const id of ids) expect(await phaseOf(id)).toBe('awaitingFunds')
  })
})

describe('after the funds', () => {
  const wanted = [
    { owner: 'receiver', name: 'bank_account_number', message: 'The bank knows no such account.' },
    { owner: 'sender', name: 'first_name', message: 'The name is too short.' },
  ] as const

  const waiting = async (wantedCustomerFields: Transaction['wantedCustomerFields']) => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const { id } = await keepWaitingTransaction(door.commit, {
      owner,
      ...types,
      phase: 'awaitingPayoutCustomerInfo',
      senderId,
      receiverId,
      wantedCustomerFields,
    })
    return { id, senderId, receiverId }
  }

  it('tries the payout again when the field was changed (SEP31-58, SEP31-G15)', async () => {
    const { id, receiverId } = await waiting(wanted.slice(0, 1))
    await updated(receiverId, 'bank_account_number')
    expect(await phaseOf(id)).toBe('payingOut')
    expect(await door.read(({ payouts }) => payouts.find(id))).toMatchObject({ state: 'due' })
    const jobs = await door.commit(({ outbox }) => outbox.unsent(1000))
    expect(jobs.map(({ job }) => job.payload)).toContainEqual({ transactionId: id })
  })

  it('does not when another field was changed, or the same field of another customer', async () => {
    const { id, senderId, receiverId } = await waiting(wanted.slice(0, 1))
    await updated(receiverId, 'first_name')
    await updated(senderId, 'bank_account_number')
    await updated(receiverId)
    expect(await find(id)).toMatchObject({
      phase: 'awaitingPayoutCustomerInfo',
      wantedCustomerFields: wanted.slice(0, 1),
      version: 3,
    })
  })

  it('waits for both customers when both have something to correct', async () => {
    const { id, senderId, receiverId } = await waiting(wanted)
    await updated(receiverId, 'bank_account_number')
    expect(await find(id)).toMatchObject({
      phase: 'awaitingPayoutCustomerInfo',
      wantedCustomerFields: wanted.slice(1),
    })
    await updated(senderId, 'first_name')
    expect(await phaseOf(id)).toBe('payingOut')
    expect(await happenings(id)).toEqual(['infoPartlyReceived', 'infoReceived'])
  })
})
