import type { Session } from './database.ts'
import type { LoginRecords } from '../../usecases/ports/login-records.ts'
import { sql } from './database.ts'
import { prepared } from './prepared.ts'

const insertChallenge = prepared(`
  insert into consumed_challenge (hash, expires_at) values ($1, $2)
  on conflict (hash) do nothing returning hash`)

export const loginRecords = (session: Session): LoginRecords => ({
  async consumeChallenge(hash, expiresAt) {
    const added = await sql(session, insertChallenge, [hash, expiresAt])
    return added.length === 1
  },

  async forgetLapsed(now) {
    const forgotten = await sql(
      session,
      `delete from consumed_challenge where expires_at < $1 returning hash`,
      [now],
    )
    return forgotten.length
  },
})
