import type { EntityManager } from '@mikro-orm/postgresql'

const outgoing = new WeakSet<EntityManager>()

/** Notes that this commit holds something for the relay: an event to be numbered, or a job. */
export function noteOutgoing(em: EntityManager): void {
  outgoing.add(em)
}

export function addedOutgoing(em: EntityManager): boolean {
  return outgoing.has(em)
}
