import type { Database } from './database.ts'
import { sql } from './database.ts'
import type { Channel } from './listener.ts'
import { prepared } from './prepared.ts'

/**
 * Sends NOTIFY, one at a time and a few milliseconds apart: what comes meanwhile shares the next. Each is a
 * commit that is written to disk.
 */
export interface Notifier {
  notify(channel: Channel, payload: string): void
  /** Resolves when nothing is left to be sent. */
  settled(): Promise<void>
}

const gatherMs = 5

const sendAll = prepared(
  `select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as notice (channel, payload)`,
)

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
    while (next.size > 0) {
      const waiting = [[...next.keys()], [...next.values()]]
      next.clear()
      await sql(options.database.pooled, sendAll, waiting).catch(options.onError)
      await new Promise((resolve) => setTimeout(resolve, gatherMs))
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
