import { describe, expect, it } from 'vitest'
import {
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../src/usecases/ports/payout-rail.ts'
import type { PayoutOrder, PayoutRail } from '../../src/usecases/ports/payout-rail.ts'

/** What a bank can be made to do with an order. */
export type RailScenario =
  | 'delivered'
  | 'held'
  | 'receiver field rejected'
  | 'transaction field rejected'
  | 'rejected for good'
  | 'lost but done'
  | 'lost and not done'
  | 'turned away'

export interface RailUnderTest {
  readonly rail: PayoutRail
  /** An order that the bank treats so the first time it comes. */
  readonly order: (scenario: RailScenario, idempotencyKey: string) => PayoutOrder
  readonly deliver: (idempotencyKey: string) => Promise<void>
  readonly giveBack: (idempotencyKey: string) => Promise<void>
  /** By the bank's own book. */
  readonly timesPaid: (transactionId: string) => Promise<number>
}

/** One transaction per key unless told otherwise. */
export function anOrder(idempotencyKey: string, changes: Partial<PayoutOrder> = {}): PayoutOrder {
  return {
    idempotencyKey,
    transactionId: `transaction-of-${idempotencyKey}`,
    amount: { currency: 'USD', units: 1_050n, decimals: 2 },
    method: 'WIRE',
    receiver: { first_name: 'Rita', bank_account_number: '1000123456' },
    sender: { first_name: 'Simon' },
    transactionFields: {},
    reference: 'Invoice 7',
    ...changes,
  }
}

/** The promises of `PayoutRail`, for every adapter. */
export function describePayoutRail(name: string, underTest: () => RailUnderTest): void {
  describe(`payout rail: ${name}`, () => {
    describeOutcomes(underTest)
    describeDoubt(underTest)
    describeRepeats(underTest)
    describeCancelling(underTest)
  })
}

function describeOutcomes(underTest: () => RailUnderTest): void {
  it('tells when a payout was delivered', async () => {
    const { rail, order, timesPaid } = underTest()
    const sent = order('delivered', 'k-delivered')
    const reply = await rail.send(sent)
    expect(reply).toMatchObject({ state: 'delivered', payoutId: expect.any(String) })
    expect(reply.state === 'delivered' && reply.deliveredAt).toBeInstanceOf(Date)
    expect(await timesPaid(sent.transactionId)).toBe(1)
  })

  it('keeps a payout pending until the bank has delivered it', async () => {
    const { rail, order, deliver, timesPaid } = underTest()
    const sent = order('held', 'k-held')
    expect((await rail.send(sent)).state).toBe('pending')
    expect((await rail.find('k-held'))?.state).toBe('pending')
    expect(await timesPaid(sent.transactionId)).toBe(0)
    await deliver('k-held')
    expect((await rail.find('k-held'))?.state).toBe('delivered')
    expect(await timesPaid(sent.transactionId)).toBe(1)
  })

  it('tells of a delivered payout that came back, with the reason', async () => {
    const { rail, order, giveBack, timesPaid } = underTest()
    const sent = order('delivered', 'k-back')
    const { payoutId } = await rail.send(sent)
    await giveBack('k-back')
    const returned = { state: 'returned', payoutId, reason: 'account_closed' }
    expect(await rail.find('k-back')).toMatchObject(returned)
    expect(await timesPaid(sent.transactionId)).toBe(0)
  })

  it.each([
    ['receiver field rejected', { owner: 'receiver', name: 'bank_account_number' }],
    ['transaction field rejected', { owner: 'transaction', name: 'routing_number' }],
  ] as const)('names the field and its owner: %s', async (scenario, field) => {
    const { rail, order, timesPaid } = underTest()
    const sent = order(scenario, `k-${field.name}`)
    const reply = await rail.send(sent)
    expect(reply).toMatchObject({
      state: 'rejected',
      reason: 'invalid_field',
      fields: [{ ...field, message: expect.stringContaining(field.name) }],
    })
    expect(await timesPaid(sent.transactionId)).toBe(0)
  })

  it('names no field when it rejects for good', async () => {
    const { rail, order } = underTest()
    const reply = await rail.send(order('rejected for good', 'k-closed'))
    expect(reply).toMatchObject({ state: 'rejected', reason: 'account_closed', fields: [] })
  })

  it('pays corrected data under a new key, and leaves the old key rejected', async () => {
    const { rail, order, timesPaid } = underTest()
    const wrong = order('receiver field rejected', 'k-wrong')
    await rail.send(wrong)
    const { transactionId } = wrong
    const right = { ...order('delivered', 'k-right'), transactionId }
    expect((await rail.send(right)).state).toBe('delivered')
    expect((await rail.find('k-wrong'))?.state).toBe('rejected')
    expect(await timesPaid(transactionId)).toBe(1)
  })
}

function describeDoubt(underTest: () => RailUnderTest): void {
  it('says that it does not know, and finds the payout that was done', async () => {
    const { rail, order, timesPaid } = underTest()
    const sent = order('lost but done', 'k-done')
    await expect(rail.send(sent)).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
    expect((await rail.find('k-done'))?.state).toBe('delivered')
    expect(await timesPaid(sent.transactionId)).toBe(1)
  })

  it('says that it does not know, finds nothing, and pays once when sent again', async () => {
    const { rail, order, timesPaid } = underTest()
    const sent = order('lost and not done', 'k-not-done')
    await expect(rail.send(sent)).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
    expect(await rail.find('k-not-done')).toBeUndefined()
    expect((await rail.send(sent)).state).toBe('delivered')
    expect(await timesPaid(sent.transactionId)).toBe(1)
  })

  it('is unavailable when the bank certainly did nothing', async () => {
    const { rail, order } = underTest()
    await expect(rail.send(order('turned away', 'k-away'))).rejects.toBeInstanceOf(
      PayoutRailUnavailable,
    )
    expect(await rail.find('k-away')).toBeUndefined()
  })
}

function describeRepeats(underTest: () => RailUnderTest): void {
  it('pays once, however often and however concurrently the same order is sent', async () => {
    const { rail, order, timesPaid } = underTest()
    const sent = order('delivered', 'k-repeat')
    const replies = await Promise.all(Array.from({ length: 20 }, () => rail.send(sent)))
    const ids = replies.map((reply) => reply.payoutId)
    expect(new Set(ids).size).toBe(1)
    expect((await rail.send(sent)).payoutId).toBe(ids[0])
    expect(await timesPaid(sent.transactionId)).toBe(1)
  })

  it('takes fields in another order for the same order', async () => {
    const { rail } = underTest()
    const { receiver } = anOrder('k-shuffled')
    const given = {
      receiver,
      sender: { first_name: 'Simon', last_name: 'Sender' },
      transactionFields: { purpose: 'rent', message: 'May' },
    }
    const shuffled = Object.entries(given).map(([name, fields]) => [
      name,
      Object.fromEntries(Object.entries(fields).toReversed()),
    ])
    const first = await rail.send(anOrder('k-shuffled', given))
    for (const one of shuffled) {
      const changes = { ...given, ...Object.fromEntries([one]) } as Partial<PayoutOrder>
      expect(await rail.send(anOrder('k-shuffled', changes))).toEqual(first)
    }
  })

  it.each([
    ['amount', { amount: { currency: 'USD', units: 1_051n, decimals: 2 } }],
    ['currency', { amount: { currency: 'EUR', units: 1_050n, decimals: 2 } }],
    ['account', { receiver: { first_name: 'Rita', bank_account_number: '1000123457' } }],
    ['transaction', { transactionId: 'another' }],
    ['reference', { reference: 'Invoice 8' }],
    ['method', { method: 'SEPA' }],
    ['scale', { amount: { currency: 'USD', units: 1_050n, decimals: 3 } }],
    ['name', { receiver: { first_name: 'Rite', bank_account_number: '1000123456' } }],
    ['sender', { sender: { first_name: 'Simone' } }],
    ['field', { transactionFields: { purpose: 'rent' } }],
    ['more', { receiver: { first_name: 'Rita', bank_account_number: '1000123456', x: 'y' } }],
  ] as const)('refuses a used key with another %s', async (what, changes) => {
    const { rail, timesPaid } = underTest()
    const key = `k-reused-${what}`
    await rail.send(anOrder(key))
    await expect(rail.send(anOrder(key, changes))).rejects.toBeInstanceOf(PayoutKeyReused)
    expect(await timesPaid(`transaction-of-${key}`)).toBe(1)
    expect(await timesPaid('another')).toBe(0)
  })

  it.each(['!', '~', 'x'.repeat(128)])('takes the key %j in every call', async (key) => {
    const { rail } = underTest()
    const sent = anOrder(key, { transactionId: 'under-an-edge' })
    expect((await rail.send(sent)).state).toBe('delivered')
    expect((await rail.find(key))?.state).toBe('delivered')
    expect(await rail.cancel(key)).toBe('too_late')
  })

  it.each(['', 'with space', 'a\u007F', 'ü', 'x'.repeat(129)])(
    'refuses the key %j in every call',
    async (key) => {
      const { rail } = underTest()
      for (const call of [rail.send(anOrder(key)), rail.find(key), rail.cancel(key)]) {
        await expect(call).rejects.toBeInstanceOf(PayoutCallRefused)
      }
    },
  )

  it('finds nothing under a key that was never used', async () => {
    const { rail } = underTest()
    expect(await rail.find('k-never')).toBeUndefined()
  })
}

function describeCancelling(underTest: () => RailUnderTest): void {
  it('cancels a pending payout for ever, and says so again', async () => {
    const { rail, order, timesPaid } = underTest()
    const sent = order('held', 'k-cancel')
    const { payoutId } = await rail.send(sent)
    expect(await rail.cancel('k-cancel')).toBe('cancelled')
    expect(await rail.cancel('k-cancel')).toBe('cancelled')
    const cancelled = { state: 'rejected', payoutId, reason: 'cancelled', fields: [] }
    expect(await rail.find('k-cancel')).toMatchObject(cancelled)
    expect(await rail.send(sent)).toMatchObject(cancelled)
    expect(await timesPaid(sent.transactionId)).toBe(0)
  })

  it('is too late to cancel what was delivered', async () => {
    const { rail, order } = underTest()
    await rail.send(order('delivered', 'k-late'))
    expect(await rail.cancel('k-late')).toBe('too_late')
    expect((await rail.find('k-late'))?.state).toBe('delivered')
  })

  it('is too late to cancel what was refused, or came back before it arrived', async () => {
    const { rail, order, giveBack, timesPaid } = underTest()
    await rail.send(order('rejected for good', 'k-refused'))
    const before = await rail.find('k-refused')
    expect(await rail.cancel('k-refused')).toBe('too_late')
    expect(await rail.find('k-refused')).toEqual(before)
    const sent = order('held', 'k-never-there')
    await rail.send(sent)
    await giveBack('k-never-there')
    expect(await timesPaid(sent.transactionId)).toBe(0)
    expect(await rail.cancel('k-never-there')).toBe('too_late')
  })

  it('knows of no payout under an unused key', async () => {
    expect(await underTest().rail.cancel('k-nothing')).toBe('unknown')
  })
}
