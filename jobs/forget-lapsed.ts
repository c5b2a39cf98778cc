import type { ForgetLapsedChallenges } from '../src/usecases/clients/forget-lapsed-challenges.ts'
import type { ForgetLapsedFiles } from '../src/usecases/customers/forget-lapsed-files.ts'
import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

/** What may not be kept longer than it is good for. */
export const forgetLapsedJob =
  (rooms: {
    readonly forgetLapsedChallenges: ForgetLapsedChallenges
    readonly forgetLapsedFiles: ForgetLapsedFiles
  }): JobBodies['forget-lapsed'] =>
  async () => {
    await rooms.forgetLapsedChallenges()
    await rooms.forgetLapsedFiles()
    return { done: true }
  }
