import type { Session } from './database.ts'

const outgoing = new WeakSet<Session>()

/** Notes that this commit holds something for the relay: an event to be numbered, or a job. */
export function noteOutgoing(session: Session): void {
  outgoing.add(session)
}

export function addedOutgoing(session: Session): boolean {
  return outgoing.has(session)
}
