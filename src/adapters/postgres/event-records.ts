import type { Session } from './database.ts'
import type { Actor, RecordedEvent, TransactionEvent } from '../../domain/transaction/event.ts'
import type { EventRecords } from '../../usecases/ports/event-records.ts'
import { sql } from './database.ts'
import { noteOutgoing } from './outgoing.ts'
import { prepared } from './prepared.ts'

interface EventRow {
  readonly id: string
  readonly sequence: bigint | null
  readonly transaction_id: string
  readonly owner_account: string
  readonly owner_memo: string
  readonly type: string
  readonly from_phase: string | null
  readonly to_phase: string
  readonly version: number
  readonly at: Date
  readonly actor: Actor
  readonly note: string | null
}

const columns = `id, sequence, transaction_id, owner_account, owner_memo, type, from_phase, to_phase,
  version, at, actor, note`

/**
 * `recorded` is drawn when an event is written, so it may become visible out of order; `sequence` is
 * drawn from the one row of `event_stream` under its lock, after the event's commit. Versions of one
 * transaction are written one after the other under the transaction's lock, hence `recorded`, and
 * with it `sequence`, keeps their order.
 */
export const eventRecords = (session: Session): EventRecords => ({
  add: (events) => addEvents(session, events),
  assignSequences: (limit) => assignSequences(session, limit),
  highestSequence: () => highestSequence(session),

  async after(query) {
    const rows = await sql<EventRow>(
      session,
      `select ${columns} from transaction_event
       where sequence > $1
         and ($2::text is null or (owner_account = $2 and owner_memo = $3))
         and ($4::uuid is null or transaction_id = $4)
       order by sequence limit $5`,
      [
        query.after.toString(),
        query.owner?.account ?? null,
        query.owner?.memo ?? '',
        query.transactionId ?? null,
        query.limit,
      ],
    )
    return rows.map(toEvent)
  },

  ofTransaction: (transactionId) => eventsOf(session, [transactionId]),
  ofTransactions: (transactionIds) => eventsOf(session, transactionIds),
})

async function eventsOf(
  session: Session,
  transactionIds: readonly string[],
): Promise<readonly RecordedEvent[]> {
  const rows = await sql<EventRow>(
    session,
    `select ${columns} from transaction_event
     where transaction_id = any ($1::uuid[]) and sequence is not null
     order by transaction_id, version, recorded`,
    [transactionIds],
  )
  return rows.map(toEvent)
}

const insertEvents = prepared(`
  insert into transaction_event
       (id, transaction_id, owner_account, owner_memo, type, from_phase, to_phase, version, at, actor, note)
     select id, transaction_id, owner_account, owner_memo, type, from_phase, to_phase, version, at, actor, note
     from rows from (jsonb_to_recordset($1) as (id uuid, transaction_id uuid, owner_account text,
       owner_memo text, type text, from_phase text, to_phase text, version integer, at timestamptz,
       actor jsonb, note text)) with ordinality
     order by ordinality`)

async function addEvents(session: Session, events: readonly TransactionEvent[]): Promise<void> {
  if (events.length === 0) return
  noteOutgoing(session)
  const rows = events.map((event) => ({
    id: event.id,
    transaction_id: event.transactionId,
    owner_account: event.owner.account,
    owner_memo: event.owner.memo ?? '',
    type: event.type,
    from_phase: event.from ?? null,
    to_phase: event.to,
    version: event.version,
    at: event.at,
    actor: event.actor,
    note: event.note ?? null,
  }))
  await sql(session, insertEvents, [JSON.stringify(rows)])
}

/**
 * One at a time: who finds the stream locked assigns nothing, as the holder goes on until nothing is
 * left. Two statements on purpose: the second must see what was committed before the lock was taken.
 */
async function assignSequences(
  session: Session,
  limit: number,
): Promise<{ readonly assigned: number; readonly highest: bigint }> {
  const [stream] = await sql<{ last_sequence: bigint }>(session, lockStream)
  if (stream === undefined) return { assigned: 0, highest: await highestSequence(session) }
  const [numbered] = await sql<{ assigned: number }>(session, numberWaiting, [
    stream.last_sequence.toString(),
    limit,
  ])
  const assigned = numbered?.assigned ?? 0
  return { assigned, highest: stream.last_sequence + BigInt(assigned) }
}

const lockStream = prepared(`select last_sequence from event_stream for update skip locked`)

const numberWaiting = prepared(`
  with next as (
    select recorded, $1::bigint + row_number() over (order by recorded) as number
    from (select recorded from transaction_event where sequence is null
          order by recorded limit $2) as waiting
  ), numbered as (
    update transaction_event set sequence = next.number from next
    where transaction_event.recorded = next.recorded returning next.number
  ), moved as (
    update event_stream set last_sequence = $1 + (select count(*) from numbered)
    where exists (select from numbered)
  )
  select count(*)::int as assigned from numbered`)

async function highestSequence(session: Session): Promise<bigint> {
  const [stream] = await sql<{ last_sequence: bigint }>(
    session,
    `select last_sequence from event_stream`,
  )
  return stream?.last_sequence ?? 0n
}

/** The only writer is `add`, so type, phases and actor are of the domain. */
function toEvent(row: EventRow): RecordedEvent {
  if (row.sequence === null) throw new Error(`Event ${row.id} has no sequence`)
  return {
    id: row.id,
    sequence: row.sequence,
    transactionId: row.transaction_id,
    owner: {
      account: row.owner_account,
      ...(row.owner_memo === '' ? {} : { memo: row.owner_memo }),
    },
    type: row.type as RecordedEvent['type'],
    ...(row.from_phase === null ? {} : { from: row.from_phase as RecordedEvent['to'] }),
    to: row.to_phase as RecordedEvent['to'],
    version: row.version,
    at: row.at,
    actor: row.actor,
    ...(row.note === null ? {} : { note: row.note }),
  }
}
