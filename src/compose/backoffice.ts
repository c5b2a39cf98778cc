import type { BackofficeRooms } from '../graphql/backoffice/context.ts'
import type { RetryDeadPayout } from '../usecases/payouts/retry-dead-payout.ts'
import type { Foundation } from './foundation.ts'

/** What the back-office API opens onto: mostly plain reads. */
export const composeBackoffice = (
  { read }: Foundation,
  payments: { readonly retryDeadPayout: RetryDeadPayout },
): BackofficeRooms => ({
  findTransactions: (ids) => read(({ transactions }) => transactions.findMany(ids)),
  listTransactions: (query) => read(({ transactions }) => transactions.list(query)),
  timeline: (transactionId) => read(({ events }) => events.ofTransaction(transactionId)),
  payoutOf: (transactionId) => read(({ payouts }) => payouts.find(transactionId)),
  listUnmatchedPayments: (query) =>
    read(({ stellarPayments }) => stellarPayments.listUnmatched(query)),
  listPayoutAttempts: (query) => read(({ payouts }) => payouts.listAttempts(query)),
  listDeadPayouts: (query) => read(({ payouts }) => payouts.listDead(query)),
  retryDeadPayout: payments.retryDeadPayout,
  reportByAssetAndDay: (query) => read(({ reports }) => reports.byAssetAndDay(query)),
})
