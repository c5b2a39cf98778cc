import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCommit } from '../../src/adapters/postgres/commit.ts'
import { openDatabase, sql } from '../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../src/adapters/postgres/records.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import type { Records } from '../../src/usecases/ports/commit.ts'
import { aTransaction } from '../builders/transaction.ts'
import { freshCommit, onServer, testSealer } from '../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const inAnHour = (): Date => new Date(Date.now() + 3_600_000)

const challenges = (): Promise<readonly Record<string, unknown>[]> =>
  onServer(db.url, 'select hash from consumed_challenge order by hash')

describe('a commit', () => {
  it('keeps everything of the work, or nothing when it throws', async () => {
    await db.commit(({ logins }) => logins.consumeChallenge('kept', inAnHour()))
    const broken = db.commit(async ({ logins, outbox }) => {
      await logins.consumeChallenge('lost', inAnHour())
      await outbox.addJob({ name: 'sweep-due-work', subject: 'all', payload: {} })
      throw new Error('no')
    })
    await expect(broken).rejects.toThrow('no')
    expect(await challenges()).toEqual([{ hash: 'kept' }])
    expect(await onServer(db.url, 'select 1 from outbox')).toEqual([])
  })

  it('shows nobody what is not committed yet', async () => {
    await db.commit(async ({ logins }) => {
      await logins.consumeChallenge('open', inAnHour())
      expect(await challenges()).not.toContainEqual({ hash: 'open' })
    })
    expect(await challenges()).toContainEqual({ hash: 'open' })
  })

  it('runs the work again after a deadlock, so that both of two rivals are kept', async () => {
    await onServer(db.url, 'create table rival (id int primary key, count int not null)')
    await onServer(db.url, 'insert into rival values (1, 0), (2, 0)')
    let runs = 0
    let taken = 0
    let letGo: () => void = () => undefined
    const bothTookOne = new Promise<void>((resolve) => (letGo = resolve))
    const database = db.database
    const factories = recordFactories(testSealer)
    // The records do not have a way to deadlock on purpose, so the work reaches for the connection.
    const plain = createCommit({
      database,
      factories: {
        ...factories,
        logins: (session) => ({
          ...factories.logins(session),
          consumeChallenge: async (order: string) => {
            runs += 1
            for (const id of order.split(',')) {
              await sql(session, 'update rival set count = count + 1 where id = $1', [Number(id)])
              taken += 1
              if (taken === 2) letGo()
              await bothTookOne
            }
            return true
          },
        }),
      },
    })
    await Promise.all(
      ['1,2', '2,1'].map((order) =>
        plain.commit(({ logins }) => logins.consumeChallenge(order, inAnHour())),
      ),
    )
    expect(await onServer(db.url, 'select count from rival')).toEqual([{ count: 2 }, { count: 2 }])
    expect(runs).toBe(3)
  })

  it('tells after the commit that there is something for the relay, and not after a failure', async () => {
    const told: string[] = []
    const { commit } = createCommit({
      database: db.database,
      factories: recordFactories(testSealer),
      onOutgoing: () => told.push('told'),
    })
    const job = { name: 'sweep-due-work', subject: 'all', payload: {} } as const
    await commit(({ logins }) => logins.consumeChallenge('quiet', inAnHour()))
    expect(told).toEqual([])
    await commit(({ outbox }) => outbox.addJob(job))
    expect(told).toEqual(['told'])
    const failing = commit(async ({ outbox }) => {
      await outbox.addJob(job)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(told).toEqual(['told'])
  })
})

describe('a commit that is broken', () => {
  it('is not taken for kept when the work goes on after a failed statement', async () => {
    const hidden = db.commit(async ({ events, logins }) => {
      await logins.consumeChallenge('hidden', inAnHour())
      const wrong = { after: 0n, limit: 1, transactionId: 'not a uuid' }
      await events.after(wrong).catch(() => undefined)
    })
    await expect(hidden).rejects.toThrow('nothing was kept')
    expect(await challenges()).not.toContainEqual({ hash: 'hidden' })
  })
})

describe('a commit at once', () => {
  it('keeps its one statement, and tells the relay when there is something for it', async () => {
    const told: string[] = []
    const { commitAtOnce } = createCommit({
      database: db.database,
      factories: recordFactories(testSealer),
      onOutgoing: () => told.push('told'),
    })
    const job = { name: 'sweep-due-work', subject: 'all', payload: {} } as const
    expect(await commitAtOnce(({ logins }) => logins.consumeChallenge('now', inAnHour()))).toBe(
      true,
    )
    expect(told).toEqual([])
    await commitAtOnce(({ outbox }) => outbox.addJob(job))
    expect(told).toEqual(['told'])
    expect(await challenges()).toContainEqual({ hash: 'now' })
  })

  it('refuses a second statement, which would be a second commit', async () => {
    const two = db.commitAtOnce(async ({ logins }) => {
      await logins.consumeChallenge('first', inAnHour())
      await logins.consumeChallenge('second', inAnHour())
    })
    await expect(two).rejects.toThrow(
      'A commit at once has one statement; this needs a whole commit',
    )
    expect(await challenges()).not.toContainEqual({ hash: 'second' })
  })
})

describe('a commit at once that asks for many', () => {
  it.each([
    ['looks up by id', ({ customers }: Records) => customers.findMany([randomUUID()])],
    [
      'saves together with others',
      ({ transactions }: Records) => transactions.open({ transaction: aTransaction(), events: [] }),
    ],
  ])('has one statement as well, when it %s', async (_, ask) => {
    await db.commitAtOnce<unknown>(ask)
    const two = db.commitAtOnce(async (records) => {
      await ask(records)
      await ask(records)
    })
    await expect(two).rejects.toThrow(
      'A commit at once has one statement; this needs a whole commit',
    )
  })
})

describe('a database that is away', () => {
  it('is named, when nothing listens there', async () => {
    const database = openDatabase({ url: 'postgres://x:y@127.0.0.1:1/none', poolSize: 1 })
    const { commit, read } = createCommit({ database, factories: recordFactories(testSealer) })
    await expect(commit(({ events }) => events.highestSequence())).rejects.toThrow(
      DatabaseUnavailable,
    )
    await expect(read(({ events }) => events.highestSequence())).rejects.toThrow(
      DatabaseUnavailable,
    )
    await database.close()
  })

  it('is named when it goes in the middle of a commit, and costs the pool no connection', async () => {
    const database = openDatabase({ url: db.url, poolSize: 2 })
    const { commit } = createCommit({ database, factories: recordFactories(testSealer) })
    const cut = async (): Promise<void> => {
      await onServer(
        db.url,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    }
    for (let time = 0; time < 5; time += 1) {
      const lost = commit(async ({ logins }) => {
        await logins.consumeChallenge('cut', inAnHour())
        await cut()
        await logins.consumeChallenge('cut too', inAnHour())
      })
      await expect(lost).rejects.toThrow(DatabaseUnavailable)
    }
    expect(await commit(({ logins }) => logins.consumeChallenge('back', inAnHour()))).toBe(true)
    expect(await challenges()).not.toContainEqual({ hash: 'cut' })
    await database.close()
  })

  it('is not blamed for a fault of ours', async () => {
    const wrong = db.commit(({ events }) =>
      events.after({ after: 0n, limit: 1, transactionId: 'not a uuid' }),
    )
    await expect(wrong).rejects.not.toThrow(DatabaseUnavailable)
  })
})

describe('used challenges', () => {
  it('are given to exactly one of many simultaneous callers (SEP-10, AP-2.10)', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        db.commit(({ logins }) => logins.consumeChallenge('once', inAnHour())),
      ),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  it('are given to one caller each, by commits of several with the same ones in any order (SEP-10, AP-2.10)', async () => {
    const hashes = Array.from({ length: 50 }, (_, place) => `many ${place}`)
    const orders = Array.from({ length: 12 }, (_, turn) =>
      turn % 2 === 0 ? hashes : hashes.toReversed(),
    )
    const used = (order: readonly string[]) => new Map(order.map((hash) => [hash, inAnHour()]))
    const answers = await Promise.all(
      orders.map((order) => db.commitAtOnce(({ logins }) => logins.consumeChallenges(used(order)))),
    )
    const given = answers.flatMap((added) => [...added])
    expect(given.toSorted()).toEqual(hashes.toSorted())
  })

  it('are forgotten when they have lapsed, not before', async () => {
    const now = new Date()
    await db.commit(async ({ logins }) => {
      await logins.consumeChallenge('lapsed', new Date(now.getTime() - 1))
      await logins.consumeChallenge('fresh', now)
    })
    expect(await db.commit(({ logins }) => logins.forgetLapsed(now))).toBe(1)
    expect(await challenges()).toContainEqual({ hash: 'fresh' })
    expect(await challenges()).not.toContainEqual({ hash: 'lapsed' })
  })

  it('are given each to who asked first, and lapse each at its own time', async () => {
    const now = new Date()
    const inMs = (ms: number) => new Date(now.getTime() + ms)
    await db.commit(({ logins }) => logins.forgetLapsed(now)) // of the tests before
    const use = (...entries: readonly (readonly [string, Date])[]) =>
      db.commitAtOnce(({ logins }) => logins.consumeChallenges(new Map(entries)))
    const first = await use(['z late', inMs(-5)], ['a young', inMs(60_000)])
    expect(first).toEqual(new Set(['z late', 'a young']))
    const second = await use(
      ['a young', inMs(-5)],
      ['m late', inMs(-3)],
      ['b young', inMs(9_000)],
      ['z late', inMs(9_000)],
    )
    expect(second).toEqual(new Set(['m late', 'b young']))
    expect(await db.commit(({ logins }) => logins.forgetLapsed(now))).toBe(2)
    const left = (await challenges()).map(({ hash }) => String(hash))
    expect(left.filter((hash) => /late|young/.test(hash))).toEqual(['a young', 'b young'])
  })
})
