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
  /** Resolves when there is something after `position`, or when the signal aborts. */
  grown(position: bigint, signal: AbortSignal): Promise<void>
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
      if (next.length > 0) bell.ring()
      else if (rumoured === known) return // else something was heard of while we read
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
    grown: (position, signal) => bell.until(() => window.upTo() > position, signal),
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

/** Wakes all who wait for a condition. */
function newBell(): {
  ring(): void
  until(condition: () => boolean, signal: AbortSignal): Promise<void>
} {
  const waiting = new Set<() => void>()
  return {
    ring: () => waiting.forEach((look) => look()),
    until: (condition, signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition() && !signal.aborted) return
          waiting.delete(look)
          signal.removeEventListener('abort', look)
          resolve()
        }
        waiting.add(look)
        signal.addEventListener('abort', look)
        look()
      }),
  }
}
