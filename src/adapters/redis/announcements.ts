import { Redis } from 'ioredis'
import type { Announcements } from '../../usecases/ports/announcements.ts'

const channel = 'fairlead:events'

/** Announcements through Redis. ioredis connects and subscribes anew by itself after a loss. */
export function redisAnnouncements(options: {
  readonly url: string
  readonly onError: (error: Error) => void
}): Announcements {
  const listeners = new Set<(upTo: bigint) => void>()
  const sender = new Redis(options.url, { enableOfflineQueue: false, connectTimeout: 5_000 })
  const receiver = new Redis(options.url, { maxRetriesPerRequest: null, connectTimeout: 5_000 })
  for (const connection of [sender, receiver]) connection.on('error', options.onError)
  receiver.on('message', (_, message) => {
    if (!/^\d{1,19}$/.test(message)) return
    for (const listener of listeners) listener(BigInt(message))
  })
  receiver.subscribe(channel).catch(options.onError)

  return {
    async announceEvents(upTo) {
      try {
        await sender.publish(channel, upTo.toString())
      } catch (error) {
        options.onError(error as Error) // ioredis rejects with Errors only
      }
    },
    onEvents(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      sender.disconnect()
      receiver.disconnect()
    },
  }
}
