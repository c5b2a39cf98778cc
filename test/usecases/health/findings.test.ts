import { describe, expect, it } from 'vitest'
import { checkHealth } from '../../../src/usecases/health/check-health.ts'
import type { HealthParts } from '../../../src/usecases/health/check-health.ts'
import type { Finding } from '../../../src/usecases/health/finding.ts'
import {
  judgeBank,
  judgeCallbacks,
  judgePayouts,
  judgePublishedKey,
  judgeUnmatched,
} from '../../../src/usecases/health/judge-money.ts'
import {
  judgeClock,
  judgeCollecting,
  judgeNetwork,
  judgeStop,
} from '../../../src/usecases/health/judge-network.ts'
import {
  judgeDatabase,
  judgeMigrations,
  judgeQueue,
  judgeRelay,
  judgeWorkers,
  noBacklog,
} from '../../../src/usecases/health/judge-storage.ts'
import type { Backlog } from '../../../src/usecases/ports/backlog-records.ts'
import type { JobFigure } from '../../../src/usecases/ports/job-figures.ts'
import { quiet } from '../../builders/backlog.ts'

const now = new Date('2026-11-21T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const headAt = (seconds: number) => ({
  latest: { sequence: 1_000n, closedAt: ago(seconds) },
  elder: 1n,
})
const stopped = (reason: 'reset' | 'gap'): Backlog => ({
  ...quiet,
  networkStop: { reason, since: ago(60) },
})
const accounts = [
  { account: 'GFIRST', watchedSince: ago(3_600), readUntil: ago(3), waiting: 0 },
  { account: 'GLATE', watchedSince: ago(3_600), readUntil: ago(200), readLedger: 960n, waiting: 0 },
  { account: 'GLAST', watchedSince: ago(3_600), readUntil: ago(100), readLedger: 980n, waiting: 0 },
]
const job = (name: JobFigure['job'], waitingSince?: Date): JobFigure => ({
  job: name,
  waiting: 1,
  active: 0,
  delayed: 0,
  ...(waitingSince && { waitingSince }),
})

/** The second of three is late, and so is the third. */
const jobs = [
  job('match-stellar-payments', ago(120)),
  job('send-payout', ago(130)),
  job('deliver-callback', ago(140)),
]
const unmatched = [
  { reason: 'no_memo', count: 2 },
  { reason: 'too_late', count: 1 },
]
const payouts = ['due', 'claimed', 'dead', 'pending'].map((state, place) => ({
  state,
  count: place + 4,
}))
const events = { ...quiet.events, unnumbered: 7, unnumberedSince: ago(31) }

const ok = (name: string, says: string): Finding => ({ name, status: 'ok', says })
const found = (
  status: 'degraded' | 'failing',
  ...[name, says, doNext]: readonly [string, string, string]
): Finding => ({ name, status, says, doNext })

const startMore =
  'Look whether workers run (fairlead start --role worker) and what they log; start more'
const setClock = 'Set the clock of the machine of PostgreSQL (NTP): logins and deadlines go by it'
const compareClock =
  'Compare the clock of the machine of PostgreSQL; look whether the network closes ledgers, and take another Horizon if yours is behind'
const mendKey =
  'Let the home domain serve the stellar.toml of this gateway, or mend FAIRLEAD_SIGNING_SEED'

const storage: readonly (readonly [Finding, Finding])[] = [
  [judgeDatabase(['one']), ok('database', 'The database answers')],
  [
    judgeDatabase(undefined),
    found(
      'failing',
      'database',
      'The database does not answer',
      'Look at PostgreSQL and at DATABASE_URL; everything waits for it and goes on by itself',
    ),
  ],
  [
    judgeMigrations(['one', 'two'], ['one', 'two']),
    ok('migrations', 'The database is at this version'),
  ],
  [
    judgeMigrations(['two'], ['one', 'two', 'three']),
    found(
      'failing',
      'migrations',
      'The database lacks one, three',
      'Run fairlead migrate, then start this version anew',
    ),
  ],
  [judgeQueue([], 'redis'), ok('queue', 'Redis answers')],
  [judgeQueue([], 'postgres'), ok('queue', 'The job queue in PostgreSQL answers')],
  [
    judgeQueue(undefined, 'redis'),
    found(
      'failing',
      'queue',
      'Redis does not answer: no payment is collected and no payout sent',
      'Look at Redis and at REDIS_URL; it may be emptied, all work is in PostgreSQL',
    ),
  ],
  [
    judgeQueue(undefined, 'postgres'),
    found(
      'failing',
      'queue',
      'The job queue in PostgreSQL does not answer: no payment is collected and no payout sent',
      'Look at PostgreSQL',
    ),
  ],
  [judgeWorkers({ jobs: [], backlog: quiet }, now), ok('workers', 'Jobs are taken')],
  [
    judgeWorkers({ jobs, backlog: quiet }, now),
    found('failing', 'workers', 'Jobs send-payout wait for 130 s and nobody takes them', startMore),
  ],
  [
    judgeWorkers({ jobs: [], backlog: { ...quiet, payoutDueSince: ago(121) } }, now),
    found('failing', 'workers', 'A payout is overdue by 121 s', startMore),
  ],
  [
    judgeWorkers({ jobs, backlog: { ...quiet, payoutDueSince: ago(500) } }, now),
    found('failing', 'workers', 'Jobs send-payout wait for 130 s and nobody takes them', startMore),
  ],
  [judgeRelay(quiet, now), ok('relay', 'Events are passed on')],
  [
    judgeRelay({ ...quiet, events }, now),
    found(
      'failing',
      'relay',
      '7 events wait for 31 s: subscribers and jobs do not hear of them',
      'Look at the log for troubles of part relay; start the processes anew if there are none',
    ),
  ],
  [
    noBacklog,
    found(
      'degraded',
      'figures',
      'The figures of the database could not be read in time, so not all was looked at',
      'Look at the load of PostgreSQL, and whether all migrations were run',
    ),
  ],
]

const network: readonly (readonly [Finding, Finding])[] = [
  [judgeNetwork(headAt(3)), ok('network', 'Horizon answers, at ledger 1000')],
  [
    judgeNetwork(undefined),
    found(
      'degraded',
      'network',
      'Horizon does not answer: payments are not seen for now',
      'Look at FAIRLEAD_HORIZON_URL and at the status of Horizon; nothing is lost, reading goes on where it was',
    ),
  ],
  [judgeClock(headAt(3), now), ok('clock', 'The newest ledger was closed 3 s ago')],
  [
    judgeClock(headAt(-11), now),
    found(
      'failing',
      'clock',
      'The newest ledger was closed 11 s in the future: our clock is behind',
      setClock,
    ),
  ],
  [
    judgeClock(headAt(61), now),
    found(
      'failing',
      'clock',
      'The newest ledger was closed 61 s ago: the network or Horizon stands still, or our clock is ahead',
      compareClock,
    ),
  ],
  [judgeStop(quiet), ok('history', 'The history of the network goes on where it was read to')],
  [
    judgeStop(stopped('reset')),
    found(
      'failing',
      'history',
      'The network was reset, noticed at 2026-11-21T11:59:00.000Z: collecting stands still',
      'Make sure that it was, then say so: fairlead network accept-reset, or acceptNetworkReset in the back office',
    ),
  ],
  [
    judgeStop(stopped('gap')),
    found(
      'failing',
      'history',
      'Ledgers that were not read are no longer told, noticed at 2026-11-21T11:59:00.000Z: collecting stands still',
      'Take a Horizon with the whole history, then fairlead network resume, or resumeNetwork in the back office: it gives up what is still missing',
    ),
  ],
  [
    judgeCollecting({ ...quiet, accounts: accounts.slice(0, 1) }, headAt(3), now),
    ok('collecting', 'Payments of 1 accounts are read'),
  ],
  [
    judgeCollecting({ ...stopped('gap'), accounts }, headAt(3), now),
    found('failing', 'collecting', 'No payments are collected', 'See the check history'),
  ],
  [
    judgeCollecting({ ...stopped('reset'), accounts: [] }, undefined, now),
    found('failing', 'collecting', 'No payments are collected', 'See the check history'),
  ],
  [
    judgeCollecting({ ...quiet, accounts }, headAt(3), now),
    found(
      'failing',
      'collecting',
      'Payments of GLATE are not read since 2026-11-21T11:56:40.000Z, 40 ledgers behind',
      'Look whether a worker runs, and at its log for collect-stellar-payments',
    ),
  ],
  [
    judgeCollecting({ ...quiet, accounts }, undefined, now),
    found(
      'failing',
      'collecting',
      'Payments of GLATE are not read since 2026-11-21T11:56:40.000Z',
      'Horizon is away: see the check network',
    ),
  ],
]

const money: readonly (readonly [Finding, Finding])[] = [
  [judgePayouts(quiet), ok('payouts', 'No payout was given up')],
  [
    judgePayouts({ ...quiet, payouts }),
    found(
      'failing',
      'payouts',
      '6 payouts were given up: their money is here and was not paid out',
      'See deadLetters in the back office; mend the reason, then retryPayout',
    ),
  ],
  [judgeUnmatched(quiet), ok('unmatched', 'Every payment fits a transaction')],
  [
    judgeUnmatched({ ...quiet, unmatched }),
    found(
      'degraded',
      'unmatched',
      '3 payments fit no transaction: 2 no_memo, 1 too_late',
      'See unmatchedPayments in the back office; each waits for somebody to look',
    ),
  ],
  [judgeCallbacks(quiet), ok('callbacks', 'Clients take what they are told')],
  [
    judgeCallbacks({ ...quiet, callbacks: { due: 3, dead: 9, deadLately: 2 } }),
    found(
      'degraded',
      'callbacks',
      '2 callbacks were given up within a day',
      'Tell the sending anchors whose addresses do not answer, or refuse; they can still ask by GET',
    ),
  ],
  [judgeBank({ kind: 'answered' }), ok('bank', 'The bank answers')],
  [
    judgeBank({ kind: 'refused', code: 'unauthorized' }),
    found(
      'failing',
      'bank',
      'The bank refuses our calls (unauthorized)',
      'Compare FAIRLEAD_RAIL_TOKEN and FAIRLEAD_RAIL_SECRET with the bank; payouts wait for it, for some hours',
    ),
  ],
  [
    judgeBank({ kind: 'away' }),
    found(
      'degraded',
      'bank',
      'The bank does not answer: payouts wait',
      'Look at FAIRLEAD_RAIL_URL and ask the bank; payouts go on by themselves',
    ),
  ],
  [
    judgePublishedKey('ours'),
    ok('signing_key', 'stellar.toml at the home domain names our signing key'),
  ],
  [
    judgePublishedKey('unreachable'),
    ok('signing_key', 'stellar.toml at the home domain could not be seen from here'),
  ],
  [
    judgePublishedKey('none'),
    found(
      'failing',
      'signing_key',
      'stellar.toml at the home domain names no SIGNING_KEY: clients refuse our challenges',
      mendKey,
    ),
  ],
  [
    judgePublishedKey('another'),
    found(
      'failing',
      'signing_key',
      'stellar.toml at the home domain names another SIGNING_KEY: clients refuse our challenges',
      mendKey,
    ),
  ],
]

describe('a finding', () => {
  const all = [...storage, ...network, ...money]
  it.each(all.map(([judged, expected]) => ({ ...expected, judged, expected })))(
    'of $name says what there is, and what to do next: $says (AP-1.11)',
    ({ judged, expected }) => {
      expect(judged).toEqual(expected)
    },
  )
})

it('counts whole seconds: one that has only begun makes nobody late', () => {
  const fine = ok('clock', 'The newest ledger was closed 60 s ago')
  expect(judgeClock(headAt(60.999), now)).toEqual(fine)
  const late = (seconds: number) =>
    judgeWorkers({ jobs: [job('send-payout', ago(seconds))], backlog: quiet }, now).says
  expect(late(120.999)).toBe('Jobs are taken')
  expect(late(121.5)).toBe('Jobs send-payout wait for 121 s and nobody takes them')
})

describe('the report', () => {
  const reportWith = (changes: Partial<HealthParts['looks']>, queueStore: 'redis' | 'postgres') =>
    checkHealth({
      looks: {
        appliedMigrations: async () => ['one'],
        backlog: async () => quiet,
        figures: async () => [],
        head: async () => headAt(3),
        bank: async () => ({ kind: 'answered' }),
        publishedKey: async () => 'ours',
        ...changes,
      },
      migrations: ['one'],
      queueStore,
      now: () => now,
    })()

  it('has a finding for each part, storage first, and no word on what was not asked', async () => {
    const nothingLate = ok('collecting', 'Payments of 0 accounts are read')
    expect(await reportWith({}, 'redis')).toEqual({
      status: 'ok',
      checks: [
        judgeDatabase(['one']),
        judgeMigrations(['one'], ['one']),
        judgeQueue([], 'redis'),
        judgeNetwork(headAt(3)),
        judgeClock(headAt(3), now),
        judgeBank({ kind: 'answered' }),
        judgePublishedKey('ours'),
        judgeWorkers({ jobs: [], backlog: quiet }, now),
        judgeRelay(quiet, now),
        judgeStop(quiet),
        nothingLate,
        judgePayouts(quiet),
        judgeUnmatched(quiet),
        judgeCallbacks(quiet),
      ],
    })
  })

  it('goes by the time when everything was looked at, not when it was asked for', async () => {
    const clock = { at: ago(0) }
    const waitingSince = ago(119)
    const looks = {
      appliedMigrations: async () => ['one'],
      backlog: async () => quiet,
      figures: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        clock.at = ago(-2)
        return [job('send-payout', waitingSince)]
      },
      head: async () => headAt(59),
      bank: async () => ({ kind: 'answered' }) as const,
    }
    const parts = { looks, migrations: ['one'], queueStore: 'redis' } as const
    const { checks } = await checkHealth({ ...parts, now: () => clock.at })()
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([
      judgeClock(headAt(59), ago(-2)),
      judgeWorkers({ jobs: [job('send-payout', waitingSince)], backlog: quiet }, ago(-2)),
    ])
  })

  it('tells how far accounts are read by the newest ledger, where there is one', async () => {
    const backlog = { ...quiet, accounts }
    const { status, checks } = await reportWith({ backlog: async () => backlog }, 'redis')
    expect(status).toBe('failing')
    expect(checks).toContainEqual(judgeCollecting(backlog, headAt(3), now))
  })

  it('judges each part by what was seen of it, and the accounts by our clock without a head', async () => {
    const backlog = { ...quiet, accounts, unmatched, payouts, events }
    const away = () => Promise.reject(new Error('away'))
    const looks = {
      backlog: async () => backlog,
      figures: async () => jobs,
      head: away,
      bank: away,
    }
    expect(await reportWith({ ...looks, publishedKey: away }, 'postgres')).toEqual({
      status: 'failing',
      checks: [
        judgeDatabase(['one']),
        judgeMigrations(['one'], ['one']),
        judgeQueue(jobs, 'postgres'),
        judgeNetwork(undefined),
        judgeBank({ kind: 'away' }),
        judgeWorkers({ jobs, backlog }, now),
        judgeRelay(backlog, now),
        judgeStop(backlog),
        judgeCollecting(backlog, undefined, now),
        judgePayouts(backlog),
        judgeUnmatched(backlog),
        judgeCallbacks(backlog),
      ],
    })
  })
})
