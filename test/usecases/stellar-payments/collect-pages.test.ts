import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accepted } from '../../../src/domain/outcome.ts'
import type { NetworkWatch } from '../../../src/usecases/network/watch-network.ts'
import type { CreditPage } from '../../../src/usecases/ports/stellar-network.ts'
import { collectStellarPayments } from '../../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { freshCommit } from '../../database.ts'
import { calmWatch } from '../payment-world.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const noon = new Date('2026-11-21T12:00:00Z')
let at = noon
const now = () => at
beforeEach(() => {
  at = noon
})

/** Collects from a network that shows one page for each count of payments, and nothing more after them. */
async function collectPages(
  counts: readonly number[],
  meanwhile: (account: string, asked: number) => unknown = () => undefined,
  /** How far a page without payments leads. */
  skipped?: string,
) {
  const account = `G${randomUUID()}`
  const pages = counts.map((count) =>
    Array.from({ length: count }, () => aStellarPayment({ account })),
  )
  const asked: unknown[] = []
  const told: unknown[] = []
  let looks = 0n
  /** The network goes on from ledger to ledger. */
  const look: NetworkWatch['look'] = async () => {
    looks += 1n
    const anchor = { sequence: 1n, hash: '', closedAt: new Date(0) }
    const settled = { ledger: 100n + looks, until: now() }
    return accepted({ epoch: 1, anchor, latest: 100n + looks, elder: 1n, settled })
  }
  const creditsAfter = async (of: string, cursor: string, limit: number): Promise<CreditPage> => {
    const credits = pages[asked.length] ?? []
    asked.push([of, cursor, limit])
    await meanwhile(account, asked.length)
    const nextCursor = credits.at(-1)?.id ?? skipped ?? cursor
    return { credits, nextCursor, complete: asked.length >= pages.length }
  }
  const outcome = await collectStellarPayments({
    commit: db.commit,
    network: { creditsAfter },
    watch: { ...calmWatch(now), look },
    startWatching: (of) =>
      db.commit(async ({ stellarPayments }) => {
        await stellarPayments.startCursor(of, '0')
        return '0'
      }),
    startAt: { cursor: '0' },
    newId: randomUUID,
    now,
    onPage: async (of) => {
      await Promise.resolve()
      told.push([of, asked.length])
    },
  })(account).catch((error: unknown) => error)
  const place = await db.read(({ stellarPayments }) => stellarPayments.place(account))
  const cursors = ['0', ...pages.map((page) => page.at(-1)?.id)]
  return { account, outcome, asked, told, place, cursors }
}

describe('collecting page by page', () => {
  it('asks for two hundred at a time, as Horizon gives no more, each page after the one before', async () => {
    const { account, outcome, asked, place, cursors } = await collectPages([2, 1])
    expect(outcome).toEqual({ ok: true, value: { pages: 2, added: 3 } })
    expect(asked).toEqual([
      [account, '0', 200],
      [account, cursors[1], 200],
    ])
    expect(place).toMatchObject({ cursor: cursors[2], readLedger: 101n }) // as it was before
  })

  it('keeps how far a page led in which there were no payments, and asks for it no second time', async () => {
    const { outcome, place, told } = await collectPages([0], undefined, '4294967296')
    expect(outcome).toEqual({ ok: true, value: { pages: 1, added: 0 } })
    expect([place?.cursor, told]).toEqual(['4294967296', []])
  })

  it('tells of each page that brought something, once, before the next is asked for', async () => {
    const { account, told } = await collectPages([1, 2])
    expect(told).toEqual([
      [account, 1],
      [account, 2],
    ])
    expect((await collectPages([0])).told).toEqual([])
  })

  it('does not count as read what the network did not show to the end (SEP31-77)', async () => {
    const away = new Error('away')
    const { outcome, place, cursors } = await collectPages([1, 1], (_, asked) =>
      asked === 2 ? Promise.reject(away) : undefined,
    )
    expect(outcome).toBe(away)
    expect(place?.cursor).toBe(cursors[1])
    expect(place).not.toHaveProperty('readLedger')
  })

  it('keeps the page and leaves the rest to the one who has taken its seat meanwhile', async () => {
    const later = (ms: number) => new Date(now().getTime() + ms)
    const taken: boolean[] = []
    const { outcome, asked, place, cursors, told, account } = await collectPages(
      [1, 1],
      async (of) => {
        for (const ms of [19_999, 20_000]) {
          const seat = { now: later(ms), until: later(60_000) }
          const take = db.commit(({ stellarPayments }) =>
            stellarPayments.takeSeat(of, 'another', seat),
          )
          taken.push(await take)
        }
      },
    )
    expect(taken).toEqual([false, true])
    expect(outcome).toEqual({ ok: false, refusal: { code: 'seat_taken' } })
    expect([asked.length, told]).toEqual([1, [[account, 1]]])
    expect(place?.cursor).toBe(cursors[1])
    expect(place).not.toHaveProperty('readLedger')
  })

  it('goes by the time of each page: keeps its seat from then on, and notes when a payment was seen', async () => {
    const later = (seconds: number) => new Date(noon.getTime() + seconds * 1_000)
    const taken: boolean[] = []
    const { outcome, cursors } = await collectPages([1, 1, 1], async (of, asked) => {
      const seat = { now: later(asked * 15), until: later(60) }
      const take = db.commit(({ stellarPayments }) => stellarPayments.takeSeat(of, 'another', seat))
      taken.push(await take)
      at = seat.now
    })
    expect(taken).toEqual([false, false, false])
    expect(outcome).toEqual({ ok: true, value: { pages: 3, added: 3 } })
    const seen = cursors.slice(1).map(async (id = '') => {
      const payment = await db.read(({ stellarPayments }) => stellarPayments.find(id))
      return payment?.seenAt
    })
    expect(await Promise.all(seen)).toEqual([15, 30, 45].map(later))
  })

  it('counts nothing as read when the seat was lost with the very last page (SEP31-77)', async () => {
    const seat = {
      now: new Date(now().getTime() + 20_000),
      until: new Date(now().getTime() + 60_000),
    }
    const { outcome, place, cursors } = await collectPages([1], (of) =>
      db.commit(({ stellarPayments }) => stellarPayments.takeSeat(of, 'another', seat)),
    )
    expect(outcome).toEqual({ ok: false, refusal: { code: 'seat_taken' } })
    expect(place?.cursor).toBe(cursors[1])
    expect(place).not.toHaveProperty('readLedger')
  })
})
