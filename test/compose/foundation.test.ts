import { Writable } from 'node:stream'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { jobStoreOf, layFoundation } from '../../src/compose/foundation.ts'
import type { Secrets } from '../../src/config/secrets.ts'
import { createLog } from '../../src/observability/log.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { configOf, keepTransaction } from '../graphql/gateway-world.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import manifest from '../../package.json' with { type: 'json' }

type DataKeys = Secrets['dataKeys']

let database: TestDatabase
let lines: Readonly<Record<string, unknown>>[]
beforeEach(async () => {
  database = await freshDatabase()
  lines = []
})
afterEach(async () => {
  vi.useRealTimers()
  await database.drop()
})

async function lay({ redisUrl, dataKeys }: { redisUrl?: string; dataKeys?: DataKeys } = {}) {
  const { config, secrets } = configOf(database.url, redisUrl === undefined ? {} : { redisUrl })
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as (typeof lines)[number])
      done()
    },
  })
  const log = createLog({ level: 'warn', destination })
  return layFoundation(config, { ...secrets, ...(dataKeys && { dataKeys }) }, log)
}

const troubled = () =>
  new Set(lines.filter(({ msg }) => msg === 'trouble').map(({ part }) => String(part)))

/** Nobody gets in any more, and who is in is thrown out; or everybody gets in again. */
async function openDoors(isOpen: boolean): Promise<void> {
  const { url } = inject('postgres')
  const name = new URL(database.url).pathname.slice(1)
  await onServer(url, `alter database ${name} with allow_connections ${isOpen}`)
  if (isOpen) return
  const thrown = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1'
  await onServer(url, thrown, [name])
}

describe('what all rooms stand on', () => {
  it('says which part of it is in trouble while the database is away', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const foundation = await lay()
    await openDoors(false)
    vi.advanceTimersByTime(10_000)
    const parts = ['listen', 'relay', 'clock']
    await until(() => parts.every((part) => troubled().has(part)), 'a word of each')
    expect([...troubled()]).toEqual(expect.arrayContaining(parts))
    await openDoors(true)
    vi.useRealTimers()
    await foundation.close()
  })

  it('says which part of it is in trouble while Redis is away', async () => {
    const foundation = await lay({ redisUrl: 'redis://127.0.0.1:9' })
    await until(() => troubled().size > 0, 'a word of it')
    expect([...troubled()]).toContain('redis')
    await foundation.close()
  })

  it.skipIf(!hasRedis)(
    'keeps jobs in Redis, and hears of events there, where there is one',
    async () => {
      const redis = await startRedis()
      const foundation = await lay({ redisUrl: redis.url })
      const own = new Redis(redis.url)
      const heardIn = async () => (await own.call('pubsub', 'channels')) as readonly string[]
      await until(async () => (await heardIn()).includes('fairlead:events'), 'the channel')
      expect(foundation.jobStore).toEqual({ kind: 'redis', url: redis.url })
      own.disconnect()
      await foundation.close()
      await redis.stop()
    },
  )

  it('keeps jobs in PostgreSQL where there is no Redis', () => {
    const { config } = configOf(database.url, {})
    const onPool = () => undefined
    expect(jobStoreOf(config, onPool)).toEqual({ kind: 'postgres', url: database.url, onPool })
  })

  it('plans jobs by the clock of all processes, whatever that of this one says', async () => {
    const foundation = await lay()
    const transactionId = 'one'
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(foundation.now().getTime() - 3_600_000)
    const dueAt = foundation.now()
    const job = { name: 'send-payout', subject: 'one', payload: { transactionId }, dueAt } as const
    await foundation.queue.add([job])
    vi.useRealTimers()
    const figures = await foundation.queue.figures()
    expect(figures.find((figure) => figure.job === 'send-payout')).toMatchObject({
      waiting: 1,
      delayed: 0,
    })
    await foundation.close()
  })

  it('closes the queue only when nothing more is given to it', async () => {
    const foundation = await lay()
    const { queue } = foundation
    let giveOn: () => void = () => undefined
    const held = new Promise<void>((resolve) => (giveOn = resolve))
    const adding = vi.spyOn(queue, 'add').mockImplementation(() => held)
    const closing = vi.spyOn(queue, 'close')
    const job = { name: 'sweep-due-work', subject: 'all', payload: {} } as const
    await foundation.commit(({ outbox }) => outbox.addJob(job))
    await until(() => adding.mock.calls.length === 1, 'the relay')
    const closed = foundation.close()
    const closedMeanwhile = closing.mock.calls.length
    giveOn()
    await closed
    expect([closedMeanwhile, closing.mock.calls.length]).toEqual([0, 1])
  })

  it('has its version told, and its connections to the database, those of records and of jobs', async () => {
    const foundation = await lay()
    await foundation.read(({ network }) => network.epoch())
    const text = await foundation.metrics.registry.metrics()
    expect(text).toContain(`fairlead_build_info{version="${manifest.version}"`)
    for (const pool of ['records', 'jobs']) expect(text).toContain(`{pool="${pool}"`)
    await foundation.close()
  })

  it('seals personal data with the first key, and opens it with any', async () => {
    const key = (id: string, byte: number) => ({ id, secret: new Uint8Array(32).fill(byte) })
    const [old, young] = [key('old', 1), key('young', 2)]
    const kept: string[] = []
    for (const [dataKeys, isRead] of [
      [[old], [true]],
      [
        [young, old],
        [true, true],
      ],
      [[young], [false, true, true]],
    ] as const) {
      const foundation = await lay({ dataKeys })
      kept.push((await keepTransaction(foundation, { fields: { iban: 'DE00' } })).id)
      const opened = kept.map(async (id) => {
        const found = await foundation.read(({ transactions }) => transactions.find(id))
        try {
          return found?.fields['iban'] === 'DE00'
        } catch {
          return false // it is opened when it is looked at
        }
      })
      expect(await Promise.all(opened)).toEqual(isRead)
      await foundation.close()
    }
  })
})
