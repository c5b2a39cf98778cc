import { nextPhase } from '../../domain/transaction/lifecycle.ts'
import { DatabaseUnavailable } from '../ports/commit.ts'
import type { Commit, Read, Records } from '../ports/commit.ts'
import type { LapsedQuery } from '../ports/transaction-records.ts'
import type { Change, SaveChanges } from './save-change.ts'

/**
 * Ends transactions that no funds came for in time, and answers how many. A transaction that has received
 * funds never ends this way (SEP31-76, SEP31-77). Payments come first: one that is seen but not matched
 * keeps the transaction it names alive, and nothing of an account ends before the account was read past
 * the deadline, however long the network or our workers were away.
 *
 * Failures: `DatabaseUnavailable`. `TransactionsUnended` after all others were ended: a transaction that
 * breaks its batch (a damaged row, a bug) stays alone and holds up nobody.
 * Repeats: harmless; two at once share the work.
 */
export type ExpireTransactions = () => Promise<number>

/** Something about these transactions breaks; they are tried again with the next call. */
export class TransactionsUnended extends Error {
  override readonly name = 'TransactionsUnended'
}

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
  (parts: Parts): ExpireTransactions =>
  async () => {
    const broken = new Map<string, unknown>()
    let expired = 0
    for (;;) {
      const query = { now: parts.now(), graceMs: parts.graceMs }
      const limit = batchSize + broken.size
      const found = await parts.read(({ transactions }) => transactions.lapsed({ ...query, limit }))
      const ids = found.filter((id) => !broken.has(id))
      const ended = await endAll({ ...parts, query, broken }, ids)
      expired += ended
      const isStuck = ended === 0 && limit === batchSize + broken.size // others are at work on them
      if (isStuck || found.length < limit) break
    }
    const [first] = broken
    if (first === undefined) return expired
    const message = `${broken.size} transactions cannot be ended, the first is ${first[0]}`
    throw new TransactionsUnended(message, { cause: first[1] })
  }

interface Ending extends Parts {
  readonly query: LapsedQuery
  /** Those that cannot be ended, with the cause. */
  readonly broken: Map<string, unknown>
}

/** One commit; when it breaks, two halves, down to the one transaction it breaks on. */
async function endAll(parts: Ending, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0
  try {
    return await parts.commit((records) => endIn(records, ids, parts))
  } catch (cause) {
    if (cause instanceof DatabaseUnavailable) throw cause
    const [first] = ids
    if (ids.length === 1 && first !== undefined) {
      parts.broken.set(first, cause)
      return 0
    }
    const half = Math.ceil(ids.length / 2)
    const ended = await endAll(parts, ids.slice(0, half))
    return ended + (await endAll(parts, ids.slice(half)))
  }
}

async function endIn(
  records: Records,
  ids: readonly string[],
  { saveChanges, query }: Ending,
): Promise<number> {
  const transactions = await records.transactions.lockLapsed(ids, query)
  const changes = transactions.flatMap((before): readonly Change[] => {
    const phase = nextPhase(before.phase, 'lapsed')
    if (phase === undefined) return []
    const after = { ...before, phase, statusMessage: 'No payment came in time' }
    return [{ before, after, type: 'lapsed', actor: { kind: 'gateway' } }]
  })
  await saveChanges(records, changes, query.now)
  return changes.length
}
