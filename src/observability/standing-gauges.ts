import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** One value of a gauge. */
export interface Standing {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

interface Described {
  readonly help: string
  readonly labels?: readonly string[]
  /** Where its values come from; they are missing while that is away. */
  readonly source: StandingSource
}

export type StandingSource = 'database' | 'queue' | 'network' | 'health'

/** What stands open for all processes together: each tells the same, so take the maximum, not the sum. */
export const standing = {
  fairlead_transactions: {
    help: 'Transactions by phase; open phases are counted (up to 100,000), ended ones estimated by PostgreSQL',
    labels: ['phase'],
    source: 'database',
  },
  fairlead_cursor_lag_ledgers: {
    help: 'Ledgers closed since the one up to which the account is read',
    labels: ['account'],
    source: 'network',
  },
  fairlead_cursor_lag_seconds: {
    help: 'From the closing of the ledger up to which the account is read to that of the newest one',
    labels: ['account'],
    source: 'network',
  },
  fairlead_cursor_read_until_timestamp_seconds: {
    help: 'Unix time up to which everything of the account is kept',
    labels: ['account'],
    source: 'database',
  },
  fairlead_network_latest_ledger: { help: 'Newest ledger that Horizon tells', source: 'network' },
  fairlead_network_ledger_age_seconds: {
    help: 'Our time less the closing of the newest ledger; negative: our clock is behind',
    source: 'network',
  },
  fairlead_network_stopped: {
    help: '1 while collecting stands still until an operator decides: the network was reset, or history is missing',
    labels: ['reason'],
    source: 'database',
  },
  fairlead_stellar_payments_waiting: {
    help: 'Payments that are kept and not yet matched',
    labels: ['account'],
    source: 'database',
  },
  fairlead_stellar_payments_unmatched: {
    help: 'Payments that fit no transaction, by reason (of the newest 100,000)',
    labels: ['reason'],
    source: 'database',
  },
  fairlead_payouts: {
    help: 'Payouts by state: due, claimed, pending, dead (given up)',
    labels: ['state'],
    source: 'database',
  },
  fairlead_payouts_overdue_seconds: {
    help: 'For how long the longest waiting payout could have been taken on',
    source: 'database',
  },
  fairlead_callbacks: {
    help: 'Callbacks by state: due, dead (given up)',
    labels: ['state'],
    source: 'database',
  },
  fairlead_callbacks_overdue_seconds: {
    help: 'For how long the longest waiting callback could have been sent',
    source: 'database',
  },
  fairlead_events_last_sequence: { help: 'Number of the newest event', source: 'database' },
  fairlead_events_unnumbered: {
    help: 'Events that subscribers and jobs have not heard of yet',
    source: 'database',
  },
  fairlead_events_relay_lag_seconds: { help: 'Age of the oldest of these', source: 'database' },
  fairlead_outbox_jobs: {
    help: 'Jobs that are committed and not yet in the queue',
    source: 'database',
  },
  fairlead_queue_jobs: {
    help: 'Jobs in the queue by name and state: waiting, active, delayed',
    labels: ['job', 'state'],
    source: 'queue',
  },
  fairlead_queue_oldest_seconds: {
    help: 'Age of the job of this name that waits longest; 0 when none waits',
    labels: ['job'],
    source: 'queue',
  },
  fairlead_health: {
    help: 'Findings of /health by check: 1 ok, 0.5 degraded, 0 failing',
    labels: ['check'],
    source: 'health',
  },
} as const satisfies Readonly<Record<string, Described>>

export type StandingName = keyof typeof standing
export type Standings = { readonly [Name in StandingName]?: readonly Standing[] }

/** Shows what was read for a scrape. What could not be read is missing, and its source is down. */
export function standingGauges(registry: Registry) {
  const registers = [registry]
  const described: readonly (readonly [string, Described])[] = Object.entries(standing)
  const gauges = new Map(
    described.map(([name, { help, labels = [] }]) => [
      name,
      new Gauge({ name, help, labelNames: [...labels], registers }),
    ]),
  )
  const takesLabels = new Set(
    described.flatMap(([name, { labels = [] }]) => (labels.length > 0 ? [name] : [])),
  )
  const up = new Gauge({
    name: 'fairlead_source_up',
    help: '1 when the source of figures answered in time, else 0 and its figures are missing',
    labelNames: ['source'],
    registers,
  })
  return {
    show(standings: Standings, sources: Readonly<Record<string, boolean>>): void {
      for (const [source, isUp] of Object.entries(sources)) up.set({ source }, isUp ? 1 : 0)
      for (const [name, gauge] of gauges) {
        gauge.reset()
        const values: readonly Standing[] = standings[name as StandingName] ?? [] // the keys of the table
        // a gauge without labels starts at 0, which would be a claim
        if (values.length === 0 && !takesLabels.has(name)) gauge.remove()
        for (const { labels = {}, value } of values) gauge.set({ ...labels }, value)
      }
    },
  }
}
