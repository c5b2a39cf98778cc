import type { Session } from './database.ts'
import type { LoginRecords } from '../../usecases/ports/login-records.ts'
import { sql } from './database.ts'
import { prepared } from './prepared.ts'

const insertChallenges = prepared(`
  insert into consumed_challenge (hash, expires_at)
  select hash, expires_at from unnest($1::text[], $2::timestamptz[]) as used (hash, expires_at)
  order by hash
  on conflict (hash) do nothing returning hash`)

/** In the order of the hashes, so that two commits with the same ones do not lock each other out. */
const consumeChallenges =
  (session: Session): LoginRecords['consumeChallenges'] =>
  async (expiresAt) => {
    const used = [[...expiresAt.keys()], [...expiresAt.values()]]
    const added = await sql<{ readonly hash: string }>(session, insertChallenges, used)
    return new Set(added.map(({ hash }) => hash))
  }

export const loginRecords = (session: Session): LoginRecords => ({
  consumeChallenges: consumeChallenges(session),

  async consumeChallenge(hash, expiresAt) {
    return (await consumeChallenges(session)(new Map([[hash, expiresAt]]))).has(hash)
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
