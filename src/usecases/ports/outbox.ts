import type { Job } from './job-queue.ts'

/** Outgoing work, saved in the same commit as the change that causes it; `relay-events` moves it out. */
export interface Outbox {
  addJob(job: Job): Promise<void>
  /** Many in one round trip; none for an empty list. */
  addJobs(jobs: readonly Job[]): Promise<void>
  /** Up to `limit` unsent jobs, oldest first; locks them for this commit. */
  takeUnsent(limit: number): Promise<readonly { readonly id: bigint; readonly job: Job }[]>
  removeSent(ids: readonly bigint[]): Promise<void>
}
