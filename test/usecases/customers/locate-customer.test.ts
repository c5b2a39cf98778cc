import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { locateCustomer } from '../../../src/usecases/customers/locate-customer.ts'
import type { CustomerQuestion } from '../../../src/usecases/customers/locate-customer.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit } from '../../database.ts'
import { anAccount } from '../../http/sep12/door.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const at = new Date('2026-03-01T12:00:00Z')
const types = customerTypes()
const known = [...types.byName.keys()]

async function kept(key: Customer['key']): Promise<Customer> {
  const rest = { fields: {}, version: 1, createdAt: at, updatedAt: at }
  const customer = { id: randomUUID(), key, ...rest }
  await db.commit(({ customers }) => customers.add(customer))
  return customer
}

/** A sender and a receiver under memos of one account, and a transaction between them. */
async function world() {
  const account = anAccount()
  const keyOf = (value: string) => ({ account, memo: { type: 'id', value } as const })
  const [sender, receiver] = [await kept(keyOf('1')), await kept(keyOf('2'))]
  const transaction = aTransaction({
    owner: { account },
    senderId: sender.id,
    receiverId: receiver.id,
    senderType: 'sep31-sender',
    receiverType: 'sep31-large-receiver',
  })
  await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return { account, sender, receiver, transactionId: transaction.id }
}

/** What it came to, and by which calls customers were loaded. */
async function located(question: CustomerQuestion, forChange = false) {
  const calls: string[] = []
  const outcome = await db.commit((records) => {
    const { customers } = records
    const heard = {
      ...customers,
      find: (id: string) => (calls.push('find'), customers.find(id)),
      lock: (id: string) => (calls.push('lock'), customers.lock(id)),
      byKey: (key: Customer['key']) => (calls.push('byKey'), customers.byKey(key)),
      lockByKey: (key: Customer['key']) => (calls.push('lockByKey'), customers.lockByKey(key)),
    }
    return locateCustomer({ ...records, customers: heard }, question, { types, forChange })
  })
  return { outcome, calls }
}

describe('a question with two faults is refused for the first of', () => {
  const nobody = randomUUID()
  const typeUnknown = { code: 'type_unknown', type: 'nonsense', known }

  it.each<[string, Partial<CustomerQuestion>, object]>([
    ['identity, type', { account: 'G', type: 'nonsense' }, { code: 'account_of_another' }],
    [
      'identity, transaction',
      { account: 'G', transactionId: nobody },
      { code: 'account_of_another' },
    ],
    ['identity, id', { memo: 'x', id: nobody }, { code: 'memo_malformed', type: 'id' }],
    ['type, transaction', { type: 'nonsense', transactionId: nobody }, typeUnknown],
    ['type, id', { type: 'nonsense', id: nobody }, typeUnknown],
    ['transaction, id', { transactionId: nobody, id: nobody }, { code: 'transaction_unknown' }],
  ])('%s (SEP12-13, SEP12-36, SEP12-44)', async (_, question, refusal) => {
    const principal = { account: anAccount() }
    const { outcome, calls } = await located({ principal, ...question })
    expect([outcome, calls]).toEqual([{ ok: false, refusal }, []])
  })

  it('the id beside a transaction, and who may reach its customer (SEP12-26, SEP12-46)', async () => {
    const { account, sender } = await world()
    const other = { account: anAccount() }
    const transaction = aTransaction({ owner: other, senderId: sender.id })
    await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    const question = { principal: other, transactionId: transaction.id }
    const beside = await located({ ...question, id: randomUUID() })
    expect(beside.outcome).toEqual({
      ok: false,
      refusal: { code: 'customer_not_of_transaction' },
    })
    const foreign = await located({ ...question, id: sender.id, memo: '9' })
    expect(foreign.outcome).toEqual({ ok: false, refusal: { code: 'customer_unknown' } })
    const own = { principal: { account }, id: sender.id, memo: '9' }
    expect((await located(own)).outcome).toEqual({
      ok: false,
      refusal: { code: 'customer_unknown' },
    })
  })
})

describe('a customer', () => {
  it('is found with its own key, for the type of the transaction, else for the one that is named (SEP12-33, SEP12-47)', async () => {
    const { account, sender, receiver, transactionId } = await world()
    const principal = { account }
    const found = async (more: Partial<CustomerQuestion>) =>
      (await located({ principal, ...more })).outcome
    const typeName = 'sep31-receiver'
    expect(await found({ id: receiver.id, type: typeName })).toEqual({
      ok: true,
      value: { key: receiver.key, customer: receiver, typeName },
    })
    expect(await found({ transactionId, type: typeName })).toEqual({
      ok: true,
      value: { key: receiver.key, customer: receiver, typeName: 'sep31-large-receiver' },
    })
    expect(await found({ transactionId, id: sender.id })).toEqual({
      ok: true,
      value: { key: sender.key, customer: sender, typeName: 'sep31-sender' },
    })
    expect(await found({ memo: '2' })).toEqual({
      ok: true,
      value: { key: receiver.key, customer: receiver, typeName: 'sep31-sender' },
    })
  })

  it('that is not known has the key under which it may be made (SEP12-31, SEP12-34)', async () => {
    const account = anAccount()
    const question = { principal: { account }, memo: 'shop', memoType: 'text' }
    expect((await located({ ...question, type: 'sep31-receiver' })).outcome).toEqual({
      ok: true,
      value: {
        key: { account, memo: { type: 'text', value: 'shop' } },
        typeName: 'sep31-receiver',
      },
    })
  })

  it('is locked to be changed, and not to be read, however it is found (SEP12-71)', async () => {
    const { account, receiver, transactionId } = await world()
    const principal = { account }
    const alone = aTransaction({ owner: { account } })
    await db.commit(({ transactions }) => transactions.open({ transaction: alone, events: [] }))
    const questions = [
      { principal },
      { principal, id: receiver.id },
      { principal, transactionId },
      { principal, transactionId: alone.id },
    ]
    const callsOf = async (forChange: boolean) =>
      (await Promise.all(questions.map((question) => located(question, forChange)))).map(
        ({ calls }) => calls.join(),
      )
    expect(await callsOf(false)).toEqual(['byKey', 'find', 'find', 'byKey'])
    expect(await callsOf(true)).toEqual(['lockByKey', 'lock', 'lock', 'lockByKey'])
  })
})

it('finds a customer by its id only along with its own memo, of its own type (SEP12-24, SEP12-27)', async () => {
  const account = anAccount()
  const principal = { account }
  const memos = [{ type: 'id', value: '7' } as const, { type: 'text', value: '7' } as const]
  const customers = [...memos, { type: 'text', value: '8' } as const, undefined].map((memo) =>
    kept({ account, ...(memo && { memo }) }),
  )
  for (const { id, key } of await Promise.all(customers)) {
    for (const { type, value: memo } of memos) {
      const { outcome } = await located({ principal, id, memo, memoType: type })
      const isOwn = key.memo?.type === type && key.memo.value === memo
      expect(outcome).toMatchObject(
        isOwn ? { value: { key, customer: { id } } } : { refusal: { code: 'customer_unknown' } },
      )
    }
    const { outcome } = await located({ principal, id })
    expect(outcome).toMatchObject({ value: { key, customer: { id } } })
  }
})
