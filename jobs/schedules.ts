import type { Job } from '../src/usecases/ports/job-queue.ts'

export interface Schedule {
  readonly job: Job
  readonly everyMs: number
}

export interface SchedulePeriods {
  /** How often the network is asked for news of an account; ledgers close about every 5,000 ms. */
  readonly collectEveryMs: number
  /** Work whose job was lost with the queue waits this long at most; 15,000 ms if not told. */
  readonly sweepEveryMs?: number
  /** How often it is looked for deliveries to ask about; 5,000 ms if not told. */
  readonly askEveryMs?: number
}

const expireEveryMs = 10_000
const forgetEveryMs = 300_000
const sweepUsuallyEveryMs = 15_000
const askUsuallyEveryMs = 5_000

/** Every repeating job, with its period in milliseconds. */
export const schedules = (
  accounts: readonly string[],
  {
    collectEveryMs,
    sweepEveryMs = sweepUsuallyEveryMs,
    askEveryMs = askUsuallyEveryMs,
  }: SchedulePeriods,
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
  { job: { name: 'ask-after-delivery', subject: 'all', payload: {} }, everyMs: askEveryMs },
]
