/** The ledger clock: the wall clock, moved or frozen on request (SBX-32, 96). */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  seconds(): bigint
  advance(seconds: number): void
  freeze(): void
  unfreeze(): void
  readonly state: { readonly frozen: boolean; readonly offsetSeconds: number }
}

export function createClock(wall: () => number = Date.now): Clock {
  let offset = 0
  let frozenAt: number | undefined
  const now = () => (frozenAt ?? wall()) + offset
  return {
    now,
    seconds: () => BigInt(Math.floor(now() / 1000)),
    advance(seconds) {
      offset += seconds * 1000
    },
    freeze() {
      frozenAt ??= wall()
    },
    unfreeze() {
      if (frozenAt === undefined) return
      offset += frozenAt - wall()
      frozenAt = undefined
    },
    get state() {
      return { frozen: frozenAt !== undefined, offsetSeconds: offset / 1000 }
    },
  }
}
