/** Hashes that are refused for some ledgers after they left the queue (SBX-28). */
export interface RefusedHashes {
  has(hash: string): boolean
  add(hash: string): void
  /** One ledger has closed. */
  shift(): void
}

const ledgersRefused = 10

export function createRefusedHashes(): RefusedHashes {
  const generations: Set<string>[] = [new Set()]
  return {
    has: (hash) => generations.some((generation) => generation.has(hash)),
    add(hash) {
      generations[0]?.add(hash)
    },
    shift() {
      generations.unshift(new Set())
      generations.length = Math.min(generations.length, ledgersRefused)
    },
  }
}
