import type { Session } from './database.ts'
import { beginning } from '../../domain/network/ledger.ts'
import type { Decision, Epoch, Stop, StopReason } from '../../domain/network/epoch.ts'
import type { NetworkRecords } from '../../usecases/ports/network-records.ts'
import { sql } from './database.ts'

/** For the statements of other records that keep to the current run, or stand still while stopped. */
export const currentEpoch = `select max(number) from network_epoch`
export const openStop = `select from network_stop where decision is null`

interface EpochRow {
  readonly number: number
  readonly began_at: Date
  readonly anchor_sequence: bigint | null
  readonly anchor_hash: string | null
  readonly anchor_closed_at: Date | null
}

interface StopRow {
  readonly id: bigint
  readonly epoch: number
  readonly reason: string
  readonly detail: string
  readonly elder: bigint
  readonly stopped_at: Date
  readonly decision: string | null
  readonly decided_at: Date | null
  readonly decided_by: string | null
}

interface PlaceRow {
  readonly account: string
  readonly cursor: string | null
  readonly read_until: Date | null
}

const epochColumns = 'number, began_at, anchor_sequence, anchor_hash, anchor_closed_at'
const stopColumns = 'id, epoch, reason, detail, elder, stopped_at, decision, decided_at, decided_by'

export const networkRecords = (session: Session): NetworkRecords => ({
  ...epochRecords(session),
  ...stopRecords(session),
})

type EpochRecords = Pick<NetworkRecords, 'epoch' | 'anchor' | 'beginEpoch' | 'goOnFrom' | 'places'>
type StopRecords = Omit<NetworkRecords, keyof EpochRecords>

const epochRecords = (session: Session): EpochRecords => ({
  async epoch() {
    const [row] = await sql<EpochRow>(
      session,
      `select ${epochColumns} from network_epoch order by number desc limit 1`,
    )
    if (row === undefined) throw new Error('network_epoch is empty: its migration adds the first')
    return toEpoch(row)
  },

  async anchor(epoch, { sequence, hash, closedAt }) {
    await sql(
      session,
      `update network_epoch set anchor_sequence = $2, anchor_hash = $3, anchor_closed_at = $4
       where number = $1 and ended_at is null
         and (anchor_sequence is null or anchor_sequence < $2::bigint)
         and not exists (${openStop})`,
      [epoch, sequence, hash, closedAt],
    )
  },

  beginEpoch: (number, now) => beginEpoch(session, number, now),

  async goOnFrom(ledger) {
    await sql(
      session,
      `update network_epoch
       set anchor_sequence = null, anchor_hash = null, anchor_closed_at = null
       where ended_at is null and anchor_sequence < $1::bigint`,
      [ledger],
    )
    await sql(
      session,
      `update stellar_cursor set read_ledger = greatest(read_ledger, $1::bigint - 1)
       where cursor is not null`,
      [ledger],
    )
  },

  async places() {
    const rows = await sql<PlaceRow>(
      session,
      `select account, cursor, read_until from stellar_cursor order by account`,
    )
    return rows.map(({ account, cursor, read_until }) => ({
      account,
      ...(cursor === null ? {} : { cursor }),
      ...(read_until === null ? {} : { readUntil: read_until }),
    }))
  },
})

const stopRecords = (session: Session): StopRecords => ({
  openStop: () => stopWhere(session, 'decision is null'),
  lastStop: () => stopWhere(session, 'true'),
  lockStop: (id) =>
    /^\d{1,18}$/.test(id)
      ? stopWhere(session, 'id = $1', [id], 'for update')
      : Promise.resolve(undefined),

  async stop({ epoch, reason, detail, elder, stoppedAt }) {
    const stopped = await sql(
      session,
      `insert into network_stop (epoch, reason, detail, elder, stopped_at)
       select number, $2, $3, $4, $5 from network_epoch where number = $1 and ended_at is null
       on conflict ((true)) where decision is null do nothing returning id`,
      [epoch, reason, detail, elder, stoppedAt],
    )
    return stopped.length === 1
  },

  async decide(id, { kind, at, by }) {
    await sql(
      session,
      `update network_stop set decision = $2, decided_at = $3, decided_by = $4
       where id = $1 and decision is null`,
      [id, kind, at, by],
    )
  },
})

/** The newest that fits. */
async function stopWhere(
  session: Session,
  condition: string,
  ...[values = [], lock = '']: readonly [values?: readonly unknown[], lock?: 'for update' | '']
): Promise<Stop | undefined> {
  const [row] = await sql<StopRow>(
    session,
    `select ${stopColumns} from network_stop where ${condition} order by id desc limit 1 ${lock}`,
    values,
  )
  return row && toStop(row)
}

/** Where each account was read to is kept with the run that ends. */
async function beginEpoch(session: Session, number: number, now: Date): Promise<void> {
  await sql(
    session,
    `update network_epoch set ended_at = $2, ended_cursors =
       (select jsonb_object_agg(account, cursor) from stellar_cursor)
     where number = $1`,
    [number - 1, now],
  )
  await sql(session, `insert into network_epoch (number, began_at) values ($1, $2)`, [number, now])
  await sql(
    session,
    `update stellar_cursor set epoch = $1, cursor = $2, checked_cursor = $2, read_ledger = null,
       read_until = null, wanted_since = null, seat_holder = null, seat_until = null, moved_at = $3`,
    [number, beginning, now],
  )
}

function toEpoch(row: EpochRow): Epoch {
  const { anchor_sequence, anchor_hash, anchor_closed_at } = row
  const isKnown = anchor_sequence !== null && anchor_hash !== null && anchor_closed_at !== null
  return {
    number: row.number,
    beganAt: row.began_at,
    ...(isKnown && {
      anchor: { sequence: anchor_sequence, hash: anchor_hash, closedAt: anchor_closed_at },
    }),
  }
}

/** The table checks reason and decision, so the casts hold. */
function toStop(row: StopRow): Stop {
  const { decision, decided_at, decided_by } = row
  const isDecided = decision !== null && decided_at !== null && decided_by !== null
  return {
    id: row.id.toString(),
    epoch: row.epoch,
    reason: row.reason as StopReason,
    detail: row.detail,
    elder: row.elder,
    stoppedAt: row.stopped_at,
    ...(isDecided && {
      decision: { kind: decision as Decision['kind'], at: decided_at, by: decided_by },
    }),
  }
}
