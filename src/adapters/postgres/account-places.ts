import type { Session } from './database.ts'
import type { StellarPaymentRecords } from '../../usecases/ports/stellar-payment-records.ts'
import { sql } from './database.ts'
import { currentEpoch, openStop } from './network-records.ts'

type Beginnings = Pick<StellarPaymentRecords, 'cursor' | 'place' | 'wantCursor' | 'startCursor'>
type Moves = Pick<StellarPaymentRecords, 'moveCursor' | 'moveChecked'>
type Seats = Pick<StellarPaymentRecords, 'takeSeat' | 'leaveSeat'>

interface PlaceRow {
  readonly epoch: number
  readonly cursor: string
  readonly checked_cursor: string | null
  readonly read_ledger: bigint | null
}

/** How far each account was read, and by whom. */
export const accountPlaces = (session: Session): Beginnings & Moves & Seats => ({
  ...beginnings(session),
  ...moves(session),
  ...seats(session),
})

const beginnings = (session: Session): Beginnings => ({
  async cursor(account) {
    const [row] = await sql<{ cursor: string }>(
      session,
      `select cursor from stellar_cursor where account = $1 and cursor is not null`,
      [account],
    )
    return row?.cursor
  },

  async place(account) {
    const [row] = await sql<PlaceRow>(
      session,
      `select epoch, cursor, checked_cursor, read_ledger from stellar_cursor
       where account = $1 and cursor is not null`,
      [account],
    )
    return (
      row && {
        account,
        epoch: row.epoch,
        cursor: row.cursor,
        checked: row.checked_cursor ?? row.cursor,
        ...(row.read_ledger !== null && { readLedger: row.read_ledger }),
      }
    )
  },

  async wantCursor(account, since) {
    const [added] = await sql(
      session,
      `insert into stellar_cursor (account, epoch, wanted_since) values ($1, (${currentEpoch}), $2)
       on conflict (account) do nothing returning account`,
      [account, since],
    )
    const [row] = await sql<{ wanted_since: Date | null }>(
      session,
      `select wanted_since from stellar_cursor where account = $1`,
      [account],
    )
    return { since: row?.wanted_since ?? since, isNew: added !== undefined }
  },

  async startCursor(account, cursor) {
    await sql(
      session,
      `insert into stellar_cursor (account, epoch, cursor, checked_cursor)
       values ($1, (${currentEpoch}), $2, $2)
       on conflict (account) do update
         set cursor = excluded.cursor, checked_cursor = excluded.checked_cursor, moved_at = now()
         where stellar_cursor.cursor is null`,
      [account, cursor],
    )
  },
})

const moves = (session: Session): Moves => ({
  moveCursor: async (account, { epoch, from, to }) =>
    isMoved(
      await sql(
        session,
        `update stellar_cursor set cursor = $4, checked_cursor = coalesce(checked_cursor, cursor),
           moved_at = now()
         where account = $1 and epoch = $2 and cursor = $3 and $4::numeric > $3::numeric
           and not exists (${openStop}) returning account`,
        [account, epoch, from, to],
      ),
    ),

  moveChecked: async (account, { epoch, from, to }) =>
    isMoved(
      await sql(
        session,
        `update stellar_cursor set checked_cursor = $4
         where account = $1 and epoch = $2 and checked_cursor = $3 and $4::numeric > $3::numeric
           and not exists (${openStop}) returning account`,
        [account, epoch, from, to],
      ),
    ),
})

const seats = (session: Session): Seats => ({
  async takeSeat(account, holder, { now, until }) {
    const taken = await sql(
      session,
      `update stellar_cursor set seat_holder = $2, seat_until = $4
       where account = $1
         and (seat_holder is null or seat_holder = $2 or seat_until <= $3) returning account`,
      [account, holder, now, until],
    )
    return taken.length === 1
  },

  async leaveSeat(account, holder, read) {
    await sql(
      session,
      `update stellar_cursor
       set seat_holder = null, seat_until = null, read_until = greatest(read_until, $3),
         read_ledger = greatest(read_ledger, $4::bigint)
       where account = $1 and seat_holder = $2`,
      [account, holder, read?.until ?? null, read?.ledger ?? null],
    )
  },
})

const isMoved = (rows: readonly object[]): boolean => rows.length === 1
