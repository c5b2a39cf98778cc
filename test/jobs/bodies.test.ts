import { expect, it } from 'vitest'
import { jobBodies } from '../../jobs/bodies.ts'
import type { JobRooms } from '../../jobs/bodies.ts'
import type { JobName, Jobs, Verdict } from '../../src/usecases/ports/job-queue.ts'
import { notedRooms } from '../builders/job-rooms.ts'

const account = 'GDIST'
const transactionId = 'one'
const callbackId = 'two'

/** What each job asks of the use-cases, in order. */
const asks: readonly (readonly [JobName, Jobs[JobName], readonly string[]])[] = [
  ['collect-stellar-payments', { account }, ['collect GDIST', 'match GDIST', 'recheck GDIST']],
  ['match-stellar-payments', { account }, ['match GDIST']],
  ['send-payout', { transactionId }, ['send one']],
  ['send-payouts', { transactionIds: ['one', 'other'] }, ['send one', 'send other']],
  ['settle-payout', { transactionId }, ['settle one']],
  ['ask-after-delivery', {}, ['ask']],
  ['deliver-callback', { callbackId }, ['deliver two']],
  ['expire-transactions', {}, ['expire']],
  ['forget-lapsed', {}, ['forget challenges', 'forget files']],
  ['sweep-due-work', {}, ['sweep']],
]

it.each(asks)('%s does what it is for, and is done', async (...[name, payload, expected]) => {
  const { rooms, asked } = notedRooms()
  const run = jobBodies(rooms)[name] as (given: Jobs[JobName]) => Promise<Verdict> // its own payload
  expect(await run(payload)).toEqual({ done: true })
  expect(asked).toEqual(expected)
})

it('there is no job that is not among these', () => {
  const names = Object.keys(jobBodies({} as JobRooms)) // none is run
  expect(names.toSorted()).toEqual(asks.map(([name]) => name).toSorted())
})
