import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { RecordedEvent } from '../../domain/transaction/event.ts'
import type { Owner } from '../../domain/transaction/transaction.ts'
import type { Read } from '../ports/commit.ts'
import type { EventQuery } from '../ports/event-records.ts'
import type { EventTail } from './event-tail.ts'

export interface WatchQuery {
  /** Replays what came after this sequence; absent: only what comes from now on. */
  readonly after?: bigint
  /** Only events of this client; absent: of all (operators). */
  readonly owner?: Owner
  readonly transactionId?: string
  /** Ends the iteration: the client left, its token expired or was revoked, the process stops. */
  readonly signal: AbortSignal
}

/** The cursor is not one this log gave: resume from `highest` or an earlier one. */
export interface CursorAhead {
  readonly code: 'cursor_ahead'
  readonly highest: bigint
}

export type WatchEvents = (
  query: WatchQuery,
) => Promise<Outcome<AsyncIterableIterator<RecordedEvent>, CursorAhead>>

const page = 100

/**
 * Every matching event after the cursor, in order, each exactly once: first from the table, then live.
 * A slow consumer is waited for; it reads the table again when it falls behind what is held in memory.
 * @throws DatabaseUnavailable, also from the iteration: the client resumes from its last cursor.
 */
export const watchEvents =
  (deps: { readonly read: Read; readonly tail: EventTail }): WatchEvents =>
  async (query) => {
    const { tail } = deps
    if (query.after === undefined || query.after > tail.upTo) await tail.catchUp()
    const after = query.after ?? tail.upTo
    if (after > tail.upTo) return refused({ code: 'cursor_ahead', highest: tail.upTo })
    return accepted(follow(deps, query, after))
  }

async function* follow(
  { read, tail }: { readonly read: Read; readonly tail: EventTail },
  query: WatchQuery,
  after: bigint,
): AsyncGenerator<RecordedEvent, undefined> {
  const { owner, signal } = query
  const watcher = { signal, ...(owner === undefined ? {} : { account: owner.account }) }
  let position = after
  while (!signal.aborted) {
    position = await tail.grown(position, watcher)
    if (signal.aborted) return
    const step =
      position < tail.reachesBackTo
        ? await readTable(read, tail, tableQuery(query, position))
        : readTail(tail, query, position)
    for (const event of step.events) {
      if (signal.aborted) return
      yield event
    }
    position = step.position
  }
}

/** The matching events after a position, and up to where they are complete. */
interface Step {
  readonly events: readonly RecordedEvent[]
  readonly position: bigint
}

async function readTable(read: Read, tail: EventTail, query: EventQuery): Promise<Step> {
  const upTo = tail.upTo // taken before: the table holds at least these
  const events = await read((records) => records.events.after(query))
  const last = events.at(-1)?.sequence ?? query.after
  const isComplete = events.length < query.limit && last < upTo
  return { events, position: isComplete ? upTo : last }
}

function readTail(tail: EventTail, query: WatchQuery, after: bigint): Step {
  const events = tail.after(after).filter((event) => matches(event, query))
  return { events, position: tail.upTo > after ? tail.upTo : after }
}

const tableQuery = (query: WatchQuery, after: bigint): EventQuery => ({
  after,
  limit: page,
  ...(query.owner === undefined ? {} : { owner: query.owner }),
  ...(query.transactionId === undefined ? {} : { transactionId: query.transactionId }),
})

/** The same choice as the table makes. */
function matches(event: RecordedEvent, { owner, transactionId }: WatchQuery): boolean {
  if (transactionId !== undefined && event.transactionId !== transactionId) return false
  if (owner === undefined) return true
  return event.owner.account === owner.account && event.owner.memo === owner.memo
}
