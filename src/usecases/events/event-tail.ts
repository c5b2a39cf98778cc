import type { RecordedEvent } from '../../domain/transaction/event.ts'
import type { Read } from '../ports/commit.ts'

/**
 * The newest events, read once per process and handed to every subscription from memory. Whoever is
 * further behind than the tail reaches back reads the table at their own pace, so no subscriber needs
 * a buffer of its own.
 */
export interface EventTail {
  /** Events after this sequence, up to `upTo`, are held here. */
  readonly reachesBackTo: bigint
  readonly upTo: bigint
  /** Held events after `position`, in order. */
  after(position: bigint): readonly RecordedEvent[]
  /** There may be events up to here; reads them. Called by announcements and by the relay's rounds. */
  rise(upTo: bigint): void
  /** Reads up to the present end. @throws DatabaseUnavailable */
  catchUp(): Promise<void>
  /**
   * Resolves when there is something after `position` (for this account, if one is named), or when
   * the signal aborts. Answers the position from which to go on, never an earlier one: nothing of
   * theirs lies before it.
   */
  grown(position: bigint, watcher: Watcher): Promise<bigint>
}

export interface Watcher {
  /** Only events of this owner's account; absent: of all. */
  readonly account?: string
  readonly signal: AbortSignal
}

const heldMax = 1_000
const page = 500

export async function openEventTail({ read }: { readonly read: Read }): Promise<EventTail> {
  const window = eventWindow(await read(({ events }) => events.highestSequence()))
  const bell = newBell()
  let rumoured = window.upTo()
  let reading: Promise<void> | undefined

  async function readOn(): Promise<void> {
    for (;;) {
      const known = rumoured
      const after = window.upTo()
      const next = await read(({ events }) => events.after({ after, limit: page }))
      window.add(next)
      if (next.length > 0) bell.ring(after, next)
      if (next.length < page && window.upTo() >= rumoured) return // all there was at that moment
      if (next.length === 0 && rumoured === known) return // else something was heard of while we read
    }
  }

  function catchUp(): Promise<void> {
    reading ??= readOn().finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    get reachesBackTo() {
      return window.reachesBackTo()
    },
    get upTo() {
      return window.upTo()
    },
    after: (position) => window.after(position),
    rise(to) {
      if (to > rumoured) rumoured = to
      if (rumoured <= window.upTo()) return
      // A failed reading is made good by the next rise, at the latest by the relay a second later.
      catchUp().catch(() => undefined)
    },
    async catchUp() {
      await reading?.catch(() => undefined) // may have begun before what the caller wants to see
      await catchUp()
    },
    grown: async (position, watcher) =>
      window.upTo() > position ? position : bell.rung(position, watcher),
  }
}

/** The last `heldMax` events; sequences have no gaps, so an event's place follows from its number. */
function eventWindow(start: bigint): {
  reachesBackTo(): bigint
  upTo(): bigint
  add(events: readonly RecordedEvent[]): void
  after(position: bigint): readonly RecordedEvent[]
} {
  let held: RecordedEvent[] = []
  let reachesBackTo = start
  return {
    reachesBackTo: () => reachesBackTo,
    upTo: () => reachesBackTo + BigInt(held.length),
    add(events) {
      held = [...held, ...events]
      if (held.length <= heldMax) return
      reachesBackTo += BigInt(held.length - heldMax)
      held = held.slice(-heldMax)
    },
    after: (position) =>
      held.slice(position > reachesBackTo ? Number(position - reachesBackTo) : 0),
  }
}

/**
 * Wakes those who wait for one of these accounts, and those who wait for any: with ten thousand
 * subscriptions an event costs only the few that it is for.
 */
function newBell(): {
  ring(before: bigint, events: readonly RecordedEvent[]): void
  rung(position: bigint, watcher: Watcher): Promise<bigint>
} {
  const waiting = new Map<string | undefined, Set<(before: bigint) => void>>()
  return {
    ring(before, events) {
      for (const account of new Set([undefined, ...events.map(({ owner }) => owner.account)])) {
        const woken = waiting.get(account)
        waiting.delete(account)
        woken?.forEach((wake) => wake(before))
      }
    },
    rung: (position, { account, signal }) =>
      new Promise((resolve) => {
        const wake = (before: bigint): void => {
          signal.removeEventListener('abort', leave)
          resolve(before > position ? before : position) // the table may have told more than the tail
        }
        const leave = (): void => {
          const others = waiting.get(account)
          others?.delete(wake)
          if (others?.size === 0) waiting.delete(account)
          resolve(position)
        }
        if (signal.aborted) return resolve(position)
        signal.addEventListener('abort', leave, { once: true })
        const others = waiting.get(account)
        if (others === undefined) waiting.set(account, new Set([wake]))
        else others.add(wake)
      }),
  }
}
