import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import { defaultPatience } from '../../../src/domain/payout/back-off.ts'
import { askAfterDelivery } from '../../../src/usecases/payouts/ask-after-delivery.ts'
import type { AskTurn } from '../../../src/usecases/payouts/ask-after-delivery.ts'
import { sweepDueWork } from '../../../src/usecases/due-work/sweep-due-work.ts'
import {
  PayoutCallRefused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../../src/usecases/ports/payout-rail.ts'
import type { PayoutRail, PayoutReply } from '../../../src/usecases/ports/payout-rail.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const hourMs = 3_600_000

/** Nothing of an earlier test is left to be asked about. */
beforeEach(async () => {
  world.pass(100 * 24 * hourMs)
  await world.payouts(memoryPayoutRail({ now: () => world.clock.now })).askAfterDelivery()
})

/** A bank that is asked; `answers` stands in for its answers, from the moment it is set. */
function askedRail() {
  const bank = memoryPayoutRail({ now: () => world.clock.now })
  const asked: string[] = []
  const sent: string[] = []
  const rail = {
    ...bank,
    asked,
    sent,
    answers: undefined as (() => Promise<PayoutReply | undefined>) | undefined,
    send: (order: Parameters<PayoutRail['send']>[0]) => {
      sent.push(order.idempotencyKey)
      return bank.send(order)
    },
    find: (key: string) => {
      asked.push(key)
      return rail.answers?.() ?? bank.find(key)
    },
  }
  return rail
}

async function delivered() {
  const rail = askedRail()
  const { id } = await world.openFunded()
  const rooms = world.payouts(rail)
  expect(await rooms.send(id)).toBe('delivered')
  const key = `${id}-1`
  const timesAsked = () => rail.asked.filter((one) => one === key).length
  return { ...rooms, id, key, rail, timesAsked }
}

async function eventsOf(id: string) {
  await world.commit(({ events }) => events.assignSequences(1000))
  const events = await world.read((records) => records.events.ofTransaction(id))
  return events.map(({ type, note, actor }) => ({ type, note, actor: actor.kind }))
}

/** Without what differs between any two payouts. */
async function fateOf(id: string) {
  const fate = { ...(await world.stateOf(id)), events: await eventsOf(id) }
  const text = JSON.stringify(fate, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return JSON.parse(text.replaceAll(id, 'id')) as {
    transaction: Record<string, unknown>
    payout: unknown
    attempts: unknown
    events: readonly { type: string }[]
  }
}

describe('a payout that the bank returned after its delivery', () => {
  it('is found by asking when the word of it was lost, and comes to the same as the word', async () => {
    const told = await delivered()
    const lost = await delivered()
    world.pass(hourMs)
    for (const { rail, key } of [told, lost]) rail.giveBack(key, 'account_closed')
    const reply = await told.rail.find(told.key)
    if (reply === undefined) throw new Error('the bank forgot the payout')
    await told.notice({ idempotencyKey: told.key, reply })
    await lost.askAfterDelivery()
    const [byAsking, byWord] = [await fateOf(lost.id), await fateOf(told.id)]
    expect(byAsking).toMatchObject({
      transaction: { phase: 'completed' },
      payout: { state: 'dead', deadReason: 'returned: account_closed' },
      attempts: [{ state: 'returned', reason: 'account_closed' }],
    })
    expect(byAsking.payout).toEqual(byWord.payout)
    expect(byAsking.attempts).toEqual(byWord.attempts)
    expect(byAsking.events).toEqual(byWord.events)
    expect(byAsking.events.map(({ type }) => type)).toEqual(['payoutDelivered', 'payoutFailed'])
  })

  it('is recorded once when word and answer come at once, and asked about no more', async () => {
    const { id, key, rail, askAfterDelivery, notice, timesAsked } = await delivered()
    world.pass(hourMs)
    rail.giveBack(key, 'account_closed')
    const reply: PayoutReply = { state: 'returned', payoutId: 'p', reason: 'account_closed' }
    const tell = () => notice({ idempotencyKey: key, reply })
    await Promise.all([askAfterDelivery(), tell(), askAfterDelivery(), tell()])
    const { events } = await fateOf(id)
    expect(events.map(({ type }) => type)).toEqual(['payoutDelivered', 'payoutFailed'])
    const times = timesAsked()
    world.pass(40 * 24 * hourMs)
    await askAfterDelivery()
    expect(timesAsked()).toBe(times)
  })

  it('is asked about anew when it was paid again', async () => {
    const { id, rail, send, retry, askAfterDelivery } = await delivered()
    world.pass(hourMs)
    rail.giveBack(`${id}-1`, 'account_closed')
    await askAfterDelivery()
    await retry(id, 'olga')
    expect(await send(id)).toBe('delivered')
    world.pass(hourMs)
    rail.giveBack(`${id}-2`, 'account_blocked')
    await askAfterDelivery()
    expect((await world.stateOf(id)).attempts.map(({ reason }) => reason)).toEqual([
      'account_closed',
      'account_blocked',
    ])
  })
})

describe('a delivered payout', () => {
  it('is asked about at widening ages, a last time after 30 days, and then no more', async () => {
    const { id, askAfterDelivery, timesAsked } = await delivered()
    const ages: number[] = []
    for (let age = 0; age <= 2_000; age += 1) {
      const before = timesAsked()
      await askAfterDelivery()
      if (timesAsked() > before) ages.push(age)
      world.pass(hourMs)
    }
    expect(ages).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720])
    const { payout, attempts } = await world.stateOf(id)
    expect(payout?.state).toBe('delivered')
    expect(attempts[0]).not.toHaveProperty('askAgainAt')
  })

  it('is as old as its delivery, however long it was on its way', async () => {
    const rail = askedRail()
    const held = { ...rail, send: async () => ({ state: 'pending', payoutId: 'p' }) as const }
    const { send, notice, askAfterDelivery } = world.payouts(held)
    const { id } = await world.openFunded()
    expect(await send(id)).toBe('pending')
    world.pass(10 * hourMs)
    const deliveredAt = world.clock.now
    const reply = { state: 'delivered', payoutId: 'p', deliveredAt } as const
    await notice({ idempotencyKey: `${id}-1`, reply })
    rail.answers = async () => reply
    for (const hours of [1, 2, 4]) {
      world.clock.now = new Date(deliveredAt.getTime() + hours * hourMs)
      await askAfterDelivery()
    }
    expect(rail.asked).toEqual([1, 2, 4].map(() => `${id}-1`))
  })

  it('is asked about more seldom when the questions are late', async () => {
    const { askAfterDelivery, timesAsked } = await delivered()
    world.pass(10 * 24 * hourMs)
    await askAfterDelivery()
    world.pass(9 * 24 * hourMs)
    await askAfterDelivery()
    expect(timesAsked()).toBe(1)
    world.pass(24 * hourMs)
    await askAfterDelivery()
    expect(timesAsked()).toBe(2)
  })

  it.each([
    ['is away', new PayoutRailUnavailable('away')],
    ['answers nonsense', new PayoutOutcomeUnknown('nonsense')],
    ['refuses the call', new PayoutCallRefused('unauthorized', 'no')],
  ])('stays delivered while the bank %s, and is asked about later', async (_, error) => {
    const { id, key, rail, send, askAfterDelivery, timesAsked } = await delivered()
    const before = await world.stateOf(id)
    rail.answers = () => Promise.reject(error)
    world.pass(hourMs)
    for (let turns = 1; turns <= 50; turns += 1) {
      await askAfterDelivery()
      expect(await send(id)).toBe('idle')
      await askAfterDelivery()
      expect(timesAsked()).toBe(turns)
      world.pass(15 * 60_000)
    }
    const { payout, transaction } = await world.stateOf(id)
    expect({ payout, transaction }).toEqual({
      payout: before.payout,
      transaction: before.transaction,
    })
    expect(rail.sent).toEqual([key])
    rail.giveBack(key, 'account_closed')
    rail.answers = undefined
    await askAfterDelivery()
    expect((await world.stateOf(id)).payout?.deadReason).toBe('returned: account_closed')
  })

  it('waits as long as the bank asks', async () => {
    const { rail, askAfterDelivery, timesAsked } = await delivered()
    const retryAfterSeconds = 3_600
    rail.answers = () => Promise.reject(new PayoutRailUnavailable('busy', { retryAfterSeconds }))
    world.pass(hourMs)
    await askAfterDelivery()
    world.pass(hourMs - 1)
    await askAfterDelivery()
    expect(timesAsked()).toBe(1)
    world.pass(1)
    await askAfterDelivery()
    expect(timesAsked()).toBe(2)
  })

  it('is left alone in the end when the bank never answers', async () => {
    const { id, rail, askAfterDelivery, timesAsked } = await delivered()
    rail.answers = () => Promise.reject(new PayoutRailUnavailable('away'))
    world.pass(60 * 24 * hourMs)
    await askAfterDelivery()
    expect(timesAsked()).toBe(1)
    world.pass(60 * 24 * hourMs)
    await askAfterDelivery()
    expect(timesAsked()).toBe(1)
    expect((await world.stateOf(id)).payout?.state).toBe('delivered')
  })

  it.each<[string, PayoutReply | undefined]>([
    ['that it does not know it any more', undefined],
    ['that it is pending', { state: 'pending', payoutId: 'p' }],
    ['that it rejects it', { state: 'rejected', reason: 'no', message: 'No', fields: [] }],
  ])('stays delivered when the bank says %s', async (_, reply) => {
    const { id, rail, askAfterDelivery, timesAsked } = await delivered()
    const before = await world.stateOf(id)
    rail.answers = async () => reply
    world.pass(hourMs)
    await askAfterDelivery()
    await askAfterDelivery()
    expect(timesAsked()).toBe(1)
    const { payout, transaction } = await world.stateOf(id)
    expect(payout).toEqual(before.payout)
    expect(transaction).toEqual(before.transaction)
  })

  it('is no work that is due while it waits to be asked about', async () => {
    const { id } = await delivered()
    world.pass(2 * hourMs)
    const jobs: string[] = []
    const add = async (more: readonly { subject: string }[]) =>
      void jobs.push(...more.map(({ subject }) => subject))
    await sweepDueWork({ ...world, queue: { add }, accounts: [], now: () => world.clock.now })()
    expect(jobs.filter((subject) => subject.startsWith(id))).toEqual([])
    const [backlog, due] = await world.read(async (records) => [
      await records.backlog.read(),
      await records.payouts.due(world.clock.now, 1_000),
    ])
    expect(due.map(({ transactionId }) => transactionId)).not.toContain(id)
    expect(backlog.payouts.map(({ state }) => state)).not.toContain('delivered')
  })
})

it('ends a turn at the first call that is not answered, so that a bank that is away has peace', async () => {
  const fresh = await Promise.all([delivered(), delivered(), delivered()])
  world.pass(hourMs)
  const [one] = fresh
  if (one === undefined) throw new Error('nothing was delivered')
  one.rail.answers = () => Promise.reject(new PayoutRailUnavailable('away'))
  for (let turns = 1; turns <= 3; turns += 1) {
    expect(await one.askAfterDelivery()).toBe(1)
    expect(one.rail.asked).toHaveLength(turns)
  }
  expect(new Set(one.rail.asked).size).toBe(3)
})

describe('a turn', () => {
  async function turnOf(turn: AskTurn, callTakesMs = 0, said?: PayoutReply) {
    const deliveries = []
    for (let place = 0; place < 3; place += 1) {
      deliveries.push(await delivered())
      world.pass(1_000)
    }
    world.pass(hourMs)
    const asked: string[] = []
    const find = async (key: string) => {
      asked.push(key)
      world.pass(callTakesMs)
      return said
    }
    const now = () => world.clock.now
    const recordRailWord = () => Promise.reject(new Error('there is no news'))
    const patience = defaultPatience
    const parts = { ...world, now, patience, rail: { find }, recordRailWord, turn }
    const ask = askAfterDelivery(parts)
    return { ask, asked, keys: deliveries.map(({ key }) => key) }
  }

  it('asks about so many at most, the longest due first, and the next turn about the rest', async () => {
    const { ask, asked, keys } = await turnOf({ callsMax: 2, takesMs: hourMs })
    expect(await ask()).toBe(2)
    expect(asked).toEqual(keys.slice(0, 2))
    expect(await ask()).toBe(1)
    expect(asked).toEqual(keys)
  })

  it.each<PayoutReply>([
    { state: 'delivered', payoutId: 'p', deliveredAt: new Date(0) },
    { state: 'pending', payoutId: 'p' },
    { state: 'rejected', reason: 'no', message: 'No', fields: [] },
  ])('has nothing to record when the bank says: $state', async (said) => {
    const { ask, asked } = await turnOf({ callsMax: 9, takesMs: hourMs }, 0, said)
    expect(await ask()).toBe(3)
    expect(asked).toHaveLength(3)
  })

  it('makes no commit when there is nobody to ask about', async () => {
    const commit = () => Promise.reject(new Error('nothing is to be kept'))
    const none = () => Promise.reject(new Error('there is nobody to ask about'))
    const turn = { callsMax: 9, takesMs: hourMs }
    const ask = askAfterDelivery({
      commit,
      read: world.read,
      now: () => world.clock.now,
      patience: defaultPatience,
      rail: { find: none },
      recordRailWord: none,
      turn,
    })
    expect(await ask()).toBe(0)
  })

  it('ends when it has taken its time, the next one too, and counts the age from each answer', async () => {
    const { ask, asked, keys } = await turnOf({ callsMax: 9, takesMs: 20_000 }, 10_000)
    expect(await ask()).toBe(2)
    expect(asked).toEqual(keys.slice(0, 2))
    const fresh = [(await delivered()).key, (await delivered()).key]
    world.pass(hourMs)
    expect(await ask()).toBe(2)
    expect(asked.slice(0, 3)).toEqual(keys)
    expect(fresh).toContain(asked[3])
  })
})
