import { expect, it } from 'vitest'
import { checkHealth, checkReadiness } from '../../../src/usecases/health/check-health.ts'
import type { HealthLooks } from '../../../src/usecases/health/check-health.ts'
import {
  judgeCallbacks,
  judgePayouts,
  judgeUnmatched,
} from '../../../src/usecases/health/judge-money.ts'
import { quiet } from '../../builders/backlog.ts'

const now = new Date('2026-11-21T12:00:00Z')
const well: HealthLooks = {
  appliedMigrations: async () => ['one'],
  backlog: async () => quiet,
  figures: async () => [],
  head: async () => ({ latest: { sequence: 1_000n, closedAt: now }, elder: 1n }),
  bank: async () => ({ kind: 'answered' }),
  publishedKey: async () => 'ours',
}
const away = () => Promise.reject(new Error('away'))

/** The checks with what they found, of a world that is well but for these looks. */
async function checks(
  changes: Partial<HealthLooks> = {},
): Promise<Readonly<Record<string, string>>> {
  const looks = { ...well, ...changes }
  const parts = { looks, migrations: ['one'], queueStore: 'redis', now: () => now } as const
  const report = await checkHealth(parts)()
  return Object.fromEntries(report.checks.map(({ name, status }) => [name, status]))
}

const allWell = {
  database: 'ok',
  migrations: 'ok',
  queue: 'ok',
  network: 'ok',
  clock: 'ok',
  bank: 'ok',
  signing_key: 'ok',
  workers: 'ok',
  relay: 'ok',
  history: 'ok',
  collecting: 'ok',
  payouts: 'ok',
  unmatched: 'ok',
  callbacks: 'ok',
}

it('looks at every part', async () => {
  expect(await checks()).toEqual(allWell)
})

it('goes on with the others when one part is away, and says which (AP-1.5)', async () => {
  const { clock: _, ...withoutClock } = allWell
  expect(await checks({ figures: away })).toEqual({ ...allWell, queue: 'failing' })
  expect(await checks({ head: away })).toEqual({ ...withoutClock, network: 'degraded' })
  expect(await checks({ bank: away })).toEqual({ ...allWell, bank: 'degraded' })
})

it('says that the figures are missing when only they cannot be read', async () => {
  const { database, migrations, queue, network, clock, bank, signing_key } = allWell
  const others = { queue, network, clock, bank, signing_key }
  expect(await checks({ backlog: away })).toEqual({
    ...others,
    database,
    migrations,
    figures: 'degraded',
  })
  expect(await checks({ backlog: away, appliedMigrations: away })).toEqual({
    ...others,
    database: 'failing',
  })
})

it('sees that the jobs of the queue are not taken, or that money is overdue, by the clock of now', async () => {
  const waitingSince = new Date(now.getTime() - 121_000)
  const figures = async () => [
    { job: 'send-payout', waiting: 1, active: 0, delayed: 0, waitingSince } as const,
  ]
  expect(await checks({ figures })).toEqual({ ...allWell, workers: 'failing' })
  const backlog = async () => ({ ...quiet, payoutDueSince: waitingSince })
  expect(await checks({ backlog })).toEqual({ ...allWell, workers: 'failing' })
})

it('looks for no signing key where there is no home domain', async () => {
  const { publishedKey: _, ...looks } = well
  const parts = { looks, migrations: ['one'], queueStore: 'redis', now: () => now } as const
  const names = (await checkHealth(parts)()).checks.map(({ name }) => name)
  expect(names).not.toContain('signing_key')
  expect(names).toHaveLength(Object.keys(allWell).length - 1)
})

it('misses a migration that this version knows', async () => {
  const migrations = await checks({ appliedMigrations: async () => ['another'] })
  expect(migrations).toEqual({ ...allWell, migrations: 'failing' })
})

it.each([
  ['at this version', async () => ['one'], true],
  ['at a later version', async () => ['one', 'two'], true],
  ['at an earlier version', async () => [], false],
  ['away', away, false],
])(
  'is ready for requests only with a database that can be asked: one that is %s',
  async (...[, appliedMigrations, isReady]) => {
    const parts = { looks: { ...well, appliedMigrations }, migrations: ['one'] }
    expect(await checkReadiness(parts)()).toBe(isReady)
  },
)

it('is failing for money that was not paid out, degraded for what only has to be looked at', () => {
  const dead = { ...quiet, payouts: [{ state: 'dead', count: 2 }] }
  expect(judgePayouts(dead)).toMatchObject({
    status: 'failing',
    says: '2 payouts were given up: their money is here and was not paid out',
  })
  expect(judgePayouts({ ...quiet, payouts: [{ state: 'due', count: 2 }] }).status).toBe('ok')
  const unmatched = [
    { reason: 'no_memo', count: 2 },
    { reason: 'too_late', count: 1 },
  ]
  expect(judgeUnmatched({ ...quiet, unmatched })).toMatchObject({
    status: 'degraded',
    says: '3 payments fit no transaction: 2 no_memo, 1 too_late',
  })
})

it('counts callbacks that were given up for a day only', () => {
  const judged = (deadLately: number) =>
    judgeCallbacks({ ...quiet, callbacks: { due: 0, dead: 9, deadLately } }).status
  expect([judged(0), judged(1)]).toEqual(['ok', 'degraded'])
})
