import type { Job } from './job-queue.ts'

/** Outgoing work, saved in the same commit as the change that causes it; `relay-events` moves it out. */
export interface Outbox {
  addJob(job: Job): Promise<void>
  /** Many in one round trip; none for an empty list. */
  addJobs(jobs: readonly Job[]): Promise<void>
  /** Up to `limit` jobs that wait to be moved, oldest first. Two readers may see the same ones. */
  unsent(limit: number): Promise<readonly { readonly id: bigint; readonly job: Job }[]>
  /** Repeats are harmless. */
  removeSent(ids: readonly bigint[]): Promise<void>
}
