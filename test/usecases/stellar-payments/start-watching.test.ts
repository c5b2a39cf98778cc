import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { placeAfter } from '../../../src/domain/network/ledger.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { startWatching } from '../../../src/usecases/stellar-payments/start-watching.ts'
import type { StartAt } from '../../../src/usecases/stellar-payments/start-watching.ts'
import { freshCommit } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const start = new Date('2026-11-21T12:00:00Z')
/** Ledger 100 is closed a minute before we want to read, and one every five seconds. */
const closedAt = (sequence: bigint) =>
  new Date(start.getTime() - 60_000 + (Number(sequence) - 100) * 5_000)
const ledger = (sequence: bigint) => ({ sequence, hash: '', closedAt: closedAt(sequence) })

/** Horizon is away when we want to read from now on; later it tells of these ledgers. */
async function beginLate(told: {
  readonly elder: bigint
  readonly latest: bigint
  readonly lacks?: bigint
  /** By so much sooner we want to read. */
  readonly earlierMs?: number
}) {
  const account = `G${randomUUID()}`
  let later = -3_600_000 // it is asked for an hour after it was made
  const begin = startWatching({
    commit: db.commit,
    read: db.read,
    network: { newestCursor: () => Promise.reject(new NetworkUnavailable('away')) },
    ledgers: {
      head: async () => ({ latest: ledger(told.latest), elder: told.elder }),
      find: async (sequence) => (sequence === told.lacks ? undefined : ledger(sequence)),
    },
    now: () => new Date(start.getTime() - (told.earlierMs ?? 0) + later),
  })
  later = 0
  await expect(begin(account, 'now')).rejects.toThrow(NetworkUnavailable)
  later = 600_000
  return begin(account, 'now')
}

describe('an account that is to be read from now on, while Horizon is away', () => {
  it('is read from what was closed since a minute before that moment', async () => {
    expect(await beginLate({ elder: 1n, latest: 400n })).toBe(placeAfter(99n))
    expect(await beginLate({ elder: 98n, latest: 100n })).toBe(placeAfter(99n))
  })

  it('is read from the newest ledger on when that is older', async () => {
    expect(await beginLate({ elder: 1n, latest: 80n })).toBe(placeAfter(80n))
  })

  it('is read from before the oldest ledger when that is newer, so that the gap is seen', async () => {
    expect(await beginLate({ elder: 300n, latest: 400n })).toBe(placeAfter(298n))
    expect(await beginLate({ elder: 99n, latest: 400n })).toBe(placeAfter(99n))
  })

  it('is read from the very first ledger on when Horizon has that, or the one after it', async () => {
    const young = { latest: 400n, earlierMs: 600_000 }
    expect(await beginLate({ elder: 1n, ...young })).toBe(placeAfter(0n))
    expect(await beginLate({ elder: 2n, ...young })).toBe(placeAfter(0n))
    expect(await beginLate({ elder: 3n, ...young })).toBe(placeAfter(1n))
  })

  it('waits for a Horizon that lacks a ledger in between', async () => {
    const asked = beginLate({ elder: 90n, latest: 110n, lacks: 100n })
    await expect(asked).rejects.toThrow('Horizon does not have ledger 100')
  })
})

it('answers the place of whoever was first, when two begin at once (AP-1.2)', async () => {
  const account = `G${randomUUID()}`
  const begin = startWatching({
    commit: db.commit,
    read: db.read,
    network: {
      newestCursor: async () => {
        await db.commit(({ stellarPayments }) => stellarPayments.startCursor(account, '7'))
        return '9'
      },
    },
    ledgers: { head: () => Promise.reject(new Error('not asked')), find: async () => undefined },
    now: () => start,
  })
  expect(await begin(account, 'now')).toBe('7')
})

it.each<StartAt>(['now', { cursor: '9' }])(
  'answers the place that is there without a word to the network, whatever is set: %j (AP-1.2)',
  async (startAt) => {
    const account = `G${randomUUID()}`
    const asked: string[] = []
    const away = (what: string) => () => {
      asked.push(what)
      return Promise.reject(new NetworkUnavailable('away'))
    }
    const begin = startWatching({
      commit: db.commit,
      read: db.read,
      network: { newestCursor: away('newest') },
      ledgers: { head: away('head'), find: away('ledger') },
      now: () => start,
    })
    await expect(begin(account, 'now')).rejects.toThrow(NetworkUnavailable)
    expect(asked).toEqual(['newest'])
    await db.commit(({ stellarPayments }) => stellarPayments.startCursor(account, '7'))
    await expect(begin(account, startAt)).resolves.toBe('7')
    expect(asked).toEqual(['newest'])
  },
)
