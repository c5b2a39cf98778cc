import DataLoader from 'dataloader'
import type { Payout, PayoutAttempt } from '../../domain/payout/payout.ts'
import type { SeenPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import type { RecordedEvent } from '../../domain/transaction/event.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { RejectCustomer } from '../../usecases/customers/reject-customer.ts'
import type { DecideStop } from '../../usecases/network/decide-stop.ts'
import type { FindNetworkState } from '../../usecases/network/find-network-state.ts'
import type { RetryDeadPayout } from '../../usecases/payouts/retry-dead-payout.ts'
import type { AttemptQuery } from '../../usecases/ports/payout-records.ts'
import type { AssetDayReport } from '../../usecases/ports/report-records.ts'
import type { UnmatchedQuery } from '../../usecases/ports/stellar-payment-records.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'

/** The use-cases behind the back-office API. */
export interface BackofficeRooms {
  findTransaction(id: string): Promise<Transaction | undefined>
  listTransactions(query: TransactionQuery): Promise<readonly Transaction[]>
  /** Events of all these transactions, each one's oldest first. */
  timelinesOf(transactionIds: readonly string[]): Promise<readonly RecordedEvent[]>
  payoutsOf(transactionIds: readonly string[]): Promise<readonly Payout[]>
  /** Attempts of all these, each one's oldest first. */
  payoutAttemptsOf(transactionIds: readonly string[]): Promise<readonly PayoutAttempt[]>
  listUnmatchedPayments(query: UnmatchedQuery): Promise<readonly SeenPayment[]>
  listPayoutAttempts(query: AttemptQuery): Promise<readonly PayoutAttempt[]>
  listDeadPayouts(query: {
    readonly before?: { readonly at: Date; readonly id: string }
    readonly limit: number
  }): Promise<readonly Payout[]>
  readonly retryDeadPayout: RetryDeadPayout
  readonly rejectCustomer: RejectCustomer
  readonly findNetworkState: FindNetworkState
  readonly acceptNetworkReset: DecideStop
  readonly resumeNetwork: DecideStop
  reportByAssetAndDay(query: {
    readonly from: Date
    readonly before: Date
  }): Promise<readonly AssetDayReport[]>
}

/** What each resolver of the back-office API gets; `operator` is absent without a valid token. */
export interface BackofficeContext {
  readonly rooms: BackofficeRooms
  readonly operator: string | undefined
  /** What hangs on the transactions of one operation, by their ids: one round trip per kind. */
  readonly ofTransaction: {
    readonly timeline: DataLoader<string, readonly RecordedEvent[]>
    readonly payout: DataLoader<string, readonly Payout[]>
    readonly attempts: DataLoader<string, readonly PayoutAttempt[]>
  }
}

/** The context of one operation; nothing that was loaded outlives it. */
export const backofficeContext = (
  rooms: BackofficeRooms,
  operator: string | undefined,
): BackofficeContext => ({
  rooms,
  operator,
  ofTransaction: {
    timeline: byTransaction((ids) => rooms.timelinesOf(ids)),
    payout: byTransaction((ids) => rooms.payoutsOf(ids)),
    attempts: byTransaction((ids) => rooms.payoutAttemptsOf(ids)),
  },
})

function byTransaction<Entry extends { readonly transactionId: string }>(
  load: (ids: readonly string[]) => Promise<readonly Entry[]>,
): DataLoader<string, readonly Entry[]> {
  return new DataLoader(async (ids) => {
    const found = new Map<string, Entry[]>(ids.map((id) => [id, []]))
    for (const entry of await load(ids)) found.get(entry.transactionId)?.push(entry)
    return ids.map((id) => found.get(id) ?? [])
  })
}
