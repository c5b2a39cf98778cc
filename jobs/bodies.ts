import type { JobBodies } from '../src/usecases/ports/job-queue.ts'
import { askAfterDeliveryJob } from './ask-after-delivery.ts'
import { collectStellarPaymentsJob } from './collect-stellar-payments.ts'
import { deliverCallbackJob } from './deliver-callback.ts'
import { expireTransactionsJob } from './expire-transactions.ts'
import { forgetLapsedJob } from './forget-lapsed.ts'
import { matchStellarPaymentsJob } from './match-stellar-payments.ts'
import { sendPayoutJob } from './send-payout.ts'
import { sendPayoutsJob } from './send-payouts.ts'
import { settlePayoutJob } from './settle-payout.ts'
import { sweepDueWorkJob } from './sweep-due-work.ts'

/** The use-cases behind all jobs. */
export type JobRooms = Parameters<typeof collectStellarPaymentsJob>[0] &
  Parameters<typeof matchStellarPaymentsJob>[0] &
  Parameters<typeof sendPayoutJob>[0] &
  Parameters<typeof sendPayoutsJob>[0] &
  Parameters<typeof settlePayoutJob>[0] &
  Parameters<typeof askAfterDeliveryJob>[0] &
  Parameters<typeof deliverCallbackJob>[0] &
  Parameters<typeof expireTransactionsJob>[0] &
  Parameters<typeof forgetLapsedJob>[0] &
  Parameters<typeof sweepDueWorkJob>[0]

/** A new name in `Jobs` does not compile until it has its body here. */
export const jobBodies = (rooms: JobRooms): JobBodies => ({
  'collect-stellar-payments': collectStellarPaymentsJob(rooms),
  'match-stellar-payments': matchStellarPaymentsJob(rooms),
  'send-payout': sendPayoutJob(rooms),
  'send-payouts': sendPayoutsJob(rooms),
  'settle-payout': settlePayoutJob(rooms),
  'ask-after-delivery': askAfterDeliveryJob(rooms),
  'deliver-callback': deliverCallbackJob(rooms),
  'expire-transactions': expireTransactionsJob(rooms),
  'forget-lapsed': forgetLapsedJob(rooms),
  'sweep-due-work': sweepDueWorkJob(rooms),
})
