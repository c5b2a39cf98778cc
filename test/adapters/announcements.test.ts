import { Socket } from 'node:net'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryAnnouncements } from '../../src/adapters/memory/announcements.ts'
import { postgresAnnouncements } from '../../src/adapters/postgres/announcements.ts'
import { openDatabase } from '../../src/adapters/postgres/database.ts'
import { openListener } from '../../src/adapters/postgres/listener.ts'
import { createNotifier } from '../../src/adapters/postgres/notifier.ts'
import { redisAnnouncements } from '../../src/adapters/redis/announcements.ts'
import type { Announcements } from '../../src/usecases/ports/announcements.ts'
import { freshDatabase, onServer } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import { theyAreAnnouncements } from './announcements.contract.ts'

const onError = (): void => undefined

theyAreAnnouncements('in memory', async () => {
  const one = memoryAnnouncements()
  return { here: one, there: one, close: () => one.close() }
})

it('tell nobody in memory once they are closed', async () => {
  const heard: bigint[] = []
  const one = memoryAnnouncements()
  one.onEvents((upTo) => heard.push(upTo))
  await one.announceEvents(1n)
  await until(() => heard.length > 0, 'the first announcement')
  await one.close()
  await one.announceEvents(2n)
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual([1n])
})

theyAreAnnouncements('by LISTEN and NOTIFY', async () => {
  const { url, drop } = await freshDatabase()
  const closers: (() => Promise<void>)[] = []
  const end = async (): Promise<Announcements> => {
    const database = openDatabase({ url, poolSize: 2 })
    const listener = openListener({ url, onError })
    const announcements = postgresAnnouncements(listener, createNotifier({ database, onError }))
    closers.push(async () => {
      await announcements.close()
      await listener.close()
      await database.close()
    })
    return announcements
  }
  return {
    here: await end(),
    there: await end(),
    interrupt: async () => {
      await onServer(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()))
      await drop()
    },
  }
})

it('wait for no Redis that is away: a lost one does no harm, a relay that stands still does', async () => {
  const errors: Error[] = []
  const url = 'redis://127.0.0.1:1'
  const announcements = redisAnnouncements({ url, onError: (error) => errors.push(error) })
  onTestFinished(() => announcements.close())
  await announcements.announceEvents(7n)
  expect(errors.map(({ message }) => message)).toContainEqual(expect.stringMatching(/writeable/))
}, 2_000)

it('keep on trying to listen, however long Redis is away, until they are closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const messages: string[] = []
  const announcements = redisAnnouncements({
    url: 'redis://127.0.0.1:1',
    onError: ({ message }) => messages.push(message),
  })
  const tryAgain = async (waiting: number) => {
    await vi.advanceTimersByTimeAsync(10_000) // longer than any wait
    for (let turn = 0; turn < 20_000 && vi.getTimerCount() < waiting; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve)) // the timers stand still
    }
  }
  for (let attempt = 1; attempt <= 25; attempt += 1) await tryAgain(2)
  expect(messages.length).toBeGreaterThanOrEqual(50)
  expect(messages.filter((message) => !message.includes('ECONNREFUSED'))).toEqual([])
  await announcements.close()
  await tryAgain(1)
  expect(vi.getTimerCount()).toBe(0)
})

describe.skipIf(!hasRedis)('with Redis', () => {
  theyAreAnnouncements('through Redis', async () => {
    const redis = await startRedis()
    const here = redisAnnouncements({ url: redis.url, onError })
    const there = redisAnnouncements({ url: redis.url, onError })
    return {
      here,
      there,
      interrupt: redis.restart,
      close: async () => {
        await here.close()
        await there.close()
        await redis.stop()
      },
    }
  })

  it('take five seconds at most to connect, and say when they may not listen', async () => {
    const redis = await startRedis()
    const owner = new Redis(redis.url)
    await owner.acl('SETUSER', 'default', 'resetchannels')
    const limits = vi.spyOn(Socket.prototype, 'setTimeout')
    const messages: string[] = []
    const announcements = redisAnnouncements({
      url: redis.url,
      onError: ({ message }) => messages.push(message),
    })
    onTestFinished(async () => {
      limits.mockRestore()
      owner.disconnect()
      await announcements.close()
      await redis.stop()
    })
    await until(() => messages.length > 0, 'the refusal')
    expect(messages).toEqual([expect.stringMatching(/^NOPERM .*channel/)])
    expect(limits.mock.calls.flatMap(([ms]) => (ms > 0 ? [ms] : []))).toEqual([5_000, 5_000])
  })

  it('pass over what is no number on the channel, and hear the next one', async () => {
    const redis = await startRedis()
    const announcements = redisAnnouncements({ url: redis.url, onError })
    const stranger = new Redis(redis.url)
    onTestFinished(async () => {
      stranger.disconnect()
      await announcements.close()
      await redis.stop()
    })
    const heard: bigint[] = []
    announcements.onEvents((upTo) => heard.push(upTo))
    await until(async () => {
      for (const message of ['', 'junk', '-1', '1.5', '0x7', '9'.repeat(20), '7']) {
        await stranger.publish('fairlead:events', message)
      }
      return heard.length > 0
    }, 'the number')
    expect(new Set(heard)).toEqual(new Set([7n]))
  })
})
