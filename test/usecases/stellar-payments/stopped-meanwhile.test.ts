import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refused } from '../../../src/domain/outcome.ts'
import type { NetworkWatch } from '../../../src/usecases/network/watch-network.ts'
import { collectStellarPayments } from '../../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { freshCommit, onServer } from '../../database.ts'
import { calmWatch } from '../payment-world.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const now = () => new Date('2026-11-21T12:00:00Z')
const stopped = refused({ code: 'network_stopped' } as const)

/** Collects from a network with one payment; `confirm` is what the watch says of its page. */
function collect(account: string, changes: Partial<NetworkWatch> = {}) {
  const payment = aStellarPayment({ account })
  return collectStellarPayments({
    commit: db.commit,
    network: {
      creditsAfter: async () => ({ credits: [payment], nextCursor: payment.id, complete: true }),
    },
    watch: { ...calmWatch(now), ...changes },
    startWatching: (of) =>
      db.commit(async ({ stellarPayments }) => {
        await stellarPayments.startCursor(of, '0')
        return '0'
      }),
    startAt: { cursor: '0' },
    newId: randomUUID,
    now,
  })(account)
}

const place = (account: string) =>
  db.read(async ({ network }) => (await network.places()).find((one) => one.account === account))

it('counts nothing as read when its page was of another network (SEP31-77)', async () => {
  const account = `G${randomUUID()}`
  expect(await collect(account, { confirm: async () => stopped })).toEqual(stopped)
  expect(await place(account)).toEqual({ account, cursor: '0' })
})

it('counts nothing as read when reading is stopped before its page is kept (SEP31-77)', async () => {
  const account = `G${randomUUID()}`
  const confirm: NetworkWatch['confirm'] = async () => {
    const stop = { epoch: 1, reason: 'gap', detail: '', elder: 1n, stoppedAt: now() } as const
    await db.commit(({ network }) => network.stop(stop))
    return { ok: true, value: true }
  }
  expect((await collect(account, { confirm })).ok).toBe(false)
  expect(await place(account)).toEqual({ account, cursor: '0' })
  const kept = await onServer(db.url, 'select id from stellar_payment where account = $1', [
    account,
  ])
  expect(kept).toEqual([])
  await db.commit(async ({ network }) => {
    const id = (await network.openStop())?.id ?? ''
    await network.decide(id, { kind: 'go_on', at: now(), by: 'ada' })
  })
  expect(await collect(account)).toMatchObject({ ok: true, value: { added: 1 } })
  expect(await place(account)).toMatchObject({ account, readUntil: now() })
})

it('gives the account no place while reading is stopped', async () => {
  const account = `G${randomUUID()}`
  expect(await collect(account, { look: async () => stopped })).toEqual(stopped)
  expect(await place(account)).toBeUndefined()
})

it('says to whom has to decide what is missing, and what may be done', async () => {
  const account = `G${randomUUID()}`
  const told: unknown[] = []
  const calm = calmWatch(now)
  const look: NetworkWatch['look'] = async () => {
    const seen = await calm.look()
    return seen.ok ? { ok: true, value: { ...seen.value, elder: 20n } } : seen
  }
  const stop: NetworkWatch['stop'] = async (_, why) => {
    told.push(why)
    return stopped
  }
  expect(await collect(account, { look, stop })).toEqual(stopped)
  expect(told).toEqual([
    {
      reason: 'gap',
      detail:
        `Horizon's history begins at ledger 20 only, but ${account} was read up to ledger 0: ` +
        'what came between cannot be read from it. Take a Horizon with more history, or look at ' +
        'the account yourself, and resume',
    },
  ])
  expect(await place(account)).toEqual({ account, cursor: '0' })
})

it('counts as read what was quiet up to then: a gap begins after it', async () => {
  const account = `G${randomUUID()}`
  const told: string[] = []
  const from = (elder: bigint): Partial<NetworkWatch> => ({
    look: async () => {
      const seen = await calmWatch(now).look()
      const settled = { ledger: 5_000n, until: now() }
      return seen.ok ? { ok: true, value: { ...seen.value, elder, settled } } : seen
    },
    stop: async (_, { detail }) => {
      told.push(detail)
      return stopped
    },
  })
  expect((await collect(account, from(1n))).ok).toBe(true)
  expect((await collect(account, from(5_001n))).ok).toBe(true)
  expect(await collect(account, from(5_002n))).toEqual(stopped)
  expect(told).toEqual([expect.stringContaining(`${account} was read up to ledger 5000:`)])
})
