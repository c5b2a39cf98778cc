import type { Backlog } from '../ports/backlog-records.ts'
import type { JobFigure } from '../ports/job-figures.ts'
import type { Finding } from './finding.ts'
import { degraded, failing, fine, secondsSince } from './finding.ts'

/** `applied`: migrations the database has run; undefined: it does not answer. */
export function judgeDatabase(applied: readonly string[] | undefined): Finding {
  return applied === undefined
    ? failing(
        'database',
        'The database does not answer',
        'Look at PostgreSQL and at DATABASE_URL; everything waits for it and goes on by itself',
      )
    : fine('database', 'The database answers')
}

export function judgeMigrations(applied: readonly string[], known: readonly string[]): Finding {
  const pending = known.filter((name) => !applied.includes(name))
  return pending.length === 0
    ? fine('migrations', 'The database is at this version')
    : failing(
        'migrations',
        `The database lacks ${pending.join(', ')}`,
        'Run fairlead migrate, then start this version anew',
      )
}

/** `figures`: undefined when the queue's store does not answer. */
export function judgeQueue(
  figures: readonly JobFigure[] | undefined,
  store: 'redis' | 'postgres',
): Finding {
  const where = store === 'redis' ? 'Redis' : 'The job queue in PostgreSQL'
  return figures === undefined
    ? failing(
        'queue',
        `${where} does not answer: no payment is collected and no payout sent`,
        store === 'redis'
          ? 'Look at Redis and at REDIS_URL; it may be emptied, all work is in PostgreSQL'
          : 'Look at PostgreSQL',
      )
    : fine('queue', `${where} answers`)
}

/** Longer than any job waits where enough workers run. */
const patienceSeconds = 120

export function judgeWorkers(
  { jobs, backlog }: { readonly jobs: readonly JobFigure[]; readonly backlog: Backlog },
  now: Date,
): Finding {
  const doNext =
    'Look whether workers run (fairlead start --role worker) and what they log; start more'
  const late = jobs.find(
    ({ waitingSince }) => waitingSince && secondsSince(waitingSince, now) > patienceSeconds,
  )
  if (late?.waitingSince) {
    const seconds = secondsSince(late.waitingSince, now)
    return failing(
      'workers',
      `Jobs ${late.job} wait for ${seconds} s and nobody takes them`,
      doNext,
    )
  }
  const { payoutDueSince } = backlog
  if (payoutDueSince && secondsSince(payoutDueSince, now) > patienceSeconds) {
    const seconds = secondsSince(payoutDueSince, now)
    return failing('workers', `A payout is overdue by ${seconds} s`, doNext)
  }
  return fine('workers', 'Jobs are taken')
}

const relayPatienceSeconds = 30

export function judgeRelay({ events }: Backlog, now: Date): Finding {
  const { unnumbered, unnumberedSince } = events
  if (unnumberedSince && secondsSince(unnumberedSince, now) > relayPatienceSeconds) {
    const seconds = secondsSince(unnumberedSince, now)
    return failing(
      'relay',
      `${unnumbered} events wait for ${seconds} s: subscribers and jobs do not hear of them`,
      'Look at the log for troubles of part relay; start the processes anew if there are none',
    )
  }
  return fine('relay', 'Events are passed on')
}

/** The database answers, and its figures cannot be read. */
export const noBacklog = degraded(
  'figures',
  'The figures of the database could not be read in time, so not all was looked at',
  'Look at the load of PostgreSQL, and whether all migrations were run',
)
