import type { Standing, Standings, StandingSource } from '../observability/standing-gauges.ts'
import type { CheckHealth, HealthLooks } from '../usecases/health/check-health.ts'
import type { HealthReport } from '../usecases/health/finding.ts'
import type { AccountBacklog, Backlog } from '../usecases/ports/backlog-records.ts'
import type { JobFigure } from '../usecases/ports/job-figures.ts'
import type { NetworkHead } from '../usecases/ports/ledger-lookup.ts'

interface Shown {
  readonly standings: Standings
  readonly sources: Readonly<Record<StandingSource, boolean>>
}

/** What the gauges of a scrape show; the same looks as health takes, so a scrape costs nothing beside it. */
export async function standingsOf(
  looks: Pick<HealthLooks, 'backlog' | 'figures' | 'head'>,
  checkHealth: CheckHealth,
  now: () => Date,
): Promise<Shown> {
  const [backlog, figures, head, health] = await Promise.all([
    looks.backlog().catch(() => undefined),
    looks.figures().catch(() => undefined),
    looks.head().catch(() => undefined),
    checkHealth().catch(() => undefined),
  ])
  const moment = now()
  return {
    standings: {
      ...(backlog && ofBacklog(backlog, moment)),
      ...(figures && ofQueue(figures, moment)),
      ...(head && ofNetwork(head, moment)),
      ...(head && backlog && ofLag(backlog.accounts, head)),
      ...(health && ofHealth(health)),
    },
    sources: {
      database: backlog !== undefined,
      queue: figures !== undefined,
      network: head !== undefined,
      health: health !== undefined,
    },
  }
}

const ofBacklog = (backlog: Backlog, now: Date): Standings => ({
  fairlead_transactions: counted(backlog.transactions, 'phase'),
  fairlead_cursor_read_until_timestamp_seconds: backlog.accounts.flatMap(
    ({ account, readUntil }) =>
      readUntil === undefined ? [] : [{ labels: { account }, value: readUntil.getTime() / 1000 }],
  ),
  fairlead_network_stopped: ['reset', 'gap'].map((reason) => ({
    labels: { reason },
    value: backlog.networkStop?.reason === reason ? 1 : 0,
  })),
  fairlead_stellar_payments_waiting: backlog.accounts.map(({ account, waiting }) => ({
    labels: { account },
    value: waiting,
  })),
  fairlead_stellar_payments_unmatched: counted(backlog.unmatched, 'reason'),
  fairlead_payouts: ['due', 'claimed', 'pending', 'dead'].map((state) => ({
    labels: { state },
    value: backlog.payouts.find((one) => one.state === state)?.count ?? 0,
  })),
  fairlead_payouts_overdue_seconds: [{ value: age(backlog.payoutDueSince, now) }],
  fairlead_callbacks: [
    { labels: { state: 'due' }, value: backlog.callbacks.due },
    { labels: { state: 'dead' }, value: backlog.callbacks.dead },
  ],
  fairlead_callbacks_overdue_seconds: [{ value: age(backlog.callbacks.dueSince, now) }],
  fairlead_events_last_sequence: [{ value: Number(backlog.events.highest) }],
  fairlead_events_unnumbered: [{ value: backlog.events.unnumbered }],
  fairlead_events_relay_lag_seconds: [{ value: age(backlog.events.unnumberedSince, now) }],
  fairlead_outbox_jobs: [{ value: backlog.events.outbox }],
})

const counted = <Name extends string>(
  counts: readonly ({ readonly [Label in Name]: string } & { readonly count: number })[],
  label: Name,
): readonly Standing[] =>
  counts.map((one) => ({ labels: { [label]: one[label] }, value: one.count }))

const ofQueue = (figures: readonly JobFigure[], now: Date): Standings => ({
  fairlead_queue_jobs: figures.flatMap((figure) =>
    (['waiting', 'active', 'delayed'] as const).map((state) => ({
      labels: { job: figure.job, state },
      value: figure[state],
    })),
  ),
  fairlead_queue_oldest_seconds: figures.map(({ job, waitingSince }) => ({
    labels: { job },
    value: age(waitingSince, now),
  })),
})

const ofNetwork = ({ latest }: NetworkHead, now: Date): Standings => ({
  fairlead_network_latest_ledger: [{ value: Number(latest.sequence) }],
  fairlead_network_ledger_age_seconds: [
    { value: (now.getTime() - latest.closedAt.getTime()) / 1000 },
  ],
})

const ofLag = (accounts: readonly AccountBacklog[], { latest }: NetworkHead): Standings => ({
  fairlead_cursor_lag_ledgers: accounts.flatMap(({ account, readLedger }) =>
    readLedger === undefined
      ? []
      : [{ labels: { account }, value: Math.max(0, Number(latest.sequence - readLedger)) }],
  ),
  fairlead_cursor_lag_seconds: accounts.map(({ account, readUntil, watchedSince }) => ({
    labels: { account },
    value: age(readUntil ?? watchedSince, latest.closedAt),
  })),
})

const healthValue = { ok: 1, degraded: 0.5, failing: 0 } as const

const ofHealth = ({ checks }: HealthReport): Standings => ({
  fairlead_health: checks.map(({ name, status }) => ({
    labels: { check: name },
    value: healthValue[status],
  })),
})

/** Seconds since then; 0 when nothing waits. */
const age = (since: Date | undefined, now: Date): number =>
  since === undefined ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1000)
