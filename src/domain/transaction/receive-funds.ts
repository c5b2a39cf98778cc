import { accepted, refused } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { memoOfPayment } from '../stellar-payment/memo-of-payment.ts'
import { firstEpoch } from '../stellar-payment/stellar-payment.ts'
import type {
  CreditKind,
  StellarPayment,
  UnmatchedReason,
} from '../stellar-payment/stellar-payment.ts'
import { nextPhase } from './lifecycle.ts'
import type { Transaction } from './transaction.ts'

/** Why a payment does not fund the transaction. The payment is kept as an unmatched one, never dropped. */
export interface FundsRefusal {
  readonly code: UnmatchedReason
}

/** A payment with the run of the network it was seen in; absent: the first. */
export type FundingPayment = StellarPayment & { readonly epoch?: number }

/**
 * What an incoming Stellar payment does to the transaction that its memo names (undefined: there is none).
 *
 * Guards in this order, the first one wins: `not_a_payment` (an operation that is no payment by SEP-31,
 * or one of the account to itself), `no_memo`, `conflicting_memo`, `unknown_memo`, `already_funded`,
 * `too_late` (expired), `not_payable` (another phase without a way for funds), `wrong_asset` (code and
 * issuer), `wrong_amount` (one stroop more or less), `too_late` (the ledger closed after the deadline; our
 * own clock is not asked, so a payment in time counts however late we read it).
 *
 * Repeats: the payment that funded the transaction is accepted again and changes nothing.
 * Source: SEP-31 3.1.0, "Receiving the payment" (SEP31-44 to 52).
 */
export function receiveFunds(
  transaction: Transaction | undefined,
  payment: FundingPayment,
): Outcome<Transaction, FundsRefusal> {
  if (!isPayment(payment)) return refused({ code: 'not_a_payment' })
  const memo = memoOfPayment(payment)
  if (!memo.ok) return memo
  if (transaction === undefined) return refused({ code: 'unknown_memo' })
  if (isFundedBy(transaction, payment)) return accepted(transaction)
  const phase = nextPhase(transaction.phase, 'fundsReceived')
  const reason = phase === undefined ? reasonOfPhase(transaction) : misfit(transaction, payment)
  if (phase === undefined || reason !== undefined) return refused({ code: reason ?? 'not_payable' })
  return accepted({
    ...transaction,
    phase,
    ...(epochOf(payment) === firstEpoch ? {} : { stellarEpoch: epochOf(payment) }),
    stellarPaymentId: payment.id,
    stellarTransactionHash: payment.transactionHash,
    fundsReceivedAt: payment.ledgerClosedAt,
  })
}

const epochOf = ({ epoch }: FundingPayment): number => epoch ?? firstEpoch

/** The same operation id in another run of the network is another payment. */
const isFundedBy = (
  { stellarEpoch = firstEpoch, stellarPaymentId }: Transaction,
  payment: FundingPayment,
): boolean => stellarPaymentId === payment.id && stellarEpoch === epochOf(payment)

function reasonOfPhase(transaction: Transaction): UnmatchedReason {
  if (transaction.stellarPaymentId !== undefined) return 'already_funded'
  return transaction.phase === 'expired' ? 'too_late' : 'not_payable'
}

function misfit(transaction: Transaction, payment: StellarPayment): UnmatchedReason | undefined {
  if (transaction.stellarPaymentId !== undefined) return 'already_funded'
  if (payment.asset !== transaction.assetIn) return 'wrong_asset'
  if (payment.units !== transaction.amountInUnits) return 'wrong_amount'
  return payment.ledgerClosedAt > transaction.lapsesAt ? 'too_late' : undefined
}

/** SEP31-45 names three operations; what else credits an account is a seen fact that an operator looks at. */
const funds: Readonly<Record<CreditKind, boolean>> = {
  payment: true,
  path_payment_strict_receive: true,
  path_payment_strict_send: true,
  create_account: false,
  account_merge: false,
  claim_claimable_balance: false,
  other: false,
}

const isPayment = ({ kind, from, account }: StellarPayment): boolean =>
  funds[kind] && from !== account
