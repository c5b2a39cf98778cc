import { expect, it } from 'vitest'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import { JobQueueUnavailable } from '../../../src/usecases/ports/job-queue.ts'
import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../../src/usecases/ports/payout-rail.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { VerificationSenderUnavailable } from '../../../src/usecases/ports/verification-sender.ts'
import { PaymentsUndecided } from '../../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { TransactionsUnended } from '../../../src/usecases/transactions/expire-transactions.ts'

const cause = new Error('the cause')
const told = { message: 'told', cause }
const waits = { ...told, severity: 'warn', retryAfterSeconds: 7 }
const patient = { cause, retryAfterSeconds: 7 }

it.each([
  [new DatabaseUnavailable('told', { cause }), 'DatabaseUnavailable', told],
  [new JobQueueUnavailable('told', { cause }), 'JobQueueUnavailable', told],
  [new VerificationSenderUnavailable('told', { cause }), 'VerificationSenderUnavailable', told],
  [new NetworkUnavailable('told', patient), 'NetworkUnavailable', waits],
  [new PayoutRailUnavailable('told', patient), 'PayoutRailUnavailable', waits],
  [
    new PayoutOutcomeUnknown('told', { cause }),
    'PayoutOutcomeUnknown',
    { ...told, severity: 'warn' },
  ],
  [
    new PayoutCallRefused('malformed', 'told', { cause }),
    'PayoutCallRefused',
    { ...told, severity: 'error', code: 'malformed' },
  ],
  [
    new PayoutAccessRefused('no_token', 'told', { cause }),
    'PayoutAccessRefused',
    { ...told, severity: 'error', code: 'no_token' },
  ],
  [
    new PayoutKeyReused('told', { cause }),
    'PayoutKeyReused',
    { ...told, severity: 'error', code: 'key_reused' },
  ],
  [new PaymentsUndecided('told', { cause }), 'PaymentsUndecided', told],
  [new TransactionsUnended('told', { cause }), 'TransactionsUnended', told],
])('%o is known by its name, and says all it was told', (failure, name, all) => {
  expect(failure).toBeInstanceOf(Error)
  expect(failure).toMatchObject({ name, ...all })
})
