import { Queue, Worker, createPostgresBackend, withBackend } from 'bullmq'
import type { BulkJobOptions, DefaultJobOptions, PgPool, Processor, WorkerOptions } from 'bullmq'
import { Pool } from 'pg'
import type { Client, ClientBase } from 'pg'
import type { JobName, Jobs } from '../../usecases/ports/job-queue.ts'

/** Where the jobs are kept; everything else about them is the same. */
export type JobStoreOptions =
  | {
      readonly kind: 'postgres'
      readonly url: string
      /** Told each pool that is opened, for measurements. */
      readonly onPool?: (pool: Pool) => void
    }
  | { readonly kind: 'redis'; readonly url: string; readonly prefix?: string }

type Payload = Jobs[JobName]
type Run = Processor<Payload, void>
/** As much of a BullMQ queue as we use, the same on both backends. */
export interface JobsQueue {
  addBulk(
    jobs: { readonly name: JobName; readonly data: Payload; readonly opts: BulkJobOptions }[],
  ): Promise<unknown>
  upsertJobScheduler(
    id: string,
    repeat: { readonly every: number },
    template: { readonly name: JobName; readonly data: Payload; readonly opts: DefaultJobOptions },
  ): Promise<unknown>
  getJobCounts(
    ...states: ('wait' | 'active' | 'delayed')[]
  ): Promise<Readonly<Record<string, number>>>
  /** Newest first, unless `ascending`. */
  getJobs(
    states: 'wait'[],
    first: number,
    last: number,
    ascending: boolean,
  ): Promise<({ readonly timestamp: number } | undefined)[]>
  getJobScheduler(id: string): Promise<{ readonly next?: number } | undefined>
  removeJobScheduler(id: string): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Rejects when it cannot connect; it never tries again then. */
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

export interface JobsWorker {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: Tried | undefined, error: Error) => void): unknown
  /** Rejects when it cannot connect; it never tries again then. */
  waitUntilReady(): Promise<unknown>
  close(force?: boolean): Promise<void>
}

interface Tried {
  readonly attemptsMade: number
}

export interface JobStore {
  queue(name: JobName): JobsQueue
  worker(name: JobName, run: Run, options: Omit<WorkerOptions, 'connection'>): JobsWorker
  /** Ends the locks that reach further than so many milliseconds: a worker's clock was ahead. */
  freeFarOffLocks(aheadMs: number): Promise<void>
  close(): Promise<void>
}

/** `connectionsMax` bounds the PostgreSQL pool; each worker holds one of them to be woken by. */
export function openJobStore(options: JobStoreOptions, connectionsMax: number): JobStore {
  return options.kind === 'postgres'
    ? postgresStore(options, connectionsMax)
    : redisStore(options.url, options.prefix ?? 'fairlead')
}

const endLimitMs = 300

/**
 * On PostgreSQL, BullMQ writes and reads the ends of locks, and when it last looked for lapsed ones, by the
 * clock of whichever worker it is.
 */
const endFarOffLocks = `with present as (
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms
  ), unlocked as (
    update bullmq.job set locked_until_ms = ms from present
    where state = 'active' and locked_until_ms > ms + $1::bigint
  )
  update bullmq.meta set value = ms::text from present
  where field = 'stalled-check' and value::bigint > ms + $1::bigint`

function postgresStore(
  { url, onPool }: Extract<JobStoreOptions, { kind: 'postgres' }>,
  max: number,
): JobStore {
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // BullMQ leaves its schema to whoever makes the pool, and takes for granted how its commits are kept apart.
    options: '-c search_path=bullmq -c default_transaction_isolation=read\\ committed',
    application_name: 'fairlead-jobs',
  })
  onPool?.(pool)
  pool.setMaxListeners(0) // each queue and each worker listens for errors
  const clients = new Set<ClientBase>()
  pool.on('connect', (client) => {
    clients.add(client)
    client.on('error', () => undefined) // unheard, a lost connection would end the process
  })
  pool.on('remove', (client) => clients.delete(client))
  pool.on('error', () => undefined) // an idle connection dropped; queue and worker report their own
  const connection = pool as unknown as PgPool // BullMQ's own, narrower typing of the same class
  const bound = withBackend(createPostgresBackend)
  return {
    queue: (name) => new bound.Queue<Payload, void>(name, { connection }),
    worker: (name, run, options) =>
      new bound.Worker<Payload, void>(name, run, { ...options, connection }),
    async freeFarOffLocks(aheadMs) {
      await pool.query(endFarOffLocks, [aheadMs])
    },
    async close() {
      // A worker that was left behind in a hanging job keeps its connection: it is cut.
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, endLimitMs)
      })
      await Promise.race([pool.end(), limit])
      clearTimeout(timer)
      // the pool makes Clients; its typing promises only what they have in common
      for (const client of clients) void (client as Client).end().catch(() => undefined)
    },
  }
}

function redisStore(url: string, prefix: string): JobStore {
  const calls = { url, maxRetriesPerRequest: 1, enableOfflineQueue: true, connectTimeout: 5_000 }
  const blocking = { url, maxRetriesPerRequest: null } // a waiting worker outlives a restart of Redis
  return {
    queue: (name) => new Queue<Payload, void>(name, { connection: calls, prefix }),
    worker: (name, run, options) =>
      new Worker<Payload, void>(name, run, { ...options, connection: blocking, prefix }),
    freeFarOffLocks: () => Promise.resolve(), // Redis itself ends its locks
    close: () => Promise.resolve(), // each queue and worker closes its own connections
  }
}
