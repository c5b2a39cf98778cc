import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { CreditPage, StellarNetwork } from '../ports/stellar-network.ts'
import type { StartAt, StartWatching } from './start-watching.ts'

/** Somebody else collects this account now. */
export interface SeatTaken {
  readonly code: 'seat_taken'
}

export interface Collected {
  /** Pages kept, and payments in them that were new. */
  readonly pages: number
  readonly added: number
}

/**
 * Reads what credited the account since the last time, page by page until nothing more is there. Each
 * page is kept in one commit with the cursor that covers it; the network is asked outside of it. Once
 * the last page is kept, the account is noted as read until the moment that page was asked for.
 *
 * Refusals: `seat_taken`, also when the seat was lost on the way. The seat only spares double work: a page
 * read without it is kept all the same when nobody kept it before (the cursor says so), or else
 * collectors of a slow network would take the seat from each other and none would ever get on.
 * Failures: `NetworkUnavailable`, `NetworkWasReset`, `DatabaseUnavailable`; pages kept before stay kept.
 * Repeats: a payment is kept once, however often it is read.
 */
export type CollectStellarPayments = (account: string) => Promise<Outcome<Collected, SeatTaken>>

export interface CollectParts {
  readonly commit: Commit
  readonly network: Pick<StellarNetwork, 'creditsAfter'>
  readonly startWatching: StartWatching
  readonly startAt: StartAt
  /** Names this collector; a new one for each call. */
  readonly newId: () => string
  readonly now: () => Date
  /** How long a silent collector keeps the others waiting. Longer than one call to the network. */
  readonly seatMs?: number
  /** Called after each page that brought something: matching need not wait for the last page. */
  readonly onPage?: (account: string) => Promise<void>
}

const pageSize = 200
const usualSeatMs = 20_000

export const collectStellarPayments =
  (parts: CollectParts): CollectStellarPayments =>
  async (account) => {
    await parts.startWatching(account, parts.startAt)
    const seat = { account, holder: parts.newId() }
    let cursor = await sitDown(parts, seat)
    if (cursor === undefined) return refused({ code: 'seat_taken' })
    let readUntil: Date | undefined
    try {
      const collected = { pages: 0, added: 0 }
      for (;;) {
        const askedAt = parts.now()
        const page = await parts.network.creditsAfter(account, cursor, pageSize)
        const kept = await keepPage(parts, seat, { from: cursor, page })
        if (kept === undefined) return refused({ code: 'seat_taken' })
        cursor = page.nextCursor
        collected.pages += 1
        collected.added += kept.added
        if (kept.added > 0) await parts.onPage?.(account)
        if (!kept.isSeated) return refused({ code: 'seat_taken' })
        if (page.complete) {
          readUntil = askedAt
          return accepted(collected)
        }
      }
    } finally {
      await parts.commit(({ stellarPayments }) =>
        stellarPayments.leaveSeat(account, seat.holder, readUntil),
      )
    }
  }

interface Seat {
  readonly account: string
  readonly holder: string
}

function sitDown(parts: CollectParts, seat: Seat): Promise<string | undefined> {
  return parts.commit(async (records) => {
    const seated = await keepSeat(records, seat, parts)
    return seated ? records.stellarPayments.cursor(seat.account) : undefined
  })
}

interface KeptPage {
  readonly added: number
  readonly isSeated: boolean
}

/** Undefined, and nothing kept, when another collector kept this page first. */
function keepPage(
  parts: CollectParts,
  seat: Seat,
  { from, page }: { readonly from: string; readonly page: CreditPage },
): Promise<KeptPage | undefined> {
  if (page.nextCursor === from) return Promise.resolve({ added: 0, isSeated: true })
  return parts.commit(async (records) => {
    const { stellarPayments } = records
    if (!(await stellarPayments.moveCursor(seat.account, from, page.nextCursor))) return undefined
    const isSeated = await keepSeat(records, seat, parts)
    return { added: await stellarPayments.add(page.credits, parts.now()), isSeated }
  })
}

function keepSeat(
  { stellarPayments }: Records,
  { account, holder }: Seat,
  { now, seatMs = usualSeatMs }: CollectParts,
): Promise<boolean> {
  const moment = now()
  const until = new Date(moment.getTime() + seatMs)
  return stellarPayments.takeSeat(account, holder, { now: moment, until })
}
