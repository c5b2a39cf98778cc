import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { schedules } from '../../jobs/schedules.ts'
import { startWorker } from '../../jobs/worker.ts'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { createLog } from '../../src/observability/log.ts'
import { refused } from '../../src/domain/outcome.ts'
import { currentScope } from '../../src/observability/request-scope.ts'
import { jobNames } from '../../src/usecases/ports/job-queue.ts'
import type { Job, JobName, JobQueue } from '../../src/usecases/ports/job-queue.ts'
import type { JobRooms } from '../../jobs/bodies.ts'
import { notedRooms } from '../builders/job-rooms.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { until } from '../until.ts'

let database: TestDatabase
let queue: JobQueue
beforeAll(async () => {
  database = await freshDatabase()
  queue = createJobQueue({
    store: { kind: 'postgres', url: database.url },
    onError: () => undefined,
  })
})
afterAll(async () => {
  await queue.close()
  await database.drop()
})

it('brings each job to its use-case, and the repeating ones by itself', async () => {
  const { rooms, asked } = notedRooms()
  const times = (ask: string) => asked.filter((each) => each === ask).length
  const worker = await startWorker(
    {
      queue,
      store: { kind: 'postgres', url: database.url },
      log: createLog({ level: 'silent' }),
      rooms,
    },
    { accounts: ['GDIST'], collectEveryMs: 100 },
  )
  await queue.add([
    { name: 'send-payout', subject: '1', payload: { transactionId: 'to send' } },
    { name: 'send-payouts', subject: '1', payload: { transactionIds: ['one', 'another'] } },
    { name: 'settle-payout', subject: '1', payload: { transactionId: 'to settle' } },
    { name: 'deliver-callback', subject: '1', payload: { callbackId: 'to deliver' } },
  ])
  const once = ['another', 'one', 'to send'].map((id) => `send ${id}`)
  const all =
    'ask,collect GDIST,deliver to deliver,expire,forget challenges,forget files,match GDIST'
      .split(',')
      .concat('recheck GDIST', once, 'settle to settle', 'sweep')
  await until(
    () => all.every((ask) => asked.includes(ask)) && times('collect GDIST') >= 3,
    'each use-case to be called, collecting again and again',
    20_000,
  )
  await worker.close()
  expect([...new Set(asked)].toSorted()).toEqual(all)
  expect([...once, 'settle to settle', 'deliver to deliver'].map(times)).toEqual([1, 1, 1, 1, 1])
})

/** A log, and the lines that were written to it. */
function heardLog() {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  const log = createLog({ level: 'info', destination })
  return { log, lines, said: (msg: string) => lines.find((line) => line['msg'] === msg) }
}

it('tells in the log which job was given up, and which failed and is tried again', async () => {
  const { log, said } = heardLog()
  const rooms = {
    ...notedRooms().rooms,
    settlePayout: () => Promise.reject(new Error('broken')),
    deliverCallback: async () => refused({ code: 'callback_refused' } as const),
  }
  const store = { kind: 'postgres', url: database.url } as const
  await queue.add([
    { name: 'settle-payout', subject: '2', payload: { transactionId: 'to settle' } },
    { name: 'deliver-callback', subject: '2', payload: { callbackId: 'to deliver' } },
  ])
  const settings = { accounts: [], collectEveryMs: 60_000 }
  const worker = await startWorker({ queue, store, log, rooms }, settings)
  await until(() => Boolean(said('job given up') && said('job failed')), 'both lines', 20_000)
  await worker.close()
  const time = expect.any(String) as string
  expect(said('job given up')).toEqual({
    level: 'info',
    time,
    job: 'deliver-callback',
    reason: 'callback_refused',
    msg: 'job given up',
  })
  const at = expect.any(Array) as string[]
  expect(said('job failed')).toEqual({
    level: 'warn',
    time,
    job: 'settle-payout',
    tries: 1,
    error: { name: 'Error', message: 'broken', at },
    msg: 'job failed',
  })
})

it('runs so many jobs of each name at once and no more, and observes them where it is told to', async () => {
  const most: Readonly<Record<JobName, number>> = {
    'collect-stellar-payments': 4,
    'match-stellar-payments': 2,
    'send-payout': 16,
    'send-payouts': 4,
    'settle-payout': 16,
    'ask-after-delivery': 1,
    'deliver-callback': 8,
    'expire-transactions': 1,
    'forget-lapsed': 1,
    'sweep-due-work': 1,
  }
  const [account, transactionId, callbackId] = ['GDIST', 'one', 'two']
  const payload = { account, transactionId, transactionIds: [transactionId], callbackId }
  const jobs = jobNames.flatMap((name) =>
    Array.from({ length: most[name] + 2 }, (_, n) => ({ name, subject: `held ${n}`, payload })),
  )
  const running = new Map<string, number>()
  const counted: string[] = []
  let areReleased = false
  const held = Object.fromEntries(
    Object.entries(notedRooms().rooms).map(([room, ask]) => [
      room,
      async () => {
        const { job = 'none' } = currentScope() ?? {}
        if (!areReleased) running.set(job, (running.get(job) ?? 0) + 1)
        await until(() => areReleased, 'the others', 30_000)
        return (ask as () => Promise<unknown>)()
      },
    ]),
  )
  await queue.add(jobs as readonly Job[]) // with more than its own payload each
  const worker = await startWorker(
    {
      queue: { schedule: () => Promise.resolve() },
      store: { kind: 'postgres', url: database.url },
      log: createLog({ level: 'silent' }),
      rooms: held as unknown as JobRooms,
      observer: {
        log: createLog({ level: 'silent' }),
        metrics: { job: (job, outcome) => void counted.push(`${job} ${outcome}`) },
        newId: () => 'run-1',
      },
    },
    { accounts: [], collectEveryMs: 60_000 },
  )
  const areAll = () => jobNames.every((name) => (running.get(name) ?? 0) >= most[name])
  await until(areAll, 'as many to run as may', 20_000)
  areReleased = true
  expect(Object.fromEntries(running)).toEqual(most)
  await until(() => counted.length >= jobs.length, 'all of them to be done', 20_000)
  await worker.close()
  expect(new Set(counted)).toEqual(new Set(jobNames.map((name) => `${name} done`)))
})

it('gives the schedules before it takes jobs, again every ten seconds, and no more once it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const intervals = vi.spyOn(globalThis, 'setInterval') // job locks are watched in one
  const given: string[] = []
  const begun: number[] = []
  let isStarting = true
  const worker = await startWorker(
    {
      queue: {
        schedule: async ({ name }, everyMs) => {
          if (isStarting) await new Promise((resolve) => setImmediate(resolve))
          if (isStarting) begun.push(intervals.mock.calls.length)
          given.push(`${name} ${everyMs}`)
        },
      },
      store: { kind: 'postgres', url: database.url },
      log: createLog({ level: 'silent' }),
      rooms: notedRooms().rooms,
    },
    { accounts: ['GDIST'], collectEveryMs: 100, jobLockMs: 7_777 },
  )
  isStarting = false
  const periods = intervals.mock.calls.map(([, everyMs]) => everyMs)
  const first = [...given]
  const counts: number[] = []
  const countAfter = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    counts.push(given.length)
  }
  await countAfter(9_999)
  await countAfter(1)
  await worker.close()
  await countAfter(20_000)
  vi.restoreAllMocks()
  vi.useRealTimers()
  const each = schedules(['GDIST'], { collectEveryMs: 100 })
  expect(new Set(begun)).toEqual(new Set([0]))
  expect(periods).toEqual(expect.arrayContaining([10_000, 7_777]))
  expect(first).toEqual(each.map(({ job, everyMs }) => `${job.name} ${everyMs}`))
  expect(counts).toEqual([each.length, 2 * each.length, 2 * each.length])
})

it('says so when the queue takes no schedules, and gives them again', async () => {
  const said: unknown[] = []
  const lost = new Error('the queue is away')
  const worker = await startWorker(
    {
      queue: { schedule: () => Promise.reject(lost) },
      store: { kind: 'postgres', url: database.url },
      log: createLog({ level: 'silent' }),
      troubles: { of: (part) => (error) => void said.push([part, error]) },
      rooms: notedRooms().rooms,
    },
    { accounts: [], collectEveryMs: 100, scheduleAgainMs: 20 },
  )
  await until(() => said.length >= 2, 'the loss to be told twice')
  await worker.close()
  expect(said[0]).toEqual(['schedules', lost])
})

it('tells trouble in the log where nobody else takes it, by the part that has it', async () => {
  const { log, lines } = heardLog()
  const away = new Error('the queue is away')
  const worker = await startWorker(
    {
      queue: { schedule: () => Promise.reject(away) },
      store: { kind: 'postgres', url: 'postgres://nobody:x@127.0.0.1:1/nowhere' },
      log,
      rooms: notedRooms().rooms,
    },
    { accounts: [], collectEveryMs: 60_000, jobLockMs: 20 },
  )
  await until(() => lines.some(({ part }) => part === 'workers'), 'the workers to be in trouble')
  await worker.close()
  const [first] = lines
  expect(first).toEqual({
    level: 'warn',
    time: expect.any(String) as string,
    part: 'schedules',
    error: { name: 'Error', message: 'the queue is away', at: expect.any(Array) as string[] },
    msg: 'trouble',
  })
  const later = lines.filter((line) => line !== first)
  expect(new Set(later.map(({ part, level, msg }) => [part, level, msg].join()))).toEqual(
    new Set(['workers,warn,trouble']),
  )
})
