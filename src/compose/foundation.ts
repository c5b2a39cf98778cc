import { newId } from '../adapters/random/new-id.ts'
import { createJobQueue } from '../adapters/bullmq/job-queue.ts'
import type { JobStoreOptions } from '../adapters/bullmq/store.ts'
import {
  postgresAnnouncements,
  postgresWakeUps,
  wakeRelays,
} from '../adapters/postgres/announcements.ts'
import { openClock } from '../adapters/postgres/clock.ts'
import { createCommit } from '../adapters/postgres/commit.ts'
import { openDatabase } from '../adapters/postgres/database.ts'
import { openListener } from '../adapters/postgres/listener.ts'
import { createNotifier } from '../adapters/postgres/notifier.ts'
import { recordFactories } from '../adapters/postgres/records.ts'
import { createSealer } from '../adapters/postgres/sealer.ts'
import { redisAnnouncements } from '../adapters/redis/announcements.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Log } from '../observability/log.ts'
import { createMetrics } from '../observability/metrics.ts'
import type { Metrics, WatchedPool } from '../observability/metrics.ts'
import { createTroubles } from '../observability/troubles.ts'
import type { Troubles } from '../observability/troubles.ts'
import { openEventTail } from '../usecases/events/event-tail.ts'
import type { EventTail } from '../usecases/events/event-tail.ts'
import { keepRelaying } from '../usecases/events/keep-relaying.ts'
import { relayEvents } from '../usecases/events/relay-events.ts'
import type { Commit, CommitAtOnce, Read } from '../usecases/ports/commit.ts'
import type { JobFigures } from '../usecases/ports/job-figures.ts'
import type { JobQueue } from '../usecases/ports/job-queue.ts'
import { versionOfFairlead } from './version.ts'

/** What all rooms stand on: storage, queue, event log, clock, ids, log. */
export interface Foundation {
  readonly commit: Commit
  readonly commitAtOnce: CommitAtOnce
  readonly read: Read
  readonly queue: JobQueue & JobFigures
  readonly jobStore: JobStoreOptions
  readonly tail: EventTail
  readonly now: () => Date
  readonly newId: () => string
  readonly log: Log
  readonly metrics: Metrics
  readonly troubles: Troubles
  /** Closes in the reverse order of opening. */
  close(): Promise<void>
}

const poolSize = 20
const elapsedMs = (): number => performance.now()

const sealerOf = ({ dataKeys }: Secrets) =>
  createSealer(dataKeys.map(({ id, secret }) => ({ id, secret: Buffer.from(secret) })))

/** Opens storage and starts the relay, which runs in every process. */
export async function layFoundation(
  config: Config,
  secrets: Secrets,
  log: Log,
): Promise<Foundation> {
  const metrics = createMetrics({ version: versionOfFairlead() })
  const troubles = createTroubles(log, elapsedMs)
  const trouble = troubles.of
  const { database, notifier, listener, announcements } = openConnections(config, metrics, trouble)
  const { commit, commitAtOnce, read } = createCommit({
    database,
    factories: recordFactories(sealerOf(secrets)),
    onOutgoing: wakeRelays(notifier),
  })
  const clock = await openClock({ database, elapsedMs, onError: trouble('clock') })
  const jobStore = jobStoreOf(config, metrics.watchPool('jobs'))
  const queue = createJobQueue({ store: jobStore, onError: trouble('queue'), now: clock.now })
  const tail = await openEventTail({ read })
  const stopHearing = announcements.onEvents((upTo) => tail.rise(upTo))
  const relaying = keepRelaying({
    relay: relayEvents({ commit, read, queue, announcements }),
    wakeUps: postgresWakeUps(listener),
    onHighest: (highest) => tail.rise(highest),
    onFailure: trouble('relay'),
  })
  return {
    commit,
    commitAtOnce,
    read,
    queue,
    jobStore,
    tail,
    now: clock.now,
    newId,
    log,
    metrics,
    troubles,
    async close() {
      troubles.hush()
      stopHearing()
      clock.close()
      await relaying.stop()
      await queue.close()
      await announcements.close()
      await listener.close()
      await database.close()
    },
  }
}

/** To PostgreSQL, and to Redis where there is one. */
function openConnections(config: Config, metrics: Metrics, trouble: Troubles['of']) {
  const database = openDatabase({
    url: config.databaseUrl,
    poolSize,
    onPool: metrics.watchPool('records'),
  })
  const notifier = createNotifier({ database, onError: trouble('notify') })
  const listener = openListener({ url: config.databaseUrl, onError: trouble('listen') })
  const announcements =
    config.redisUrl === undefined
      ? postgresAnnouncements(listener, notifier)
      : redisAnnouncements({ url: config.redisUrl, onError: trouble('redis') })
  return { database, notifier, listener, announcements }
}

export const jobStoreOf = (config: Config, onPool: (pool: WatchedPool) => void): JobStoreOptions =>
  config.redisUrl === undefined
    ? { kind: 'postgres', url: config.databaseUrl, onPool }
    : { kind: 'redis', url: config.redisUrl }
