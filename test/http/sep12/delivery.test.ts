import { randomUUID } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callbackSender } from '../../../src/adapters/callbacks/callback-sender.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { newPayout } from '../../../src/domain/payout/decisions.ts'
import { writeCustomerNotice } from '../../../src/http/sep12/wire.ts'
import { deliverCallback } from '../../../src/usecases/callbacks/deliver-callback.ts'
import { tellCustomers } from '../../../src/usecases/customers/tell-customers.ts'
import { defaultPatience } from '../../../src/domain/payout/back-off.ts'
import { recordRailWord } from '../../../src/usecases/payouts/record-rail-word.ts'
import { saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { onServer } from '../../database.ts'
import { takes } from '../../clients/callback-receiver.ts'
import type { Received } from '../../clients/callback-receiver.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const key = Keypair.random()

/** Our delivery, and a receiver that answers with these statuses, one after the other. */
function delivery(...statuses: readonly number[]) {
  const received: Received[] = []
  const deliver = deliverCallback({
    commit: door.commit,
    sender: callbackSender({
      sign: (message) => key.sign(Buffer.from(message)),
      fetch: (request) => {
        received.push({ ...request, at: door.clock.now })
        return Promise.resolve({ status: statuses[received.length - 1] ?? 200 })
      },
    }),
    patience: { triesMax: 3, firstDelayMs: 10_000, delayMaxMs: 60_000 },
    now: () => door.clock.now,
  })
  return { received, deliver }
}

const pass = (seconds: number): void => {
  door.clock.now = new Date(door.clock.now.getTime() + seconds * 1000)
}

async function listening(url: string): Promise<{ account: string; id: string }> {
  const account = anAccount()
  const put = { type: 'sep31-receiver', ...jane, bank_account_number: '1' }
  const { body } = await door.call(account, 'PUT /customer', { body: put })
  const id = body.id ?? ''
  await door.call(account, 'PUT /customer/callback', { body: { id, url } })
  return { account, id }
}

const noticesOf = async (id: string): Promise<readonly string[]> => {
  const rows = await onServer(
    door.url,
    'select id from callback where subject_id = $1 order by number',
    [id],
  )
  return rows.map((row) => String(row['id']))
}

describe('a notice of SEP-12', () => {
  it('is signed afresh at each try, over the bytes that are sent (SEP12-105, SEP12-106, SEP12-107, SEP12-109, SEP12-110, SEP12-111, SEP12-112, SEP31-C25, POLARIS-8.33)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', {
      body: { type: 'sep31-receiver', ...jane },
    })
    const url = 'https://WALLET.example.com:8443/kyc'
    await door.call(account, 'PUT /customer/callback', { body: { url } })
    const rest = { bank_account_number: '1' }
    await door.call(account, 'PUT /customer', { body: { id: body.id, ...rest } })
    const [notice = ''] = await noticesOf(body.id ?? '')
    const { received, deliver } = delivery(500, 200)
    await deliver(notice)
    pass(121)
    await deliver(notice)
    await deliver(notice)
    expect(received).toHaveLength(2)
    const wallet = { host: 'wallet.example.com:8443', signingKey: key }
    expect(received.map((each) => takes(each, wallet))).toEqual([true, true])
    expect(received[0]?.headers['signature']).not.toBe(received[1]?.headers['signature'])
    expect(received[1]?.headers['x-stellar-signature']).toBe(received[1]?.headers['signature'])
    const found = await door.call(account, `GET /customer?id=${body.id}`)
    expect(received[1]?.body).toBe(JSON.stringify(found.body))
  })

  it('names the host in lower case, without the usual port (SEP12-108)', async () => {
    const { id } = await listening('https://Wallet.Example.COM:443/kyc')
    const [row] = await onServer(door.url, 'select callback_url from customer where id = $1', [id])
    expect(row).toEqual({ callback_url: 'https://wallet.example.com/kyc' })
  })

  it('is owed when the rail refuses a field of the customer (SEP12-79, SEP12-102)', async () => {
    const { account, id, senderId } = await refused('receiver')
    const { now } = door.clock
    const [notice = '', ...more] = await noticesOf(id)
    expect(more).toEqual([])
    expect(await noticesOf(senderId)).toEqual([]) // stands as before
    const callback = await door.commit(({ callbacks }) => callbacks.lock(notice))
    const found = await door.call(account, `GET /customer?id=${id}`)
    expect(found.body.status).toBe('NEEDS_INFO')
    expect(callback).toMatchObject({
      url: 'https://wallet.example.com/kyc',
      body: JSON.stringify(found.body),
      state: 'due',
      tries: 0,
      dueAt: now,
      createdAt: now,
    })
  })

  it('is owed to each of the two when the rail refuses fields of both (SEP12-102)', async () => {
    const { id, senderId } = await refused('receiver', 'sender')
    expect((await noticesOf(id)).length).toBe(1)
    expect((await noticesOf(senderId)).length).toBe(1)
  })
})

/** A payout that the rail refuses for a field of each of these, of whom the client wants to hear. */
async function refused(...owners: readonly ('sender' | 'receiver')[]) {
  const { account, id } = await listening('https://wallet.example.com/kyc')
  const sender = { memo: '1', memo_type: 'id' }
  const put = await door.call(account, 'PUT /customer', {
    body: { type: 'sep31-sender', ...jane, ...sender },
  })
  const senderId = put.body.id ?? ''
  const senderUrl = 'https://wallet.example.com/sender'
  await door.call(account, 'PUT /customer/callback', { body: { id: senderId, url: senderUrl } })
  const idempotencyKey = randomUUID()
  const transaction = aTransaction({
    phase: 'payingOut',
    owner: { account },
    senderId,
    senderType: 'sep31-sender',
    receiverId: id,
    receiverType: 'sep31-receiver',
    stellarPaymentId: `${(payments += 1)}`,
  })
  await claimed(transaction, idempotencyKey)
  const names = { sender: 'first_name', receiver: 'bank_account_number' }
  const fields = owners.map((owner) => ({ owner, name: names[owner], message: 'It is wrong' }))
  const reply = { state: 'rejected', reason: 'invalid_field', message: 'No', fields } as const
  await recorder()(idempotencyKey, { reply })
  return { account, id, senderId }
}

let payments = 4_710

async function claimed(transaction: Transaction, idempotencyKey: string): Promise<void> {
  const { id: transactionId } = transaction
  const { now } = door.clock
  await door.commit(async (records) => {
    await records.transactions.open({ transaction, events: [] })
    const payout = newPayout(transactionId, now)
    await records.payouts.add([{ ...payout, state: 'claimed', attemptNumber: 1 }])
    await records.payouts.addAttempts([
      { transactionId, number: 1, idempotencyKey, state: 'claimed', startedAt: now },
    ])
  })
}

function recorder() {
  const newId = () => randomUUID()
  return recordRailWord({
    commit: door.commit,
    saveChanges: saveChanges({ newId, writeNotice: () => '{}' }),
    tellCustomers: tellCustomers({
      types: door.types,
      newId,
      writeNotice: writeCustomerNotice,
    }),
    now: () => door.clock.now,
    patience: defaultPatience,
  })
}
