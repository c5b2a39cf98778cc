import { expect, it } from 'vitest'
import { jobBodies } from '../../jobs/bodies.ts'
import type { JobRooms } from '../../jobs/bodies.ts'
import { accepted } from '../../src/domain/outcome.ts'
import type { JobName, Jobs, Verdict } from '../../src/usecases/ports/job-queue.ts'

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
  const asked: string[] = []
  const note =
    <Answer>(what: string, answer: Answer) =>
    async (subject?: string): Promise<Answer> => {
      asked.push(subject === undefined ? what : `${what} ${subject}`)
      return answer
    }
  const rooms: JobRooms = {
    collectStellarPayments: note('collect', accepted({ pages: 0, added: 0 })),
    matchStellarPayments: note('match', { matched: 0, unmatched: 0 }),
    recheckStellarPayments: note('recheck', accepted(0)),
    sendPayout: note('send', 'idle' as const),
    settlePayout: note('settle', 'idle' as const),
    askAfterDelivery: note('ask', 0),
    deliverCallback: note('deliver', accepted('nothing_due' as const)),
    forgetLapsedChallenges: note('forget challenges', 0),
    forgetLapsedFiles: note('forget files', 0),
    expireTransactions: note('expire', 0),
    sweepDueWork: note('sweep', 0),
  }
  const run = jobBodies(rooms)[name] as (given: Jobs[JobName]) => Promise<Verdict> // its own payload
  expect(await run(payload)).toEqual({ done: true })
  expect(asked).toEqual(expected)
})

it('there is no job that is not among these', () => {
  const names = Object.keys(jobBodies({} as JobRooms)) // none is run
  expect(names.toSorted()).toEqual(asks.map(([name]) => name).toSorted())
})
