import type { Database } from './database.ts'
import { sql } from './database.ts'

/**
 * The time of the database, for all processes alike: claims, seats and due times that one process writes
 * are read by others, and a machine whose clock is an hour off would take an account for an hour, or leave
 * payouts lying. Between two looks it runs evenly, whatever somebody does to the clock of this machine.
 */
export interface Clock {
  readonly now: () => Date
  close(): void
}

const lookEveryMs = 10_000

/** @throws when the database cannot be asked at the start; later it goes on by itself meanwhile. */
export async function openClock(options: {
  readonly database: Pick<Database, 'pooled'>
  /** Milliseconds that run evenly: `performance.now`. */
  readonly elapsedMs: () => number
  readonly onError: (error: unknown) => void
}): Promise<Clock> {
  const { database, elapsedMs, onError } = options
  let known = await look(database, elapsedMs)
  const timer = setInterval(() => {
    look(database, elapsedMs).then((seen) => (known = seen), onError)
  }, lookEveryMs)
  timer.unref()
  return {
    now: () => new Date(known.at + elapsedMs() - known.elapsedMs),
    close: () => clearInterval(timer),
  }
}

interface Seen {
  readonly at: number
  readonly elapsedMs: number
}

/** Half of the way there and back is taken for the way back. */
async function look({ pooled }: Pick<Database, 'pooled'>, elapsedMs: () => number): Promise<Seen> {
  const asked = elapsedMs()
  const [row] = await sql<{ readonly now: Date }>(pooled, 'select clock_timestamp() as now')
  if (row === undefined) throw new Error('The database does not tell the time')
  return { at: row.now.getTime(), elapsedMs: (asked + elapsedMs()) / 2 }
}
