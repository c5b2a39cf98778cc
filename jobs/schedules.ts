import type { Job } from '../src/usecases/ports/job-queue.ts'

export interface Schedule {
  readonly job: Job
  readonly everyMs: number
}

export interface SchedulePeriods {
  /** How often the network is asked for news of an account; ledgers close about every 5,000 ms. */
  readonly collectEveryMs: number
}

const expireEveryMs = 10_000
const forgetEveryMs = 300_000
/** Work whose job was lost with the queue waits this long at most. */
const sweepEveryMs = 15_000

/** Every repeating job, with its period in milliseconds. */
export const schedules = (
  accounts: readonly string[],
  { collectEveryMs }: SchedulePeriods,
): readonly Schedule[] => [
  ...accounts.map((account) => ({
    job: {
      name: 'collect-stellar-payments',
      subject: account,
      payload: { account },
    } as const,
    everyMs: collectEveryMs,
  })),
  {
    job: { name: 'expire-transactions', subject: 'all', payload: {} },
    everyMs: expireEveryMs,
  },
  { job: { name: 'forget-lapsed', subject: 'all', payload: {} }, everyMs: forgetEveryMs },
  { job: { name: 'sweep-due-work', subject: 'all', payload: {} }, everyMs: sweepEveryMs },
]
