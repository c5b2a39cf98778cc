import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../../src/usecases/ports/job-queue.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate outbox restart identity'))

const aJob = (subject: string, dueAt?: Date): Job => ({
  name: 'send-payout',
  subject,
  payload: { transactionId: subject },
  ...(dueAt && { dueAt }),
})
const add = (...jobs: readonly Job[]) => db.commit(({ outbox }) => outbox.addJobs(jobs))
const unsent = (limit = 9) => db.read(({ outbox }) => outbox.unsent(limit))
const subjects = async (limit?: number) => (await unsent(limit)).map(({ job }) => job.subject)

describe('jobs that are not sent yet', () => {
  it('are told as they were added, with the time they are due, if they have one', async () => {
    const later = aJob('later', new Date('2026-11-21T12:00:00.123Z'))
    await add(aJob('now'), later)
    expect((await unsent()).map(({ job }) => job)).toEqual([aJob('now'), later])
  })

  it('are told in the order in which they were added, the oldest first, and no more than asked', async () => {
    await add(aJob('a'), aJob('b'))
    await db.commit(({ outbox }) => outbox.addJob(aJob('c')))
    // the row moves to the end of the table
    await onServer(db.url, `update outbox set subject = 'a' where subject = 'a'`)
    expect(await subjects()).toEqual(['a', 'b', 'c'])
    expect(await subjects(2)).toEqual(['a', 'b'])
  })

  it('stay until each of them is sent', async () => {
    await add(aJob('a'), aJob('b'), aJob('c'))
    const [, second] = await unsent()
    await db.commit(({ outbox }) => outbox.removeSent(second === undefined ? [] : [second.id]))
    expect(await subjects()).toEqual(['a', 'c'])
    await db.commit(({ outbox }) => outbox.removeSent([]))
    expect(await subjects()).toEqual(['a', 'c'])
    await add(aJob('d'))
    const [first, , last] = await unsent()
    const sent = [first, last].flatMap((one) => one?.id ?? [])
    await db.commit(({ outbox }) => outbox.removeSent(sent))
    expect(await subjects()).toEqual(['c'])
  })
})
