import type { Announcements } from '../ports/announcements.ts'
import type { Commit, Read } from '../ports/commit.ts'
import type { JobQueue } from '../ports/job-queue.ts'

/** Moves what was committed out of the database; answers the highest sequence that may be read. */
export type RelayEvents = () => Promise<{ readonly highest: bigint }>

const batch = 500

/**
 * Numbers committed events and announces them, then moves outbox jobs into the queue, until nothing is
 * left. Any number of processes may run it: who finds another at work leaves it to that one.
 *
 * Jobs are added to the queue first and removed after: a crash in between, or another relay at the same
 * moment, adds them twice, never not at all, and every job may run twice.
 * @throws DatabaseUnavailable, and JobQueueUnavailable after the events were numbered.
 */
export const relayEvents =
  (deps: {
    readonly commit: Commit
    readonly read: Read
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
  read,
  queue,
}: {
  readonly commit: Commit
  readonly read: Read
  readonly queue: Pick<JobQueue, 'add'>
}): Promise<void> {
  for (;;) {
    const unsent = await read(({ outbox }) => outbox.unsent(batch))
    if (unsent.length === 0) return
    await queue.add(unsent.map(({ job }) => job))
    await commit(({ outbox }) => outbox.removeSent(unsent.map(({ id }) => id)))
    if (unsent.length < batch) return
  }
}
