import { rescaleDown, stellarDecimals } from '../money/amount.ts'
import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import { feeOn } from './fee-schedule.ts'
import type { Fee, FeeSchedule } from './fee-schedule.ts'

/** What of an amount received is paid out, and what stays with the anchor. */
export interface Deduction {
  /** In units of the asset received. Amount in − fee = amount out, to the unit (SEP31-62). */
  readonly fee: Fee
  /** In units of the payout asset. */
  readonly amountOutUnits: bigint
}

/**
 * Takes the fee out of the amount received, 1 for 1, for a payout asset of at most 7 decimals. Amount out
 * is rounded down to what the payout asset can carry, and the rest is part of the fee, named `Rounding`.
 * Refused when nothing would be left to pay out.
 */
export function deductFee(
  amountInUnits: bigint,
  schedule: FeeSchedule,
  payoutDecimals: number,
): Outcome<Deduction, { readonly code: 'amount_below_fee'; readonly feeUnits: bigint }> {
  const owed = feeOn(amountInUnits, schedule)
  const leftUnits = amountInUnits - owed.totalUnits
  const amountOutUnits = rescaleDown(leftUnits, stellarDecimals, payoutDecimals)
  if (amountOutUnits <= 0n) return refused({ code: 'amount_below_fee', feeUnits: owed.totalUnits })
  const restUnits = leftUnits - rescaleDown(amountOutUnits, payoutDecimals, stellarDecimals)
  if (restUnits === 0n) return accepted({ fee: owed, amountOutUnits })
  return accepted({
    fee: {
      totalUnits: owed.totalUnits + restUnits,
      parts: [...owed.parts, { name: 'Rounding', units: restUnits }],
    },
    amountOutUnits,
  })
}
