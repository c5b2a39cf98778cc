import { randomUUID } from 'node:crypto'
import { memoryNetwork } from '../../src/adapters/memory/memory-network.ts'
import type { Customer } from '../../src/domain/customer/customer.ts'
import { defaultPatience } from '../../src/domain/payout/back-off.ts'
import type { PayoutPatience } from '../../src/domain/payout/back-off.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import type { Payout, PayoutAttempt } from '../../src/domain/payout/payout.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { askAfterDelivery } from '../../src/usecases/payouts/ask-after-delivery.ts'
import { recordRailWord } from '../../src/usecases/payouts/record-rail-word.ts'
import { receivePayoutNotice } from '../../src/usecases/payouts/receive-payout-notice.ts'
import { retryDeadPayout } from '../../src/usecases/payouts/retry-dead-payout.ts'
import { sendPayout } from '../../src/usecases/payouts/send-payout.ts'
import { settlePayout } from '../../src/usecases/payouts/settle-payout.ts'
import type { Commit, Records } from '../../src/usecases/ports/commit.ts'
import type { Job } from '../../src/usecases/ports/job-queue.ts'
import type { LedgerLookup } from '../../src/usecases/ports/ledger-lookup.ts'
import type { PayoutRail } from '../../src/usecases/ports/payout-rail.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import type { StellarNetwork } from '../../src/usecases/ports/stellar-network.ts'
import type { NetworkWatch } from '../../src/usecases/network/watch-network.ts'
import { collectStellarPayments } from '../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { matchStellarPayments } from '../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { startWatching } from '../../src/usecases/stellar-payments/start-watching.ts'
import { saveChange, saveChanges } from '../../src/usecases/transactions/save-change.ts'
import { aTransaction, sendingAnchor } from '../builders/transaction.ts'
import { freshCommit } from '../database.ts'

const turn = { callsMax: 100, takesMs: 60_000 }
const newId = (): string => randomUUID()
const savingParts = { newId, writeNotice: ({ id, phase }: Transaction) => `${id} ${phase}` }

export interface WorldOptions {
  /** Goes by the real clock, for tests with a real queue. */
  readonly live?: boolean
  readonly patience?: PayoutPatience
}

/** The use-cases of collecting, matching and paying out on a real database; the clock is set by hand. */
export async function paymentWorld({
  live = false,
  patience = defaultPatience,
}: WorldOptions = {}) {
  const database = await freshCommit()
  const { commit, read } = database
  const clock = { now: new Date('2026-11-21T12:00:10Z') }
  const now = () => (live ? new Date() : clock.now)
  const network = memoryNetwork()
  const saving = saveChange(savingParts)
  const parts = { commit, saveChanges: saveChanges(savingParts), now, patience }

  return {
    commit,
    read,
    url: database.url,
    close: () => database.close(),
    clock,
    network,
    save: saving,
    pass: (ms: number) => {
      clock.now = new Date(clock.now.getTime() + ms)
    },
    match: matchStellarPayments({ commit, saveChanges: saveChanges(savingParts), now }),
    collect: (network: StellarNetwork, through: Commit = commit, seatMs = 20_000) =>
      collectStellarPayments({
        commit: through,
        network,
        watch: calmWatch(now),
        startWatching: startWatching({ commit, read, network, ledgers: noLedgers, now }),
        startAt: { cursor: '0' },
        newId,
        now,
        seatMs,
      }),
    payouts: (rail: PayoutRail, through: Commit = commit) => {
      const all = { ...parts, commit: through, rail }
      const heard = recordRailWord(all)
      return {
        send: sendPayout({ ...all, recordRailWord: heard }),
        settle: settlePayout({ ...all, recordRailWord: heard }),
        askAfterDelivery: askAfterDelivery({ ...all, read, recordRailWord: heard, turn }),
        notice: receivePayoutNotice({ recordRailWord: heard }),
        retry: retryDeadPayout(all),
      }
    },
    open: async (changes: Partial<Transaction> = {}) => {
      const transaction = aTransaction(changes)
      await commit(({ transactions }) => transactions.open({ transaction, events: [] }))
      return transaction
    },
    /** A transaction whose funds have come, with its payout due. */
    openFunded: async (changes: Partial<Transaction> = {}) => {
      const transaction = aTransaction({ phase: 'payingOut', ...funding(), ...changes })
      await commit(async (records) => {
        await records.transactions.open({ transaction, events: [] })
        await records.payouts.add([newPayout(transaction.id, now())])
      })
      return transaction
    },
    addCustomer: async (fields: Readonly<Record<string, string>>) => {
      const customer = aCustomer(fields, clock.now)
      await commit(({ customers }) => customers.add(customer))
      return customer
    },
    stateOf: (id: string) => read((records) => stateOf(records, id)),
    takeJobs: () => commit((records) => takeJobs(records)),
  }
}

export type PaymentWorld = Awaited<ReturnType<typeof paymentWorld>>

/** A network that stays what it is, told up to this moment. */
export function calmWatch(now: () => Date): NetworkWatch {
  const anchor = { sequence: 1n, hash: '', closedAt: new Date(0) }
  return {
    look: async () => {
      const settled = { ledger: 2n, until: now() }
      return accepted({ epoch: 1, anchor, latest: 2n ** 31n, elder: 1n, settled })
    },
    confirm: async () => accepted(true),
    stop: async () => refused({ code: 'network_stopped' }),
  }
}

export const noLedgers: LedgerLookup = {
  head: () => Promise.reject(new NetworkUnavailable('there are no ledgers here')),
  find: async () => undefined,
}

let fundings = 0n
function funding(): Partial<Transaction> {
  fundings += 1n
  return {
    stellarPaymentId: fundings.toString(),
    stellarTransactionHash: fundings.toString(16).padStart(64, '0'),
    fundsReceivedAt: new Date('2026-11-21T12:00:00Z'),
  }
}

function aCustomer(fields: Readonly<Record<string, string>>, now: Date): Customer {
  const provided = Object.entries(fields).map(([name, value]) => [
    name,
    { value, status: 'ACCEPTED' as const },
  ])
  return {
    id: randomUUID(),
    key: {
      account: sendingAnchor,
      memo: { type: 'text', value: randomUUID().slice(0, 20) },
    },
    fields: Object.fromEntries(provided),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

export interface KeptState {
  readonly transaction: Transaction | undefined
  readonly payout: Payout | undefined
  readonly attempts: readonly PayoutAttempt[]
}

const stateOf = async (records: Records, id: string): Promise<KeptState> => ({
  transaction: await records.transactions.find(id),
  payout: await records.payouts.find(id),
  attempts: await records.payouts.attempts(id),
})

async function takeJobs({ outbox }: Records): Promise<readonly Job[]> {
  const unsent = await outbox.unsent(1000)
  await outbox.removeSent(unsent.map(({ id }) => id))
  return unsent.map(({ job }) => job)
}
