import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TransactionEvent } from '../../src/domain/transaction/event.ts'
import { freshCommit, onServer } from '../database.ts'
import { withoutTransactions } from './rows.ts'

const owner = { account: 'GOWNER' }
let db: Awaited<ReturnType<typeof freshCommit>>

beforeAll(async () => {
  db = await freshCommit()
  await withoutTransactions(db.url)
})
afterAll(() => db.close())

const anEvent = (transactionId: string, version: number): TransactionEvent => ({
  id: randomUUID(),
  transactionId,
  owner,
  type: 'opened',
  to: 'screening',
  version,
  at: new Date('2026-01-02T03:04:05.678Z'),
  actor: { kind: 'gateway' },
})

const numberAll = async (): Promise<void> => {
  for (;;) {
    const { assigned } = await db.commit(({ events }) => events.assignSequences(50))
    if (assigned === 0) return
  }
}

describe('the event log', () => {
  it('gives an event back as it was added, with its place in the stream (POLARIS-8.26)', async () => {
    const transactionId = randomUUID()
    const event: TransactionEvent = {
      ...anEvent(transactionId, 1),
      from: 'screening',
      to: 'awaitingFunds',
      actor: { kind: 'client', account: 'GOWNER', memo: '7' },
      note: "it's 5 \\ o'clock",
      owner: { account: 'GOWNER', memo: '7' },
    }
    await db.commit(({ events }) => events.add([event]))
    expect(await db.read(({ events }) => events.ofTransaction(transactionId))).toEqual([])
    await numberAll()
    const [recorded] = await db.read(({ events }) => events.ofTransaction(transactionId))
    expect(recorded).toEqual({ ...event, sequence: expect.any(BigInt) })
    expect(await db.read(({ events }) => events.highestSequence())).toBe(recorded?.sequence)
  })

  it('keeps nothing of a commit that throws', async () => {
    const transactionId = randomUUID()
    const broken = db.commit(async ({ events }) => {
      await events.add([anEvent(transactionId, 1)])
      throw new Error('changed my mind')
    })
    await expect(broken).rejects.toThrow('changed my mind')
    await numberAll()
    expect(await db.read(({ events }) => events.ofTransaction(transactionId))).toEqual([])
  })

  it('shows a client its own events only', async () => {
    const transactionId = randomUUID()
    const after = await db.read(({ events }) => events.highestSequence())
    await db.commit(({ events }) =>
      events.add([
        { ...anEvent(transactionId, 1), owner: { account: 'GA' } },
        { ...anEvent(transactionId, 2), owner: { account: 'GA', memo: '1' } },
        { ...anEvent(transactionId, 3), owner: { account: 'GB' } },
      ]),
    )
    await numberAll()
    const seenBy = (account: string, memo?: string): Promise<readonly number[]> =>
      db
        .read(({ events }) =>
          events.after({
            after,
            limit: 10,
            owner: { account, ...(memo === undefined ? {} : { memo }) },
          }),
        )
        .then((events) => events.map(({ version }) => version))
    expect(await seenBy('GA')).toEqual([1])
    expect(await seenBy('GA', '1')).toEqual([2])
    expect(await seenBy('GB')).toEqual([3])
    expect(await seenBy('GC')).toEqual([])
  })

  it('tells of one transaction its own events only, in the order of its versions', async () => {
    const [one, other] = [randomUUID(), randomUUID()]
    const after = await db.read(({ events }) => events.highestSequence())
    await db.commit(({ events }) =>
      events.add([anEvent(one, 1), anEvent(other, 1), anEvent(one, 2)]),
    )
    await numberAll()
    const replayed = await db.read(({ events }) =>
      events.after({ after, limit: 10, transactionId: one }),
    )
    const listed = await db.read(({ events }) => events.ofTransaction(one))
    expect(replayed.map(({ version }) => version)).toEqual([1, 2])
    expect(listed).toEqual(replayed)
  })

  it('numbers the oldest first, as many as asked, and tells no more than asked', async () => {
    const transactionId = randomUUID()
    const after = await db.read(({ events }) => events.highestSequence())
    const all = [1, 2, 3].map((version) => anEvent(transactionId, version))
    await db.commit(({ events }) => events.add(all))
    const number = () => db.commit(({ events }) => events.assignSequences(2))
    const told = async (limit: number) =>
      (await db.read(({ events }) => events.after({ after, limit, transactionId }))).map(
        ({ version }) => version,
      )
    expect(await number()).toEqual({ assigned: 2, highest: after + 2n })
    expect(await told(9)).toEqual([1, 2])
    expect(await number()).toEqual({ assigned: 1, highest: after + 3n })
    expect(await number()).toEqual({ assigned: 0, highest: after + 3n })
    expect([await told(9), await told(2)]).toEqual([
      [1, 2, 3],
      [1, 2],
    ])
  })

  it('gives the events of several transactions apart from each other, by their versions', async () => {
    const ids = [randomUUID(), randomUUID()].toSorted()
    const [one = '', other = ''] = ids
    await db.commit(({ events }) =>
      events.add([anEvent(other, 1), anEvent(one, 1), anEvent(other, 2), anEvent(one, 2)]),
    )
    await numberAll()
    const listed = await db.read(({ events }) => events.ofTransactions([other, one]))
    expect(listed.map(({ transactionId, version }) => [transactionId, version])).toEqual([
      [one, 1],
      [one, 2],
      [other, 1],
      [other, 2],
    ])
  })

  it('never lets a resuming reader find an event behind one it has seen', async () => {
    const writers = 8
    const commitsEach = 40
    const transactionIds = Array.from({ length: writers }, () => randomUUID())
    const start = await db.read(({ events }) => events.highestSequence())
    let writing = true

    const write = async (transactionId: string): Promise<void> => {
      for (let version = 1; version <= commitsEach; version += 1) {
        await db.commit(async ({ events }) => {
          await events.add([anEvent(transactionId, version)])
          // Hold the commit open after the number `recorded` is drawn: later writers overtake.
          if (version % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 3))
        })
      }
    }
    const number = async (): Promise<void> => {
      while (writing) await db.commit(({ events }) => events.assignSequences(7))
    }
    const seen: { sequence: bigint; transactionId: string; version: number }[] = []
    const follow = async (): Promise<void> => {
      for (;;) {
        const last = seen.at(-1)?.sequence ?? start
        const page = await db.read(({ events }) => events.after({ after: last, limit: 20 }))
        seen.push(...page)
        if (page.length === 0 && !writing) return
      }
    }
    const following = follow()
    const numbering = [number(), number()]
    await Promise.all(transactionIds.map(write))
    await new Promise((resolve) => setImmediate(resolve))
    writing = false
    await Promise.all(numbering)
    await numberAll()
    await following
    // the follower may have ended between the last numbering and its last page
    const rest = await db.read(({ events }) =>
      events.after({ after: seen.at(-1)?.sequence ?? start, limit: 1000 }),
    )
    seen.push(...rest)

    const all = writers * commitsEach
    expect(seen.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: all }, (_, index) => start + 1n + BigInt(index)),
    )
    for (const transactionId of transactionIds) {
      const versions = seen.filter((event) => event.transactionId === transactionId)
      expect(versions.map(({ version }) => version)).toEqual(
        Array.from({ length: commitsEach }, (_, index) => index + 1),
      )
    }
  })

  it('numbers nothing while another process numbers', async () => {
    const transactionId = randomUUID()
    await db.commit(({ events }) => events.add([anEvent(transactionId, 1)]))
    const highest = await db.read(({ events }) => events.highestSequence())
    await db.commit(async ({ events }) => {
      expect(await events.assignSequences(10)).toMatchObject({ assigned: 1 })
      const other = await db.commit((records) => records.events.assignSequences(10))
      expect(other).toEqual({ assigned: 0, highest })
    })
    const unnumbered = await onServer(
      db.url,
      'select count(*)::int as n from transaction_event where sequence is null',
    )
    expect(unnumbered).toEqual([{ n: 0 }])
  })

  it('numbers in the order of writing, wherever the rows lie', async () => {
    const transactionId = randomUUID()
    await onServer(db.url, 'drop index transaction_event_unnumbered') // has them in order by itself
    await db.commit(({ events }) => events.add([1, 2, 3].map((n) => anEvent(transactionId, n))))
    // the row moves to the end of the table and of other indexes
    const first = `update transaction_event set owner_memo = '1' where transaction_id = $1 and version = 1`
    await onServer(db.url, first, [transactionId])
    await db.commit(({ events }) => events.assignSequences(2))
    const told = await db.read(({ events }) => events.ofTransaction(transactionId))
    expect(told.map(({ version }) => version)).toEqual([1, 2])
  })
})

describe('events of several kinds that are added at once', () => {
  it('are given back each as it was, whatever it has', async () => {
    const transactionId = randomUUID()
    const actors: readonly TransactionEvent['actor'][] = [
      { kind: 'client', account: 'GOWNER' },
      { kind: 'operator', name: 'ada' },
      { kind: 'network', stellarPaymentId: '7' },
      { kind: 'rail', payoutId: 'p' },
      { kind: 'gateway' },
    ]
    const events = actors.map((actor, place): TransactionEvent => ({
      ...anEvent(transactionId, place + 1),
      actor,
      at: new Date(Date.UTC(2026, 0, 2, 3, place)),
      ...(place % 2 === 1 && {
        owner: { account: `G${place}`, memo: `${place}` },
        type: 'fundsReceived',
        from: 'awaitingFunds',
        to: 'payingOut',
        note: `note ${place}`,
      }),
    }))
    await db.commit((records) => records.events.add(events))
    await numberAll()
    const told = await db.read((records) => records.events.ofTransaction(transactionId))
    const [first] = told
    const start = first?.sequence ?? 0n
    expect(told).toStrictEqual(
      events.map((event, place) => ({ ...event, sequence: start + BigInt(place) })),
    )
  })

  it('are told to a client of one transaction only as far as both are its own', async () => {
    const [one, other] = [randomUUID(), randomUUID()]
    const after = await db.read(({ events }) => events.highestSequence())
    await db.commit(({ events }) =>
      events.add([
        { ...anEvent(one, 1), owner: { account: 'GA', memo: '1' } },
        { ...anEvent(one, 2), owner: { account: 'GB', memo: '1' } },
        { ...anEvent(other, 3), owner: { account: 'GA', memo: '1' } },
      ]),
    )
    await numberAll()
    const query = { after, limit: 9, owner: { account: 'GA', memo: '1' }, transactionId: one }
    const told = await db.read(({ events }) => events.after(query))
    expect(told.map(({ version }) => version)).toEqual([1])
  })
})
