import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { account, minute, networkWorld, pay, people } from './network-world.ts'
import type { NetworkWorld } from './network-world.ts'
import { until } from '../../until.ts'

let world: NetworkWorld
beforeEach(async () => {
  world = await networkWorld()
})
afterEach(() => world.close())

const stopped = { ok: false, refusal: { code: 'network_stopped' } }

/** A deadline this many minutes from now. */
const lapsingIn = (minutes: number) => ({
  lapsesAt: new Date(world.clock.now.getTime() + minutes * minute),
})

describe('a Horizon whose history was trimmed', () => {
  it('stops collecting when something unread is gone, and goes on when an operator says so', async () => {
    const { collect } = world.collector()
    const [lost, kept] = [await world.open(), await world.open()]
    await collect()
    await pay(world.sandbox, lost)
    world.sandbox.control.close({ ledgers: 20 })
    world.sandbox.control.trim(20)
    await pay(world.sandbox, kept)
    expect([await collect(), await collect()]).toEqual([stopped, stopped])
    expect(world.said).toEqual(['gap'])
    const { openStop } = await world.state()
    expect(openStop?.detail).toContain('begins at ledger 20')
    await world.resume({ stopId: openStop?.id ?? '', by: 'ada' })
    expect(await collect()).toMatchObject({ value: { added: 1 } })
    await world.match()
    expect(await world.phaseOf(kept.id)).toBe('payingOut')
    expect(await world.phaseOf(lost.id)).toBe('awaitingFunds')
    expect((await world.state()).epoch.number).toBe(1)
  })

  it('whose beginning is past the place of an account says up to where that one was read', async () => {
    world.sandbox.control.close({ ledgers: 30 })
    world.sandbox.control.trim(20)
    const place = `${4n << 32n}`
    await world.commit(({ stellarPayments }) => stellarPayments.startCursor(account, place))
    expect(await world.collector().collect()).toEqual(stopped)
    const { openStop } = await world.state()
    expect(openStop?.detail).toContain('begins at ledger 20 only')
    expect(openStop?.detail).toContain(`${account} was read up to ledger 3:`)
  })

  it('is no trouble for an account that was quiet, and read all the time', async () => {
    const { collect } = world.collector()
    const transaction = await world.open()
    for (let month = 0; month < 3; month += 1) {
      world.sandbox.control.close({ ledgers: 50 })
      await collect()
    }
    world.sandbox.control.trim(120)
    await pay(world.sandbox, transaction)
    expect(await collect()).toMatchObject({ value: { added: 1 } })
    expect(world.said).toEqual([])
  })

  it('cannot be read from its beginning without an operator knowing', async () => {
    world.sandbox.control.close({ ledgers: 50 })
    world.sandbox.control.trim(40)
    expect(await world.collector().collect({ cursor: '0' })).toEqual(stopped)
    expect(world.said).toEqual(['gap'])
  })
})

describe('a Horizon that tells late', () => {
  it('lets nothing expire by our own clock: a payment in time counts (SEP31-77)', async () => {
    const { collect } = world.collector()
    const transaction = await world.open(lapsingIn(5))
    await collect()
    const latest = world.sandbox.control.state().coreLatestLedger
    world.sandbox.control.lag({ paused: true })
    const isPaid = pay(world.sandbox, transaction)
    await until(async () => world.sandbox.control.state().coreLatestLedger > latest)
    world.pass(30 * minute)
    expect(await collect()).toMatchObject({ value: { added: 0 } })
    expect(await world.expire()).toBe(0)
    world.sandbox.control.lag({})
    await isPaid
    await collect()
    await world.match()
    expect(await world.phaseOf(transaction.id)).toBe('payingOut')
  })

  it('ends what was not paid once a ledger after the deadline is told (SEP31-76)', async () => {
    const { collect } = world.collector()
    const { id } = await world.open(lapsingIn(5))
    world.pass(30 * minute)
    await collect()
    await world.match()
    expect(await world.expire()).toBe(0)
    world.sandbox.control.close()
    await collect()
    expect(await world.expire()).toBe(1)
    expect(await world.phaseOf(id)).toBe('expired')
  })

  it('counts as late as the latest of several behind one address', async () => {
    let asked = 0
    /** Every third answer comes from one that has told nothing new for an hour. */
    const old = await world.horizon.head()
    const balanced: HorizonNetwork = {
      ...world.horizon,
      head: async () => {
        asked += 1
        return asked % 3 === 0 ? old : world.horizon.head()
      },
    }
    const { collect } = world.collector(balanced, { looksToSettle: 12 })
    const { id } = await world.open(lapsingIn(5))
    world.pass(60 * minute)
    world.sandbox.control.close()
    for (let look = 0; look < 30; look += 1) {
      await collect()
      await world.match()
      await world.expire()
    }
    expect(await world.phaseOf(id)).toBe('awaitingFunds')
    expect(world.said).toEqual([])
    const mended = world.collector(world.horizon, { looksToSettle: 12 })
    for (let look = 0; look < 12; look += 1) await mended.collect()
    expect(await world.expire()).toBe(1)
  })
})

describe('a Horizon that is away at the very first start', () => {
  const away = (network: HorizonNetwork): HorizonNetwork => ({
    ...network,
    head: () => Promise.reject(new NetworkUnavailable('away')),
    find: () => Promise.reject(new NetworkUnavailable('away')),
    newestCursor: () => Promise.reject(new NetworkUnavailable('away')),
    creditsAfter: () => Promise.reject(new NetworkUnavailable('away')),
  })

  it('is waited for, and what was paid meanwhile counts', async () => {
    world.pass(10 * minute)
    world.sandbox.control.close({ ledgers: 10 })
    const { begin, collect } = world.collector(away(world.horizon))
    await expect(begin(account, 'now')).rejects.toThrow(NetworkUnavailable)
    expect((await world.state()).accounts).toEqual([{ account }])
    world.pass(10 * minute)
    const transaction = await world.open(lapsingIn(5))
    await pay(world.sandbox, transaction)
    world.pass(10 * minute)
    world.sandbox.control.close({ ledgers: 30 })
    await expect(collect('now')).rejects.toThrow(NetworkUnavailable)
    expect(await world.expire()).toBe(0)
    const back = world.collector()
    expect(await back.collect('now')).toMatchObject({ value: { added: 1 } })
    await world.match()
    expect(await world.phaseOf(transaction.id)).toBe('payingOut')
  })

  it('leaves out what was before we wanted to read', async () => {
    await pay(world.sandbox, await world.open())
    world.pass(10 * minute)
    world.sandbox.control.close({ ledgers: 3 })
    await expect(world.collector(away(world.horizon)).begin(account, 'now')).rejects.toThrow('away')
    world.pass(10 * minute)
    world.sandbox.control.close({ ledgers: 3 })
    expect(await world.collector().collect('now')).toMatchObject({ value: { added: 0 } })
  })
})

describe('a Horizon that holds a record back', () => {
  it('is read a second time, and the payment found', async () => {
    const { collect, recheck } = world.collector()
    const [held, seen] = [await world.open(), await world.open()]
    const hash = await pay(world.sandbox, held)
    world.sandbox.control.addFault({
      effect: { kind: 'withhold', hash, ledgers: 10, pages: true },
    })
    await pay(world.sandbox, seen)
    await collect()
    await world.match()
    expect(await world.phaseOf(held.id)).toBe('awaitingFunds')
    expect(await world.phaseOf(seen.id)).toBe('payingOut')
    expect(await recheck(account)).toEqual({ ok: true, value: 0 })
    world.sandbox.control.close({ ledgers: 30 })
    expect(await recheck(account)).toEqual({ ok: true, value: 1 })
    expect(world.found).toEqual([1])
    await world.match()
    expect(await world.phaseOf(held.id)).toBe('payingOut')
    expect(await recheck(account)).toEqual({ ok: true, value: 0 })
  })

  it('is asked no more than once for each stretch of ledgers', async () => {
    const { collect, recheck } = world.collector()
    await collect()
    let asked = 0
    const counting: HorizonNetwork = {
      ...world.horizon,
      creditsAfter: (...question) => {
        asked += 1
        return world.horizon.creditsAfter(...question)
      },
    }
    const counted = world.collector(counting)
    for (let round = 0; round < 14; round += 1) {
      await pay(world.sandbox, await world.open(), '1')
      world.sandbox.control.close({ ledgers: 4 })
      await collect()
      await counted.recheck(account)
    }
    expect(asked).toBeLessThanOrEqual(3)
    expect(asked).toBeGreaterThanOrEqual(2)
    expect(await recheck(people.issuer.publicKey())).toEqual({ ok: true, value: 0 })
  })
})

it('keeps each payment once, though pages come twice and overlap', async () => {
  const { collect } = world.collector()
  world.sandbox.control.addFault({ effect: { kind: 'repeat', records: 1 } })
  const transaction = await world.open()
  for (let times = 0; times < 3; times += 1) await pay(world.sandbox, transaction)
  await Promise.all([collect(), collect(), world.collector().collect()])
  await collect()
  await world.match()
  const unmatched = await world.read(({ stellarPayments }) =>
    stellarPayments.listUnmatched({ limit: 10, reason: 'already_funded' }),
  )
  expect(unmatched).toHaveLength(2)
})
