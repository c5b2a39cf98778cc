import { backlogRecords } from './backlog-records.ts'
import { callbackRecords } from './callback-records.ts'
import type { RecordFactories } from './commit.ts'
import { customerFileRecords } from './customer-file-records.ts'
import { customerRecords } from './customer-records.ts'
import { eventRecords } from './event-records.ts'
import { loginRecords } from './login-records.ts'
import { networkRecords } from './network-records.ts'
import { outbox } from './outbox.ts'
import { reportRecords } from './report-records.ts'
import { payoutRecords } from './payout-records.ts'
import type { Sealer } from './sealer.ts'
import { stellarPaymentRecords } from './stellar-payment-records.ts'
import { transactionRecords } from './transaction-records.ts'
import { verificationRecords } from './verification-records.ts'

/** Each noun's records, personal data sealed by `sealer`. */
export function recordFactories(sealer: Sealer): RecordFactories {
  return {
    transactions: (em) => transactionRecords(em, sealer),
    customers: (em) => customerRecords(em, sealer),
    customerFiles: (em) => customerFileRecords(em, sealer),
    verifications: verificationRecords,
    network: networkRecords,
    stellarPayments: stellarPaymentRecords,
    payouts: payoutRecords,
    callbacks: (em) => callbackRecords(em, sealer),
    logins: loginRecords,
    events: eventRecords,
    reports: reportRecords,
    backlog: backlogRecords,
    outbox,
  }
}
