import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryAnnouncements } from '../../../src/adapters/memory/announcements.ts'
import { memoryJobs } from '../../../src/adapters/memory/job-queue.ts'
import { postgresWakeUps, wakeRelays } from '../../../src/adapters/postgres/announcements.ts'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { openListener } from '../../../src/adapters/postgres/listener.ts'
import { createNotifier } from '../../../src/adapters/postgres/notifier.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import type { RecordedEvent, TransactionEvent } from '../../../src/domain/transaction/event.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import type { Job } from '../../../src/usecases/ports/job-queue.ts'
import { openEventTail } from '../../../src/usecases/events/event-tail.ts'
import type { EventTail } from '../../../src/usecases/events/event-tail.ts'
import { keepRelaying } from '../../../src/usecases/events/keep-relaying.ts'
import { relayEvents } from '../../../src/usecases/events/relay-events.ts'
import { watchEvents } from '../../../src/usecases/events/watch-events.ts'
import type { WatchQuery } from '../../../src/usecases/events/watch-events.ts'
import { withoutTransactions } from '../../adapters/rows.ts'
import { freshCommit, onServer, testSealer } from '../../database.ts'
import { until } from '../../until.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
const transactionId = randomUUID()
beforeAll(async () => {
  db = await freshCommit()
  await withoutTransactions(db.url)
})
afterAll(() => db.close())

let version = 0
const anEvent = (account = 'GOWNER'): TransactionEvent => ({
  id: randomUUID(),
  transactionId,
  owner: { account },
  type: 'opened',
  to: 'screening',
  version: (version += 1),
  at: new Date('2026-01-02T03:04:05Z'),
  actor: { kind: 'gateway' },
})

const addEvents = (count: number, account?: string): Promise<void> =>
  db.commit(({ events }) => events.add(Array.from({ length: count }, () => anEvent(account))))

const aJob = (): Job => {
  const id = randomUUID()
  return { name: 'send-payout', subject: id, payload: { transactionId: id } }
}

const relayTo = (tail: EventTail | undefined, commit: Commit = db.commit) => {
  const announcements = memoryAnnouncements()
  const jobs = memoryJobs()
  const announced: bigint[] = []
  announcements.onEvents((upTo) => {
    announced.push(upTo)
    tail?.rise(upTo)
  })
  return {
    announced,
    jobs,
    relay: relayEvents({ commit, read: db.read, queue: jobs.queue, announcements }),
  }
}

describe('relaying', () => {
  it('numbers what was committed, announces it once, and moves jobs into the queue', async () => {
    const { announced, jobs, relay } = relayTo(undefined)
    const job = { ...aJob(), dueAt: new Date('2199-01-01T00:00:00Z') }
    await db.commit(async ({ events, outbox }) => {
      await events.add([anEvent(), anEvent()])
      await outbox.addJob(job)
    })
    const { highest } = await relay()
    await relay()
    await until(() => announced.length > 0, 'the announcement')
    expect(announced).toEqual([highest])
    expect(jobs.waiting()).toEqual([job])
    expect(await onServer(db.url, 'select id from outbox')).toEqual([])
    await jobs.queue.close()
  })

  it('has announced the events before it moves a job', async () => {
    const order: string[] = []
    const announceEvents = async () => {
      // longer than the jobs take to be read
      for (let n = 0; n < 20; n += 1) await db.read(({ events }) => events.highestSequence())
      order.push('announcement')
    }
    const queue = { add: async () => void order.push('jobs') }
    await db.commit(async ({ events, outbox }) => {
      await events.add([anEvent()])
      await outbox.addJob(aJob())
    })
    const { commit, read } = db
    await relayEvents({ commit, read, queue, announcements: { announceEvents } })()
    expect(order).toEqual(['announcement', 'jobs'])
  })

  it('does not ask the queue for anything when nothing is to be moved', async () => {
    const announcements = memoryAnnouncements()
    const queue = { add: () => Promise.reject(new Error('nothing is to be added')) }
    const relay = relayEvents({ commit: db.commit, read: db.read, queue, announcements })
    const highest = await db.read(({ events }) => events.highestSequence())
    expect(await relay()).toEqual({ highest })
  })

  it('leaves nothing behind, however much has gathered', async () => {
    const before = await db.read(({ events }) => events.highestSequence())
    await addEvents(1_001)
    await db.commit(({ outbox }) => outbox.addJobs(Array.from({ length: 1_001 }, aJob)))
    const { announced, jobs, relay } = relayTo(undefined)
    expect(await relay()).toEqual({ highest: before + 1_001n })
    expect(announced).toEqual([before + 500n, before + 1_000n, before + 1_001n])
    expect(jobs.waiting()).toHaveLength(1_001)
    expect(await onServer(db.url, 'select id from outbox')).toEqual([])
    await jobs.queue.close()
  })

  it('numbers events although the queue is away, and moves the jobs when it is back', async () => {
    const job = aJob()
    await db.commit(async ({ events, outbox }) => {
      await events.add([anEvent()])
      await outbox.addJob(job)
    })
    const before = await db.read(({ events }) => events.highestSequence())
    const away = relayEvents({
      commit: db.commit,
      read: db.read,
      queue: { add: () => Promise.reject(new Error('away')) },
      announcements: memoryAnnouncements(),
    })
    await expect(away()).rejects.toThrow('away')
    expect(await db.read(({ events }) => events.highestSequence())).toBe(before + 1n)
    const { jobs, relay } = relayTo(undefined)
    await relay()
    expect(jobs.waiting()).toEqual([job])
  })

  it('moves every job although a relay dies between adding and removing, and others run meanwhile', async () => {
    const wanted = Array.from({ length: 700 }, aJob)
    await db.commit(({ outbox }) => outbox.addJobs(wanted))
    const added: string[] = []
    let calls = 0
    const queue = {
      add: (jobs: readonly Job[]) => {
        added.push(...jobs.map(({ subject }) => subject))
        calls += 1
        return calls === 1 ? Promise.reject(new Error('died')) : Promise.resolve()
      },
    }
    const parts = { commit: db.commit, read: db.read, queue, announcements: memoryAnnouncements() }
    const relay = relayEvents(parts)
    await expect(relay()).rejects.toThrow('died')
    await Promise.all([relay(), relay()])
    expect(new Set(added)).toEqual(new Set(wanted.map(({ subject }) => subject)))
    expect(await db.read(({ outbox }) => outbox.unsent(1))).toEqual([])
  })

  it('is woken by a commit of another process well before its own look', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown): void => void errors.push(error)
    const notifier = createNotifier({ database: db.database, onError })
    const elsewhere = createCommit({
      database: db.database,
      factories: recordFactories(testSealer),
      onOutgoing: wakeRelays(notifier),
    })
    const listener = openListener({ url: db.url, onError })
    await listener.ready
    let highest = 0n
    let rounds = 0
    const { relay } = relayTo(undefined)
    const relaying = keepRelaying({
      relay,
      wakeUps: postgresWakeUps(listener),
      onHighest: (to) => {
        highest = to
        rounds += 1
      },
      onFailure: onError,
    })
    await until(() => rounds > 0, 'the first round')
    const delays: number[] = []
    for (let time = 0; time < 5; time += 1) {
      const expected = highest + 1n
      const committed = performance.now()
      await elsewhere.commit(({ events }) => events.add([anEvent()]))
      await until(() => highest === expected, 'the event to be numbered')
      delays.push(performance.now() - committed)
    }
    await relaying.stop()
    await listener.close()
    expect(errors).toEqual([])
    expect(Math.min(...delays)).toBeLessThan(500) // the own look comes after 1,000 ms
  })

  it('goes on after a failure', async () => {
    let calls = 0
    const failures: unknown[] = []
    const relaying = keepRelaying({
      relay: async () => {
        calls += 1
        if (calls === 1) throw new Error('away')
        return { highest: 1n }
      },
      wakeUps: { onWakeUp: () => () => undefined },
      onHighest: () => undefined,
      onFailure: (error) => failures.push(error),
    })
    await until(() => calls === 2, 'the second round')
    await relaying.stop()
    expect(failures).toEqual([new Error('away')])
  })
})

describe('watching', () => {
  const follow = (
    events: AsyncIterable<RecordedEvent>,
  ): { seen: bigint[]; ended: Promise<void> } => {
    const seen: bigint[] = []
    const ended = (async () => {
      for await (const event of events) seen.push(event.sequence)
    })()
    return { seen, ended }
  }

  const watching = async (
    tail: EventTail,
    query: Partial<WatchQuery> = {},
  ): Promise<{ seen: bigint[]; stop: () => Promise<void> }> => {
    const leave = new AbortController()
    const outcome = await watchEvents({ read: db.read, tail })({ signal: leave.signal, ...query })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const { seen, ended } = follow(outcome.value)
    return {
      seen,
      stop: async () => {
        leave.abort()
        await ended
      },
    }
  }

  const fromTo = (from: bigint, to: bigint): bigint[] =>
    Array.from({ length: Number(to - from) }, (_, index) => from + 1n + BigInt(index))

  it('replays from the cursor and goes live without a gap or a repeat', async () => {
    const tail = await openEventTail(db)
    const { relay } = relayTo(tail)
    const start = (await relay()).highest
    const watchers = [await watching(tail, { after: start })]
    for (let round = 0; round < 12; round += 1) {
      await addEvents(110)
      if (round === 6) watchers.push(await watching(tail, { after: start }))
      await relay()
    }
    watchers.push(await watching(tail, { after: start }))
    const { highest } = await relay()
    for (const { seen, stop } of watchers) {
      await until(() => seen.at(-1) === highest, 'the last event')
      await stop()
      expect(seen).toEqual(fromTo(start, highest))
    }
  })

  it('tells nothing twice when the table has more than the process has heard of', async () => {
    await addEvents(1)
    const start = (await relayTo(undefined).relay()).highest - 1n
    const tail = await openEventTail(db)
    await addEvents(5)
    const heardOf = (await relayTo(undefined).relay()).highest // nobody tells this tail
    const { seen, stop } = await watching(tail, { after: start })
    await until(() => seen.at(-1) === heardOf, 'what the table has')
    tail.rise(start + 3n)
    await tail.catchUp()
    await addEvents(1)
    const { relay } = relayTo(tail)
    const { highest } = await relay()
    await until(() => seen.at(-1) === highest, 'the last event')
    await stop()
    expect(seen).toEqual(fromTo(start, highest))
  })

  it('waits for a slow consumer, which misses nothing', async () => {
    const tail = await openEventTail(db)
    const { relay } = relayTo(tail)
    const start = (await relay()).highest
    const leave = new AbortController()
    const outcome = await watchEvents({ read: db.read, tail })({ signal: leave.signal })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const iterator = outcome.value[Symbol.asyncIterator]()
    await addEvents(1)
    await relay()
    const seen = [(await iterator.next()).value?.sequence]
    for (let round = 0; round < 5; round += 1) await addEvents(400) // more than the tail holds
    const { highest } = await relay()
    while (seen.at(-1) !== highest) seen.push((await iterator.next()).value?.sequence)
    leave.abort()
    expect(await iterator.next()).toMatchObject({ done: true })
    expect(seen).toEqual(fromTo(start, highest))
  })

  it('shows a client only its own events, replayed and live (AP-2.16)', async () => {
    const tail = await openEventTail(db)
    const { relay } = relayTo(tail)
    const start = (await relay()).highest
    await addEvents(2, 'GMINE')
    await addEvents(150, 'GOTHER')
    await relay()
    const mine = await watching(tail, { after: start, owner: { account: 'GMINE' } })
    await addEvents(3, 'GOTHER')
    await addEvents(1, 'GMINE')
    const { highest } = await relay()
    await until(() => mine.seen.length === 3, 'the third event')
    await mine.stop()
    expect(mine.seen).toEqual([start + 1n, start + 2n, highest])
  })

  it('finds the rare event of a client among thousands of others, without asking the table', async () => {
    let asked = 0
    const tail = await openEventTail(db)
    const { relay } = relayTo(tail)
    await relay()
    const leave = new AbortController()
    const outcome = await watchEvents({
      tail,
      read: (work) => {
        asked += 1
        return db.read(work)
      },
    })({ owner: { account: 'GRARE' }, signal: leave.signal })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const { seen, ended } = follow(outcome.value)
    for (let round = 0; round < 5; round += 1) await addEvents(500, 'GOTHER')
    await relay()
    await addEvents(1, 'GRARE')
    const { highest } = await relay()
    await until(() => seen.length > 0, 'the rare event')
    leave.abort()
    await ended
    expect(seen).toEqual([highest])
    expect(asked).toBe(0)
  })

  it('starts with what comes from now on when there is no cursor', async () => {
    const tail = await openEventTail(db)
    const { relay } = relayTo(tail)
    await addEvents(2)
    const { highest } = await relay()
    const { seen, stop } = await watching(tail)
    await addEvents(1)
    await relay()
    await until(() => seen.length > 0, 'the event')
    await stop()
    expect(seen).toEqual([highest + 1n])
  })

  it('refuses a cursor that was never given, and says what the highest is', async () => {
    const tail = await openEventTail(db)
    const { highest } = await relayTo(tail).relay()
    const signal = new AbortController().signal
    const outcome = await watchEvents({ read: db.read, tail })({ after: highest + 1n, signal })
    expect(outcome).toEqual({ ok: false, refusal: { code: 'cursor_ahead', highest } })
  })

  it('takes a cursor of another process that is ahead of what this one has read', async () => {
    const tail = await openEventTail(db)
    await addEvents(1)
    const { highest } = await relayTo(undefined).relay() // nobody tells this tail
    const { stop, seen } = await watching(tail, { after: highest })
    await stop()
    expect(seen).toEqual([])
  })

  it('ends at once when the signal aborts while nothing happens', async () => {
    const tail = await openEventTail(db)
    const { seen, stop } = await watching(tail)
    await stop()
    expect(seen).toEqual([])
  })
})
