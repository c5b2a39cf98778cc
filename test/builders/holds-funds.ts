import type { Phase } from '../../src/domain/transaction/lifecycle.ts'

const funded: readonly Phase[] = [
  'payingOut',
  'awaitingPayoutCustomerInfo',
  'awaitingPayoutTransactionInfo',
  'settling',
]

/** Whether the anchor holds the sending anchor's money in this phase, and owes a payout. */
export const holdsFunds = (phase: Phase): boolean => funded.includes(phase)
