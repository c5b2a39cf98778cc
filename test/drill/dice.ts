/** Random choices that are the same for the same seed, on every machine. */
export interface Dice {
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  chance(probability: number): boolean
  one<Thing>(of: readonly Thing[]): Thing
}

export function diceOf(seed: string): Dice {
  let state = hashOf(seed)
  /** Mulberry32: short, quick and good enough to throw blows with. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    one(of) {
      const chosen = of[Math.floor(next() * of.length)]
      if (chosen === undefined) throw new Error('There is nothing to choose from')
      return chosen
    },
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
