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

/** How each use-case begins in what is asked. */
const words: Readonly<Record<keyof JobRooms, string>> = {
  collectStellarPayments: 'collect',
  matchStellarPayments: 'match',
  recheckStellarPayments: 'recheck',
  sendPayout: 'send',
  settlePayout: 'settle',
  askAfterDelivery: 'ask',
  deliverCallback: 'deliver',
  forgetLapsedChallenges: 'forget challenges',
  forgetLapsedFiles: 'forget files',
  expireTransactions: 'expire',
  sweepDueWork: 'sweep',
}

it.each(Object.entries(words))(
  'the jobs that rest on %s fail with it and do nothing after it, and no others do',
  async (broken, word) => {
    const fail = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('the database is away')
    }
    for (const [name, payload, expected] of asks) {
      const { rooms, asked } = notedRooms()
      const run = jobBodies({ ...rooms, [broken]: fail })[name] as (
        given: Jobs[JobName],
      ) => Promise<Verdict> // its own payload
      const came: unknown = await run(payload).catch((error: Error) => error.message)
      const place = expected.findIndex((ask) => ask.startsWith(word))
      const fails = [name, 'the database is away', expected.slice(0, place)]
      expect([name, came, asked]).toEqual(place === -1 ? [name, { done: true }, expected] : fails)
    }
  },
)
