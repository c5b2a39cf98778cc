import { describe, expect, it } from 'vitest'
import { partyIdsOf, partyOf } from '../../../src/domain/customer/party.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'

const between = (changes: Partial<Transaction> = {}): Transaction =>
  aTransaction({
    senderId: 's',
    receiverId: 'r',
    senderType: 'payer',
    receiverType: 'merchant',
    ...changes,
  })
const sender = { customerId: 's', type: 'payer' }
const receiver = { customerId: 'r', type: 'merchant' }

describe('the party that a request with a transaction means', () => {
  it('is the one of the type, whatever the types are called (SEP12-43)', () => {
    expect(partyOf(between(), { type: 'merchant' })).toEqual(receiver)
    expect(partyOf(between(), { type: 'payer' })).toEqual(sender)
    const confusing = between({ senderType: 'receiver-of-wages', receiverType: 'shop' })
    expect(partyOf(confusing, { type: 'receiver-of-wages' }).customerId).toBe('s')
  })

  it('is the one of the type also beside the id of the other, or a wish for the other (SEP12-43)', () => {
    expect(partyOf(between(), { type: 'payer', id: 'r' })).toEqual(sender)
    expect(partyOf(between(), { type: 'merchant', id: 's' })).toEqual(receiver)
    const wish = { name: 'last_name', message: 'wrong' }
    const waitsFor = (owner: 'sender' | 'receiver') =>
      between({ wantedCustomerFields: [{ owner, ...wish }] })
    expect(partyOf(waitsFor('receiver'), { type: 'payer' })).toEqual(sender)
    expect(partyOf(waitsFor('sender'), { type: 'merchant' })).toEqual(receiver)
  })

  it('is found as without a type, where both sides have the same one (SEP12-43, SEP12-45)', () => {
    const same = between({ senderType: 'person', receiverType: 'person' })
    const idOf = (id: string) => partyOf(same, { type: 'person', id }).customerId
    expect([idOf('s'), idOf('r')]).toEqual(['s', 'r'])
    const wish = { owner: 'receiver', name: 'last_name', message: 'wrong' } as const
    const waiting = { ...same, wantedCustomerFields: [wish] }
    expect(partyOf(waiting, { type: 'person' }).customerId).toBe('r')
  })

  it('is the side that another type is called after (SEP12-47)', () => {
    expect(partyOf(between(), { type: 'small-receiver' })).toEqual(receiver)
    expect(partyOf(between(), { type: 'small-sender' })).toEqual(sender)
    for (const type of ['receiver', 'receiver-of-wages', 'sep31-receiver-large']) {
      expect([type, partyOf(between(), { type, id: 's' })]).toEqual([type, receiver])
    }
    for (const type of ['shop', 'Receiver', '']) {
      expect([type, partyOf(between(), { type, id: 'r' })]).toEqual([type, sender])
    }
  })

  it('is the one with the id, when no type is named (SEP12-45)', () => {
    expect(partyOf(between(), { id: 'r' })).toEqual(receiver)
    expect(partyOf(between(), { id: 's' })).toEqual(sender)
    expect(partyOf(between(), { id: 'nobody' })).toEqual(sender)
    expect(partyOf(between({ senderId: 'r' }), { id: 'r' })).toEqual(receiver)
    const wish = { owner: 'receiver', name: 'last_name', message: 'wrong' } as const
    expect(partyOf(between({ wantedCustomerFields: [wish] }), { id: 's' })).toEqual(sender)
  })

  it('is the one that has to correct something, when neither is named (SEP12-45)', () => {
    const wish = { name: 'last_name', message: 'wrong' }
    const waitsFor = (owner: 'sender' | 'receiver') =>
      partyOf(between({ wantedCustomerFields: [{ owner, ...wish }] }), {})
    expect(waitsFor('receiver')).toEqual(receiver)
    expect(waitsFor('sender')).toEqual(sender)
    const both = (['receiver', 'sender'] as const).map((owner) => ({ owner, ...wish }))
    expect(partyOf(between({ wantedCustomerFields: both }), {})).toEqual(receiver)
    expect(partyOf(between({ wantedCustomerFields: both.toReversed() }), {})).toEqual(sender)
  })

  it('is else the sender, or the receiver where there is no sender (SEP12-45)', () => {
    expect(partyOf(between(), {})).toEqual(sender)
    const { senderId: _, ...alone } = between()
    expect(partyOf(alone, {})).toEqual(receiver)
  })
})

it('the customers of a transaction are locked in the order of their ids, whoever sends', () => {
  expect(partyIdsOf({ senderId: 'b', receiverId: 'a' })).toEqual(['a', 'b'])
  expect(partyIdsOf({ receiverId: 'a' })).toEqual(['a'])
  expect(partyIdsOf({})).toEqual([])
})
