import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpeningRequest } from '../../../src/domain/transaction/terms.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { openDoor, receiver, sender, sendingAnchor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'

let door: Door
beforeAll(async () => {
  door = await openDoor([anAsset({ transactionFields: routingFields })])
})
afterAll(() => door.close())

const principal = { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' }
const opened = async (changes: Partial<OpeningRequest>, idempotencyKey?: string) => {
  const request = { amount: '100', assetCode: 'SRT', fields: {}, ...changes }
  const key = idempotencyKey === undefined ? {} : { idempotencyKey }
  return door.openTransaction({ principal, request, ...key })
}
const refused = (refusal: object) => ({ ok: false, refusal })

describe('an opening with two faults', () => {
  it('is refused for the key that was used, then the terms, the sender, the receiver, the fields (SEP31-34, SEP31-42)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const fields = { routing_number: '1', account_number: '42' }
    const whole = { senderId, receiverId, fields }
    expect((await opened(whole, 'used')).ok).toBe(true)
    expect(await opened({ assetCode: 'NONE' }, 'used')).toEqual(
      refused({ code: 'idempotency_key_reused' }),
    )
    expect(await opened({ amount: 'x' })).toEqual(refused({ code: 'amount_malformed' }))
    const needed = (side: string) =>
      refused({ code: 'customer_info_needed', side, type: `sep31-${side}` })
    expect(await opened({})).toEqual(needed('sender'))
    expect(await opened({ receiverId })).toEqual(needed('sender'))
    expect(await opened({ senderId })).toEqual(needed('receiver'))
    const { routing_number, account_number } = routingFields
    expect(await opened({ senderId, receiverId })).toEqual(
      refused({ code: 'transaction_info_needed', missing: { routing_number, account_number } }),
    )
  })

  it('is refused for a value that is none of the choices before one that is missing (SEP31-O09)', async () => {
    const senderId = await door.customer(sender)
    const receiverId = await door.customer(receiver)
    const fields = { type: 'PIGEON' }
    expect(await opened({ senderId, receiverId, fields })).toEqual(
      refused({
        code: 'field_not_among_choices',
        field: 'type',
        choices: routingFields['type']?.choices,
      }),
    )
  })
})

it('a callback is refused for its address before for a transaction that is not there (SEP31-82)', async () => {
  const path = `/transactions/${randomUUID()}/callback` as const
  const statusOf = async (url: string) => (await door.call(`PUT ${path}`, { url })).status
  const addresses = ['no address', 'http://a.example.com', 'https://inside.example.com/']
  for (const url of addresses) expect([url, await statusOf(url)]).toEqual([url, 400])
  expect(await statusOf('https://a.example.com/')).toBe(404)
})

it('a correction is refused for a transaction that is not there before for its fields (SEP31-O13)', async () => {
  const correct = { fields: { transaction: { colour: 'blue' } } }
  expect((await door.call(`PATCH /transactions/${randomUUID()}`, correct)).status).toBe(404)
})
