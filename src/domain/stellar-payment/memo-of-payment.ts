import { accepted, refused } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import type { Memo } from '../transaction/transaction.ts'
import type { StellarPayment } from './stellar-payment.ts'

export interface NoMemo {
  readonly code: 'no_memo' | 'conflicting_memo' | 'unknown_memo'
}

/**
 * The memo that says which transaction a payment is for. The id in a muxed destination counts as an id
 * memo (SEP31-48); together with a memo that says something else it says nothing. A return memo names
 * no transaction of ours: it belongs to a refund of somebody else's.
 */
export function memoOfPayment({
  memo,
  muxedId,
}: Pick<StellarPayment, 'memo' | 'muxedId'>): Outcome<Memo, NoMemo> {
  if (muxedId !== undefined) {
    const says = memo.type === 'none' || (memo.type === 'id' && memo.value === muxedId)
    return says ? accepted({ type: 'id', value: muxedId }) : refused({ code: 'conflicting_memo' })
  }
  if (memo.type === 'none') return refused({ code: 'no_memo' })
  if (memo.type === 'return') return refused({ code: 'unknown_memo' })
  return accepted({ type: memo.type, value: memo.value })
}
