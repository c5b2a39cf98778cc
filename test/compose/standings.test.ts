import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { standingsOf } from '../../src/compose/standings.ts'
import { standingGauges } from '../../src/observability/standing-gauges.ts'
import { JobQueueUnavailable } from '../../src/usecases/ports/job-queue.ts'
import type { Backlog } from '../../src/usecases/ports/backlog-records.ts'
import type { JobFigure } from '../../src/usecases/ports/job-figures.ts'

const now = new Date('2026-11-21T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const backlog: Backlog = {
  transactions: [
    { phase: 'awaitingFunds', count: 3 },
    { phase: 'completed', count: 40 },
  ],
  accounts: [
    { account: 'GREAD', watchedSince: ago(900), readLedger: 95n, readUntil: ago(35), waiting: 2 },
    { account: 'GNEVER', watchedSince: ago(600), waiting: 0 },
  ],
  unmatched: [{ reason: 'no_memo', count: 5 }],
  payouts: [
    { state: 'due', count: 7 },
    { state: 'dead', count: 1 },
  ],
  payoutDueSince: ago(12),
  callbacks: { due: 4, dead: 2, deadLately: 1, dueSince: ago(13) },
  events: { highest: 99n, unnumbered: 6, unnumberedSince: ago(1.5), outbox: 8 },
  networkStop: { reason: 'gap', since: ago(60) },
}
const figures: readonly JobFigure[] = [
  { job: 'send-payout', waiting: 1, active: 2, delayed: 3, waitingSince: ago(14) },
  { job: 'deliver-callback', waiting: 0, active: 0, delayed: 0 },
]
const head = { latest: { sequence: 100n, closedAt: ago(5) }, elder: 1n }
const checks = (['ok', 'degraded', 'failing'] as const).map((status) => ({
  name: `is_${status}`,
  status,
  says: status,
}))

const away = () => Promise.reject(new JobQueueUnavailable('away'))
const all = {
  backlog: () => Promise.resolve(backlog),
  figures: () => Promise.resolve(figures),
  head: () => Promise.resolve(head),
}
const health = () => Promise.resolve({ status: 'failing', checks } as const)

/** The lines of a scrape, without their descriptions. */
async function scrape(looks: typeof all, checkHealth = health) {
  const registry = new Registry()
  const gauges = standingGauges(registry)
  const shown = async (of: typeof all, check: typeof health) => {
    const { standings, sources } = await standingsOf(of, check, () => now)
    gauges.show(standings, sources)
  }
  await shown(all, health) // what was there before is forgotten
  await shown(looks, checkHealth)
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('fairlead'))
}

const ofNetwork = [
  'fairlead_cursor_lag_ledgers{account="GREAD"} 5',
  'fairlead_cursor_lag_seconds{account="GREAD"} 30',
  'fairlead_cursor_lag_seconds{account="GNEVER"} 595',
  'fairlead_network_latest_ledger 100',
  'fairlead_network_ledger_age_seconds 5',
]
const ofDatabase = [
  'fairlead_transactions{phase="awaitingFunds"} 3',
  'fairlead_transactions{phase="completed"} 40',
  `fairlead_cursor_read_until_timestamp_seconds{account="GREAD"} ${ago(35).getTime() / 1000}`,
  'fairlead_network_stopped{reason="reset"} 0',
  'fairlead_network_stopped{reason="gap"} 1',
  'fairlead_stellar_payments_waiting{account="GREAD"} 2',
  'fairlead_stellar_payments_waiting{account="GNEVER"} 0',
  'fairlead_stellar_payments_unmatched{reason="no_memo"} 5',
  'fairlead_payouts{state="due"} 7',
  'fairlead_payouts{state="claimed"} 0',
  'fairlead_payouts{state="pending"} 0',
  'fairlead_payouts{state="dead"} 1',
  'fairlead_payouts_overdue_seconds 12',
  'fairlead_callbacks{state="due"} 4',
  'fairlead_callbacks{state="dead"} 2',
  'fairlead_callbacks_overdue_seconds 13',
  'fairlead_events_last_sequence 99',
  'fairlead_events_unnumbered 6',
  'fairlead_events_relay_lag_seconds 1.5',
  'fairlead_outbox_jobs 8',
]
const ofQueue = [
  'fairlead_queue_jobs{job="send-payout",state="waiting"} 1',
  'fairlead_queue_jobs{job="send-payout",state="active"} 2',
  'fairlead_queue_jobs{job="send-payout",state="delayed"} 3',
  'fairlead_queue_jobs{job="deliver-callback",state="waiting"} 0',
  'fairlead_queue_jobs{job="deliver-callback",state="active"} 0',
  'fairlead_queue_jobs{job="deliver-callback",state="delayed"} 0',
  'fairlead_queue_oldest_seconds{job="send-payout"} 14',
  'fairlead_queue_oldest_seconds{job="deliver-callback"} 0',
]
const ofHealth = [
  'fairlead_health{check="is_ok"} 1',
  'fairlead_health{check="is_degraded"} 0.5',
  'fairlead_health{check="is_failing"} 0',
]
const up = (...down: readonly string[]) =>
  ['database', 'queue', 'network', 'health'].map(
    (source) => `fairlead_source_up{source="${source}"} ${down.includes(source) ? 0 : 1}`,
  )
const sorted = (lines: readonly string[]) => lines.toSorted()

describe('a scrape', () => {
  it('tells what stands open, and for how long', async () => {
    expect(sorted(await scrape(all))).toEqual(
      sorted([...ofDatabase, ...ofNetwork, ...ofQueue, ...ofHealth, ...up()]),
    )
  })

  it('lacks what is away and says so, instead of a zero', async () => {
    const lines = async (...[looks, check]: Parameters<typeof scrape>) =>
      sorted(await scrape(looks, check))
    expect(await lines({ ...all, head: away })).toEqual(
      sorted([...ofDatabase, ...ofQueue, ...ofHealth, ...up('network')]),
    )
    expect(await lines({ ...all, figures: away })).toEqual(
      sorted([...ofDatabase, ...ofNetwork, ...ofHealth, ...up('queue')]),
    )
    expect(await lines({ ...all, backlog: away })).toEqual(
      sorted([...ofNetwork.slice(3), ...ofQueue, ...ofHealth, ...up('database')]),
    )
    expect(await lines(all, away)).toEqual(
      sorted([...ofDatabase, ...ofNetwork, ...ofQueue, ...up('health')]),
    )
  })

  it('goes by the time when everything was looked at, not when it was asked for', async () => {
    const clock = { at: ago(10) }
    const looks = {
      ...all,
      figures: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        clock.at = now
        return figures
      },
    }
    const { standings } = await standingsOf(looks, health, () => clock.at)
    expect([
      standings.fairlead_payouts_overdue_seconds,
      standings.fairlead_network_ledger_age_seconds,
    ]).toEqual([[{ value: 12 }], [{ value: 5 }]])
  })

  it('counts nothing that lies ahead of us as waiting', async () => {
    const ahead = {
      ...backlog,
      payoutDueSince: ago(-9),
      accounts: [
        { account: 'GREAD', watchedSince: ago(0), readLedger: 101n, readUntil: ago(0), waiting: 0 },
      ],
    }
    const lines = await scrape({ ...all, backlog: () => Promise.resolve(ahead) })
    expect(lines).toContain('fairlead_payouts_overdue_seconds 0')
    expect(lines).toContain('fairlead_cursor_lag_ledgers{account="GREAD"} 0')
    expect(lines).toContain('fairlead_cursor_lag_seconds{account="GREAD"} 0')
  })
})
