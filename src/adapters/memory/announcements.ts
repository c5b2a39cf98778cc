import type { Announcements } from '../../usecases/ports/announcements.ts'

/** Announcements within one process. */
export function memoryAnnouncements(): Announcements {
  const listeners = new Set<(upTo: bigint) => void>()
  return {
    async announceEvents(upTo) {
      for (const listener of listeners) queueMicrotask(() => listener(upTo))
    },
    onEvents(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
    },
  }
}
