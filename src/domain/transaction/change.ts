import type { TransactionEvent } from './event.ts'
import { nextPhase, sepStatus } from './lifecycle.ts'
import type { Happening } from './lifecycle.ts'
import type { Transaction } from './transaction.ts'

/** Whether the sending anchor sees another status after the change (SEP31-80, SEP31-83). */
export const isStatusChange = (before: Transaction, after: Transaction): boolean =>
  sepStatus[before.phase] !== sepStatus[after.phase]

/**
 * `after` as it is kept: the next version, the time the status was reached, the time of completion, the
 * deadline for funds, and no wish for data outside the phase that waits for it. A phase that the lifecycle does not lead to from
 * `before` is a fault of ours and throws.
 */
export function settleChange(
  before: Transaction,
  after: Transaction,
  change: { readonly type: TransactionEvent['type']; readonly now: Date },
): Transaction {
  const lawful = nextPhase(before.phase, change.type as Happening) ?? before.phase
  if (after.phase !== lawful) {
    throw new Error(`${change.type} leads from ${before.phase} to ${lawful}, not to ${after.phase}`)
  }
  const { requiredInfoMessage, ...rest } = after
  return {
    ...rest,
    ...(isAwaitingCorrection(after) && requiredInfoMessage !== undefined
      ? { requiredInfoMessage }
      : {}),
    ...(after.phase === 'completed' && after.completedAt === undefined
      ? { completedAt: change.now }
      : {}),
    wantedFields: after.phase === 'awaitingPayoutTransactionInfo' ? after.wantedFields : {},
    wantedCustomerFields:
      after.phase === 'awaitingPayoutCustomerInfo' ? after.wantedCustomerFields : [],
    version: before.version + 1,
    updatedAt: isStatusChange(before, after) ? change.now : before.updatedAt,
    lapsesAt: lapsesAt(before, after, change.now),
  }
}

/** The time to pay begins when it may be paid: what the check of the customers took is not part of it. */
const lapsesAt = (before: Transaction, after: Transaction, now: Date): Date =>
  before.phase === 'screening' && after.phase === 'awaitingFunds'
    ? new Date(now.getTime() + before.lapsesAt.getTime() - before.startedAt.getTime())
    : after.lapsesAt

const isAwaitingCorrection = ({ phase }: Transaction): boolean =>
  phase === 'awaitingPayoutCustomerInfo' || phase === 'awaitingPayoutTransactionInfo'
