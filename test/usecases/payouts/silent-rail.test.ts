import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultPatience } from '../../../src/domain/payout/back-off.ts'
import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../../src/usecases/ports/payout-rail.ts'
import type { PayoutOrder, PayoutReply } from '../../../src/usecases/ports/payout-rail.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const pending: PayoutReply = { state: 'pending', payoutId: 'p-1' }
const delivered = (): PayoutReply => ({
  state: 'delivered',
  payoutId: 'p-1',
  deliveredAt: world.clock.now,
})

/** A bank that answers as `replies` say, and counts what it was told. */
function bank(replies: {
  send: () => Promise<PayoutReply>
  find: () => Promise<PayoutReply | undefined>
}) {
  const orders: PayoutOrder[] = []
  const asked: string[] = []
  const rail = {
    send: (order: PayoutOrder) => {
      orders.push(order)
      return replies.send()
    },
    find: (key: string) => {
      asked.push(key)
      return replies.find()
    },
    cancel: () => Promise.resolve('unknown' as const),
  }
  return { replies, orders, asked, ...world.payouts(rail) }
}

async function eventsOf(id: string) {
  await world.commit(({ events }) => events.assignSequences(1000))
  const events = await world.read((records) => records.events.ofTransaction(id))
  return events.map(({ type, note, actor }) => ({ type, note, actor }))
}

describe('an order that the bank took and knows no more', () => {
  async function lost() {
    const { id } = await world.openFunded()
    const told = bank({ send: async () => pending, find: async () => undefined })
    expect(await told.send(id)).toBe('pending')
    world.pass(60_000)
    expect(await told.settle(id)).toBe('dead')
    return { ...told, id }
  }

  it('is given up for an operator to look at, and the transaction stays where it was', async () => {
    const { id } = await lost()
    const { transaction, payout, attempts } = await world.stateOf(id)
    expect(transaction?.phase).toBe('settling')
    expect(payout).toMatchObject({ state: 'dead', deadReason: 'lost' })
    expect(attempts).toMatchObject([{ state: 'pending', reason: 'lost', railPayoutId: 'p-1' }])
    expect(await eventsOf(id)).toEqual([
      { type: 'payoutAccepted', note: undefined, actor: { kind: 'rail', payoutId: 'p-1' } },
      { type: 'payoutFailed', note: 'lost', actor: { kind: 'gateway' } },
    ])
  })

  it('is no dead letter any more once the bank says that it is on its way', async () => {
    const { id, notice, settle, replies } = await lost()
    await world.takeJobs()
    await notice({ idempotencyKey: `${id}-1`, reply: pending })
    const { payout, attempts } = await world.stateOf(id)
    expect(payout).toMatchObject({ state: 'pending' })
    expect(payout).not.toHaveProperty('deadReason')
    expect(attempts[0]).not.toHaveProperty('reason')
    expect((await world.takeJobs()).map(({ name }) => name)).toEqual(['settle-payout'])
    world.pass(60_000)
    replies.find = () => Promise.reject(new PayoutRailUnavailable('away'))
    expect(await settle(id)).toBe('pending')
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['payoutAccepted', 'payoutFailed'])
  })

  it('is never sent again: the retry of an operator asks only (SEP31-53, POLARIS-8.10)', async () => {
    const { id, retry, send, orders, replies } = await lost()
    await retry(id, 'olga')
    expect(await send(id)).toBe('dead')
    expect(orders).toHaveLength(1)
    replies.find = async () => delivered()
    await retry(id, 'olga')
    expect(await send(id)).toBe('delivered')
    expect(orders).toHaveLength(1)
    expect((await world.stateOf(id)).transaction?.phase).toBe('completed')
    expect((await eventsOf(id)).slice(2)).toEqual([
      {
        type: 'payoutRetried',
        note: 'after lost',
        actor: { kind: 'operator', name: 'olga' },
      },
      { type: 'payoutFailed', note: 'lost', actor: { kind: 'gateway' } },
      {
        type: 'payoutRetried',
        note: 'after lost',
        actor: { kind: 'operator', name: 'olga' },
      },
      { type: 'payoutDelivered', note: undefined, actor: { kind: 'rail', payoutId: 'p-1' } },
    ])
  })
})

describe('a pending payout', () => {
  it('is asked about by one worker at a time, and again when that one has died', async () => {
    const { id } = await world.openFunded()
    const killed = new Error('killed')
    const { replies, send, settle, asked } = bank({
      send: async () => pending,
      find: () => Promise.reject(killed),
    })
    await send(id)
    expect(await settle(id)).toBe('idle')
    const { payout } = await world.stateOf(id)
    world.pass(60_000)
    await expect(settle(id)).rejects.toThrow(killed)
    const dueAt = new Date(world.clock.now.getTime() + defaultPatience.claimMs)
    expect((await world.stateOf(id)).payout).toEqual({ ...payout, state: 'pending', dueAt })
    expect(await settle(id)).toBe('idle')
    expect(asked).toHaveLength(1)
    world.pass(60_000)
    replies.find = async () => delivered()
    expect(await settle(id)).toBe('delivered')
  })

  it('is asked about from the moment it is due, and not a millisecond sooner', async () => {
    const { id } = await world.openFunded()
    const { send, settle, asked } = bank({ send: async () => pending, find: async () => pending })
    await send(id)
    const { payout } = await world.stateOf(id)
    const waitMs = (payout?.dueAt.getTime() ?? 0) - world.clock.now.getTime()
    expect(waitMs).toBeGreaterThan(0)
    world.pass(waitMs - 1)
    expect([await settle(id), asked.length]).toEqual(['idle', 0])
    world.pass(1)
    expect([await settle(id), asked.length]).toEqual(['pending', 1])
  })

  it('has two words of the same moment heard one after the other', async () => {
    const { id } = await world.openFunded()
    const { send, notice } = bank({ send: async () => pending, find: async () => pending })
    await send(id)
    const idempotencyKey = `${id}-1`
    const back = { state: 'returned', payoutId: 'p-1', reason: 'account_closed' } as const
    await Promise.all([delivered(), back].map((reply) => notice({ idempotencyKey, reply })))
    const types = (await eventsOf(id)).map(({ type }) => type)
    expect(types).toEqual(['payoutAccepted', 'payoutDelivered', 'payoutFailed'])
  })

  it('has its next question in the same commit as the answer before', async () => {
    const { id } = await world.openFunded()
    const { send, settle } = bank({ send: async () => pending, find: async () => pending })
    await send(id)
    await world.takeJobs()
    world.pass(60_000)
    expect(await settle(id)).toBe('pending')
    const dueAt = (await world.stateOf(id)).payout?.dueAt
    expect(dueAt?.getTime()).toBeGreaterThan(world.clock.now.getTime())
    expect(await world.takeJobs()).toEqual([
      { name: 'settle-payout', payload: { transactionId: id }, subject: `${id}-1-1`, dueAt },
    ])
  })
})

describe('a payout whose worker died before it was heard', () => {
  it('is no question for the bank about a pending one, which would give it up as lost', async () => {
    const { id } = await world.openFunded()
    const { replies, send, settle, asked, orders } = bank({
      send: () => Promise.reject(new Error('killed')),
      find: async () => undefined,
    })
    await expect(send(id)).rejects.toThrow('killed')
    world.pass(60_000)
    const before = await world.stateOf(id)
    expect(await settle(id)).toBe('idle')
    expect([await world.stateOf(id), asked]).toEqual([before, []])
    replies.send = async () => delivered()
    expect(await send(id)).toBe('delivered')
    expect(orders.map(({ idempotencyKey }) => idempotencyKey)).toEqual([`${id}-1`, `${id}-1`])
  })
})

describe('silence about an order', () => {
  it('is no news when the bank told of it meanwhile', async () => {
    const { id } = await world.openFunded()
    const told = bank({
      send: () => Promise.reject(new Error('unused')),
      find: async () => pending,
    })
    told.replies.send = async () => {
      await told.notice({ idempotencyKey: `${id}-1`, reply: delivered() })
      throw new PayoutCallRefused('bad_request', 'no')
    }
    expect(await told.send(id)).toBe('delivered')
    const { payout, attempts } = await world.stateOf(id)
    expect(payout).not.toHaveProperty('deadReason')
    expect(attempts[0]).not.toHaveProperty('reason')
  })

  it('about an attempt that has ended leaves the one after it alone', async () => {
    const { id } = await world.openFunded()
    const told = bank({ send: async () => pending, find: async () => pending })
    told.replies.send = async () => {
      const reply = { state: 'rejected', reason: 'closed', message: 'No', fields: [] } as const
      await told.notice({ idempotencyKey: `${id}-1`, reply })
      await told.retry(id, 'olga')
      told.replies.send = async () => pending
      expect(await told.send(id)).toBe('pending')
      throw new PayoutRailUnavailable('away')
    }
    expect(await told.send(id)).toBe('pending')
    const { payout, attempts } = await world.stateOf(id)
    expect(payout).toMatchObject({ state: 'pending', failures: 0 })
    expect(attempts).toMatchObject([
      { state: 'rejected', reason: 'closed' },
      { state: 'pending', railPayoutId: 'p-1' },
    ])
    world.pass(60_000)
    expect([await told.settle(id), told.asked]).toEqual(['pending', [`${id}-2`]])
  })

  it('is no news of a payout that another worker gave up', async () => {
    const { id } = await world.openFunded()
    const refuse = () => Promise.reject(new PayoutCallRefused('bad_request', 'no'))
    const told = bank({ send: refuse, find: async () => undefined })
    told.replies.send = async () => {
      told.replies.send = refuse
      world.pass(60_000) // the claim of this one is over
      expect(await told.send(id)).toBe('dead')
      return refuse()
    }
    expect(await told.send(id)).toBe('dead')
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['payoutFailed'])
  })

  it('because its key was used before is asked about, and not sent again (SEP31-53)', async () => {
    const { id } = await world.openFunded()
    const { send, orders } = bank({
      send: () => Promise.reject(new PayoutKeyReused('another order has this key')),
      find: async () => delivered(),
    })
    expect(await send(id)).toBe('claimed')
    world.pass(60_000)
    expect(await send(id)).toBe('delivered')
    expect(orders).toHaveLength(1)
  })

  it('because the bank refuses the call is given up at once, with its code, and retried by hand', async () => {
    const { id } = await world.openFunded()
    const { replies, send, retry } = bank({
      send: () => Promise.reject(new PayoutCallRefused('bad_request', 'no')),
      find: async () => undefined,
    })
    expect(await send(id)).toBe('dead')
    expect((await world.stateOf(id)).payout?.deadReason).toBe('call_refused: bad_request')
    await world.takeJobs()
    world.pass(60_000)
    const { now } = world.clock
    const { payout } = await world.stateOf(id)
    const { deadReason: _, ...kept } = payout ?? {}
    const due = { ...kept, state: 'due', failures: 0, dueAt: now, updatedAt: now }
    expect(await retry(id, 'olga')).toEqual({ ok: true, value: due })
    expect((await world.stateOf(id)).payout).toEqual(due)
    expect(await world.takeJobs()).toMatchObject([
      { name: 'send-payout', payload: { transactionId: id }, dueAt: now },
    ])
    await world.commit(({ events }) => events.assignSequences(1000))
    const events = await world.read((records) => records.events.ofTransaction(id))
    expect(events.at(-1)).toMatchObject({ type: 'payoutRetried', at: now })
    replies.send = async () => delivered()
    expect(await send(id)).toBe('delivered')
    expect((await world.stateOf(id)).attempts).toHaveLength(1)
  })
})

describe('an event tells why a payout is given up, as its dead letter does', () => {
  const rejected: PayoutReply = {
    state: 'rejected',
    payoutId: 'p-1',
    reason: 'closed',
    fields: [],
    message: '',
  }

  it.each<[string, string, () => Promise<PayoutReply>]>([
    ['unavailable', 'unavailable', () => Promise.reject(new PayoutRailUnavailable('away'))],
    [
      'outcome_unknown',
      'outcome_unknown',
      () => Promise.reject(new PayoutOutcomeUnknown('nothing came')),
    ],
    [
      'outcome_unknown: key_reused',
      'outcome_unknown',
      () => Promise.reject(new PayoutKeyReused('another order')),
    ],
    [
      'access_refused: bad_token',
      'access_refused',
      () => Promise.reject(new PayoutAccessRefused('bad_token', 'no')),
    ],
    [
      'call_refused: bad_order',
      'call_refused',
      () => Promise.reject(new PayoutCallRefused('bad_order', 'no')),
    ],
    ['rejected: closed', 'closed', async () => rejected],
  ])('where it says %s, the attempt %s', async (why, reason, answer) => {
    const { id } = await world.openFunded()
    const { send } = bank({ send: answer, find: answer })
    for (let tries = 0; tries <= defaultPatience.failuresMax; tries += 1) {
      if ((await send(id)) === 'dead') break
      world.pass(24 * 3_600_000)
    }
    const { payout, attempts } = await world.stateOf(id)
    expect(payout).toMatchObject({ state: 'dead', deadReason: why })
    expect(attempts.map((attempt) => attempt.reason)).toEqual([reason])
    expect(await eventsOf(id)).toMatchObject([{ type: 'payoutFailed', note: why }])
  })
})
