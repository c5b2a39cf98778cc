import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { placeAfter } from '../../../src/domain/network/ledger.ts'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import type { NetworkWatch } from '../../../src/usecases/network/watch-network.ts'
import type { CreditPage } from '../../../src/usecases/ports/stellar-network.ts'
import { recheckStellarPayments } from '../../../src/usecases/stellar-payments/recheck-stellar-payments.ts'
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
const placeIn = (ledger: bigint) => (ledger << 32n).toString()

/** The network is told by every Horizon up to this ledger; undefined: nobody knows yet. */
const settledAt = (ledger: bigint | undefined): NetworkWatch => ({
  ...calmWatch(now),
  look: async () => {
    const anchor = { sequence: 1n, hash: '', closedAt: now() }
    const settled = ledger === undefined ? {} : { settled: { ledger, until: now() } }
    return accepted({ epoch: 1, anchor, latest: 10_000n, elder: 1n, ...settled })
  },
})

/** An account that was read from the beginning of ledger 100 up to ledger 1000. */
async function anAccount(): Promise<string> {
  const account = `G${randomUUID()}`
  await db.commit(async ({ stellarPayments }) => {
    await stellarPayments.startCursor(account, placeIn(100n))
    const move = { epoch: 1, from: placeIn(100n), to: placeIn(1_000n) }
    await stellarPayments.moveCursor(account, move)
  })
  return account
}

const checked = async (account: string) =>
  (await db.read(({ stellarPayments }) => stellarPayments.place(account)))?.checked

/** Reads again; the network answers the pages one after the other. */
async function recheck(account: string, watch: NetworkWatch, ...pages: readonly CreditPage[]) {
  const asked: string[] = []
  const limits: number[] = []
  const found: unknown[] = []
  const outcome = await recheckStellarPayments({
    commit: db.commit,
    read: db.read,
    network: {
      creditsAfter: async (_, cursor, limit) => {
        asked.push(cursor)
        limits.push(limit)
        at = new Date(noon.getTime() + asked.length * 1_000)
        const page = pages[asked.length - 1]
        if (page === undefined) throw new Error('nothing more was to be asked')
        return page
      },
    },
    watch,
    now,
    onFound: (...told) => found.push(told),
  })(account)
  return { outcome, asked, limits, found }
}

const page = (account: string, ledgers: readonly bigint[], complete: boolean): CreditPage => ({
  credits: ledgers.map((ledger) => aStellarPayment({ account, id: placeIn(ledger) })),
  nextCursor: placeIn(ledgers.at(-1) ?? 0n),
  complete,
})

describe('reading a second time', () => {
  it.each([true, false])(
    'goes no further than twenty ledgers back, though the page does (the last one: %s)',
    async (complete) => {
      const account = await anAccount()
      const told = page(account, [500n, 990n], complete)
      const { outcome, found } = await recheck(account, settledAt(1_000n), told)
      expect(outcome).toEqual({ ok: true, value: 1 })
      expect(found).toEqual([[account, 1]])
      expect(await checked(account)).toBe(placeAfter(980n))
      const later = await recheck(account, settledAt(1_020n), page(account, [985n, 990n], true))
      expect(later.outcome).toEqual({ ok: true, value: 2 })
      expect(await checked(account)).toBe(placeIn(1_000n))
    },
  )

  it('notes what it finds at the moment of each reading', async () => {
    const accounts = [await anAccount(), await anAccount()]
    const credits = accounts.map((account, place) =>
      aStellarPayment({ account, id: placeIn(700n + BigInt(place)) }),
    )
    let moment = now()
    const again = recheckStellarPayments({
      ...db,
      network: {
        creditsAfter: async (account) => {
          const own = credits.filter((credit) => credit.account === account)
          return { credits: own, nextCursor: placeIn(900n), complete: true }
        },
      },
      watch: settledAt(2_000n),
      now: () => moment,
      onFound: () => undefined,
    })
    for (const { account, id } of credits) {
      moment = new Date(moment.getTime() + 60_000)
      expect(await again(account)).toEqual({ ok: true, value: 1 })
      const kept = await db.read(({ stellarPayments }) => stellarPayments.find(id))
      expect(kept?.seenAt).toEqual(moment)
    }
  })

  it('goes on page by page, and tells of all that was found together', async () => {
    const account = await anAccount()
    const pages = [page(account, [200n, 300n], false), page(account, [400n], true)]
    const { asked, found } = await recheck(account, settledAt(2_000n), ...pages)
    expect(asked).toEqual([placeIn(100n), placeIn(300n)])
    expect(found).toEqual([[account, 3]])
    for (const [place, { credits }] of pages.entries()) {
      const seenAt = new Date(noon.getTime() + (place + 1) * 1_000) // the time of each page
      for (const credit of credits) {
        const kept = await db.read(({ stellarPayments }) => stellarPayments.find(credit.id))
        expect(kept).toEqual({ ...credit, epoch: 1, seenAt, match: { state: 'waiting' } })
      }
    }
    expect(await checked(account)).toBe(placeIn(1_000n))
  })

  it('asks for five pages of two hundred at most, and for the rest with the next call', async () => {
    const account = await anAccount()
    const pages = [200n, 210n, 220n, 230n, 240n].map((ledger) => page(account, [ledger], false))
    const { asked, limits } = await recheck(account, settledAt(2_000n), ...pages)
    expect(asked).toEqual([100n, 200n, 210n, 220n, 230n].map(placeIn))
    expect(new Set(limits)).toEqual(new Set([200])) // Horizon gives no more
    expect(await checked(account)).toBe(placeIn(240n))
    const rest = await recheck(account, settledAt(2_000n), page(account, [250n], true))
    expect(rest.asked).toEqual([placeIn(240n)])
  })

  it('asks again from twenty ledgers of news on, and not for fewer while more may come', async () => {
    const account = await anAccount()
    expect((await recheck(account, settledAt(139n))).asked).toEqual([])
    const told = page(account, [110n], true)
    expect((await recheck(account, settledAt(140n), told)).asked).toEqual([placeIn(100n)])
    expect(await checked(account)).toBe(placeAfter(120n))
  })

  it('leaves the rest to whoever has read the same page meanwhile', async () => {
    const account = await anAccount()
    const confirm: NetworkWatch['confirm'] = async () => {
      const move = { epoch: 1, from: placeIn(100n), to: placeIn(200n) }
      await db.commit(({ stellarPayments }) => stellarPayments.moveChecked(account, move))
      return accepted(true)
    }
    const pages = [page(account, [200n], false), page(account, [300n], true)]
    const { outcome, asked, found } = await recheck(
      account,
      { ...settledAt(2_000n), confirm },
      ...pages,
    )
    expect([outcome, asked, found]).toEqual([{ ok: true, value: 0 }, [placeIn(100n)], []])
    expect(await checked(account)).toBe(placeIn(200n))
    const [credit] = pages[0]?.credits ?? []
    expect(
      await db.read(({ stellarPayments }) => stellarPayments.find(credit?.id ?? '')),
    ).not.toMatchObject({ account })
  })

  it('tells of nothing when nothing was held back', async () => {
    const account = await anAccount()
    const quiet = { credits: [], nextCursor: placeIn(100n), complete: true }
    expect((await recheck(account, settledAt(2_000n), quiet)).found).toEqual([])
    expect(await checked(account)).toBe(placeIn(1_000n))
  })

  it('asks for nothing of an account that is not in the run of the network that is seen', async () => {
    const account = await anAccount()
    const before = settledAt(2_000n)
    const anew: NetworkWatch = {
      ...before,
      look: async () => {
        const seen = await before.look()
        return seen.ok ? accepted({ ...seen.value, epoch: 2 }) : seen
      },
    }
    const { outcome, asked } = await recheck(account, anew)
    expect([outcome, asked]).toEqual([{ ok: true, value: 0 }, []])
    expect(await checked(account)).toBe(placeIn(100n))
  })

  it('waits until it is known how far every Horizon tells', async () => {
    const account = await anAccount()
    expect((await recheck(account, settledAt(undefined))).outcome).toEqual({ ok: true, value: 0 })
    expect(await checked(account)).toBe(placeIn(100n))
  })

  it('keeps nothing when the network is not the one that was read, and says so', async () => {
    const account = await anAccount()
    const stopped = async () => refused({ code: 'network_stopped' } as const)
    const told = page(account, [500n], true)
    const noticed = await recheck(account, { ...settledAt(2_000n), confirm: stopped }, told)
    expect(noticed.outcome).toEqual(await stopped())
    expect((await recheck(account, { ...settledAt(2_000n), look: stopped })).outcome).toEqual(
      await stopped(),
    )
    expect(await checked(account)).toBe(placeIn(100n))
    const kept = await db.read(({ stellarPayments }) => stellarPayments.waitingCount())
    expect((await recheck(account, settledAt(2_000n), told)).found).toEqual([[account, 1]])
    expect(await db.read(({ stellarPayments }) => stellarPayments.waitingCount())).toBe(kept + 1)
  })
})
