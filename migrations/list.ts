import { Transactions } from './0001-transactions.ts'
import { Events } from './0002-events.ts'
import { Customers } from './0003-customers.ts'
import { StellarPayments } from './0004-stellar-payments.ts'
import { Payouts } from './0005-payouts.ts'
import { Logins } from './0006-logins.ts'
import { Callbacks } from './0007-callbacks.ts'
import { ReadUntil } from './0008-read-until.ts'
import { NetworkEpochs } from './0009-network-epochs.ts'
import { WantedSealed } from './0010-wanted-sealed.ts'
import { DeadCallbacks } from './0011-dead-callbacks.ts'
import { AttemptCustomers } from './0012-attempt-customers.ts'
import { LeanEvents } from './0013-lean-events.ts'
import { PaymentParts } from './0014-payment-parts.ts'
import { AskAgain } from './0015-ask-again.ts'

/** Every migration in order. Forward only: a released file is never edited. */
export const migrationsList = [
  { name: '0001-transactions', class: Transactions },
  { name: '0002-events', class: Events },
  { name: '0003-customers', class: Customers },
  { name: '0004-stellar-payments', class: StellarPayments },
  { name: '0005-payouts', class: Payouts },
  { name: '0006-logins', class: Logins },
  { name: '0007-callbacks', class: Callbacks },
  { name: '0008-read-until', class: ReadUntil },
  { name: '0009-network-epochs', class: NetworkEpochs },
  { name: '0010-wanted-sealed', class: WantedSealed },
  { name: '0011-dead-callbacks', class: DeadCallbacks },
  { name: '0012-attempt-customers', class: AttemptCustomers },
  { name: '0013-lean-events', class: LeanEvents },
  { name: '0014-payment-parts', class: PaymentParts },
  { name: '0015-ask-again', class: AskAgain },
]
