import type { JobName } from './job-queue.ts'

/** How much of one kind of job the queue holds. */
export interface JobFigure {
  readonly job: JobName
  /** May be taken now. */
  readonly waiting: number
  /** Is being run. */
  readonly active: number
  /** Is planned for later: repeating, or backing off. */
  readonly delayed: number
  /** When the oldest waiting one was added. */
  readonly waitingSince?: Date
}

/** @throws JobQueueUnavailable */
export interface JobFigures {
  figures(): Promise<readonly JobFigure[]>
}
