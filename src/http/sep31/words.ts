import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import type { OpenRefusal } from '../../usecases/transactions/open-transaction.ts'
import { printable } from '../server/text.ts'

/** Refusals that are told in words; the other two have a body of their own. */
export type WordedRefusal = Exclude<
  OpenRefusal,
  { readonly code: 'customer_info_needed' | 'transaction_info_needed' }
>

/** A new code does not compile until every language has words for it. */
export type Words = {
  readonly [Code in WordedRefusal['code']]: (
    refused: Extract<WordedRefusal, { readonly code: Code }>,
  ) => string
}

export const units = (amount: bigint): string => formatUnits(amount, stellarDecimals)

export const english: Words = {
  asset_unknown: ({ known }) => `asset_code must be an asset of /info: ${known.join(', ')}`,
  asset_issuer_unknown: ({ issuer }) =>
    issuer === undefined
      ? 'The native asset has no asset_issuer; leave it out'
      : `asset_issuer must be ${issuer}, or left out`,
  quotes_not_supported: () => 'Quotes are not supported for this asset; leave out quote_id',
  destination_asset_unknown: ({ deliverable }) =>
    `destination_asset must be ${deliverable}, or left out`,
  amount_malformed: () =>
    'amount must be a number above 0 in plain decimal notation, such as 100.5',
  amount_too_precise: () => `amount may have at most ${stellarDecimals} decimals`,
  amount_out_of_bounds: ({ minUnits, maxUnits }) =>
    minUnits === undefined
      ? `amount must be at most ${units(maxUnits)}`
      : `amount must be at least ${units(minUnits)} and at most ${units(maxUnits)}`,
  amount_below_fee: ({ feeUnits }) =>
    `amount must be more than the fee of ${units(feeUnits)}, so that something is left to pay out`,
  funding_method_unknown: ({ methods }) => `funding_method must be one of: ${methods.join(', ')}`,
  refund_memo_incomplete: () => 'refund_memo and refund_memo_type must be given together',
  refund_memo_malformed: () =>
    'refund_memo must fit refund_memo_type: id (unsigned 64-bit number), text (at most 28 bytes) or hash (base64 of 32 bytes)',
  customer_rejected: ({ side }) =>
    `The ${side === 'sender' ? 'sending' : 'receiving'} customer cannot be served`,
  field_not_among_choices: ({ field, choices }) =>
    `fields.transaction.${printable(field)} must be one of: ${choices.join(', ')}`,
  idempotency_key_reused: () => 'This Idempotency-Key was used for another request; use a new one',
}
