import type { EntityManager } from '@mikro-orm/postgresql'
import type { LoginRecords } from '../../usecases/ports/login-records.ts'
import { sql } from './database.ts'
import { ConsumedChallengeRow } from './rows/consumed-challenge-row.ts'

export const loginRecords = (em: EntityManager): LoginRecords => ({
  async consumeChallenge(hash, expiresAt) {
    const added = await sql(
      em,
      `insert into consumed_challenge (hash, expires_at) values ($1, $2)
       on conflict (hash) do nothing returning hash`,
      [hash, expiresAt],
    )
    return added.length === 1
  },

  forgetLapsed(now) {
    return em.nativeDelete(ConsumedChallengeRow, { expiresAt: { $lt: now } })
  },
})
