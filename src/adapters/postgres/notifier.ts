import type { Database } from './database.ts'
import { sql } from './database.ts'
import type { Channel } from './listener.ts'

/** Sends NOTIFY, at most one at a time per channel: what comes meanwhile shares the next. */
export interface Notifier {
  notify(channel: Channel, payload: string): void
  /** Resolves when nothing is left to be sent. */
  settled(): Promise<void>
}

/**
 * Sent after commits and not within them: PostgreSQL lets only one transaction with a NOTIFY commit at
 * a time, which would cost the gateway its group commits. What a crash in between loses is found by
 * the relay's own look.
 */
export function createNotifier(options: {
  readonly database: Database
  readonly onError: (error: unknown) => void
}): Notifier {
  const next = new Map<Channel, string>()
  let sending: Promise<void> | undefined

  async function send(): Promise<void> {
    for (;;) {
      const [waiting] = next
      if (waiting === undefined) return
      next.delete(waiting[0])
      await sql(options.database.pooled, 'select pg_notify($1, $2)', waiting).catch(options.onError)
    }
  }

  return {
    notify(channel, payload) {
      next.set(channel, payload)
      sending ??= send().finally(() => {
        sending = undefined
      })
    },
    settled: async () => sending,
  }
}
