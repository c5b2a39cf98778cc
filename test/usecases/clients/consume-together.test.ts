import { describe, expect, it } from 'vitest'
import { consumeTogether } from '../../../src/usecases/clients/consume-together.ts'
import type { CommitAtOnce, Records } from '../../../src/usecases/ports/commit.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'

const lapsesAt = new Date('2026-11-21T12:15:00Z')

/** A database whose commits end when the test says so. */
function aDatabase() {
  const kept = new Map<string, Date>()
  const underWay: {
    readonly hashes: readonly string[]
    readonly end: (failure?: Error) => void
  }[] = []
  const consumeChallenges = (used: ReadonlyMap<string, Date>) =>
    new Promise<ReadonlySet<string>>((resolve, reject) => {
      const end = (failure?: Error) => {
        if (failure !== undefined) return reject(failure)
        const fresh = [...used].filter(([hash]) => !kept.has(hash))
        fresh.forEach(([hash, until]) => kept.set(hash, until))
        resolve(new Set(fresh.map(([hash]) => hash)))
      }
      underWay.push({ hashes: [...used.keys()], end })
    })
  const records = { logins: { consumeChallenges } } as unknown as Records // no other is asked
  const commitAtOnce: CommitAtOnce = (work) => work(records)
  const { consumeChallenge } = consumeTogether(commitAtOnce)
  const commit = async (place: number) => {
    await expect.poll(() => underWay.length).toBeGreaterThan(place)
    return underWay[place] ?? { hashes: [], end: () => undefined }
  }
  const consume = (hash: string, until = lapsesAt) => consumeChallenge(hash, until)
  return { kept, commit, consume }
}

describe('used challenges that come together', () => {
  it('share a commit, and each is answered for itself (SEP10-111)', async () => {
    const { kept, commit, consume } = aDatabase()
    kept.set('old', lapsesAt)
    const later = new Date(lapsesAt.getTime() + 1_000)
    const answers = [consume('new'), consume('old'), consume('other', later)]
    const { hashes, end } = await commit(0)
    expect(hashes).toEqual(['new', 'old', 'other'])
    end()
    expect(await Promise.all(answers)).toEqual([true, false, true])
    expect([kept.get('new'), kept.get('other')]).toEqual([lapsesAt, later])
  })

  it('are given to the first alone when they are the same (SEP10-112)', async () => {
    const { commit, consume } = aDatabase()
    const together = [consume('one'), consume('one')]
    ;(await commit(0)).end()
    expect(await Promise.all(together)).toEqual([true, false])
    const later = consume('one')
    ;(await commit(1)).end()
    expect(await later).toBe(false)
  })

  it('are not answered before their commit has ended (SEP10-114)', async () => {
    const { commit, consume } = aDatabase()
    const told: string[] = []
    const first = consume('first').then(() => told.push('first'))
    const { end } = await commit(0)
    const second = consume('second').then(() => told.push('second'))
    const next = await commit(1) // it does not wait for ever for the one before
    next.end()
    await second
    expect(told).toEqual(['second'])
    end()
    await first
    expect(told).toEqual(['second', 'first'])
  })

  it('all fail with their commit, and those after them do not (SEP10-114)', async () => {
    const { commit, consume } = aDatabase()
    const lost = [consume('a'), consume('b')].map(async (one) =>
      one.catch((error: unknown) => error),
    )
    ;(await commit(0)).end(new DatabaseUnavailable('away'))
    const [a, b] = await Promise.all(lost)
    expect(a).toBeInstanceOf(DatabaseUnavailable)
    expect(b).toBeInstanceOf(DatabaseUnavailable)
    const again = consume('a')
    ;(await commit(1)).end()
    expect(await again).toBe(true)
  })
})
