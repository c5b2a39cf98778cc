import { randomUUID } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import type { RecordedEvent } from '../../../src/domain/transaction/event.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import { openEventTail } from '../../../src/usecases/events/event-tail.ts'
import { until } from '../../until.ts'

const anEvent = (sequence: bigint, account = 'GOWNER'): RecordedEvent => ({
  id: randomUUID(),
  sequence,
  transactionId: 'one',
  owner: { account },
  type: 'opened',
  to: 'screening',
  version: 1,
  at: new Date('2026-01-02T03:04:05Z'),
  actor: { kind: 'gateway' },
})

/** A table that grows as the test says; each page is told when the test lets it. */
async function aTail() {
  let written = 0n
  const pages: (() => void)[] = []
  const questions: { readonly after: bigint; readonly limit: number }[] = []
  const events = {
    highestSequence: async () => written,
    after: async ({ after, limit }: { readonly after: bigint; readonly limit: number }) => {
      questions.push({ after, limit })
      const upTo = written // as it is when the question comes
      await new Promise<void>((resolve) => pages.push(resolve))
      const count = Math.min(limit, Number(upTo - after))
      return Array.from({ length: count }, (_, place) => anEvent(after + BigInt(place) + 1n))
    },
  }
  const records = { events } as unknown as Records // no other is asked
  const tail = await openEventTail({ read: (work) => work(records) })
  return {
    tail,
    write: (count: number) => (written += BigInt(count)),
    questions,
    asked: () => pages.length,
    tellPage: async (place: number) => {
      await until(() => pages.length > place, `question ${place} to the table`)
      pages[place]?.()
    },
  }
}

it('reads again what it hears of while it reads', async () => {
  const { tail, write, tellPage } = await aTail()
  tail.rise(BigInt(write(1)))
  tail.rise(BigInt(write(1)))
  await tellPage(0)
  await tellPage(1)
  await expect.poll(() => tail.upTo).toBe(2n)
})

it('asks nothing when it hears of what it has', async () => {
  const { tail, write, tellPage, asked } = await aTail()
  tail.rise(BigInt(write(1)))
  await tellPage(0)
  await expect.poll(() => tail.upTo).toBe(1n)
  tail.rise(1n)
  tail.rise(0n)
  expect(asked()).toBe(1)
})

it('reads on behind a full page of 500, of which nobody told more', async () => {
  const { tail, write, tellPage, questions } = await aTail()
  write(501)
  const caughtUp = tail.catchUp()
  await tellPage(0)
  await tellPage(1)
  await caughtUp
  expect(tail.upTo).toBe(501n)
  expect(questions).toEqual([
    { after: 0n, limit: 500 },
    { after: 500n, limit: 500 },
  ])
})

it('asks no further for what it heard of and is not there', async () => {
  const { tail, tellPage, asked } = await aTail()
  tail.rise(1n)
  await tellPage(0)
  const caughtUp = tail.catchUp() // once that reading has ended
  await tellPage(1)
  await caughtUp
  expect(asked()).toBe(2)
})

it('asks again when it hears of more while it finds nothing', async () => {
  const { tail, write, tellPage } = await aTail()
  tail.rise(1n)
  await expect.poll(() => tail.upTo).toBe(0n)
  write(2)
  tail.rise(2n)
  await tellPage(0)
  await tellPage(1)
  await expect.poll(() => tail.upTo).toBe(2n)
})

it('reads up to the highest it heard of, whatever it hears after', async () => {
  const { tail, write, tellPage } = await aTail()
  write(1)
  tail.rise(2n)
  write(1) // after the question was put
  tail.rise(1n)
  await tellPage(0)
  await tellPage(1)
  await expect.poll(() => tail.upTo).toBe(2n)
})

it('holds the newest thousand, and says how far back that is', async () => {
  const { tail, write, tellPage } = await aTail()
  write(1_001)
  const caughtUp = tail.catchUp()
  for (const page of [0, 1, 2]) await tellPage(page)
  await caughtUp
  expect([tail.reachesBackTo, tail.upTo]).toEqual([1n, 1_001n])
  const held = tail.after(0n)
  expect([held.length, held[0]?.sequence, held.at(-1)?.sequence]).toEqual([1_000, 2n, 1_001n])
  expect(tail.after(999n).map(({ sequence }) => sequence)).toEqual([1_000n, 1_001n])
})

it('outlives a reading that fails, and reads when it hears again', async () => {
  let isAway = true
  const events = {
    highestSequence: async () => 0n,
    after: async ({ after }: { readonly after: bigint }) => {
      if (isAway) throw new Error('away')
      return after === 0n ? [anEvent(1n)] : []
    },
  }
  const records = { events } as unknown as Records // no other is asked
  const tail = await openEventTail({ read: (work) => work(records) })
  tail.rise(1n)
  await new Promise((resolve) => setImmediate(resolve))
  expect(tail.upTo).toBe(0n)
  isAway = false
  tail.rise(1n)
  await expect.poll(() => tail.upTo).toBe(1n)
})

describe('who waits for the tail to grow', () => {
  const growing = async () => {
    const { tail, write, tellPage } = await aTail()
    let page = 0
    const grow = async () => {
      const caughtUp = (write(1), tail.catchUp())
      await tellPage(page)
      page += 1
      await caughtUp
    }
    return { tail, grow }
  }

  it('goes on from where it stands, when the table has told it more than the tail holds', async () => {
    const { tail, grow } = await growing()
    const { signal } = new AbortController()
    const grown = tail.grown(5n, { signal })
    await grow()
    expect(await grown).toBe(5n)
  })

  it('waits on while nothing is found', async () => {
    const { tail, tellPage } = await aTail()
    const heard: bigint[] = []
    const leaving = new AbortController()
    const grown = tail.grown(0n, leaving).then((position) => heard.push(position))
    const caughtUp = tail.catchUp()
    await tellPage(0)
    await caughtUp
    expect(heard).toEqual([])
    leaving.abort()
    await grown
    expect(heard).toEqual([0n])
  })

  it('is not forgotten because another of the same account leaves', async () => {
    const { tail, grow } = await growing()
    const leaving = new AbortController()
    const left = tail.grown(0n, { account: 'GOWNER', signal: leaving.signal })
    const stayed = tail.grown(0n, { account: 'GOWNER', signal: new AbortController().signal })
    leaving.abort()
    expect(await left).toBe(0n)
    await grow()
    expect(await stayed).toBe(0n)
  })

  it('is woken by an event of its account wherever it is in a page, and with all others who wait', async () => {
    const owners = ['GFIRST', 'GSECOND', 'GTHIRD']
    const told = owners.map((owner, place) => anEvent(BigInt(place) + 1n, owner))
    const events = {
      highestSequence: async () => 0n,
      after: async ({ after }: { readonly after: bigint }) => told.slice(Number(after)),
    }
    const records = { events } as unknown as Records // no other is asked
    const tail = await openEventTail({ read: (work) => work(records) })
    const woken: (string | undefined)[] = []
    const waitFor = async (account?: string, signal = new AbortController().signal) => {
      await tail.grown(0n, { signal, ...(account !== undefined && { account }) })
      woken.push(account)
    }
    const leave = new AbortController()
    const stranger = waitFor('GOTHER', leave.signal)
    const waiting = [...owners, ...owners, undefined, undefined].map((account) => waitFor(account))
    await tail.catchUp()
    await new Promise((resolve) => setImmediate(resolve)) // whoever was woken has gone on
    const counts = [...owners, undefined, 'GOTHER'].map(
      (account) => woken.filter((one) => one === account).length,
    )
    expect(counts).toEqual([2, 2, 2, 2, 0])
    leave.abort()
    await Promise.all([stranger, ...waiting])
    expect(woken.at(-1)).toBe('GOTHER')
  })

  it('leaves nothing on its signal once it is told, however often it waits', async () => {
    const { tail, grow } = await growing()
    const { signal } = new AbortController()
    const cleared = vi.spyOn(signal, 'removeEventListener')
    for (const position of [0n, 1n, 2n]) {
      const grown = tail.grown(position, { account: 'GOWNER', signal })
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      await grow()
      await grown
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(cleared).toHaveBeenCalledTimes(3) // each time once: who was told waits no more
  })

  it('is not kept in memory when it has left', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const { tail } = await growing()
    const watch = async () => {
      const leave = new AbortController()
      const grown = tail.grown(0n, { account: 'GOWNER', signal: leave.signal })
      leave.abort()
      await grown
      return new WeakRef(leave.signal)
    }
    const left = await watch()
    await new Promise((resolve) => setImmediate(resolve)) // a WeakRef holds its target for one turn
    collectGarbage()
    expect(left.deref()).toBeUndefined()
    expect(tail.upTo).toBe(0n)
  })

  it('does not begin to wait when it has left already', async () => {
    const { tail } = await growing()
    const grown = tail.grown(3n, { signal: AbortSignal.abort() })
    const waiting = new Promise((resolve) => setImmediate(resolve, 'it waits'))
    expect(await Promise.race([grown, waiting])).toBe(3n)
  })
})
