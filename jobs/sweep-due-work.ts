import type { SweepDueWork } from '../src/usecases/due-work/sweep-due-work.ts'
import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

export const sweepDueWorkJob =
  (rooms: { readonly sweepDueWork: SweepDueWork }): JobBodies['sweep-due-work'] =>
  async () => {
    await rooms.sweepDueWork()
    return { done: true }
  }
