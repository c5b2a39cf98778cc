import { gathered } from '../commits/gathered.ts'
import type { CommitAtOnce } from '../ports/commit.ts'
import type { LoginRecords } from '../ports/login-records.ts'

interface Used {
  readonly hash: string
  readonly expiresAt: Date
}

/**
 * Notes used challenges, those of the same moment in one commit. Nobody hears an answer before the commit
 * with his challenge is on disk, and of two that use the same one only the first is told that it was new.
 */
export function consumeTogether(
  commitAtOnce: CommitAtOnce,
): Pick<LoginRecords, 'consumeChallenge'> {
  const consume = gathered(async (all: readonly Used[]) => {
    const firsts = new Map(all.toReversed().map((used) => [used.hash, used]))
    const lapsesAt = new Map(all.map(({ hash, expiresAt }) => [hash, expiresAt]))
    const added = await commitAtOnce(({ logins }) => logins.consumeChallenges(lapsesAt))
    return new Map(
      all.map((used) => [used, added.has(used.hash) && firsts.get(used.hash) === used]),
    )
  })
  return { consumeChallenge: (hash, expiresAt) => consume({ hash, expiresAt }) }
}
