import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/domain/transaction/event.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import type { TransactionQuery } from '../../../src/usecases/ports/transaction-records.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { customerTypes } from '../../builders/customer-types.ts'
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

const client: Actor = { kind: 'client', account: sendingAnchor }

const updatedBy = (actor: Actor, customerId: string, ...changedFields: string[]) =>
  door.commit((records) =>
    door.resume(
      records,
      { customerId, changedFields: new Set(changedFields), actor },
      door.clock.now,
    ),
  )
const updated = (customerId: string, ...changedFields: string[]) =>
  updatedBy(client, customerId, ...changedFields)

const find = (id: string) => door.read(({ transactions }) => transactions.find(id))
const phaseOf = async (id: string): Promise<Phase | undefined> => (await find(id))?.phase

const told = (id: string) =>
  door.commit(async ({ events }) => {
    await events.assignSequences(1000)
    return events.ofTransaction(id)
  })
const happenings = async (id: string): Promise<readonly string[]> =>
  (await told(id)).map(({ type }) => type)

describe('before the funds', () => {
  it('goes on to pending_sender by itself when both are accepted (SEP31-41, SEP31-W32)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId })
    await updated(receiverId, 'bank_account_number')
    expect(await phaseOf(id)).toBe('awaitingFunds')
    expect(await happenings(id)).toEqual(['infoReceived', 'cleared'])
    expect(await find(id)).not.toHaveProperty('statusMessage')
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

  it('goes on to the check when all is there and something is still to be checked (SEP31-41)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const id = await kept({ phase: 'awaitingInfo', senderId, receiverId })
    await door.commit(async ({ customers }) => {
      const customer = await customers.lock(senderId)
      if (customer === undefined) throw new Error('the customer is there')
      const fields = Object.entries(customer.fields).map(
        ([name, field]) => [name, { ...field, status: 'PROCESSING' as const }] as const,
      )
      const version = customer.version + 1
      await customers.save({ ...customer, fields: Object.fromEntries(fields), version })
    })
    await updated(receiverId, 'bank_account_number')
    expect(await phaseOf(id)).toBe('screening')
    expect(await happenings(id)).toEqual(['infoReceived'])
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

  it('pays nothing for a transaction that has no payout, and changes nothing', async () => {
    const receiverId = await door.customer(receiver)
    const phase = 'awaitingPayoutCustomerInfo'
    const wantedCustomerFields = wanted.slice(0, 1)
    const id = await kept({ phase, receiverId, wantedCustomerFields, stellarPaymentId: '77' })
    const before = await find(id)
    await expect(updated(receiverId, 'bank_account_number')).rejects.toThrow(
      `Transaction ${id} has no payout`,
    )
    expect(await find(id)).toEqual(before)
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

  it('is told in the events as the work of whoever brought each part (SEP31-58)', async () => {
    const { id, senderId, receiverId } = await waiting(wanted)
    const operator = { kind: 'operator', name: 'Olga' } as const
    await updatedBy(operator, receiverId, 'bank_account_number')
    await updatedBy({ ...client, memo: '7' }, senderId, 'first_name')
    expect((await told(id)).map(({ actor }) => actor)).toEqual([operator, { ...client, memo: '7' }])
  })

  it('takes the field for a synonym of it that the bank named (SEP31-58)', async () => {
    const { id, senderId } = await waiting([
      { owner: 'sender', name: 'given_name', message: 'The name is too short.' },
    ])
    await updated(senderId, 'first_name')
    expect(await phaseOf(id)).toBe('payingOut')
  })

  it('waits no longer for a synonym that is given up under its own name (SEP12-126)', async () => {
    const { id, senderId } = await waiting([
      { owner: 'sender', name: 'given_name', message: 'The name is too short.' },
    ])
    await updated(senderId, 'given_name')
    expect(await phaseOf(id)).toBe('payingOut')
  })
})

it('ends all that a rejected customer may still pay, however much it is, and asks for each once (SEP31-60)', async () => {
  const ids = Array.from({ length: 1_201 }, (): string => randomUUID())
  const payable = ids.map((id) => aTransaction({ ...types, id, senderId: 'one' }))
  const ended: Transaction[] = []
  const { now } = door.clock
  const rejected = { id: 'one', key: owner, fields: {}, rejected: 'On a list', version: 2 }
  const records = {
    transactions: {
      waitingForCustomer: async () => [],
      list: async ({ phases, after, limit }: TransactionQuery) => {
        expect(phases).toEqual(['awaitingFunds'])
        const first = after === undefined ? 0 : ids.indexOf(after.id) + 1
        return payable.slice(first, first + limit)
      },
      lock: async (id: string) => payable[ids.indexOf(id)],
    },
    customers: { findMany: async () => [{ ...rejected, createdAt: now, updatedAt: now }] },
  } as unknown as Records // no other is asked
  const resume = resumeTransactionsOfCustomer({
    customerTypes: customerTypes(),
    saveChange: async (_, { after }) => {
      ended.push(after)
      return after
    },
  })
  const update = { customerId: 'one', changedFields: new Set<string>(), actor: client }
  await resume(records, update, now)
  expect(ended).toEqual([])
  await resume(records, { ...update, isRejected: true }, now)
  expect(ended.map(({ id }) => id)).toEqual(ids.toSorted())
  expect(new Set(ended.map(({ phase }) => phase))).toEqual(new Set(['failed']))
})
