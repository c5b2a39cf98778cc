import type { Backlog } from '../../src/usecases/ports/backlog-records.ts'

/** Nothing waits anywhere. */
export const quiet: Backlog = {
  transactions: [],
  accounts: [],
  unmatched: [],
  payouts: [],
  callbacks: { due: 0, dead: 0, deadLately: 0 },
  events: { highest: 0n, unnumbered: 0, outbox: 0 },
}
