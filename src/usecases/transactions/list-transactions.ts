import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { Read } from '../ports/commit.ts'
import type { TransactionQuery } from '../ports/transaction-records.ts'

/** A page of transactions, newest first. Without an owner all clients' are searched: for operators only. */
export type ListTransactions = (query: TransactionQuery) => Promise<readonly Transaction[]>

export const listTransactions =
  ({ read }: { readonly read: Read }): ListTransactions =>
  (query) =>
    read(({ transactions }) => transactions.list(query))
