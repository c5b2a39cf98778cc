import type { RecordFactories } from './commit.ts'
import { eventRecords } from './event-records.ts'
import { loginRecords } from './login-records.ts'
import { outbox } from './outbox.ts'

/** Each noun's records; a noun without its file yet fails when it is first asked. */
export function recordFactories(): RecordFactories {
  return {
    transactions: () => notBuilt('transactions'),
    customers: () => notBuilt('customers'),
    stellarPayments: () => notBuilt('stellarPayments'),
    payouts: () => notBuilt('payouts'),
    callbacks: () => notBuilt('callbacks'),
    logins: loginRecords,
    events: eventRecords,
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
