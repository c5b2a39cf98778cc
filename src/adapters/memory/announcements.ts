import type { Announcements } from '../../usecases/ports/announcements.ts'
import type { WakeUps } from '../../usecases/ports/wake-ups.ts'

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

/** Wake-ups within one process; `wake` is what the commit calls. */
export function memoryWakeUps(): WakeUps & { wake(): void } {
  const listeners = new Set<() => void>()
  return {
    wake: () => listeners.forEach((listener) => listener()),
    onWakeUp(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
