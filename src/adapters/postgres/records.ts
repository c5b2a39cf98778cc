import type { RecordFactories } from './commit.ts'
import { eventRecords } from './event-records.ts'
import { loginRecords } from './login-records.ts'
import { outbox } from './outbox.ts'
import { reportRecords } from './report-records.ts'
import { payoutRecords } from './payout-records.ts'
import { stellarPaymentRecords } from './stellar-payment-records.ts'

/** Each noun's records; a noun without its file yet fails when it is first asked. */
export function recordFactories(): RecordFactories {
  return {
    transactions: () => notBuilt('transactions'),
    customers: () => notBuilt('customers'),
    stellarPayments: stellarPaymentRecords,
    payouts: payoutRecords,
    callbacks: () => notBuilt('callbacks'),
    logins: loginRecords,
    events: eventRecords,
    reports: reportRecords,
    outbox,
  }
}

function notBuilt<Noun extends object>(noun: string): Noun {
  return new Proxy({} as Noun, {
    get() {
      throw new Error(`The records of ${noun} are not built yet`)
    },
  })
}
