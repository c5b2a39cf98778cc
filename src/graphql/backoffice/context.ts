import type { Payout, PayoutAttempt } from '../../domain/payout/payout.ts'
import type { SeenPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import type { RecordedEvent } from '../../domain/transaction/event.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { RetryDeadPayout } from '../../usecases/payouts/retry-dead-payout.ts'
import type { AttemptQuery } from '../../usecases/ports/payout-records.ts'
import type { AssetDayReport } from '../../usecases/ports/report-records.ts'
import type { UnmatchedQuery } from '../../usecases/ports/stellar-payment-records.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'

/** The use-cases behind the back-office API. */
export interface BackofficeRooms {
  findTransactions(ids: readonly string[]): Promise<readonly Transaction[]>
  listTransactions(query: TransactionQuery): Promise<readonly Transaction[]>
  timeline(transactionId: string): Promise<readonly RecordedEvent[]>
  payoutOf(transactionId: string): Promise<Payout | undefined>
  listUnmatchedPayments(query: UnmatchedQuery): Promise<readonly SeenPayment[]>
  listPayoutAttempts(query: AttemptQuery): Promise<readonly PayoutAttempt[]>
  listDeadPayouts(query: {
    readonly before?: { readonly at: Date; readonly id: string }
    readonly limit: number
  }): Promise<readonly Payout[]>
  readonly retryDeadPayout: RetryDeadPayout
  reportByAssetAndDay(query: {
    readonly from: Date
    readonly before: Date
  }): Promise<readonly AssetDayReport[]>
}

/** What each resolver of the back-office API gets; `operator` is absent without a valid token. */
export interface BackofficeContext {
  readonly rooms: BackofficeRooms
  readonly operator: string | undefined
}
