import type { Session } from './database.ts'
import type { Job, JobName, Jobs } from '../../usecases/ports/job-queue.ts'
import type { Outbox } from '../../usecases/ports/outbox.ts'
import { sql } from './database.ts'
import { noteOutgoing } from './outgoing.ts'
import { prepared } from './prepared.ts'

interface OutboxRow {
  readonly id: bigint
  readonly name: string
  readonly subject: string
  readonly payload: unknown
  readonly due_at: Date | null
}

export const outbox = (session: Session): Outbox => ({
  addJob: (job) => addJobs(session, [job]),
  addJobs: (jobs) => addJobs(session, jobs),

  async unsent(limit) {
    const rows = await sql<OutboxRow>(
      session,
      `select id, name, subject, payload, due_at from outbox order by id limit $1`,
      [limit],
    )
    return rows.map((row) => ({ id: row.id, job: toJob(row) }))
  },

  async removeSent(ids) {
    if (ids.length === 0) return
    await sql(session, `delete from outbox where id = any ($1::bigint[])`, [ids.map(String)])
  },
})

const insertJobs = prepared(`
  insert into outbox (name, subject, payload, due_at)
     select name, subject, payload, due_at
     from rows from (jsonb_to_recordset($1) as (name text, subject text, payload jsonb,
       due_at timestamptz)) with ordinality
     order by ordinality`)

async function addJobs(session: Session, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return
  noteOutgoing(session)
  const rows = jobs.map((job) => ({ ...job, due_at: job.dueAt ?? null }))
  await sql(session, insertJobs, [JSON.stringify(rows)])
}

/** The only writer is `addJobs`, so name and payload fit each other. */
const toJob = (row: OutboxRow): Job => ({
  name: row.name as JobName,
  subject: row.subject,
  payload: row.payload as Jobs[JobName],
  ...(row.due_at === null ? {} : { dueAt: row.due_at }),
})
