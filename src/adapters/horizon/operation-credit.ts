import type { CreditKind } from '../../domain/stellar-payment/stellar-payment.ts'
import { assetIn, digitsIn, textIn, unitsIn } from './reading.ts'
import type { HorizonRecord } from './reading.ts'

/** Where the amount of a credit is told. */
export type CreditedAmount =
  | { readonly in: 'record'; readonly asset: string; readonly units: bigint }
  | { readonly in: 'result' }
  | { readonly in: 'effects' }

export interface OperationCredit {
  readonly kind: CreditKind
  readonly from: string
  readonly muxedId?: string
  readonly amount: CreditedAmount
}

type Reader = (operation: HorizonRecord, account: string) => OperationCredit | undefined

/** `amount` is what was credited, in both path payments too; `source_amount` is what was sent. */
const paymentReader =
  (kind: CreditKind): Reader =>
  (operation, account) =>
    textIn(operation, 'to') === account
      ? {
          kind,
          from: textIn(operation, 'from'),
          ...muxedId(operation, 'to_muxed_id'),
          amount: {
            in: 'record',
            asset: assetIn(operation),
            units: unitsIn(operation, 'amount'),
          },
        }
      : undefined

const created: Reader = (operation, account) =>
  textIn(operation, 'account') === account
    ? {
        kind: 'create_account',
        from: textIn(operation, 'funder'),
        amount: {
          in: 'record',
          asset: 'stellar:native',
          units: unitsIn(operation, 'starting_balance'),
        },
      }
    : undefined

const merged: Reader = (operation, account) =>
  textIn(operation, 'into') === account
    ? {
        kind: 'account_merge',
        from: textIn(operation, 'account'),
        ...muxedId(operation, 'into_muxed_id'),
        amount: { in: 'result' },
      }
    : undefined

const claimed: Reader = (operation, account) =>
  textIn(operation, 'claimant') === account
    ? {
        kind: 'claim_claimable_balance',
        from: textIn(operation, 'source_account'),
        ...muxedId(operation, 'claimant_muxed_id'),
        amount: { in: 'effects' },
      }
    : undefined

/** A contract, or an operation that this version does not know: the effects say whether it credits. */
const other: Reader = (operation) => ({
  kind: 'other',
  from: textIn(operation, 'source_account'),
  amount: { in: 'effects' },
})

/** What credits nobody, or only its own source by the operator's own doing (offers, pools). */
const none: Reader = () => undefined

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['payment', paymentReader('payment')],
  ['path_payment_strict_receive', paymentReader('path_payment_strict_receive')],
  ['path_payment_strict_send', paymentReader('path_payment_strict_send')],
  ['path_payment', paymentReader('path_payment_strict_receive')],
  ['create_account', created],
  ['account_merge', merged],
  ['claim_claimable_balance', claimed],
  ...[
    'manage_sell_offer',
    'manage_buy_offer',
    'create_passive_sell_offer',
    'set_options',
    'change_trust',
    'allow_trust',
    'inflation',
    'manage_data',
    'bump_sequence',
    'create_claimable_balance',
    'begin_sponsoring_future_reserves',
    'end_sponsoring_future_reserves',
    'revoke_sponsorship',
    'clawback',
    'clawback_claimable_balance',
    'set_trust_line_flags',
    'liquidity_pool_deposit',
    'liquidity_pool_withdraw',
    'extend_footprint_ttl',
    'restore_footprint',
  ].map((type): [string, Reader] => [type, none]),
])

/** What an operation credits to the account; undefined: nothing. */
export function creditOf(operation: HorizonRecord, account: string): OperationCredit | undefined {
  return (readers.get(textIn(operation, 'type')) ?? other)(operation, account)
}

const muxedId = (operation: HorizonRecord, name: string): { readonly muxedId?: string } =>
  operation[name] === undefined ? {} : { muxedId: digitsIn(operation, name) }
