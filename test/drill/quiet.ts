import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { Queue, createPostgresBackend, withBackend } from 'bullmq'
import type { Subscriber } from '../flows/subscriber.ts'
import { until } from '../until.ts'
import { paidByBook } from './verdict.ts'
import type { World } from './world.ts'

/** Work that is not done yet, counted in the database. */
const unfinishedQuery = `select
  (select count(*) from stellar_payment where epoch || '-' || id = any ($2::text[]))::int as seen,
  (select count(*) from stellar_payment where match_state = 'waiting')::int as unmatched,
  (select count(*) from payout where state in ('due', 'claimed', 'pending'))::int as payouts,
  (select count(*) from callback where state = 'due')::int as callbacks,
  (select count(*) from outbox)::int as outbox,
  (select count(*) from transaction_event where sequence is null)::int as unnumbered,
  (select count(*) from transaction_event where owner_account = $1)::int as events`

interface Unfinished {
  readonly seen: number
  readonly unmatched: number
  readonly payouts: number
  readonly callbacks: number
  readonly outbox: number
  readonly unnumbered: number
  readonly events: number
}

export interface Calm {
  /** Ids of all payments that the network credited. */
  readonly credited: readonly string[]
  readonly owner: string
  readonly subscribers: readonly Subscriber[]
}

const quietLimitMs = 90_000

/** Waits until nothing is left to do; throws with what is left after the deadline. */
export async function untilQuiet(world: World, calm: Calm): Promise<void> {
  let left = 'everything'
  const isQuiet = async () => {
    const [found] = await ask<Unfinished>(world, unfinishedQuery, [calm.owner, calm.credited])
    if (found === undefined) return false
    const heard = calm.subscribers.map((subscriber) => subscriber.heard.length)
    left = JSON.stringify({ ...found, credited: calm.credited.length, heard })
    const { seen, events, ...open } = found
    return (
      seen === calm.credited.length &&
      Object.values(open).every((count) => count === 0) &&
      heard.every((count) => count >= events)
    )
  }
  /** A return whose word was lost is found by asking, and gives new work. */
  const isAllKnown = async () => {
    const unknown = await unknownReturns(world)
    if (unknown.length === 0) return true
    left = `returned by the bank, and nobody knows: ${unknown.join(', ')}`
    await pause(200)
    return false
  }
  const isOver = async () => (await isQuiet()) && (await isAllKnown()) && (await isQuiet())
  try {
    await until(isOver, 'quiet', quietLimitMs)
  } catch {
    throw new Error(`No quiet within ${quietLimitMs} ms: ${left}`)
  }
}

/** Transactions whose money is back by the bank's book, and not by ours. */
async function unknownReturns(world: World): Promise<readonly string[]> {
  const returned = [...(await paidByBook(world.sandbox))]
    .filter(([, { returns }]) => returns > 0)
    .map(([id]) => id)
  const rows = await ask<{ readonly id: string }>(
    world,
    `select id from unnest($1::uuid[]) as back (id) where not exists (
       select from payout_attempt where transaction_id = back.id and state = 'returned')`,
    [returned],
  )
  return rows.map(({ id }) => id)
}

async function ask<Row>(world: World, query: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: world.postgres.url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(query, values)).rows as Row[] // in the form that the query gives
  } finally {
    await client.end().catch(() => undefined)
  }
}

const stranded = `select 'a seat until ' || seat_until as what from stellar_cursor
    where seat_until > clock_timestamp() + interval '60 s'
  union all
  select 'a commit left open since ' || xact_start from pg_stat_activity
    where state like 'idle in transaction%' and state_change < clock_timestamp() - interval '5 s'
  union all
  select 'a payout without an open attempt: ' || transaction_id from payout
    where state in ('claimed', 'pending') and not exists (
      select from payout_attempt as attempt where attempt.transaction_id = payout.transaction_id
      and attempt.state in ('claimed', 'pending'))
  union all
  select 'an open attempt of a payout that is over: ' || idempotency_key
    from payout_attempt as attempt join payout using (transaction_id)
    where attempt.state in ('claimed', 'pending') and payout.state in ('delivered', 'waiting')
  union all
  select 'a transaction that holds funds and has no payout: ' || id from "transaction"
    where phase in ('payingOut', 'settling') and not exists (
      select from payout where transaction_id = id)
  union all
  select 'an event without its place in the order: ' || id from transaction_event
    where sequence is null`

/** What we say was credited, and the network does not; but for the making of the account itself. */
export async function inventedIn(
  world: World,
  credited: readonly string[],
): Promise<readonly string[]> {
  const rows = await ask<{ readonly what: string }>(
    world,
    `select 'payment ' || id || ' (' || kind || ', ' || match_state || ') is not in the history' as what
     from stellar_payment where epoch || '-' || id <> all ($1::text[]) and kind <> 'create_account'`,
    [credited],
  )
  return rows.map(({ what }) => what)
}

/** What nobody would ever take up again. */
export async function strandedIn(world: World): Promise<readonly string[]> {
  const rows = await ask<{ readonly what: string }>(world, stranded)
  return [...rows.map(({ what }) => what), ...(await strandedJobs(world))]
}

const workNames = [
  'match-stellar-payments',
  'send-payout',
  'send-payouts',
  'settle-payout',
  'deliver-callback',
]
const repeatingNames = [
  'collect-stellar-payments',
  'expire-transactions',
  'sweep-due-work',
  'ask-after-delivery',
]
/** What keeps a dead worker's job is lost after the lock's time, and looked for twice in it. */
const jobLimitMs = 40_000

async function strandedJobs(world: World): Promise<readonly string[]> {
  const queues = [...workNames, ...repeatingNames].map((name) => queueOf(world, name))
  try {
    const found: string[] = []
    for (const queue of queues) {
      const left = await leftIn(queue)
      if (left !== undefined) found.push(`queue ${queue.name}: ${left}`)
    }
    return found
  } finally {
    await Promise.all(queues.map((queue) => queue.close()))
  }
}

function queueOf({ redis, postgres }: World, name: string): Queue {
  if (redis !== undefined) {
    return new Queue(name, { connection: { url: redis.url }, prefix: 'fairlead' })
  }
  const bound = withBackend(createPostgresBackend)
  return new bound.Queue(name, { connection: postgres.url }) as unknown as Queue // the same interface
}

/** Waits for work to be done; a repeating job has to have its next turn soon. */
async function leftIn(queue: Queue): Promise<string | undefined> {
  let left: string | undefined = 'unknown'
  await until(
    async () => {
      left = await openIn(queue)
      return left === undefined
    },
    'the queue',
    jobLimitMs,
  ).catch(() => undefined)
  return left
}

async function openIn(queue: Queue): Promise<string | undefined> {
  const counts = await queue.getJobCounts('active', 'waiting', 'delayed', 'failed')
  if ((counts['failed'] ?? 0) > 0) return JSON.stringify(counts)
  if (workNames.includes(queue.name)) {
    return (counts['active'] ?? 0) + (counts['waiting'] ?? 0) > 0
      ? JSON.stringify(counts)
      : undefined
  }
  const schedulers = await queue.getJobSchedulers()
  if (schedulers.length === 0) return 'no schedule'
  const late = schedulers.find(
    ({ next = Infinity, every = 0 }) => next > Date.now() + every * 2 + 1_000,
  )
  return late === undefined
    ? undefined
    : `the next turn is at ${new Date(late.next ?? 0).toISOString()}`
}

/** Every event once and in order, for each subscriber; those of the whole world so far. */
export async function unheard(
  world: World,
  owner: string,
  subscribers: readonly Subscriber[],
): Promise<readonly string[]> {
  const told = await ask<{ readonly line: string }>(
    world,
    `select transaction_id || ' ' || type as line from transaction_event
     where owner_account = $1 order by sequence`,
    [owner],
  )
  const lines = told.map(({ line }) => line)
  return subscribers.flatMap(({ heard }, index) => {
    const own = heard.map(({ transactionId, type }) => `${transactionId} ${type}`)
    const difference = firstDifference(own, lines)
    return difference === undefined ? [] : [`subscriber ${index + 1}: ${difference}`]
  })
}

function firstDifference(heard: readonly string[], told: readonly string[]): string | undefined {
  const differing = heard.findIndex((line, place) => line !== told[place])
  if (differing === -1 && heard.length === told.length) return undefined
  const at = differing === -1 ? Math.min(heard.length, told.length) : differing
  const places = (lines: readonly string[]) =>
    lines.flatMap((line, place) => (line === heard[at] ? [place] : [])).join(' and ')
  return (
    `heard ${heard.length} of ${told.length} events; at ${at} ${heard[at]}, ` +
    `heard at ${places(heard)}, told at ${places(told)}; ${told[at]} is told there`
  )
}
