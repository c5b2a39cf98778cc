import { once } from 'node:events'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import type { Pool } from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import { migrateJobTables } from '../../src/adapters/bullmq/migrate.ts'
import { openJobStore } from '../../src/adapters/bullmq/store.ts'
import type { Job } from '../../src/usecases/ports/job-queue.ts'
import { freshDatabase, onServer } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import { aJob, bodiesOf } from './job-queue.contract.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0).toReversed()) await close()
})

async function openUrl(): Promise<string> {
  const { url, drop } = await freshDatabase()
  closers.push(drop)
  return url
}

function openQueue(url: string) {
  const pools: Pool[] = []
  const errors: Error[] = []
  const store = { kind: 'postgres', url, onPool: (pool: Pool) => pools.push(pool) } as const
  const queue = createJobQueue({ store, onError: (error) => errors.push(error) })
  return { queue, pools, errors }
}

const rowsOf = (url: string) =>
  onServer(url, 'select opts, delay_ms::int from bullmq.job order by seq')

describe('a job on PostgreSQL', () => {
  it('is tried eight times at growing distances, then forgotten, and no twin of it waits', async () => {
    const url = await openUrl()
    const { queue } = openQueue(url)
    const now = Date.now()
    await queue.add([aJob('one'), { ...aJob('two'), dueAt: new Date(now - 1_000) }])
    await queue.close()
    const opts = (id: string) => ({
      attempts: 8,
      backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: true,
      deduplication: { id, keepLastIfActive: true, replace: true },
    })
    expect(await rowsOf(url)).toEqual([
      { opts: opts('send-payout-one'), delay_ms: 0 },
      { opts: opts('send-payout-two'), delay_ms: 0 },
    ])
  })

  it.each(['given', "machine's"])(
    'is put off until it is due, by the %s clock at each call',
    async (which) => {
      const url = await openUrl()
      const noon = Date.parse('2026-11-21T12:00:00Z')
      let passed = 0
      vi.useFakeTimers({ toFake: ['Date'], now: noon })
      const queue = createJobQueue({
        store: { kind: 'postgres', url },
        onError: () => undefined,
        ...(which === 'given' && { now: () => new Date(noon + passed) }),
      })
      const dueAt = new Date(noon + 60_000)
      await queue.add([{ ...aJob(), dueAt }])
      passed = 20_000
      if (which !== 'given') vi.setSystemTime(noon + passed)
      await queue.add([
        { ...aJob(), dueAt },
        { ...aJob(), dueAt: new Date(noon + 50_000) },
      ])
      await queue.close()
      vi.useRealTimers()
      expect(await rowsOf(url)).toMatchObject(
        [60_000, 40_000, 30_000].map((delay_ms) => ({ delay_ms })),
      )
    },
  )

  it('is told since when it waits, though it is the only one', async () => {
    const { queue } = openQueue(await openUrl())
    const before = Date.now()
    await queue.add([aJob()])
    const figures = await queue.figures()
    await queue.close()
    const payouts = figures.find(({ job }) => job === 'send-payout')
    expect(payouts?.waitingSince?.getTime()).toBeGreaterThanOrEqual(before - 1_000)
  })

  it('is refused as unavailable when the database does not answer in five seconds', async () => {
    const url = await openUrl()
    const { queue } = openQueue(url)
    await queue.figures() // all are open
    const holder = new Client({ connectionString: url })
    await holder.connect()
    closers.push(() => holder.end())
    await holder.query('begin; lock table bullmq.job in access exclusive mode')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = [queue.add([aJob()]), queue.figures()].map((asking) =>
      asking.catch((reason: unknown) => reason),
    )
    let answers = 0
    for (const answer of asked) void answer.then(() => (answers += 1))
    await vi.advanceTimersByTimeAsync(4_999)
    expect(answers).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(answers).toBe(2)
    vi.useRealTimers()
    const [added, figures] = await Promise.all(asked)
    const cause = { message: 'No answer within 5000 ms' }
    const refused = { name: 'JobQueueUnavailable', message: 'The job queue cannot be reached' }
    expect(added).toMatchObject({ ...refused, cause })
    expect(figures).toMatchObject(refused)
    await holder.query('rollback')
    await queue.close()
  })

  it('is not run again when its schedule is given again', async () => {
    const store = { kind: 'postgres', url: await openUrl() } as const
    const { queue } = openQueue(store.url)
    const seen: string[] = []
    const note = (what: string) => async () => {
      seen.push(what)
      return { done: true as const }
    }
    const reports = { gaveUp: () => undefined, failed: () => undefined, troubled: () => undefined }
    const bodies = bodiesOf(note('payout'), note('sweep'))
    const workers = startJobWorkers({ store, bodies, concurrency: {}, reports })
    const hourly: Job = { name: 'sweep-due-work', subject: 'all', payload: {} }
    await queue.schedule(hourly, 3_600_000)
    await until(() => seen.length === 1, 'the first sweep')
    for (const _ of ['again', 'and again']) await queue.schedule(hourly, 3_600_000)
    await queue.add([aJob()])
    await until(() => seen.includes('payout'), 'a job added later')
    const [due] = await onServer(
      store.url,
      `select count(*)::int as count from bullmq.job where name = 'sweep-due-work' and state <> 'delayed'`,
    )
    await workers.close()
    await queue.close()
    expect([seen, due]).toEqual([['sweep', 'payout'], { count: 0 }])
  })
})

describe('a schedule on PostgreSQL', () => {
  const every = 3_600_000
  const hourly = (subject: string): Job => ({
    name: 'settle-payout',
    subject,
    payload: { transactionId: subject },
  })
  const scheduled = (url: string) =>
    onServer(
      url,
      `select scheduler_id, name, every_ms::int, next_run_ms::float8 as next, template_data, template_opts
       from bullmq.scheduler order by scheduler_id`,
    )

  it('is one for each subject, with its payload, and tries each turn once', async () => {
    const url = await openUrl()
    const { queue } = openQueue(url)
    for (const subject of ['one', 'two', 'one']) await queue.schedule(hourly(subject), every)
    await queue.close()
    const backoff = { type: 'exponential', delay: 500, jitter: 0.5 }
    expect(await scheduled(url)).toEqual(
      ['one', 'two'].map((subject) => ({
        scheduler_id: `settle-payout-${subject}`,
        name: 'settle-payout',
        every_ms: every,
        next: expect.any(Number) as number,
        template_data: { transactionId: subject },
        template_opts: { attempts: 1, backoff, removeOnComplete: true, removeOnFail: true },
      })),
    )
  })

  it.each([
    [0, 'goes on'],
    [1, 'is begun anew'],
  ])(
    'whose next turn is two seconds and %i ms later than a turn can be %s',
    async (beyond, does) => {
      const url = await openUrl()
      const { queue } = openQueue(url)
      const noon = Date.parse('2026-11-21T12:00:00Z')
      const late = noon + every + 2_000 + beyond
      vi.useFakeTimers({ toFake: ['Date'], now: late })
      await queue.schedule(hourly('one'), every)
      vi.setSystemTime(noon)
      await queue.schedule(hourly('one'), every)
      await queue.close()
      vi.useRealTimers()
      expect(await scheduled(url)).toMatchObject([{ next: does === 'goes on' ? late : noon }])
    },
  )
})

describe('the connections of the queue', () => {
  it('are one pool, which is heard by each name once, and ended', async () => {
    const { queue, pools, errors } = openQueue(await openUrl())
    await queue.add([aJob()])
    const [pool] = pools
    const lost = new Error('an idle connection was lost')
    pool?.emit('error', lost, undefined)
    expect(errors).toEqual([lost])
    expect(pool?.getMaxListeners()).toBe(0) // each name listens
    const options = { max: 5, application_name: 'fairlead-jobs', connectionTimeoutMillis: 5_000 }
    expect(pool?.options).toMatchObject({ ...options, keepAlive: true })
    const heard = pool?.listenerCount('error')
    await queue.add([aJob()])
    expect(pool?.listenerCount('error')).toBe(heard)
    await queue.close()
    expect([pools.length, pool?.ended]).toEqual([1, true])
  })

  it('may be lost, in use or not, and one that is kept is cut at the end', async () => {
    const pools: Pool[] = []
    const onPool = (pool: Pool) => pools.push(pool)
    const store = openJobStore({ kind: 'postgres', url: await openUrl(), onPool }, 2)
    const [pool] = pools
    if (pool === undefined) throw new Error('no pool was told')
    expect(pool.emit('error', new Error('an idle connection was lost'), undefined)).toBe(true)
    const kept = await pool.connect()
    expect(kept.emit('error', new Error('a connection in use was lost'))).toBe(true)
    const ended = once(kept, 'end')
    await store.close()
    await ended
  })

  it.each(['postgres', 'postgresql'])('are to PostgreSQL by an address of %s:', async (scheme) => {
    const pools: Pool[] = []
    const url = `${scheme}://127.0.0.1:1/none`
    const onPool = (pool: Pool) => pools.push(pool)
    await openJobStore({ kind: 'postgres', url, onPool }, 1).close()
    expect(pools.map(({ options }) => options.connectionString)).toEqual([url])
  })

  it('are waited for no longer than they take to end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await openJobStore({ kind: 'postgres', url: 'postgres://127.0.0.1:1/none' }, 1).close()
    const left = vi.getTimerCount()
    vi.useRealTimers()
    expect(left).toBe(0)
  })

  it('are left by what makes its tables', async () => {
    const url = await openUrl()
    await migrateJobTables(url)
    const others = `select application_name from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    await until(async () => (await onServer(url, others)).length === 0, 'no connection')
    expect(await onServer(url, others)).toEqual([])
  })

  it.skipIf(!hasRedis)('are left on Redis when the queue is closed', async () => {
    const redis = await startRedis()
    closers.push(redis.stop)
    const store = { kind: 'redis', url: redis.url } as const
    const queue = createJobQueue({ store, onError: () => undefined })
    await queue.add([aJob()])
    await queue.close()
    const asking = new Redis(redis.url)
    closers.push(async () => asking.disconnect())
    const clients = async () =>
      String(await asking.client('LIST'))
        .trim()
        .split('\n').length
    await until(async () => (await clients()) === 1, 'nobody but who asks')
    expect(await clients()).toBe(1)
  })
})

describe.skipIf(!hasRedis)('the keys of the queue on Redis', () => {
  it.each([
    ['fairlead', {}],
    ['another', { prefix: 'another' }],
  ])('begin with %s, and so do those of its workers', async (prefix, given) => {
    const redis = await startRedis()
    closers.push(redis.stop)
    const store = { kind: 'redis', url: redis.url, ...given } as const
    const queue = createJobQueue({ store, onError: () => undefined })
    closers.push(() => queue.close())
    await queue.add([aJob()])
    const seen: string[] = []
    const body = async ({ transactionId }: { readonly transactionId: string }) => {
      seen.push(transactionId)
      return { done: true as const }
    }
    const reports = { gaveUp: () => undefined, failed: () => undefined, troubled: () => undefined }
    const workers = startJobWorkers({ store, bodies: bodiesOf(body), concurrency: {}, reports })
    closers.push(() => workers.close())
    await until(() => seen.length === 1, 'the job to run')
    const asking = new Redis(redis.url)
    closers.push(async () => asking.disconnect())
    const keys = await asking.keys('*')
    expect(new Set(keys.map((key) => key.split(':')[0]))).toEqual(new Set([prefix]))
  })
})
