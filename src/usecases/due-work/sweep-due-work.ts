import { jobsOfMany } from '../payouts/payout-job.ts'
import type { Records, Read } from '../ports/commit.ts'
import type { Job, JobQueue } from '../ports/job-queue.ts'
import { deliveryOf } from '../callbacks/delivery-job.ts'

/** How many jobs were handed to the queue; most of them it has already, and ignores. */
export type SweepDueWork = () => Promise<number>

export interface SweepParts {
  readonly read: Read
  readonly queue: Pick<JobQueue, 'add'>
  /** Accounts whose payments are collected. */
  readonly accounts: readonly string[]
  readonly now: () => Date
}

const limit = 500

/**
 * Adds the jobs of everything that is due in the database: the queue is allowed to forget, and a worker
 * to die with a job in its hands. (Events without a number need no job: the relay looks for them.)
 * Failures: `DatabaseUnavailable`, `JobQueueUnavailable`. Repeats are harmless.
 */
export const sweepDueWork =
  ({ read, queue, accounts, now }: SweepParts): SweepDueWork =>
  async () => {
    const jobs = await read((records) => dueJobs(records, accounts, now()))
    if (jobs.length > 0) await queue.add(jobs)
    return jobs.length
  }

async function dueJobs(
  { payouts, stellarPayments, callbacks }: Records,
  accounts: readonly string[],
  now: Date,
): Promise<readonly Job[]> {
  const duePayouts = await payouts.due(now, limit)
  const waiting = await stellarPayments.waitingCount()
  const dueCallbacks = await callbacks.due(now, limit)
  return [
    ...jobsOfMany(duePayouts),
    ...(waiting > 0 ? accounts.map(matchingOf) : []),
    ...dueCallbacks.map((id) => deliveryOf({ id })),
  ]
}

const matchingOf = (account: string): Job<'match-stellar-payments'> => ({
  name: 'match-stellar-payments',
  payload: { account },
  subject: account,
})
