import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectStellarPaymentsJob } from '../../jobs/collect-stellar-payments.ts'
import { matchStellarPaymentsJob } from '../../jobs/match-stellar-payments.ts'
import { sendPayoutJob } from '../../jobs/send-payout.ts'
import { sendPayoutsJob } from '../../jobs/send-payouts.ts'
import { settlePayoutJob } from '../../jobs/settle-payout.ts'
import { sweepDueWorkJob } from '../../jobs/sweep-due-work.ts'
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.ts'
import { startJobWorkers } from '../../src/adapters/bullmq/job-workers.ts'
import { memoryAnnouncements } from '../../src/adapters/memory/announcements.ts'
import { memoryNetwork } from '../../src/adapters/memory/memory-network.ts'
import { httpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import { sweepDueWork } from '../../src/usecases/due-work/sweep-due-work.ts'
import { relayEvents } from '../../src/usecases/events/relay-events.ts'
import type { JobBodies } from '../../src/usecases/ports/job-queue.ts'
import { paymentFor } from '../builders/stellar-payment.ts'
import { distributionAccount } from '../builders/transaction.ts'
import { until } from '../until.ts'
import { paymentWorld } from '../usecases/payment-world.ts'
import type { PaymentWorld } from '../usecases/payment-world.ts'

/** Quick enough for a test; the rhythm itself is a rule of the domain. */
const patience = {
  claimMs: 2_000,
  firstDelayMs: 20,
  longestDelayMs: 100,
  failuresMax: 20,
  returns: { firstMs: 60_000, untilMs: 60_000 },
}
const account = distributionAccount
const secrets = { token: 'a-token', secret: 'a-secret' }
const network = memoryNetwork()

let world: PaymentWorld
let town: Awaited<ReturnType<typeof start>>

async function start() {
  const bank = await startSandboxBank({ port: 0, ...secrets, settings: { settleAfterMs: 300 } })
  const now = () => new Date()
  const rail = httpPayoutRail({ url: bank.url, ...secrets, timeoutMs: 1_000, now })
  const store = { kind: 'postgres', url: world.url } as const
  const queue = createJobQueue({ store, onError: () => undefined })
  const { send, settle } = world.payouts(rail)
  const matchStellarPayments = world.match
  const done = () => Promise.resolve({ done: true } as const)
  const sweep = sweepDueWork({ read: world.read, queue, accounts: [account], now })
  const bodies: JobBodies = {
    'collect-stellar-payments': collectStellarPaymentsJob({
      collectStellarPayments: world.collect(network),
      matchStellarPayments,
      recheckStellarPayments: () => Promise.resolve({ ok: true, value: 0 }),
    }),
    'match-stellar-payments': matchStellarPaymentsJob({ matchStellarPayments }),
    'send-payout': sendPayoutJob({ sendPayout: send }),
    'send-payouts': sendPayoutsJob({ sendPayout: send }),
    'settle-payout': settlePayoutJob({ settlePayout: settle }),
    'sweep-due-work': sweepDueWorkJob({ sweepDueWork: sweep }),
    'deliver-callback': done,
    'expire-transactions': done,
    'ask-after-delivery': done,
    'forget-lapsed': done,
  }
  const reports = { gaveUp: () => undefined, failed: () => undefined, troubled: () => undefined }
  const concurrency = { 'send-payout': 8 }
  const workers = startJobWorkers({ store, bodies, concurrency, reports })
  const relay = relayEvents({
    commit: world.commit,
    read: world.read,
    queue,
    announcements: memoryAnnouncements(),
  })
  return {
    bank,
    queue,
    relay,
    close: async () => {
      await workers.close()
      await queue.close()
      await rail.close()
      await bank.stop()
    },
  }
}

beforeAll(async () => {
  world = await paymentWorld({ live: true, patience })
  town = await start()
})
afterAll(async () => {
  await town.close()
  await world.close()
})

async function paid(bank_account_number: string): Promise<string> {
  const receiver = await world.addCustomer({ bank_account_number })
  const transaction = await world.open({ receiverId: receiver.id })
  network.credit(paymentFor(transaction))
  return transaction.id
}

const collect = () =>
  town.queue.add([{ name: 'collect-stellar-payments', payload: { account }, subject: account }])

/** The relay is called by hand: it runs in every process, and this test is about what it moves. */
const untilCompleted = (id: string) =>
  until(async () => {
    await town.relay()
    return (await world.stateOf(id)).transaction?.phase === 'completed'
  }, `the transaction ${id} to be completed`)

async function deliveries(transactionId: string): Promise<number> {
  const response = await fetch(`${town.bank.url}/book?transaction_id=${transactionId}`)
  return ((await response.json()) as { movements: unknown[] }).movements.length
}

describe('the jobs of a payment, on a real queue', () => {
  it.each([
    'delivered',
    'deliveredLater',
    'unavailableTwice',
    'unknownButDone',
    'unknownNotDone',
  ] as const)('bring it to the bank once: %s', async (outcome) => {
    const id = await paid(magicAccountNumbers[outcome])
    await collect()
    await untilCompleted(id)
    expect(await deliveries(id)).toBe(1)
  })

  it('go on from the database after the queue has lost everything', async () => {
    const id = await paid(magicAccountNumbers.delivered)
    await world.collect(network)(account)
    await world.match(account)
    await world.takeJobs()
    await town.queue.add([{ name: 'sweep-due-work', payload: {}, subject: 'all' }])
    await untilCompleted(id)
    expect(await deliveries(id)).toBe(1)
  })

  it('match what an earlier run collected and did not come to match', async () => {
    const id = await paid(magicAccountNumbers.delivered)
    await world.collect(network)(account)
    await collect()
    await untilCompleted(id)
    expect(await deliveries(id)).toBe(1)
  })
})
