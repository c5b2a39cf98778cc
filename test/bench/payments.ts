import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import type { BenchWorld } from './world.ts'

export interface PaymentRun {
  readonly firstMemo: number
  readonly count: number
}

/** Lets the network tell of a payment for each of these memos; more of them later go on after the first. */
export async function tellPayments(world: BenchWorld, run: PaymentRun): Promise<void> {
  const { distribution: account, issuer, sender: from } = world.accounts
  const response = await fetch(`${world.outsideUrl}/_payments`, {
    method: 'POST',
    body: JSON.stringify({ account, issuer, from, amount: '100.0000000', ...run }),
  })
  if (!response.ok) throw new Error(`The network took no payments: ${await response.text()}`)
}

export interface Seen {
  readonly at: number
  readonly count: number
}

const lookEveryMs = 100
const patienceMs = 120_000

/** Looks until so many rows are there; answers when each count was seen first. Fails when nothing moves. */
export async function watchCount(
  databaseUrl: string,
  from: string,
  wanted: number,
): Promise<readonly Seen[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const seen: Seen[] = []
  try {
    for (;;) {
      const { rows } = await client.query<{ readonly count: number }>(
        `select count(*)::int as count from ${from}`,
      )
      const now = { at: performance.now(), count: rows[0]?.count ?? 0 }
      const last = seen.at(-1)
      if (last?.count !== now.count) seen.push(now)
      if (now.count >= wanted) return seen
      if (last !== undefined && now.at - last.at > patienceMs) {
        throw new Error(`Only ${now.count} of ${wanted} rows of ${from}, and no more of them`)
      }
      await pause(lookEveryMs)
    }
  } finally {
    await client.end()
  }
}
