import type { CommitAtOnce } from '../ports/commit.ts'
import type { LoginRecords } from '../ports/login-records.ts'

/** Longest wait for the commit before, which may hang with its connection. */
const gatherMs = 5

interface Gathering {
  readonly lapsesAt: Map<string, Date>
  readonly added: Promise<ReadonlySet<string>>
}

/**
 * Notes used challenges, those of the same moment in one commit: what comes while a commit is on its way
 * shares the next one. Nobody hears an answer before the commit with his challenge is on disk.
 */
export function consumeTogether(
  commitAtOnce: CommitAtOnce,
): Pick<LoginRecords, 'consumeChallenge'> {
  let next: Gathering | undefined
  let before: Promise<unknown> = Promise.resolve()

  function gather(): Gathering {
    const lapsesAt = new Map<string, Date>()
    const added = endedOrLate(before).then(() => {
      next = undefined
      const noted = commitAtOnce(({ logins }) => logins.consumeChallenges(lapsesAt))
      before = noted.catch(() => undefined) // those who wait for it are told
      return noted
    })
    return { lapsesAt, added }
  }

  return {
    async consumeChallenge(hash, expiresAt) {
      next ??= gather()
      const { lapsesAt, added } = next
      const isFirst = !lapsesAt.has(hash)
      if (isFirst) lapsesAt.set(hash, expiresAt)
      return (await added).has(hash) && isFirst
    },
  }
}

async function endedOrLate(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, gatherMs)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
