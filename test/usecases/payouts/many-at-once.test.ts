import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import type { MemoryVerdict } from '../../../src/adapters/memory/memory-payout-rail.ts'
import { PayoutOutcomeUnknown } from '../../../src/usecases/ports/payout-rail.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import { onServer } from '../../database.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const bank = (decide: (transactionId: string) => MemoryVerdict = () => ({ does: 'deliver' })) =>
  memoryPayoutRail({ now: () => world.clock.now, decide: (order) => decide(order.transactionId) })

async function funded(count: number): Promise<readonly string[]> {
  const receiver = await world.addCustomer({ bank_account_number: '1' })
  const opened: string[] = []
  while (opened.length < count) {
    opened.push((await world.openFunded({ receiverId: receiver.id })).id)
  }
  return opened
}

/** A commit that counts. */
function counted(): { readonly commit: Commit; readonly times: () => number } {
  let times = 0
  const commit: Commit = (work) => {
    times += 1
    return world.commit(work)
  }
  return { commit, times: () => times }
}

async function phasesOf(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
  const states = await Promise.all(ids.map((id) => world.stateOf(id)))
  return states.map(({ transaction }) => transaction?.phase)
}

describe('payouts of the same moment', () => {
  it('share the commit of their claims, and that of the answers that come together', async () => {
    const ids = await funded(30)
    const rail = bank()
    const { commit, times } = counted()
    const { send } = world.payouts(rail, commit)
    expect(await Promise.all(ids.map(send))).toEqual(ids.map(() => 'delivered'))
    expect(times()).toBeLessThan(10)
    expect(ids.map((id) => rail.timesPaid(id))).toEqual(ids.map(() => 1))
    expect(await phasesOf(ids)).toEqual(ids.map(() => 'completed'))
    const attempts = await world.read(({ payouts }) => payouts.attemptsOfMany(ids))
    expect(attempts.map(({ state }) => state)).toEqual(ids.map(() => 'delivered'))
    await world.commit(({ events }) => events.assignSequences(1000))
    const events = await world.read((records) => records.events.ofTransactions(ids))
    expect(events.map(({ type }) => type)).toEqual(ids.map(() => 'payoutDelivered'))
  })

  it('each get what the bank says of them: delivered, pending, refused, away, unknown', async () => {
    const verdicts: readonly MemoryVerdict[] = [
      { does: 'deliver' },
      { does: 'hold' },
      { does: 'reject', reason: 'account_closed', message: 'Closed', fields: [] },
      { does: 'turn away' },
      { does: 'lose', done: true },
    ]
    const ids = await funded(verdicts.length * 3)
    const rail = bank((id) => verdicts[ids.indexOf(id) % verdicts.length] ?? { does: 'deliver' })
    await world.takeJobs()
    const states = await Promise.all(ids.map(world.payouts(rail).send))
    const each = ['delivered', 'pending', 'dead', 'due', 'claimed']
    expect(states).toEqual([...each, ...each, ...each])
    const kept = await world.read(({ payouts }) => payouts.findMany(ids))
    expect(kept.map(({ state }) => state).toSorted()).toEqual(states.toSorted())
    const steps = (await world.takeJobs()).map(({ name, subject }) => `${name} ${subject}`)
    const next = [undefined, 'settle-payout ID-1-0', undefined, 'send-payout ID-1-1']
    const stepsOf = (id: string, place: number) =>
      next.concat(next.at(-1))[place % each.length]?.replace('ID', id) ?? []
    expect(steps.toSorted()).toEqual(ids.flatMap(stepsOf).toSorted())
  })

  it('go on with their own open attempts, and none with that of another', async () => {
    const [first = '', second = '', third = ''] = await funded(3)
    const rail = bank()
    const deaf = { ...rail, send: () => Promise.reject(new PayoutOutcomeUnknown('nothing came')) }
    for (const id of [second, third]) expect(await world.payouts(deaf).send(id)).toBe('claimed')
    world.pass(60_000)
    const ids = [first, second, third]
    expect(await Promise.all(ids.map(world.payouts(rail).send))).toEqual(ids.map(() => 'delivered'))
    expect(ids.map((id) => rail.timesPaid(id))).toEqual([1, 1, 1])
    const kept = await world.read(({ payouts }) => payouts.attemptsOfMany(ids))
    expect(kept.map(({ idempotencyKey }) => idempotencyKey).toSorted()).toEqual(
      ids.map((id) => `${id}-1`).toSorted(),
    )
  })

  it('are sent though the customer of one of them was turned away, and that one is not', async () => {
    const [turnedAway, receiver] = [await world.addCustomer({}), await world.addCustomer({})]
    const opened = [turnedAway, receiver].map(({ id }) => world.openFunded({ receiverId: id }))
    const ids = (await Promise.all(opened)).map(({ id }) => id)
    const rejected = { ...turnedAway, rejected: 'No', version: 2 }
    await world.commit(({ customers }) => customers.save(rejected))
    const rail = bank()
    expect(await Promise.all(ids.map(world.payouts(rail).send))).toEqual(['dead', 'delivered'])
    expect(ids.map((id) => rail.timesPaid(id))).toEqual([0, 1])
    const kept = await world.read(({ payouts }) => payouts.attemptsOfMany(ids))
    expect(kept.find(({ transactionId }) => transactionId === ids[1])?.customerVersions).toEqual({
      [receiver.id]: 1,
    })
  })

  it('are paid once each when two workers are asked for all of them, in opposite order', async () => {
    const ids = await funded(20)
    const rail = bank()
    const workers = [world.payouts(rail), world.payouts(rail)]
    const asked = workers.flatMap(({ send }, place) =>
      (place === 0 ? ids : ids.toReversed()).map((id) => send(id)),
    )
    const states = await Promise.all(asked)
    expect(states.filter((state) => state === 'delivered')).toHaveLength(ids.length)
    expect(ids.map((id) => rail.timesPaid(id))).toEqual(ids.map(() => 1))
  })

  it('do not wait for one whose data cannot be read', async () => {
    const ids = await funded(5)
    const [, damaged = ''] = ids
    const sealed = `update "transaction" set fields_sealed = '\\x00' where id = '${damaged}'`
    await onServer(world.url, sealed)
    const ends = await Promise.allSettled(ids.map(world.payouts(bank()).send))
    expect(ends.map(({ status }) => status)).toEqual(
      ids.map((id) => (id === damaged ? 'rejected' : 'fulfilled')),
    )
    const sound = ids.filter((id) => id !== damaged)
    expect(await phasesOf(sound)).toEqual(sound.map(() => 'completed'))
  })

  it('keep two words on one payout one after the other, in the order they came', async () => {
    const ids = await funded(3)
    const rail = bank(() => ({ does: 'hold' }))
    const { send, notice } = world.payouts(rail)
    await Promise.all(ids.map(send))
    const words = ids.flatMap((id) => {
      const [idempotencyKey, payoutId] = [`${id}-1`, `p ${id}`]
      const delivered = {
        idempotencyKey,
        reply: { state: 'delivered', payoutId, deliveredAt: world.clock.now },
      } as const
      const pending = { idempotencyKey, reply: { state: 'pending', payoutId } } as const
      return [delivered, pending, delivered].map(notice)
    })
    await Promise.all(words)
    expect(await phasesOf(ids)).toEqual(ids.map(() => 'completed'))
    await world.commit(({ events }) => events.assignSequences(1000))
    const events = await world.read((records) => records.events.ofTransactions(ids))
    const each = ['payoutAccepted', 'payoutDelivered']
    expect(events.map(({ type }) => type)).toEqual([...each, ...each, ...each])
  })

  it('are asked about together when the bank holds them', async () => {
    const ids = await funded(10)
    const rail = bank(() => ({ does: 'hold' }))
    const { commit, times } = counted()
    const { send, settle } = world.payouts(rail, commit)
    await Promise.all(ids.map(send))
    ids.forEach((id) => rail.deliver(`${id}-1`))
    world.pass(5_000)
    const before = times()
    expect(await Promise.all(ids.map(settle))).toEqual(ids.map(() => 'delivered'))
    expect(times() - before).toBeLessThan(6)
    expect(await Promise.all(ids.map(settle))).toEqual(ids.map(() => 'idle'))
  })

  it('are each asked about by one worker at a time', async () => {
    const ids = await funded(3)
    const rail = bank(() => ({ does: 'hold' }))
    await Promise.all(ids.map(world.payouts(rail).send))
    world.pass(5_000)
    let [allAsked, answer] = [(): void => undefined, (): void => undefined]
    const asked = new Promise<void>((resolve) => (allAsked = resolve))
    const answered = new Promise<void>((resolve) => (answer = resolve))
    let questions = 0
    const find = async (key: string) => {
      questions += 1
      if (questions === ids.length) allAsked()
      await answered
      return rail.find(key)
    }
    const first = Promise.all(ids.map(world.payouts({ ...rail, find }).settle))
    await asked
    const second = await Promise.all(ids.map(world.payouts(rail).settle))
    answer()
    expect(second).toEqual(ids.map(() => 'idle'))
    expect(await first).toEqual(ids.map(() => 'pending'))
  })
})
