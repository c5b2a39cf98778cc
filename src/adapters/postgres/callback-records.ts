import type { Session } from './database.ts'
import type { Callback, CallbackRecords } from '../../usecases/ports/callback-records.ts'
import { sql } from './database.ts'
import { noteOutgoing } from './outgoing.ts'
import type { Sealer } from './sealer.ts'

interface CallbackRow {
  readonly id: string
  readonly subject_kind: string
  readonly subject_id: string
  readonly url: string
  readonly body_sealed: Uint8Array
  readonly state: string
  readonly tries: number
  readonly due_at: Date
  readonly last_answer: string | null
  readonly created_at: Date
  readonly ended_at: Date | null
}

const columns = `id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, last_answer,
  created_at, ended_at`

/** Bodies of customer callbacks hold personal data, so all bodies are sealed. */
export function callbackRecords(session: Session, sealer: Sealer): CallbackRecords {
  return {
    add: (...callbacks) => addCallbacks(session, callbacks, sealer),

    async lock(id) {
      const [row] = await sql<CallbackRow>(
        session,
        `select ${columns} from callback where id = $1 for update`,
        [id],
      )
      return row && toCallback(row, sealer)
    },

    async hasEarlierDue(id) {
      const earlier = await sql(
        session,
        `select from callback as this join callback as earlier on earlier.subject_id = this.subject_id
           and earlier.number < this.number and earlier.state = 'due'
         where this.id = $1 limit 1`,
        [id],
      )
      return earlier.length > 0
    },

    save: (callback) => saveCallback(session, callback),

    async nextOfSubject(subjectId) {
      const [next] = await sql<CallbackRow>(
        session,
        `select ${columns} from callback where subject_id = $1 and state = 'due' order by number limit 1`,
        [subjectId],
      )
      return next && toCallback(next, sealer)
    },

    async redirect(subjectId, url) {
      await sql(session, `update callback set url = $2 where subject_id = $1 and state = 'due'`, [
        subjectId,
        url,
      ])
    },

    async due(now, limit) {
      const rows = await sql<{ readonly id: string }>(
        session,
        `select id from callback where state = 'due' and due_at <= $1 order by due_at limit $2`,
        [now, limit],
      )
      return rows.map(({ id }) => id)
    },

    async removeOfSubject(subjectId) {
      await sql(session, `delete from callback where subject_id = $1`, [subjectId])
    },
  }
}

async function saveCallback(session: Session, callback: Callback): Promise<void> {
  await sql(
    session,
    `update callback set state = $2, tries = $3, due_at = $4, last_answer = $5, ended_at = $6
     where id = $1`,
    [
      callback.id,
      callback.state,
      callback.tries,
      callback.dueAt,
      callback.lastAnswer ?? null,
      callback.endedAt ?? null,
    ],
  )
}

async function addCallbacks(
  session: Session,
  callbacks: readonly Callback[],
  sealer: Sealer,
): Promise<void> {
  if (callbacks.length === 0) return
  noteOutgoing(session)
  const rows = callbacks.map((callback) => ({
    id: callback.id,
    subject_kind: callback.subject.kind,
    subject_id: callback.subject.id,
    url: callback.url,
    body_sealed: `\\x${sealer.seal(callback.body, sealContext(callback.id)).toString('hex')}`,
    state: callback.state,
    tries: callback.tries,
    due_at: callback.dueAt,
    created_at: callback.createdAt,
  }))
  await sql(
    session,
    `insert into callback
       (id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at)
     select id, subject_kind, subject_id, url, body_sealed, state, tries, due_at, created_at
     from rows from (jsonb_to_recordset($1) as (id uuid, subject_kind text, subject_id uuid, url text,
       body_sealed bytea, state text, tries integer, due_at timestamptz, created_at timestamptz))
       with ordinality
     order by ordinality`,
    [JSON.stringify(rows)],
  )
}

const sealContext = (id: string): string => `callback:${id}`

/** The only writer is `addCallbacks`, and the table checks kind and state, so the casts hold. */
const toCallback = (row: CallbackRow, sealer: Sealer): Callback => ({
  id: row.id,
  subject: { kind: row.subject_kind as Callback['subject']['kind'], id: row.subject_id },
  url: row.url,
  body: sealer.openText(row.body_sealed, sealContext(row.id)),
  state: row.state as Callback['state'],
  tries: row.tries,
  dueAt: row.due_at,
  ...(row.last_answer === null ? {} : { lastAnswer: row.last_answer }),
  createdAt: row.created_at,
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
})
