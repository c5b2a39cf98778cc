/** What the anchor takes of each amount received. Source: SEP-31 `fee_fixed`, `fee_percent`. */
export interface FeeSchedule {
  /** Units of the asset received. */
  readonly fixedUnits: bigint
  /** Percentage points times 10^7, so that `0.01` percent is `100_000n`. */
  readonly percentE7: bigint
}

export interface FeePart {
  readonly name: string
  readonly description?: string
  readonly units: bigint
}

/** Fee in units of the asset received, with the parts that add up to it. */
export interface Fee {
  readonly totalUnits: bigint
  readonly parts: readonly FeePart[]
}

const hundredPercentE7 = 100n * 10_000_000n

/** The proportional fee on `principalUnits`, rounded up to a whole unit so that the anchor loses nothing. */
export function proportionalFeeUnits(principalUnits: bigint, percentE7: bigint): bigint {
  return (principalUnits * percentE7 + hundredPercentE7 - 1n) / hundredPercentE7
}

/** Fee owed on an amount received, before rounding to what the payout rail can carry. */
export function feeOn(principalUnits: bigint, schedule: FeeSchedule): Fee {
  const parts: FeePart[] = []
  if (schedule.fixedUnits > 0n) parts.push({ name: 'Fixed fee', units: schedule.fixedUnits })
  const proportional = proportionalFeeUnits(principalUnits, schedule.percentE7)
  if (proportional > 0n) parts.push({ name: 'Proportional fee', units: proportional })
  return { totalUnits: parts.reduce((sum, part) => sum + part.units, 0n), parts }
}
