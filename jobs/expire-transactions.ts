import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import type { ExpireTransactions } from '../src/usecases/transactions/expire-transactions.ts'

export const expireTransactionsJob =
  (rooms: { readonly expireTransactions: ExpireTransactions }): JobBodies['expire-transactions'] =>
  async () => {
    await rooms.expireTransactions()
    return { done: true }
  }
