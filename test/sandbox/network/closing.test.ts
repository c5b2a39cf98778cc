import { Operation } from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import { openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'

const noop = [Operation.bumpSequence({ bumpTo: '0' })]
const latest = (client: Client) => client.sandbox.control.state().coreLatestLedger

/** When each ledger closed, oldest first, in seconds. */
async function closeTimes(client: Client): Promise<number[]> {
  const records = recordsOf(await client.get('/ledgers?limit=200'))
  return records.map((record) => Date.parse(String(record['closed_at'])) / 1000)
}

describe('ledgers close', () => {
  test('in instant mode after each admitted transaction, and not otherwise (SBX-30)', async () => {
    const client = await openForTest({ mode: 'instant' })
    const from = await client.funded()
    const before = latest(client)
    await client.server.submitTransaction(await client.build(from, noop))
    await client.server.submitTransaction(await client.build(from, noop))
    expect(latest(client)).toBe(before + 2)
    const stranger = await client.build(from, noop, { fee: '1' })
    expect((await client.submit(stranger)).status).toBe(400)
    expect(latest(client)).toBe(before + 2)
  })

  test('in instant mode when none closed for so long, where that was asked for (SBX-30)', async () => {
    const client = await openForTest({ mode: 'instant', idleMs: 30 })
    await until(() => latest(client) >= 3)
    const counts = recordsOf(await client.get('/ledgers')).map((one) => one['operation_count'])
    expect(new Set(counts)).toEqual(new Set([0]))
  })

  test('in instant mode once more when the real network would have by now (SBX-30)', async () => {
    const client = await openForTest({ mode: 'instant' })
    const from = await client.funded()
    const { control } = client.sandbox
    const closedFor = async (seconds: number) => {
      const before = latest(client)
      control.advance(seconds)
      const answer = await client.submit(await client.build(from, noop))
      expect(answer.status).toBe(200)
      return latest(client) - before
    }
    control.freeze()
    control.close()
    expect([await closedFor(4), await closedFor(5)]).toEqual([1, 2])
    // What is known already is no reason to close anything (SBX-72).
    const known = await client.pay(from, from.publicKey())
    const before = latest(client)
    control.advance(5)
    expect((await client.submit(known)).status).toBe(200)
    expect(latest(client)).toBe(before)
  })

  test('in interval mode every so often, empty ones included, and only then (SBX-30)', async () => {
    const client = await openForTest({ mode: 'interval', intervalMs: 40 })
    const from = await client.funded()
    const start = performance.now()
    const before = latest(client)
    await until(() => latest(client) >= before + 5)
    expect(performance.now() - start).toBeGreaterThanOrEqual(40 * 4)
    client.sandbox.control.mode({ mode: 'interval', intervalMs: 3_600_000 })
    const waiting = latest(client)
    const { control } = client.sandbox
    const answer = client.submit(await client.build(from, noop))
    await until(() => control.state().pending.length === 1)
    expect(latest(client)).toBe(waiting)
    control.close()
    expect((await answer).status).toBe(200)
  })

  test('every second in interval mode when nothing else is said (SBX-30)', async () => {
    const client = await openForTest({ mode: 'interval' })
    expect(client.sandbox.control.state().pace).toEqual({ mode: 'interval', intervalMs: 1000 })
  })

  test('in manual mode by command only, until the mode is switched (SBX-30)', async () => {
    const client = await openForTest({ mode: 'manual' })
    const from = await client.funded()
    const { control } = client.sandbox
    const before = latest(client)
    const answer = client.submit(await client.build(from, noop))
    await until(() => control.state().pending.length === 1)
    await client.get('/')
    expect(latest(client)).toBe(before)
    control.mode({ mode: 'instant' })
    expect((await answer).status).toBe(200)
    expect(latest(client)).toBe(before + 1)
  })
})

describe('the time of a ledger', () => {
  test('is the clock in whole seconds, which several ledgers may share (SBX-32)', async () => {
    const client = await openForTest({ mode: 'manual' })
    const { control } = client.sandbox
    control.freeze()
    control.close({ ledgers: 3 })
    const shared = (await closeTimes(client)).slice(-3)
    expect(new Set(shared).size).toBe(1)
    expect(shared[0]).toBe(Math.floor(Date.parse(control.state().clock.now) / 1000))
    control.advance(90)
    control.close()
    expect((await closeTimes(client)).at(-1)).toBe((shared[0] ?? 0) + 90)
  })

  test('is the one that was asked for (SBX-32, SBX-93)', async () => {
    const client = await openForTest({ mode: 'manual' })
    const closeTime = Math.floor(Date.now() / 1000) + 1000
    const body = JSON.stringify({ closeTime })
    await fetch(`${client.sandbox.url}/_sandbox/close`, { method: 'POST', body })
    expect((await closeTimes(client)).at(-1)).toBe(closeTime)
  })

  test('never decreases, whatever the clock does (SBX-32)', async () => {
    const client = await openForTest({ mode: 'manual' })
    const { control } = client.sandbox
    control.freeze()
    control.close()
    control.advance(-3600)
    control.close({ ledgers: 2 })
    const [first, ...later] = (await closeTimes(client)).slice(-3)
    expect(later).toEqual([first, first])
  })

  test('strictly increases when that is asked for, as on the real network (SBX-32)', async () => {
    const client = await openForTest({ mode: 'manual', strictCloseTime: true })
    client.sandbox.control.freeze()
    client.sandbox.control.close({ ledgers: 3 })
    const [first = 0, ...later] = (await closeTimes(client)).slice(-3)
    expect(later).toEqual([first + 1, first + 2])
  })
})
