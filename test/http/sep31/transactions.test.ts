import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDoor, receiver, sender } from './door.ts'
import type { Door } from './door.ts'

let door: Door
let senderId: string
let receiverId: string

beforeAll(async () => {
  door = await openDoor()
  senderId = await door.customer(sender)
  receiverId = await door.customer(receiver)
})
afterAll(() => door.close())

const opening = () => ({
  amount: 100,
  asset_code: 'SRT',
  sender_id: senderId,
  receiver_id: receiverId,
  funding_method: 'SEPA',
  fields: { transaction: {} },
})

describe('POST /transactions', () => {
  it('answers 201 with id, account and memo and nothing else (SEP31-33, SEP31-35, SEP31-C08)', async () => {
    const { status, body } = await door.call('POST /transactions', opening())
    expect({ status, keys: Object.keys(body) }).toEqual({
      status: 201,
      keys: ['id', 'stellar_account_id', 'stellar_memo_type', 'stellar_memo'],
    })
    const read = await door.call(`GET /transactions/${String(body['id'])}`)
    expect(read).toMatchObject({
      status: 200,
      body: {
        transaction: {
          id: body['id'],
          status: 'pending_sender',
          stellar_memo: body['stellar_memo'],
          amount_in: '100',
          amount_out: '98.99',
          amount_fee: '1.01',
        },
      },
    })
    expect(Object.keys(read.body)).toEqual(['transaction'])
    expect(door.faults).toEqual([])
  })
})
