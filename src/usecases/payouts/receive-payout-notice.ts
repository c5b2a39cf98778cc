import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { PayoutNotice } from '../ports/payout-rail.ts'
import type { RecordRailWord } from './record-rail-word.ts'

/** The rail speaks of an order we never gave. */
export interface UnknownPayoutKey {
  readonly code: 'unknown_payout_key'
  readonly key: string
}

/**
 * Keeps what a rail tells of its own accord. The signature was checked at the door.
 * Refusals: `unknown_payout_key`. Repeats, late and out of order: only news changes anything.
 */
export type ReceivePayoutNotice = (
  notice: PayoutNotice,
) => Promise<Outcome<undefined, UnknownPayoutKey>>

export const receivePayoutNotice =
  ({ recordRailWord }: { readonly recordRailWord: RecordRailWord }): ReceivePayoutNotice =>
  async ({ idempotencyKey, reply }) => {
    const state = await recordRailWord(idempotencyKey, { reply })
    return state === undefined
      ? refused({ code: 'unknown_payout_key', key: idempotencyKey })
      : accepted(undefined)
  }
