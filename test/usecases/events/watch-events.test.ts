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
const strangers: readonly (typeof mine | { owner: Owner; transactionId: string })[] = [
  { ...mine, owner: { account: 'GMINE', memo: '2' } },
  { ...mine, owner: { account: 'GMINE' } },
  { ...mine, owner: { account: 'GOTHER', memo: '1' } },
]

/** A log in memory that grows as the test says, chosen from as the table does. */
function aLog() {
  const log: RecordedEvent[] = []
  const matches = (event: RecordedEvent, { owner, transactionId }: EventQuery) =>
    (owner === undefined ||
      (event.owner.account === owner.account && event.owner.memo === owner.memo)) &&
    (transactionId === undefined || event.transactionId === transactionId)
  const records = {
    events: {
      highestSequence: async () => BigInt(log.length),
      after: async (query: EventQuery) =>
        log
          .slice(Number(query.after))
          .filter((event) => matches(event, query))
          .slice(0, query.limit),
    },
  } as unknown as Records // no other is asked
  return {
    read: ((work) => work(records)) as Read,
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
  it.each(['replayed from the table', 'told live'])(
    'sees nothing of another memo, account or transaction: %s (AP-2.16)',
    async (way) => {
      const log = aLog()
      const writeAll = () => log.write(...strangers, { ...mine, transactionId: 'other' }, mine)
      if (way === 'replayed from the table') writeAll()
      const tail = await openEventTail(log)
      const leave = new AbortController()
      const events = await watching(
        { read: log.read, tail },
        { ...mine, after: 0n, signal: leave.signal },
      )
      if (way === 'told live') writeAll()
      await tail.catchUp()
      expect(await told(events, 1)).toEqual([5n])
      log.write(mine)
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
