import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RecordedEvent } from '../../../src/domain/transaction/event.ts'
import type { Owner } from '../../../src/domain/transaction/transaction.ts'
import { openEventTail } from '../../../src/usecases/events/event-tail.ts'
import type { WatchQuery } from '../../../src/usecases/events/watch-events.ts'
import { watchEvents } from '../../../src/usecases/events/watch-events.ts'
import type { Read, Records } from '../../../src/usecases/ports/commit.ts'
import type { EventQuery } from '../../../src/usecases/ports/event-records.ts'

const mine = { owner: { account: 'GMINE', memo: '1' }, transactionId: 'mine' }
const owners: readonly Owner[] = [
  { account: 'GMINE', memo: '1' },
  { account: 'GMINE', memo: '2' },
  { account: 'GMINE' },
  { account: 'GOTHER', memo: '1' },
]
const othersThan = (me: Owner) =>
  owners
    .filter(({ account, memo }) => account !== me.account || memo !== me.memo)
    .map((owner) => ({ owner, transactionId: 'mine' }))
const strangers = othersThan(mine.owner)

/** A log in memory that grows as the test says, chosen from as the table does. */
function aLog() {
  const log: RecordedEvent[] = []
  const matches = (event: RecordedEvent, { owner, transactionId }: EventQuery) =>
    (owner === undefined ||
      (event.owner.account === owner.account && event.owner.memo === owner.memo)) &&
    (transactionId === undefined || event.transactionId === transactionId)
  /** As somebody sees it to whom only so many events are there yet. */
  const seen =
    (upTo: () => number): Read =>
    (work) => {
      const events = {
        highestSequence: async () => BigInt(Math.min(log.length, upTo())),
        after: async (query: EventQuery) =>
          log
            .slice(Number(query.after), upTo())
            .filter((event) => matches(event, query))
            .slice(0, query.limit),
      }
      return work({ events } as unknown as Records) // no other is asked
    }
  return {
    seen,
    read: seen(() => log.length),
    write(...events: readonly Pick<RecordedEvent, 'owner' | 'transactionId'>[]) {
      for (const event of events) {
        log.push({
          ...event,
          id: randomUUID(),
          sequence: BigInt(log.length + 1),
          type: 'opened',
          to: 'screening',
          version: 1,
          at: new Date('2026-01-02T03:04:05Z'),
          actor: { kind: 'gateway' },
        })
      }
    },
  }
}

async function watching(deps: Parameters<typeof watchEvents>[0], query: WatchQuery) {
  const outcome = await watchEvents(deps)(query)
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value
}

/** Reads as many as there are said to be. */
async function told(events: AsyncIterator<RecordedEvent>, count: number) {
  const sequences: bigint[] = []
  while (sequences.length < count) {
    const { value, done } = await events.next()
    if (done === true) break
    sequences.push(value.sequence)
  }
  return sequences
}

describe('a client that watches', () => {
  it.each(
    owners.flatMap((owner) =>
      ['replayed from the table', 'told live'].map((way) => [owner, way] as const),
    ),
  )(
    'as %o sees nothing of another memo, account or transaction: %s (AP-2.16)',
    async (owner, way) => {
      const log = aLog()
      const own = { owner, transactionId: 'mine' }
      const writeAll = () =>
        log.write(...othersThan(owner), { ...own, transactionId: 'other' }, own)
      if (way === 'replayed from the table') writeAll()
      const tail = await openEventTail(log)
      const leave = new AbortController()
      const events = await watching(
        { read: log.read, tail },
        { ...own, after: 0n, signal: leave.signal },
      )
      if (way === 'told live') writeAll()
      await tail.catchUp()
      expect(await told(events, 1)).toEqual([5n])
      log.write(own)
      await tail.catchUp()
      expect(await told(events, 1)).toEqual([6n])
      leave.abort()
    },
  )

  it('misses nothing that is written while the table is read for it', async () => {
    const log = aLog()
    log.write(...strangers)
    const tail = await openEventTail(log)
    const leave = new AbortController()
    const read: Read = async (work) => {
      const answer = await log.read(work)
      log.write(mine)
      await tail.catchUp()
      return answer
    }
    const events = await watching({ read, tail }, { ...mine, after: 0n, signal: leave.signal })
    expect(await told(events, 1)).toEqual([4n])
    leave.abort()
  })

  it('from now on is told nothing that was written before it came, of which the tail had not heard', async () => {
    const log = aLog()
    const tail = await openEventTail(log)
    log.write(mine, mine)
    const leave = new AbortController()
    const events = await watching({ read: log.read, tail }, { ...mine, signal: leave.signal })
    log.write(mine)
    await tail.catchUp()
    expect(await told(events, 1)).toEqual([3n])
    leave.abort()
  })

  it('is told nothing again by a tail that comes up later than the table', async () => {
    const log = aLog()
    log.write(mine, mine, mine, mine, mine)
    let upTo = 1
    const tail = await openEventTail({ read: log.seen(() => upTo) })
    const leave = new AbortController()
    const query = { ...mine, after: 0n, signal: leave.signal }
    const events = await watching({ read: log.read, tail }, query)
    expect(await told(events, 5)).toEqual([1n, 2n, 3n, 4n, 5n])
    const next = told(events, 1)
    log.write(mine)
    for (upTo of [3, 6]) {
      await tail.catchUp()
      await new Promise((resolve) => setImmediate(resolve)) // whoever waits has gone on
    }
    expect(await next).toEqual([6n])
    leave.abort()
  })

  it('is told nothing more once it has left, not even what was read for it before', async () => {
    const log = aLog()
    log.write(mine, mine)
    const leave = new AbortController()
    const tail = await openEventTail(log)
    const events = await watching(
      { read: log.read, tail },
      { ...mine, after: 0n, signal: leave.signal },
    )
    expect(await told(events, 1)).toEqual([1n])
    leave.abort()
    expect(await told(events, 1)).toEqual([])
  })
})
