import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { onServer } from '../../database.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const register = async (subject: string, more: object = {}): Promise<string> => {
  const { body } = await door.call(subject, 'PUT /customer', { body: { ...jane, ...more } })
  return body.id ?? ''
}

async function opened(changes: Partial<Transaction>): Promise<Transaction> {
  const transaction = aTransaction(changes)
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction
}

/** A sender and a receiver of one client, and a transaction between them. */
async function world(changes: Partial<Transaction> = {}) {
  const account = anAccount()
  const senderId = await register(account, { memo: '1', type: 'sep31-sender' })
  const receiverId = await register(account, {
    memo: '2',
    type: 'sep31-receiver',
    bank_account_number: '1000990004',
  })
  const transaction = await opened({
    owner: { account },
    senderId,
    receiverId,
    senderType: 'sep31-sender',
    receiverType: 'sep31-receiver',
    ...changes,
  })
  return { account, senderId, receiverId, transaction }
}

const refusedPayout = (): Partial<Transaction> => ({
  phase: 'awaitingPayoutCustomerInfo',
  stellarPaymentId: `${Math.floor(Math.random() * 2 ** 50)}`,
  wantedCustomerFields: [
    { owner: 'receiver', name: 'bank_account_number', message: 'This account does not exist' },
    { owner: 'receiver', name: 'last_name', message: 'This is not the name of the holder' },
  ],
})

async function waitingPayout(transactionId: string): Promise<void> {
  const now = door.clock.now
  await door.commit(({ payouts }) =>
    payouts.add([
      {
        transactionId,
        state: 'waiting',
        attemptNumber: 1,
        failures: 1,
        dueAt: now,
        updatedAt: now,
      },
    ]),
  )
}

describe('transaction_id', () => {
  it('of another account, of another memo and of nobody get one and the same answer (SEP12-44, SEP31-W30, AP-2.1)', async () => {
    const { account } = await world()
    const foreign = await world()
    const ofMemo = await world({ owner: { account, memo: '7' } })
    const answers = await Promise.all(
      [foreign.transaction.id, ofMemo.transaction.id, randomUUID(), 'x'].map(async (id) => {
        const get = await door.call(account, `GET /customer?transaction_id=${id}&type=sep31-sender`)
        const put = await door.call(account, 'PUT /customer', { body: { transaction_id: id } })
        return [get.status, get.body, put.status, put.body]
      }),
    )
    expect(answers[0]?.[0]).toBe(404)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('with a type selects the party, and without one is not refused (SEP12-43, SEP12-45, SEP31-40, SEP31-X02)', async () => {
    const { account, senderId, receiverId, transaction } = await world()
    const idOf = async (query: string) => {
      const line = `GET /customer?transaction_id=${transaction.id}${query}` as const
      const { status, body } = await door.call(account, line)
      return [status, body.id]
    }
    expect(await idOf('&type=sep31-sender')).toEqual([200, senderId])
    expect(await idOf('&type=sep31-receiver')).toEqual([200, receiverId])
    expect(await idOf('')).toEqual([200, senderId])
    expect(await idOf(`&id=${receiverId}`)).toEqual([200, receiverId])
  })

  it('together with another customer is refused (SEP12-46)', async () => {
    const { account, senderId, transaction } = await world()
    const line = `GET /customer?transaction_id=${transaction.id}&type=sep31-receiver` as const
    expect((await door.call(account, `${line}&id=${senderId}`)).status).toBe(400)
    expect((await door.call(account, `${line}&memo=1`)).status).toBe(400)
    expect((await door.call(account, `${line}&memo=2`)).status).toBe(200)
  })

  it('does not stand for another customer where its own is not known (SEP12-46)', async () => {
    const account = anAccount()
    const id = await register(account)
    const transaction = await opened({ owner: { account }, receiverType: 'sep31-large-receiver' })
    const line = `GET /customer?transaction_id=${transaction.id}&type=sep31-receiver` as const
    expect((await door.call(account, `${line}&id=${id}`)).status).toBe(400)
    const own = await door.call(account, line)
    expect([own.status, own.body.id]).toEqual([200, id])
    expect(Object.keys(own.body.fields ?? {})).toContain('mobile_number')
  })

  it('of a type that is not configured any more is asked for the type that is named (SEP12-47)', async () => {
    const account = anAccount()
    const receiverId = await register(account)
    const transaction = await opened({
      owner: { account },
      receiverId,
      receiverType: 'receiver-of-old',
    })
    const line = `GET /customer?transaction_id=${transaction.id}&type=sep31-receiver` as const
    const { body } = await door.call(account, line)
    expect([body.id, body.status]).toEqual([receiverId, 'NEEDS_INFO'])
    expect(Object.keys(body.fields ?? {})).toContain('bank_account_number')
  })

  it('in a PUT leaves its type as that of the customer (SEP12-41, SEP12-47)', async () => {
    const account = anAccount()
    const receiverId = await register(account)
    const parties = { receiverId, receiverType: 'sep31-large-receiver' }
    const transaction = await opened({ owner: { account }, ...parties })
    const sent = { transaction_id: transaction.id, id: receiverId, city: 'Rome' }
    expect((await door.call(account, 'PUT /customer', { body: sent })).status).toBe(202)
    const { body } = await door.call(account, `GET /customer?id=${receiverId}`)
    expect(Object.keys(body.fields ?? {})).toContain('mobile_number')
  })

  it('does not lead to a customer that the token does not reach (SEP12-26, AP-2.1)', async () => {
    const account = anAccount()
    const receiverId = await register(account, { memo: '2' })
    const transaction = await opened({ owner: { account, memo: '1' }, receiverId })
    const line = `GET /customer?transaction_id=${transaction.id}&type=sep31-receiver` as const
    expect((await door.call(`${account}:1`, line)).status).toBe(404)
  })
})

describe('a transaction of a large sum', () => {
  it('has its own wishes, whatever type of the side is named, and goes on when they are met (SEP12-47, SEP12-48)', async () => {
    const { account, receiverId, transaction } = await world({
      phase: 'awaitingInfo',
      receiverType: 'sep31-large-receiver',
    })
    const line = `GET /customer?transaction_id=${transaction.id}&type=sep31-receiver` as const
    const plain = await door.call(account, `GET /customer?id=${receiverId}&type=sep31-receiver`)
    expect(plain.body.status).toBe('ACCEPTED')
    const { body } = await door.call(account, line)
    expect([body.id, body.status]).toEqual([receiverId, 'NEEDS_INFO'])
    expect(Object.keys(body.fields ?? {})).toContain('mobile_number')
    const data = { transaction_id: transaction.id, type: 'sep31-receiver' }
    const sent = { ...data, mobile_number: '+14155550100' }
    expect((await door.call(account, 'PUT /customer', { body: sent })).status).toBe(202)
    expect((await door.call(account, line)).body.status).toBe('ACCEPTED')
    const now = await door.read(({ transactions }) => transactions.find(transaction.id))
    expect(now?.phase).toBe('awaitingFunds')
  })
})

describe('a transaction whose payout was refused', () => {
  it('shows its fields as rejected and as wanted, by id alone (SEP12-49, SEP12-54, SEP12-59, SEP12-64, SEP31-57)', async () => {
    const { account, receiverId, senderId } = await world(refusedPayout())
    const { body } = await door.call(account, `GET /customer?id=${receiverId}`)
    expect(body.status).toBe('NEEDS_INFO')
    expect(Object.keys(body.fields ?? {}).slice(0, 2)).toEqual(['last_name', 'bank_account_number'])
    expect(body.fields?.['bank_account_number']).not.toHaveProperty('status')
    expect(body.provided_fields?.['bank_account_number']).toMatchObject({
      status: 'REJECTED',
      error: 'This account does not exist',
    })
    expect(body.provided_fields?.['first_name']?.status).toBe('ACCEPTED')
    const sender = await door.call(account, `GET /customer?id=${senderId}`)
    expect(sender.body.status).toBe('ACCEPTED')
  })

  it('asks each of the two for what that one has to correct, and for nothing of the other (SEP12-48)', async () => {
    const { account, senderId, receiverId } = await world({
      ...refusedPayout(),
      wantedCustomerFields: [
        { owner: 'sender', name: 'last_name', message: 'Too short' },
        { owner: 'receiver', name: 'bank_account_number', message: 'Unknown' },
      ],
    })
    const refusedOf = async (id: string) => {
      const { body } = await door.call(account, `GET /customer?id=${id}`)
      const provided = Object.entries(body.provided_fields ?? {})
      return provided.flatMap(([name, { error }]) => (error === undefined ? [] : [[name, error]]))
    }
    expect(await refusedOf(senderId)).toEqual([['last_name', 'Too short']])
    expect(await refusedOf(receiverId)).toEqual([['bank_account_number', 'Unknown']])
  })

  it('asks for what each of several wants, as sender or as receiver, and for nothing of others (SEP12-48)', async () => {
    const { account, senderId, receiverId } = await world(refusedPayout())
    const wanting = (owner: 'sender' | 'receiver', name: string) => ({
      ...refusedPayout(),
      owner: { account },
      senderType: 'sep31-sender',
      receiverType: 'sep31-receiver',
      wantedCustomerFields: [{ owner, name, message: `Of the ${owner}` }],
    })
    await opened({ ...wanting('sender', 'first_name'), senderId: receiverId, receiverId: senderId })
    await opened({ ...wanting('receiver', 'email_address'), senderId, receiverId })
    const { body } = await door.call(account, `GET /customer?id=${receiverId}`)
    const provided = Object.entries(body.provided_fields ?? {})
    expect(Object.fromEntries(provided.map(([name, { error }]) => [name, error]))).toEqual({
      first_name: 'Of the sender',
      last_name: 'This is not the name of the holder',
      email_address: 'Of the receiver',
      bank_account_number: 'This account does not exist',
    })
    expect((await door.call(account, `GET /customer?id=${senderId}`)).body.status).toBe('ACCEPTED')
  })

  it('takes corrections also for a type that is configured no more (SEP12-48)', async () => {
    const { account, transaction } = await world({ ...refusedPayout(), receiverType: 'once' })
    await waitingPayout(transaction.id)
    const correction = { bank_account_number: '1000990001', last_name: 'Dough' }
    const body = { transaction_id: transaction.id, ...correction }
    expect((await door.call(account, 'PUT /customer', { body })).status).toBe(202)
    const kept = await door.read(({ transactions }) => transactions.find(transaction.id))
    expect(kept?.phase).toBe('payingOut')
    expect(door.faults).toEqual([])
  })

  it('before its funds waits on for a type that is configured no more, and refuses no data for it', async () => {
    const waiting = { phase: 'awaitingInfo', receiverType: 'once' } as const
    const { account, receiverId, transaction } = await world(waiting)
    const body = { id: receiverId, city: 'Rome' }
    expect((await door.call(account, 'PUT /customer', { body })).status).toBe(202)
    const kept = await door.read(({ transactions }) => transactions.find(transaction.id))
    expect(kept).toMatchObject({ phase: 'awaitingInfo', version: 1 })
    expect(door.faults).toEqual([])
  })

  it('goes on when each of them has another value, and not before (SEP12-48, SEP12-79)', async () => {
    const { account, receiverId, transaction } = await world(refusedPayout())
    await waitingPayout(transaction.id)
    const send = async (body: object) => {
      await door.call(account, 'PUT /customer', { body: { id: receiverId, ...body } })
      const found = await door.call(account, `GET /customer?id=${receiverId}`)
      const now = await door.read(({ transactions }) => transactions.find(transaction.id))
      return [found.body.status, Object.keys(found.body.fields ?? {}), now?.phase]
    }
    const still = ['last_name', 'bank_account_number', 'bank_account_type']
    const waiting = 'awaitingPayoutCustomerInfo'
    const same = { bank_account_number: '1000990004', last_name: 'Doe' }
    expect(await send(same)).toEqual(['NEEDS_INFO', still, waiting])
    expect(await send({ family_name: 'Dough' })).toEqual(['NEEDS_INFO', still.slice(1), waiting])
    const number = { bank_account_number: '1000990001' }
    expect(await send(number)).toEqual(['ACCEPTED', still.slice(2), 'payingOut'])
    const jobs = await onServer(
      door.url,
      `select subject from outbox where name = 'send-payout' and payload->>'transactionId' = $1`,
      [transaction.id],
    )
    expect(jobs).toHaveLength(1)
  })

  it('is corrected through transaction_id too, and the customer listens (SEP12-47, SEP12-102)', async () => {
    const { account, receiverId, transaction } = await world(refusedPayout())
    await waitingPayout(transaction.id)
    const url = 'https://wallet.example.com/kyc'
    await door.call(account, 'PUT /customer/callback', { body: { id: receiverId, url } })
    const { status } = await door.call(account, 'PUT /customer', {
      body: {
        transaction_id: transaction.id,
        type: 'sep31-receiver',
        bank_account_number: '1000990001',
        last_name: 'Dough',
      },
    })
    expect(status).toBe(202)
    const [notice] = await onServer(door.url, 'select id from callback where subject_id = $1', [
      receiverId,
    ])
    const callback = await door.commit(({ callbacks }) => callbacks.lock(String(notice?.['id'])))
    expect(JSON.parse(callback?.body ?? '{}')).toMatchObject({ id: receiverId, status: 'ACCEPTED' })
  })
})

describe('a transaction that waits for its customers before funds', () => {
  it('may be paid as soon as the last field is there (SEP12-47, SEP12-48, SEP31-40, SEP31-41, SEP31-W32)', async () => {
    const account = anAccount()
    const receiverId = await register(account, { type: 'sep31-receiver' })
    const transaction = await opened({
      phase: 'awaitingInfo',
      owner: { account },
      receiverId,
      receiverType: 'sep31-receiver',
    })
    const body = { transaction_id: transaction.id, bank_account_number: '1' }
    const { status } = await door.call(account, 'PUT /customer', { body })
    expect(status).toBe(202)
    const now = await door.read(({ transactions }) => transactions.find(transaction.id))
    expect(now?.phase).toBe('awaitingFunds')
  })
})

describe('a customer that an operator rejected', () => {
  it('stays rejected, with the reason, whatever is sent (SEP12-53, SEP12-81)', async () => {
    const account = anAccount()
    const id = await register(account)
    await onServer(door.url, `update customer set rejected = 'We cannot serve you' where id = $1`, [
      id,
    ])
    const put = await door.call(account, 'PUT /customer', { body: { id, first_name: 'Joan' } })
    expect(put.status).toBe(400)
    const { body } = await door.call(account, `GET /customer?id=${id}`)
    expect([body.status, body.message, body.fields]).toEqual([
      'REJECTED',
      'We cannot serve you',
      undefined,
    ])
  })
})

describe('the events of a transaction that goes on with new data', () => {
  const told = (id: string) =>
    door.commit(async ({ events }) => {
      await events.assignSequences(1000)
      return (await events.ofTransaction(id)).map(({ type, actor }) => [type, actor])
    })

  it.each([
    ['before funds', { phase: 'awaitingInfo' }, ['infoReceived', 'cleared']],
    ['after funds', refusedPayout(), ['infoPartlyReceived', 'infoReceived']],
  ] as const)(
    'tell %s which client brought it, its memo included (SEP12-48)',
    async (_, changes, types) => {
      const client = { account: anAccount(), memo: '7' }
      const subject = `${client.account}:7`
      const receiverId = await register(subject, { type: 'sep31-receiver' })
      const parties = { receiverId, receiverType: 'sep31-receiver' }
      const { id } = await opened({ owner: client, ...parties, ...changes })
      await waitingPayout(id)
      for (const more of [{ last_name: 'Dough' }, { bank_account_number: '1000990001' }]) {
        await door.call(subject, 'PUT /customer', { body: { id: receiverId, ...more } })
      }
      const actor = { kind: 'client', ...client }
      expect(await told(id)).toEqual(types.map((type) => [type, actor]))
    },
  )
})
