/** Chance that can be repeated: the same seed and index roll the same numbers. */
export interface Dice {
  /** 0 to `n` - 1. */
  below(n: number): number
  /** True once in `n` times. */
  oneIn(n: number): boolean
  pick<Thing>(things: readonly Thing[]): Thing
  /** By weight. */
  choose<Thing>(things: readonly (readonly [weight: number, thing: Thing])[]): Thing
}

export function rollDice(seed: number, index: number): Dice {
  let state = scramble(scramble(seed) ^ Math.imul(index + 1, 0x9e3779b1))
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    return scramble(state)
  }
  const below = (n: number): number => Math.floor((next() / 0x1_0000_0000) * n)
  const pick = <Thing>(things: readonly Thing[]): Thing => {
    const index = below(things.length)
    if (index >= things.length) throw new Error('There is nothing to pick from')
    return things[index] as Thing // the index is within
  }
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick,
    choose: (things) => {
      let left = below(things.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, thing] of things) {
        left -= weight
        if (left < 0) return thing
      }
      throw new Error('There is nothing to choose from')
    },
  }
}

/** 32 bits to 32 bits, without a sign. */
function scramble(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
