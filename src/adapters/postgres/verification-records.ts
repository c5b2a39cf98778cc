import type { Session } from './database.ts'
import type { VerificationRecords } from '../../usecases/ports/verification-records.ts'
import { sql } from './database.ts'

interface VerificationRow {
  readonly customer_id: string
  readonly field: string
  readonly code_hash: string
  readonly tries_left: number
  readonly expires_at: Date
  readonly sent: number
  readonly window_started_at: Date
}

export const verificationRecords = (session: Session): VerificationRecords => ({
  async lock(customerId, field) {
    const [row] = await sql<VerificationRow>(
      session,
      `select customer_id, field, code_hash, tries_left, expires_at, sent, window_started_at
       from customer_verification where customer_id = $1 and field = $2 for update`,
      [customerId, field],
    )
    return (
      row && {
        customerId: row.customer_id,
        field: row.field,
        codeHash: row.code_hash,
        triesLeft: row.tries_left,
        expiresAt: row.expires_at,
        sent: row.sent,
        windowStartedAt: row.window_started_at,
      }
    )
  },

  async put(verification) {
    await sql(
      session,
      `insert into customer_verification
         (customer_id, field, code_hash, tries_left, expires_at, sent, window_started_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (customer_id, field) do update set code_hash = excluded.code_hash,
         tries_left = excluded.tries_left, expires_at = excluded.expires_at,
         sent = excluded.sent, window_started_at = excluded.window_started_at`,
      [
        verification.customerId,
        verification.field,
        verification.codeHash,
        verification.triesLeft,
        verification.expiresAt,
        verification.sent,
        verification.windowStartedAt,
      ],
    )
  },

  async useUp(customerId, fields) {
    await sql(
      session,
      `update customer_verification set tries_left = 0
       where customer_id = $1 and field = any ($2::text[])`,
      [customerId, fields],
    )
  },
})
