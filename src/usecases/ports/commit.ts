import type { BacklogRecords } from './backlog-records.ts'
import type { CallbackRecords } from './callback-records.ts'
import type { CustomerFileRecords } from './customer-file-records.ts'
import type { CustomerRecords } from './customer-records.ts'
import type { EventRecords } from './event-records.ts'
import type { LoginRecords } from './login-records.ts'
import type { NetworkRecords } from './network-records.ts'
import type { Outbox } from './outbox.ts'
import type { PayoutRecords } from './payout-records.ts'
import type { ReportRecords } from './report-records.ts'
import type { StellarPaymentRecords } from './stellar-payment-records.ts'
import type { TransactionRecords } from './transaction-records.ts'
import type { VerificationRecords } from './verification-records.ts'

/**
 * What a use-case may load and save inside one commit. State, its events and the work that has to
 * leave the house are saved through the same records, so they are kept together or not at all.
 */
export interface Records {
  readonly transactions: TransactionRecords
  readonly customers: CustomerRecords
  readonly customerFiles: CustomerFileRecords
  readonly verifications: VerificationRecords
  readonly network: NetworkRecords
  readonly stellarPayments: StellarPaymentRecords
  readonly payouts: PayoutRecords
  readonly callbacks: CallbackRecords
  readonly logins: LoginRecords
  readonly events: EventRecords
  readonly reports: ReportRecords
  readonly backlog: BacklogRecords
  readonly outbox: Outbox
}

/**
 * Runs `work` in one database commit and returns its answer; a throw rolls everything back.
 * No call to the outside belongs inside `work`. Serialisation failures and deadlocks are retried a
 * bounded number of times, so `work` may run more than once and must not keep state of its own.
 * @throws DatabaseUnavailable when the database is away.
 */
export type Commit = <Answer>(work: (records: Records) => Promise<Answer>) => Promise<Answer>

/**
 * A commit of one call of the records, and of one that saves by a single statement (`transactions.open`,
 * `logins.consumeChallenges`): the same promise without the round trips of a longer commit. A second
 * statement is refused.
 */
export type CommitAtOnce = Commit

/** Reads outside a commit: each call sees its own snapshot, nothing is locked, nothing may be saved. */
export type Read = <Answer>(work: (records: Records) => Promise<Answer>) => Promise<Answer>

/** The database is away; the same call may work later. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}
