import { firstUnread, isGap } from '../../domain/network/ledger.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { NetworkStopped, NetworkWatch, Sight } from '../network/watch-network.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { CreditPage, StellarNetwork } from '../ports/stellar-network.ts'
import type { AccountPlace } from '../ports/stellar-payment-records.ts'
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
 * the last page is kept, the account is noted as read up to the latest ledger that the network had
 * before, by the network's own clock.
 *
 * Refusals: `network_stopped` (it was reset, or its history has a gap: an operator decides; nothing
 * is kept); `seat_taken`, also when the seat was lost on the way. The seat only spares double work: a page
 * read without it is kept all the same when nobody kept it before (the cursor says so), or else
 * collectors of a slow network would take the seat from each other and none would ever get on.
 * Failures: `NetworkUnavailable`, `DatabaseUnavailable`; pages kept before stay kept.
 * Repeats: a payment is kept once, however often it is read.
 */
export type CollectStellarPayments = (account: string) => Promise<CollectOutcome>

export type CollectOutcome = Outcome<Collected, SeatTaken | NetworkStopped>

export interface CollectParts {
  readonly commit: Commit
  readonly network: Pick<StellarNetwork, 'creditsAfter'>
  readonly watch: NetworkWatch
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
    const looked = await parts.watch.look()
    if (!looked.ok) return looked
    await parts.startWatching(account, parts.startAt)
    const seat = { account, holder: parts.newId() }
    const place = await sitDown(parts, seat)
    if (place?.epoch !== looked.value.epoch) return refused({ code: 'seat_taken' })
    let isRead = false
    try {
      const gap = gapOf(place, looked.value)
      if (gap !== undefined) return await parts.watch.stop(looked.value, gap)
      const outcome = await readOn(parts, { seat, sight: looked.value }, place.cursor)
      isRead = outcome.ok
      return outcome
    } finally {
      const settled = isRead ? looked.value.settled : undefined
      await parts.commit(({ stellarPayments }) =>
        stellarPayments.leaveSeat(account, seat.holder, settled),
      )
    }
  }

interface Seat {
  readonly account: string
  readonly holder: string
}

interface Reading {
  readonly seat: Seat
  readonly sight: Sight
}

/** Page by page to the end. */
async function readOn(
  parts: CollectParts,
  { seat, sight }: Reading,
  begin: string,
): Promise<CollectOutcome> {
  const { account } = seat
  const collected = { pages: 0, added: 0 }
  let cursor = begin
  for (;;) {
    const page = await parts.network.creditsAfter(account, cursor, pageSize)
    const confirmed = await parts.watch.confirm(sight, page.credits)
    if (!confirmed.ok) return confirmed
    const kept = await keepPage(parts, { seat, sight }, { from: cursor, page })
    if (kept === undefined) return refused({ code: 'seat_taken' })
    cursor = page.nextCursor
    collected.pages += 1
    collected.added += kept.added
    if (kept.added > 0) await parts.onPage?.(account)
    if (!kept.isSeated) return refused({ code: 'seat_taken' })
    if (page.complete) return accepted(collected)
  }
}

function sitDown(parts: CollectParts, seat: Seat): Promise<AccountPlace | undefined> {
  return parts.commit(async (records) => {
    const seated = await keepSeat(records, seat, parts)
    return seated ? records.stellarPayments.place(seat.account) : undefined
  })
}

/** Why the account cannot be read on from its place in what the network tells now. */
function gapOf({ account, cursor, readLedger }: AccountPlace, { elder }: Sight) {
  const unread = firstUnread(cursor, readLedger)
  if (!isGap(unread, elder)) return undefined
  return {
    reason: 'gap',
    detail:
      `Horizon's history begins at ledger ${elder} only, but ${account} was read up to ledger ` +
      `${unread - 1n}: what came between cannot be read from it. Take a Horizon with more ` +
      'history, or look at the account yourself, and resume',
  } as const
}

interface KeptPage {
  readonly added: number
  readonly isSeated: boolean
}

/** Undefined, and nothing kept, when another collector kept this page first, or collecting was stopped. */
function keepPage(
  parts: CollectParts,
  { seat, sight }: Reading,
  { from, page }: { readonly from: string; readonly page: CreditPage },
): Promise<KeptPage | undefined> {
  if (page.nextCursor === from) return Promise.resolve({ added: 0, isSeated: true })
  return parts.commit(async (records) => {
    const { stellarPayments } = records
    const move = { epoch: sight.epoch, from, to: page.nextCursor }
    if (!(await stellarPayments.moveCursor(seat.account, move))) return undefined
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
