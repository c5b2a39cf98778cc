import type { Announcements } from '../ports/announcements.ts'
import type { Commit } from '../ports/commit.ts'
import type { JobQueue } from '../ports/job-queue.ts'

/** Moves what was committed out of the database; answers the highest sequence that may be read. */
export type RelayEvents = () => Promise<{ readonly highest: bigint }>

const batch = 500

/**
 * Numbers committed events and announces them, then moves outbox jobs into the queue, until nothing is
 * left. Any number of processes may run it: who finds another at work leaves it to that one.
 *
 * Jobs are added inside the commit that removes them: a crash in between adds them twice, never not at
 * all, and the lock keeps a second relay from adding the same ones. (The queue is our own; no call to
 * a bank or to the network is made here.)
 * @throws DatabaseUnavailable, and JobQueueUnavailable after the events were numbered.
 */
export const relayEvents =
  (deps: {
    readonly commit: Commit
    readonly queue: Pick<JobQueue, 'add'>
    readonly announcements: Pick<Announcements, 'announceEvents'>
  }): RelayEvents =>
  async () => {
    const highest = await numberEvents(deps)
    await moveJobs(deps)
    return { highest }
  }

async function numberEvents({
  commit,
  announcements,
}: {
  readonly commit: Commit
  readonly announcements: Pick<Announcements, 'announceEvents'>
}): Promise<bigint> {
  for (;;) {
    const { assigned, highest } = await commit(({ events }) => events.assignSequences(batch))
    if (assigned > 0) await announcements.announceEvents(highest)
    if (assigned < batch) return highest
  }
}

async function moveJobs({
  commit,
  queue,
}: {
  readonly commit: Commit
  readonly queue: Pick<JobQueue, 'add'>
}): Promise<void> {
  for (;;) {
    const moved = await commit(async ({ outbox }) => {
      const unsent = await outbox.takeUnsent(batch)
      if (unsent.length === 0) return 0
      await queue.add(unsent.map(({ job }) => job))
      await outbox.removeSent(unsent.map(({ id }) => id))
      return unsent.length
    })
    if (moved < batch) return
  }
}
