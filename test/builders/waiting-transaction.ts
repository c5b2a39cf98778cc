import { newPayout } from '../../src/domain/payout/decisions.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import type { Commit } from '../../src/usecases/ports/commit.ts'
import { aTransaction } from './transaction.ts'

let payments = 1_000_000n

/** Keeps a funded transaction whose payout waits for corrected data. */
export async function keepWaitingTransaction(
  commit: Commit,
  changes: Partial<Transaction>,
): Promise<Transaction> {
  payments += 1n
  const transaction = aTransaction({
    phase: 'awaitingPayoutTransactionInfo',
    version: 3,
    stellarPaymentId: payments.toString(),
    stellarTransactionHash: 'ab'.repeat(32),
    fundsReceivedAt: new Date('2026-03-01T11:30:00Z'),
    ...changes,
  })
  await commit(async ({ transactions, payouts }) => {
    await transactions.open({ transaction, events: [] })
    const due = newPayout(transaction.id, transaction.updatedAt)
    await payouts.add([{ ...due, state: 'waiting', attemptNumber: 1, failures: 1 }])
  })
  return transaction
}
