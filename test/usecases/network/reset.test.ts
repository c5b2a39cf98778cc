import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { onServer } from '../../database.ts'
import { account, minute, networkWorld, pay, settlePeople } from './network-world.ts'
import type { NetworkWorld } from './network-world.ts'

let world: NetworkWorld
beforeEach(async () => {
  world = await networkWorld()
})
afterEach(() => world.close())

const stopped = { ok: false, refusal: { code: 'network_stopped' } }

/** As the test network is reset: everything is gone, the same people come again, and time has passed. */
async function reset(ledgers = 0): Promise<void> {
  world.pass(minute)
  world.sandbox.control.reset()
  await settlePeople(world.sandbox)
  if (ledgers > 0) world.sandbox.control.close({ ledgers })
}

const openStopId = async (): Promise<string> => (await world.state()).openStop?.id ?? ''

describe('a network that is reset', () => {
  it.each([
    ['when it is below our place', 0],
    ['when it has grown past our place', 300],
  ])('stops everything, once, and says so: %s', async (_, ledgers) => {
    const [one, other] = [world.collector(), world.collector()]
    const transaction = await world.open()
    world.sandbox.control.close({ ledgers: 40 })
    await one.collect()
    await pay(world.sandbox, transaction)
    await other.collect()
    await reset(ledgers)
    await pay(world.sandbox, await world.open())
    const answers = await Promise.all([one.collect(), other.collect(), one.collect()])
    expect(answers).toEqual([stopped, stopped, stopped])
    expect(world.said).toEqual(['reset'])
    expect(await world.match()).toEqual({ matched: 0, unmatched: 0 })
    world.pass(1_000 * minute)
    expect(await one.collect()).toEqual(stopped)
    expect(await world.expire()).toBe(0)
    expect(await world.phaseOf(transaction.id)).toBe('awaitingFunds')
  })

  it('is noticed though it comes between a look and a page', async () => {
    const hasty = world.collector(world.horizon, { lookEveryMs: 10 * minute })
    await hasty.collect()
    await reset(100)
    await pay(world.sandbox, await world.open())
    expect(await hasty.collect()).toEqual(stopped)
    expect(await world.match()).toEqual({ matched: 0, unmatched: 0 })
  })

  it('goes on at its beginning after an operator said so, and skips nothing', async () => {
    const { collect } = world.collector()
    const [before, between, after] = [await world.open(), await world.open(), await world.open()]
    await pay(world.sandbox, before)
    await collect()
    await world.match()
    await reset()
    await pay(world.sandbox, between)
    expect(await collect()).toEqual(stopped)
    const accepted = await world.accept({ stopId: await openStopId(), by: 'ada' })
    expect(accepted).toMatchObject({ ok: true, value: { decision: { by: 'ada' } } })
    expect(await world.state()).toMatchObject({ epoch: { number: 2 } })
    await pay(world.sandbox, after)
    await collect()
    await world.match()
    for (const { id } of [before, between, after]) expect(await world.phaseOf(id)).toBe('payingOut')
    expect(await collect()).toMatchObject({ value: { added: 0 } })
  })

  it('is noticed by its page alone, when nobody has looked since', async () => {
    const anchor = { sequence: 10_000n, hash: 'known', closedAt: world.clock.now }
    const network = memoryNetwork()
    const old = {
      ...world.horizon,
      ...network,
      head: async () => ({ latest: anchor, elder: 1n }),
      find: async () => anchor,
    }
    const { collect } = world.collector(old, { lookEveryMs: 60 * minute })
    expect(await collect()).toMatchObject({ ok: true })
    world.pass(minute)
    const id = (9_000n << 32n).toString()
    network.credit(paymentFor(await world.open(), { account, id, ledgerClosedAt: world.clock.now }))
    expect(await collect()).toEqual(stopped)
  })

  it('is noticed by an account that was read further than the network has come', async () => {
    await world.commit(({ stellarPayments }) =>
      stellarPayments.startCursor(account, `${5_000n << 32n}`),
    )
    expect(await world.collector().collect()).toEqual(stopped)
    expect((await world.state()).openStop?.detail).toContain('up to ledger 5000')
  })

  it('may be accepted twice by the same word, and once by all words together', async () => {
    const { collect } = world.collector()
    await collect()
    await reset()
    await collect()
    const stopId = await openStopId()
    const all = await Promise.all(['ada', 'bob', 'ada'].map((by) => world.accept({ stopId, by })))
    expect(all.every(({ ok }) => ok)).toBe(true)
    expect((await world.state()).epoch.number).toBe(2)
    expect(await world.resume({ stopId, by: 'bob' })).toMatchObject({
      refusal: { code: 'decided_otherwise' },
    })
    expect(await world.accept({ stopId: '4711', by: 'ada' })).toMatchObject({
      refusal: { code: 'unknown_stop' },
    })
  })

  it('lets nothing expire until the new network was read past the deadline', async () => {
    const { collect } = world.collector()
    const transaction = await world.open({ lapsesAt: new Date(world.clock.now.getTime() + minute) })
    world.pass(10 * minute)
    world.sandbox.control.close()
    await collect()
    await world.match()
    await reset()
    await collect()
    await world.accept({ stopId: await openStopId(), by: 'ada' })
    expect(await world.expire()).toBe(0)
    world.sandbox.control.close()
    await collect()
    await world.match()
    expect(await world.expire()).toBe(1)
    expect(await world.phaseOf(transaction.id)).toBe('expired')
  })

  it('leaves alone what had lapsed before, until an operator has decided', async () => {
    const { collect } = world.collector()
    const { id } = await world.open({ lapsesAt: new Date(world.clock.now.getTime() + minute) })
    world.pass(10 * minute)
    world.sandbox.control.close()
    await collect()
    await world.match()
    await reset()
    expect(await collect()).toEqual(stopped)
    expect(await world.expire()).toBe(0)
    await world.resume({ stopId: await openStopId(), by: 'ada' })
    expect(await world.expire()).toBe(1)
    expect(await world.phaseOf(id)).toBe('expired')
  })

  it('may number an operation as the old one did: both payments are kept (SEP31-52)', async () => {
    const [first, second] = [await world.open(), await world.open()]
    const same = { account, id: (3n << 32n).toString() }
    await collectOnly(paymentFor(first, same))
    await world.commit(({ network }) => network.beginEpoch(2, world.clock.now))
    const other = { account, id: (4n << 32n).toString() }
    await collectOnly(paymentFor(first, same), paymentFor(second, other))
    for (const { id } of [first, second]) expect(await world.phaseOf(id)).toBe('payingOut')
    const unmatched = await world.read(({ stellarPayments }) =>
      stellarPayments.listUnmatched({ limit: 10 }),
    )
    expect(unmatched.map(({ match, epoch }) => [epoch, match])).toEqual([
      [2, { state: 'unmatched', reason: 'already_funded', transactionId: first.id }],
    ])
  })

  /** Whatever the network is called, these are what it tells. */
  async function collectOnly(...payments: readonly StellarPayment[]): Promise<void> {
    const network = memoryNetwork()
    network.credit(...payments)
    const told = { ...world.horizon, ...network }
    expect(await world.collector(told).collect()).toMatchObject({ ok: true })
    await world.match()
  }
})

describe('what is no reset', () => {
  it('is a stale answer, nor is a Horizon that is behind for long', async () => {
    const { collect } = world.collector()
    const transaction = await world.open()
    world.sandbox.control.close({ ledgers: 400 })
    await collect()
    const { id } = world.sandbox.control.addFault({ effect: { kind: 'stale', ledgers: 300 } })
    world.pass(minute)
    expect(await collect()).toMatchObject({ ok: true })
    world.sandbox.control.removeFault(id)
    await pay(world.sandbox, transaction)
    expect(await collect()).toMatchObject({ value: { added: 1 } })
    expect(world.said).toEqual([])
  })

  it('is another network by mistake: reading goes on when Horizon is mended', async () => {
    const transaction = await world.open()
    await world.collector().collect()
    world.pass(minute)
    const wrong = await startSandboxNetwork()
    wrong.control.close({ ledgers: 60 })
    const network = horizonNetwork({ horizonUrl: wrong.url })
    expect(await world.collector(network).collect()).toEqual(stopped)
    await network.close()
    await wrong.stop()
    await pay(world.sandbox, transaction)
    expect(await world.collector().collect()).toEqual(stopped)
    await world.resume({ stopId: await openStopId(), by: 'ada' })
    expect(await world.collector().collect()).toMatchObject({ value: { added: 1 } })
    expect((await world.state()).epoch.number).toBe(1)
  })
})

it('keeps where the old network was read to, and who said to go on', async () => {
  const { collect } = world.collector()
  await collect()
  const [{ cursor } = { cursor: undefined }] = (await world.state()).accounts
  await reset()
  await collect()
  await world.accept({ stopId: await openStopId(), by: 'ada' })
  const [ended] = await onServer(
    world.url,
    'select ended_cursors from network_epoch where number = 1',
  )
  expect(ended).toEqual({ ended_cursors: { [account]: cursor } })
  expect(await world.state()).toMatchObject({
    lastStop: { epoch: 1, reason: 'reset', decision: { kind: 'new_epoch', by: 'ada' } },
    accounts: [{ account, cursor: '0' }],
  })
})
