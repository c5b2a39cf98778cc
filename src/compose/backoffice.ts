import type { BackofficeRooms } from '../graphql/backoffice/context.ts'
import type { Foundation } from './foundation.ts'

type Actions = Pick<
  BackofficeRooms,
  'retryDeadPayout' | 'rejectCustomer' | 'findNetworkState' | 'acceptNetworkReset' | 'resumeNetwork'
>

/** What the back-office API opens onto: mostly plain reads. */
export const composeBackoffice = (
  { read, log }: Foundation,
  actions: Actions,
): BackofficeRooms => ({
  findTransaction: (id) => read(({ transactions }) => transactions.find(id)),
  listTransactions: (query) => read(({ transactions }) => transactions.list(query)),
  timelinesOf: (ids) => read(({ events }) => events.ofTransactions(ids)),
  payoutsOf: (ids) => read(({ payouts }) => payouts.findMany(ids)),
  payoutAttemptsOf: (ids) => read(({ payouts }) => payouts.attemptsOfMany(ids)),
  listUnmatchedPayments: (query) =>
    read(({ stellarPayments }) => stellarPayments.listUnmatched(query)),
  listPayoutAttempts: (query) => read(({ payouts }) => payouts.listAttempts(query)),
  listDeadPayouts: (query) => read(({ payouts }) => payouts.listDead(query)),
  retryDeadPayout: actions.retryDeadPayout,
  findNetworkState: actions.findNetworkState,
  acceptNetworkReset: actions.acceptNetworkReset,
  resumeNetwork: actions.resumeNetwork,
  rejectCustomer: async (command) => {
    const outcome = await actions.rejectCustomer(command)
    const { id, operator } = command
    if (outcome.ok) log.info({ customerId: id, operator }, 'an operator rejected a customer')
    return outcome
  },
  reportByAssetAndDay: (query) => read(({ reports }) => reports.byAssetAndDay(query)),
})
