// Started by job-workers.test.ts as a process of its own, to be killed in the middle of a job.
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import type { JobStoreOptions } from '../../src/adapters/bullmq/store.ts'

const store = JSON.parse(process.argv[2] ?? '') as JobStoreOptions
const idle = async (): Promise<{ readonly done: true }> => ({ done: true })
startJobWorkers({
  store,
  lockMs: 1_000,
  concurrency: {},
  bodies: {
    'collect-stellar-payments': idle,
    'match-stellar-payments': idle,
    'send-payout': async ({ transactionId }) => {
      process.stdout.write(`${transactionId}\n`)
      return new Promise(() => undefined) // never ends: the process is killed
    },
    'send-payouts': idle,
    'settle-payout': idle,
    'deliver-callback': idle,
    'expire-transactions': idle,
    'ask-after-delivery': idle,
    'forget-lapsed': idle,
    'sweep-due-work': idle,
  },
  reports: {
    gaveUp: () => undefined,
    failed: () => undefined,
    troubled: () => process.stdout.write('troubled\n'),
  },
})
