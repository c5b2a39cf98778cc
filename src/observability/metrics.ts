import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** Where a process counts what it does. Label values are from small, fixed sets: never a path, an id or a name that a caller chose. */
export interface Metrics {
  readonly registry: Registry
  request(call: {
    readonly listener: string
    readonly method: string
    /** The template; undefined when no route fits. */
    readonly route: string | undefined
    readonly status: number
    readonly durationMs: number
  }): void
  usecase(usecase: string, outcome: string, durationMs: number): void
  outwardCall(target: OutwardTarget, status: number | undefined, durationMs: number): void
  job(job: string, outcome: JobOutcome, durationMs: number): void
  payoutStep(outcome: string): void
  graphqlField(call: {
    readonly api: string
    readonly operation: string
    readonly field: string
    readonly outcome: 'ok' | 'refused' | 'failed'
  }): void
  /** Looks at the pools of this name at each scrape. */
  watchPool(name: 'records' | 'jobs'): (pool: WatchedPool) => void
  /** Asks `count` at each scrape, until the answered function is called. */
  watchSockets(api: string, count: () => SocketCount): () => void
}

/** What pg's pool tells of itself. */
export interface WatchedPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

export interface SocketCount {
  readonly sockets: number
  readonly subscriptions: number
}

export type OutwardTarget = 'horizon' | 'bank' | 'callback' | 'home_page'
export type JobOutcome = 'done' | 'given_up' | 'failed'

/** What the gateway answers within, and what a bank may take. */
const seconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** One registry per process, made where everything is put together. */
export function createMetrics(build: { readonly version: string }): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const histogram = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Histogram({ name, help, labelNames, buckets: seconds, registers })
  const meters = {
    request: histogram(
      'fairlead_http_request_duration_seconds',
      'Requests by listener, method, template of the path and class of the status',
      ['listener', 'method', 'route', 'status'],
    ),
    usecase: histogram(
      'fairlead_usecase_duration_seconds',
      'What was done, by use-case and outcome: ok, the code of a refusal, failed',
      ['usecase', 'outcome'],
    ),
    call: histogram(
      'fairlead_outward_call_duration_seconds',
      'Calls to others by target and outcome: the class of the status, or no_answer',
      ['target', 'outcome'],
    ),
    job: histogram('fairlead_job_duration_seconds', 'Jobs run, by name and outcome', [
      'job',
      'outcome',
    ]),
    ...counters(registers),
  }
  new Gauge({
    name: 'fairlead_build_info',
    help: 'Version of Fairlead and of Node; always 1',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: build.version, node: process.version }, 1)
  return {
    registry,
    request({ listener, method, route = 'none', status, durationMs }) {
      const labels = { listener, method, route, status: classOf(status) }
      meters.request.observe(labels, durationMs / 1000)
    },
    usecase: (usecase, outcome, durationMs) =>
      meters.usecase.observe({ usecase, outcome }, durationMs / 1000),
    outwardCall: (target, status, durationMs) =>
      meters.call.observe({ target, outcome: classOf(status) }, durationMs / 1000),
    job: (job, outcome, durationMs) => meters.job.observe({ job, outcome }, durationMs / 1000),
    payoutStep: (outcome) => meters.payouts.inc({ outcome }),
    graphqlField: (labels) => meters.graphql.inc(labels),
    watchPool: poolGauges(registers),
    watchSockets: socketGauges(registers),
  }
}

const counters = (registers: Registry[]) => ({
  payouts: new Counter({
    name: 'fairlead_payout_steps_total',
    help: 'Steps of payouts by the state they led to: delivered, pending, due (to be tried again), waiting (for corrections), dead, claimed (outcome unknown)',
    labelNames: ['outcome'],
    registers,
  }),
  graphql: new Counter({
    name: 'fairlead_graphql_fields_total',
    help: 'Root fields asked for, by API, kind of operation, name in the schema and outcome: ok, refused (their fault), failed (ours)',
    labelNames: ['api', 'operation', 'field', 'outcome'],
    registers,
  }),
})

function poolGauges(registers: Registry[]): Metrics['watchPool'] {
  const pools: { readonly name: string; readonly pool: WatchedPool }[] = []
  new Gauge({
    name: 'fairlead_database_connections',
    help: 'Connections to PostgreSQL by pool (records, jobs) and state (busy, idle)',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { name, pool } of pools) {
        this.inc({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount)
        this.inc({ pool: name, state: 'idle' }, pool.idleCount)
      }
    },
  })
  new Gauge({
    name: 'fairlead_database_waiting',
    help: 'Who waits for a connection to PostgreSQL, by pool',
    labelNames: ['pool'],
    registers,
    collect() {
      this.reset()
      for (const { name, pool } of pools) this.inc({ pool: name }, pool.waitingCount)
    },
  })
  return (name) => (pool) => {
    pools.push({ name, pool })
  }
}

function socketGauges(registers: Registry[]): Metrics['watchSockets'] {
  const counts = new Set<{ readonly api: string; readonly count: () => SocketCount }>()
  const gauge = (name: string, help: string, what: keyof SocketCount) =>
    new Gauge({
      name,
      help,
      labelNames: ['api'],
      registers,
      collect() {
        this.reset()
        for (const { api, count } of counts) this.inc({ api }, count()[what])
      },
    })
  gauge(
    'fairlead_graphql_subscriptions_open',
    'Subscriptions that are open in this process, by API',
    'subscriptions',
  )
  gauge(
    'fairlead_graphql_sockets_open',
    'WebSocket connections that are open in this process, by API',
    'sockets',
  )
  return (api, count) => {
    const entry = { api, count }
    counts.add(entry)
    return () => counts.delete(entry)
  }
}

const classOf = (status: number | undefined): string =>
  status === undefined ? 'no_answer' : `${Math.floor(status / 100)}xx`
