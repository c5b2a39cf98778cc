import { amountWords } from './assets.ts'

/** A price as a decimal with seven digits, rounded half up. */
export function priceWords({ n, d }: { n: number; d: number }): string {
  if (d <= 0) return '0.0000000'
  return amountWords((BigInt(n) * 20_000_000n + BigInt(d)) / (2n * BigInt(d)))
}
