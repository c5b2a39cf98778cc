/**
 * Phase -> what may happen in it -> the phase after. A phase means one thing only; in particular the
 * phases before the funds have come and after are different ones, although SEP-31 has one word for both.
 */
export const lifecycle = {
  /** The customers are being checked; no funds yet. */
  screening: {
    cleared: 'awaitingFunds',
    infoMissing: 'awaitingInfo',
    declined: 'failed',
    lapsed: 'expired',
  },
  /** The sending anchor has to bring customer data; no funds yet. */
  awaitingInfo: { infoReceived: 'screening', declined: 'failed', lapsed: 'expired' },
  /** Ready to be paid on Stellar. */
  awaitingFunds: { fundsReceived: 'payingOut', lapsed: 'expired', declined: 'failed' },
  /** Funds are here, a payout is due or on its way to the rail. */
  payingOut: {
    payoutAccepted: 'settling',
    payoutDelivered: 'completed',
    customerInfoWanted: 'awaitingPayoutCustomerInfo',
    transactionInfoWanted: 'awaitingPayoutTransactionInfo',
  },
  /** The rail refused a field of a customer; the sending anchor corrects it by SEP-12. */
  awaitingPayoutCustomerInfo: { infoReceived: 'payingOut' },
  /** The rail refused a field of the transaction; the sending anchor corrects it by PATCH. */
  awaitingPayoutTransactionInfo: { infoReceived: 'payingOut' },
  /** The rail has the payout and has not yet delivered it. */
  settling: {
    payoutDelivered: 'completed',
    payoutReturned: 'payingOut',
    customerInfoWanted: 'awaitingPayoutCustomerInfo',
    transactionInfoWanted: 'awaitingPayoutTransactionInfo',
  },
  completed: {},
  /** No way out on purpose: funds that come now are an unmatched payment. */
  expired: {},
  failed: {},
} as const satisfies Record<string, Record<string, string>>

export type Phase = keyof typeof lifecycle
export type Happening = { [P in Phase]: keyof (typeof lifecycle)[P] }[Phase]

/** The phase after `happening`, or undefined when it may not happen in `phase`. */
export function nextPhase(phase: Phase, happening: Happening): Phase | undefined {
  const row: Partial<Record<string, Phase>> = lifecycle[phase]
  return Object.hasOwn(row, happening) ? row[happening] : undefined
}

export type SepStatus =
  | 'pending_sender'
  | 'pending_receiver'
  | 'pending_customer_info_update'
  | 'pending_transaction_info_update'
  | 'pending_external'
  | 'completed'
  | 'expired'
  | 'error'

/** What the sending anchor is told. Source: SEP-31 3.1.0, GET Transaction. */
export const sepStatus = {
  screening: 'pending_receiver',
  awaitingInfo: 'pending_customer_info_update',
  awaitingFunds: 'pending_sender',
  payingOut: 'pending_receiver',
  awaitingPayoutCustomerInfo: 'pending_customer_info_update',
  awaitingPayoutTransactionInfo: 'pending_transaction_info_update',
  settling: 'pending_external',
  completed: 'completed',
  expired: 'expired',
  failed: 'error',
} as const satisfies Record<Phase, SepStatus>
