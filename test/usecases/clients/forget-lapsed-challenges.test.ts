import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgetLapsedChallenges } from '../../../src/usecases/clients/forget-lapsed-challenges.ts'
import { freshCommit } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const now = new Date('2026-11-21T12:00:00Z')
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
const consume = (hash: string, lapsesAt: Date) =>
  db.commit(({ logins }) => logins.consumeChallenge(hash, lapsesAt))

it('forgets the challenges that lapsed, says how many, and knows the others for as long as they count (SEP10-112)', async () => {
  const lapses = { aa: -60, bb: -1, cc: 1, dd: 60 }
  for (const [hash, seconds] of Object.entries(lapses)) await consume(hash, at(seconds))
  let clock = at(-3_600)
  const forget = forgetLapsedChallenges({ commit: db.commit, now: () => clock })
  expect(await forget()).toBe(0)
  clock = now
  expect([await forget(), await forget()]).toEqual([2, 0])
  const isNew: boolean[] = []
  for (const hash of Object.keys(lapses)) isNew.push(await consume(hash, at(60)))
  expect(isNew).toEqual([true, true, false, false])
})
