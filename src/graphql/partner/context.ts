import type { AssetPolicy } from '../../domain/asset/asset-policy.ts'
import type { Principal } from '../../domain/client/principal.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { FindCustomer } from '../../usecases/customers/find-customer.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'
import type { WatchEvents } from '../../usecases/events/watch-events.ts'
import type { OpenTransaction } from '../../usecases/transactions/open-transaction.ts'

/** The use-cases behind the partner API. */
export interface PartnerRooms {
  readonly assets: readonly AssetPolicy[]
  findTransaction(principal: Principal, id: string): Promise<Transaction | undefined>
  listTransactions(query: TransactionQuery): Promise<readonly Transaction[]>
  readonly openTransaction: OpenTransaction
  readonly findCustomer: FindCustomer
  readonly watchEvents: WatchEvents
}

/** What each resolver of the partner API gets. `principal` is absent when no valid token came. */
export interface PartnerContext {
  readonly rooms: PartnerRooms
  readonly principal: Principal | undefined
  /** Ends with the connection, the token or the process. */
  readonly signal: AbortSignal
}
