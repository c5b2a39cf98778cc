import type { EntityManager } from '@mikro-orm/postgresql'
import type { Job, JobName, Jobs } from '../../usecases/ports/job-queue.ts'
import type { Outbox } from '../../usecases/ports/outbox.ts'
import { sql } from './database.ts'
import { noteOutgoing } from './outgoing.ts'

interface OutboxRow {
  readonly id: bigint
  readonly name: string
  readonly subject: string
  readonly payload: unknown
  readonly due_at: Date | null
}

export const outbox = (em: EntityManager): Outbox => ({
  async addJob(job) {
    noteOutgoing(em)
    await sql(em, `insert into outbox (name, subject, payload, due_at) values ($1, $2, $3, $4)`, [
      job.name,
      job.subject,
      JSON.stringify(job.payload),
      job.dueAt ?? null,
    ])
  },

  async takeUnsent(limit) {
    const rows = await sql<OutboxRow>(
      em,
      `select id, name, subject, payload, due_at from outbox
       order by id limit $1 for update skip locked`,
      [limit],
    )
    return rows.map((row) => ({ id: row.id, job: toJob(row) }))
  },

  async removeSent(ids) {
    if (ids.length === 0) return
    await sql(em, `delete from outbox where id = any ($1::bigint[])`, [ids.map(String)])
  },
})

/** The only writer is `addJob`, so name and payload fit each other. */
const toJob = (row: OutboxRow): Job => ({
  name: row.name as JobName,
  subject: row.subject,
  payload: row.payload as Jobs[JobName],
  ...(row.due_at === null ? {} : { dueAt: row.due_at }),
})
