import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'
import { JobQueueUnavailable } from '../../src/usecases/ports/job-queue.ts'
import type { Job, JobBodies } from '../../src/usecases/ports/job-queue.ts'
import { freshDatabase, onServer } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'

const script = fileURLToPath(new URL('job-worker.child.ts', import.meta.url))
const clock = new URL('../drill/clock.ts', import.meta.url).href
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const idle = async (): Promise<{ readonly done: true }> => ({ done: true })
const reports = { gaveUp: () => undefined, failed: () => undefined, troubled: () => undefined }

const aJob = (id: string = randomUUID()): Job => ({
  name: 'send-payout',
  subject: id,
  payload: { transactionId: id },
})

function open(store: JobStoreOptions, seen: string[], sweep = idle) {
  const troubles: Error[] = []
  const failures: string[] = []
  const bodies: JobBodies = {
    'collect-stellar-payments': idle,
    'match-stellar-payments': idle,
    'send-payout': async ({ transactionId }) => {
      seen.push(transactionId)
      return { done: true }
    },
    'send-payouts': idle,
    'settle-payout': idle,
    'deliver-callback': idle,
    'expire-transactions': idle,
    'ask-after-delivery': idle,
    'forget-lapsed': idle,
    'sweep-due-work': sweep,
  }
  const queue = createJobQueue({ store, onError: () => undefined })
  closers.push(() => queue.close())
  return {
    queue,
    troubles,
    failures,
    work: () => {
      const workers = startJobWorkers({
        store,
        bodies,
        concurrency: {},
        reports: {
          ...reports,
          failed: (_name, error) => failures.push(error.message),
          troubled: (error) => troubles.push(error),
        },
        lockMs: 1_000,
      })
      closers.push(() => workers.close())
    },
  }
}

async function onPostgres(): Promise<JobStoreOptions & { readonly url: string }> {
  const database = await freshDatabase()
  closers.push(database.drop)
  return { kind: 'postgres', url: database.url }
}

async function onRedis(): Promise<JobStoreOptions & { readonly url: string }> {
  const redis = await startRedis()
  closers.push(redis.stop)
  return { kind: 'redis', url: redis.url }
}

const stores = { PostgreSQL: onPostgres, ...(hasRedis ? { Redis: onRedis } : {}) }

describe.each(Object.entries(stores))('workers on %s', (_, openStore) => {
  it.each([
    ['', '0'],
    [' while its clock was an hour ahead', '3600000'],
  ])(
    'finish the job of a worker that was killed in the middle of it%s',
    async (_clock, shiftMs) => {
      const store = await openStore()
      const seen: string[] = []
      const { queue, work } = open(store, seen)
      const clockFile = join(tmpdir(), `fairlead-clock-${randomUUID()}`)
      writeFileSync(clockFile, shiftMs)
      closers.push(async () => rmSync(clockFile))
      const args = ['--import', clock, script, JSON.stringify(store)]
      const env = { ...process.env, DRILL_CLOCK: clockFile }
      const child = spawn(process.execPath, args, { stdio: 'pipe', env })
      closers.push(async () => child.kill('SIGKILL'))
      let started = ''
      child.stdout.on('data', (text: Buffer) => (started += text.toString()))
      const job = aJob()
      await queue.add([job])
      await until(() => started.includes(job.subject), 'the other process to start the job')
      child.kill('SIGKILL')
      await queue.add([job]) // as a sweep would: it neither runs beside the stalled one nor blocks it
      work()
      await until(() => seen.length > 0, 'the job to be done here', 20_000)
      await queue.add([aJob(job.subject)])
      await until(() => seen.length > 1, 'the subject to be free again', 20_000)
      expect(new Set(seen)).toEqual(new Set([job.subject]))
    },
  )

  it('stop within five seconds although jobs of several names hang', async () => {
    const store = await openStore()
    const queue = createJobQueue({ store, onError: () => undefined })
    closers.push(() => queue.close())
    let started = 0
    const hangs = (): Promise<never> => {
      started += 1
      return new Promise(() => undefined)
    }
    const workers = startJobWorkers({
      store,
      concurrency: {},
      reports,
      bodies: {
        'collect-stellar-payments': idle,
        'match-stellar-payments': idle,
        'send-payout': hangs,
        'send-payouts': idle,
        'settle-payout': hangs,
        'deliver-callback': hangs,
        'expire-transactions': idle,
        'ask-after-delivery': idle,
        'forget-lapsed': idle,
        'sweep-due-work': idle,
      },
    })
    await queue.add([
      aJob(),
      { name: 'settle-payout', subject: 'one', payload: { transactionId: 'one' } },
      { name: 'deliver-callback', subject: 'one', payload: { callbackId: 'one' } },
    ])
    await until(() => started === 3, 'the jobs to start')
    const begun = performance.now()
    await workers.close()
    const tookMs = performance.now() - begun
    expect(tookMs).toBeLessThan(5_000)
    expect(tookMs).toBeGreaterThan(2_900) // what ends by then is waited for
  })
})

it('is asked again by workers and queue while PostgreSQL breaks every connection', async () => {
  const { url } = await onPostgres()
  const refusedAt: number[] = []
  let isAway = true
  const between = createServer((socket) => {
    socket.on('error', () => undefined)
    if (isAway) {
      refusedAt.push(performance.now())
      return socket.destroy()
    }
    const { port, hostname } = new URL(url)
    const onward = connect(Number(port), hostname).on('error', () => undefined)
    return socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  closers.push(async () => between.close())
  const through = new URL(url)
  through.host = `127.0.0.1:${(between.address() as AddressInfo).port}`
  const store = { kind: 'postgres', url: through.href } as const
  // In a process of its own: a worker that keeps its failure lets nothing else happen beside it.
  const child = spawn(process.execPath, [script, JSON.stringify(store)], { stdio: 'pipe' })
  closers.push(async () => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  await until(() => said.includes('troubled'), 'the workers to notice')
  const again = () => Number(refusedAt.at(-1)) - Number(refusedAt[0]) > 1_900
  await until(again, 'the workers to be refused a third time')
  const { queue } = open(store, [])
  const job = aJob()
  await expect(queue.add([job])).rejects.toThrow(JobQueueUnavailable)
  isAway = false
  await queue.add([job, { name: 'sweep-due-work', subject: 'all', payload: {} }])
  await until(() => said.includes(job.subject), 'the job to be started')
  const completed = `select 1 from bullmq.event where event = 'completed'`
  await until(async () => (await onServer(url, completed)).length > 0, 'the other to be done')
  const left = await onServer(url, 'select name from bullmq.job')
  expect(left).toEqual([{ name: 'send-payout' }]) // which its worker never ends
})

it('gives a job up that went down with more than ten workers', async () => {
  const store = await onPostgres()
  const seen: string[] = []
  const { queue, failures, work } = open(store, seen)
  await queue.add([aJob('ten'), aJob('more')])
  await onServer(
    store.url,
    `update bullmq.job set state = 'active', lock_token = 'of the dead', locked_until_ms = 0,
       stalled_count = case data ->> 'transactionId' when 'ten' then 9 else 10 end`,
  )
  work()
  await until(() => seen.length + failures.length === 2, 'the ends of both', 20_000)
  expect([seen, failures]).toEqual([['ten'], ['job stalled more than allowable limit']])
})

describe('a queue whose store was lost', () => {
  it.skipIf(!hasRedis)('works on after Redis was flushed, schedules included', async () => {
    const store = await onRedis()
    const seen: string[] = []
    let sweeps = 0
    const { queue, work } = open(store, seen, async () => {
      sweeps += 1
      return { done: true }
    })
    const sweep: Job = { name: 'sweep-due-work', subject: 'all', payload: {} }
    work()
    await queue.schedule(sweep, 100)
    await until(() => sweeps > 1, 'the schedule')
    const redis = new Redis(store.url)
    await redis.flushall()
    redis.disconnect()
    const before = sweeps
    await queue.schedule(sweep, 100) // the worker process gives its schedules again and again
    await queue.add([aJob()])
    await until(() => sweeps > before + 1, 'the schedule to go on')
    await until(() => seen.length === 1, 'the job added after the flush')
    expect(seen).toHaveLength(1)
  })

  it('tells of it, and works on, after every connection to PostgreSQL was cut', async () => {
    const store = await onPostgres()
    const seen: string[] = []
    const { queue, troubles, work } = open(store, seen)
    work()
    await queue.add([aJob()])
    await until(() => seen.length === 1, 'the first job')
    expect(troubles).toEqual([])
    await onServer(
      store.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await until(async () => {
      await queue.add([aJob()]).catch(() => undefined)
      return seen.length > 1
    }, 'a job after the cut')
    expect(seen.length).toBeGreaterThan(1)
    expect(troubles[0]?.message).toContain('terminat')
  })

  it('is named when nothing listens there', async () => {
    const { queue } = open({ kind: 'postgres', url: 'postgres://x:y@127.0.0.1:1/none' }, [])
    const asked = [queue.add([aJob()]), queue.schedule(aJob(), 1_000), queue.figures()]
    for (const refused of await Promise.allSettled(asked)) {
      const reason: unknown = expect.any(JobQueueUnavailable)
      expect(refused).toEqual({ status: 'rejected', reason })
    }
  })
})
