import type { Backlog } from '../ports/backlog-records.ts'
import type { JobFigure } from '../ports/job-figures.ts'
import type { NetworkHead } from '../ports/ledger-lookup.ts'
import type { Finding, HealthReport } from './finding.ts'
import { reportOf } from './finding.ts'
import {
  judgeBank,
  judgeCallbacks,
  judgePayouts,
  judgePublishedKey,
  judgeUnmatched,
} from './judge-money.ts'
import type { BankWord, PublishedKey } from './judge-money.ts'
import { judgeClock, judgeCollecting, judgeNetwork, judgeStop } from './judge-network.ts'
import {
  judgeDatabase,
  judgeMigrations,
  judgeQueue,
  judgeRelay,
  judgeWorkers,
  noBacklog,
} from './judge-storage.ts'

/** Looks at the parts of the world. Each one is bounded in time and remembered for a while (`remembered`). */
export interface HealthLooks {
  readonly appliedMigrations: () => Promise<readonly string[]>
  readonly backlog: () => Promise<Backlog>
  readonly figures: () => Promise<readonly JobFigure[]>
  readonly head: () => Promise<NetworkHead>
  readonly bank: () => Promise<BankWord>
  /** Left out where there is no public home domain. */
  readonly publishedKey?: () => Promise<PublishedKey>
}

export interface HealthParts {
  readonly looks: HealthLooks
  /** Migrations this version knows. */
  readonly migrations: readonly string[]
  readonly queueStore: 'redis' | 'postgres'
  readonly now: () => Date
}

/** For operators: everything that somebody has to act on, and what to do. Takes as long as the slowest look. */
export type CheckHealth = () => Promise<HealthReport>

export const checkHealth =
  ({ looks, migrations, queueStore, now }: HealthParts): CheckHealth =>
  async () => {
    const [applied, backlog, jobs, head, bank, key] = await Promise.all([
      known(looks.appliedMigrations()),
      known(looks.backlog()),
      known(looks.figures()),
      known(looks.head()),
      known(looks.bank()),
      known(looks.publishedKey?.()),
    ])
    const moment = now()
    return reportOf([
      judgeDatabase(applied),
      ...(applied === undefined ? [] : [judgeMigrations(applied, migrations)]),
      judgeQueue(jobs, queueStore),
      judgeNetwork(head),
      ...(head === undefined ? [] : [judgeClock(head, moment)]),
      judgeBank(bank ?? { kind: 'away' }),
      ...(key === undefined ? [] : [judgePublishedKey(key)]),
      ...(backlog === undefined
        ? missing(applied)
        : judgeBacklog(backlog, { jobs: jobs ?? [], head, now: moment })),
    ])
  }

/** Undefined: it could not be looked at. */
const known = async <Answer>(look: Promise<Answer> | undefined): Promise<Answer | undefined> => {
  try {
    return await look
  } catch {
    return undefined
  }
}

/** Without a database there is no need to say that its figures are not there. */
const missing = (applied: readonly string[] | undefined): readonly Finding[] =>
  applied === undefined ? [] : [noBacklog]

interface Surroundings {
  readonly jobs: readonly JobFigure[]
  readonly head: NetworkHead | undefined
  readonly now: Date
}

const judgeBacklog = (backlog: Backlog, { jobs, head, now }: Surroundings): readonly Finding[] => [
  judgeWorkers({ jobs, backlog }, now),
  judgeRelay(backlog, now),
  judgeStop(backlog),
  judgeCollecting(backlog, head, now),
  judgePayouts(backlog),
  judgeUnmatched(backlog),
  judgeCallbacks(backlog),
]

/** For whoever sends requests here: whether this process can serve them. */
export type CheckReadiness = () => Promise<boolean>

export const checkReadiness =
  ({ looks, migrations }: Pick<HealthParts, 'looks' | 'migrations'>): CheckReadiness =>
  async () => {
    const applied = await known(looks.appliedMigrations())
    return applied !== undefined && judgeMigrations(applied, migrations).status === 'ok'
  }
