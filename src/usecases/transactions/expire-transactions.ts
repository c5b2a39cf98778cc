import { nextPhase } from '../../domain/transaction/lifecycle.ts'
import type { Commit, Read } from '../ports/commit.ts'
import type { SaveChanges } from './save-change.ts'

/**
 * Ends transactions that no funds came for in time, and answers how many. A transaction that has received
 * funds never ends this way (SEP31-76, SEP31-77). Payments come first: one that is seen but not matched
 * keeps its transaction alive, and nothing of an account ends before the account was read past the
 * deadline, however long the network or our workers were away.
 * Repeats: harmless; two at once share the work.
 */
export type ExpireTransactions = () => Promise<number>

interface Parts {
  readonly commit: Commit
  readonly read: Read
  readonly saveChanges: SaveChanges
  readonly now: () => Date
  /** How long after the deadline a payment made in time may still be on its way to us. */
  readonly graceMs: number
}

const batchSize = 200

export const expireTransactions =
  ({ commit, read, saveChanges, now, graceMs }: Parts): ExpireTransactions =>
  async () => {
    let expired = 0
    for (;;) {
      const moment = now()
      const query = { now: moment, graceMs }
      const ids = await read(({ transactions }) =>
        transactions.lapsed({ ...query, limit: batchSize }),
      )
      if (ids.length === 0) return expired
      const ended = await commit(async (records) => {
        const transactions = await records.transactions.lockLapsed(ids, query)
        const changes = transactions.flatMap((before) => {
          const phase = nextPhase(before.phase, 'lapsed')
          return phase === undefined
            ? []
            : [
                {
                  before,
                  after: { ...before, phase, statusMessage: 'No payment came in time' },
                  type: 'lapsed',
                  actor: { kind: 'gateway' },
                } as const,
              ]
        })
        await saveChanges(records, changes, moment)
        return changes.length
      })
      expired += ended
      if (ended === 0 || ids.length < batchSize) return expired
    }
  }
