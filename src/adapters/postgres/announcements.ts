import type { Announcements } from '../../usecases/ports/announcements.ts'
import type { WakeUps } from '../../usecases/ports/wake-ups.ts'
import { channels } from './listener.ts'
import type { Listener } from './listener.ts'
import type { Notifier } from './notifier.ts'

/** Announcements by LISTEN/NOTIFY. After a gap in the listening the relay's round tells the height. */
export function postgresAnnouncements(listener: Listener, notifier: Notifier): Announcements {
  const stops = new Set<() => void>()
  return {
    async announceEvents(upTo) {
      notifier.notify(channels.events, upTo.toString())
    },
    onEvents(listenTo) {
      const stop = listener.on(channels.events, (payload) => {
        if (payload !== undefined && /^\d{1,19}$/.test(payload)) listenTo(BigInt(payload))
      })
      stops.add(stop)
      return stop
    },
    async close() {
      stops.forEach((stop) => stop())
      await notifier.settled()
    },
  }
}

/** The relay is woken by the notices that follow commits; also after a gap, as some may be lost. */
export const postgresWakeUps = (listener: Listener): WakeUps => ({
  onWakeUp: (wake) => listener.on(channels.outbox, () => wake()),
})

/** Give this to the commit as `onOutgoing`. */
export const wakeRelays =
  (notifier: Notifier): (() => void) =>
  () =>
    notifier.notify(channels.outbox, '')
