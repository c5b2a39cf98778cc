/** Every job there is, with its payload. Payloads hold ids only; the database holds the truth. */
export interface Jobs {
  readonly 'collect-stellar-payments': { readonly account: string }
  readonly 'match-stellar-payments': { readonly account: string }
  readonly 'send-payout': { readonly transactionId: string }
  /** Some payouts that are due at the same time: a job for each would cost as much as the payout itself. */
  readonly 'send-payouts': { readonly transactionIds: readonly string[] }
  readonly 'settle-payout': { readonly transactionId: string }
  /** Asks the bank whether delivered payouts came back. */
  readonly 'ask-after-delivery': Readonly<Record<string, never>>
  readonly 'deliver-callback': { readonly callbackId: string }
  readonly 'expire-transactions': Readonly<Record<string, never>>
  /** Drops used challenges and unclaimed uploads whose time is over. */
  readonly 'forget-lapsed': Readonly<Record<string, never>>
  /** Re-creates jobs for everything that is due in the database: the queue may be lost at any time. */
  readonly 'sweep-due-work': Readonly<Record<string, never>>
}

export type JobName = keyof Jobs

const names: Readonly<Record<JobName, true>> = {
  'collect-stellar-payments': true,
  'match-stellar-payments': true,
  'send-payout': true,
  'send-payouts': true,
  'settle-payout': true,
  'ask-after-delivery': true,
  'deliver-callback': true,
  'expire-transactions': true,
  'forget-lapsed': true,
  'sweep-due-work': true,
}

export const jobNames = Object.keys(names) as readonly JobName[] // the keys of the record above

/** One job to be done. `subject` makes the id (`<name>-<subject>`), so a waiting twin is not added twice. */
export interface Job<Name extends JobName = JobName> {
  readonly name: Name
  readonly payload: Jobs[Name]
  readonly subject: string
  /** Not before this moment; absent means at once. */
  readonly dueAt?: Date
}

/**
 * The queue between processes. At-least-once: a job may run twice or be lost with the queue's memory,
 * so every job body asks the database what is due.
 * @throws JobQueueUnavailable when the queue's store is away.
 */
export interface JobQueue {
  add(jobs: readonly Job[]): Promise<void>
  /** Adds a repeating job once; a second call with the same name and subject changes its period. */
  schedule(job: Job, everyMs: number): Promise<void>
  close(): Promise<void>
}

/** What a job body answers: done, or given up with the code as the reason. Throwing asks for a retry. */
export type Verdict = { readonly done: true } | { readonly done: false; readonly reason: string }

export type JobBodies = {
  readonly [Name in JobName]: (payload: Jobs[Name]) => Promise<Verdict>
}

/** The working side: takes jobs and runs their bodies, a bounded number at a time. */
export interface JobWorkers {
  close(): Promise<void>
}

export class JobQueueUnavailable extends Error {
  override readonly name = 'JobQueueUnavailable'
}
