import { createHash } from 'node:crypto'
import type { Entry } from './entries.ts'
import { entryKey } from './entries.ts'
import type { EntryChange } from './entries.ts'

/**
 * A digest of all entries that is kept up to date by each change: the sum, modulo 2^256, of the
 * digests of the entries. It does not depend on the order in which they came about.
 */
export interface StateHash {
  readonly digits: string
  follow(changes: readonly EntryChange[]): void
  reset(entries: Iterable<Entry>): void
}

const modulus = 1n << 256n

export function createStateHash(): StateHash {
  let sum = 0n
  return {
    get digits() {
      return sum.toString(16).padStart(64, '0')
    },
    follow(changes) {
      for (const { before, after } of changes) {
        const lost = before === undefined ? 0n : digestOf(before)
        const won = after === undefined ? 0n : digestOf(after)
        sum = (sum + won - lost + modulus) % modulus
      }
    },
    reset(entries) {
      sum = 0n
      for (const entry of entries) sum = (sum + digestOf(entry)) % modulus
    },
  }
}

function digestOf(entry: Entry): bigint {
  const text = JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  const digest = createHash('sha256').update(entryKey(entry)).update(text).digest('hex')
  return BigInt(`0x${digest}`)
}
