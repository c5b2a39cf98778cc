import { randomUUID } from 'node:crypto'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import type { MemoryVerdict } from '../../../src/adapters/memory/memory-payout-rail.ts'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { openDatabase } from '../../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { defaultPatience } from '../../../src/domain/payout/back-off.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { deleteCustomer } from '../../../src/usecases/customers/delete-customer.ts'
import { relayEvents } from '../../../src/usecases/events/relay-events.ts'
import { receivePayoutNotice } from '../../../src/usecases/payouts/receive-payout-notice.ts'
import { recordRailWord } from '../../../src/usecases/payouts/record-rail-word.ts'
import { retryDeadPayout } from '../../../src/usecases/payouts/retry-dead-payout.ts'
import { sendPayout } from '../../../src/usecases/payouts/send-payout.ts'
import { settlePayout } from '../../../src/usecases/payouts/settle-payout.ts'
import type { StellarNetwork } from '../../../src/usecases/ports/stellar-network.ts'
import { collectStellarPayments } from '../../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { matchStellarPayments } from '../../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { startWatching } from '../../../src/usecases/stellar-payments/start-watching.ts'
import { correctTransaction } from '../../../src/usecases/transactions/correct-transaction.ts'
import { expireTransactions } from '../../../src/usecases/transactions/expire-transactions.ts'
import { openTransaction } from '../../../src/usecases/transactions/open-transaction.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { saveChange, saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { anAsset } from '../../builders/asset.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { sendingAnchor } from '../../builders/transaction.ts'
import { freshDatabase, testSealer } from '../../database.ts'
import { calmWatch, noLedgers } from '../payment-world.ts'
import type { Verdict } from './model.ts'

export const graceMs = 60_000
const newId = () => randomUUID()
const saving = { newId, writeNotice: () => '' }
const types = customerTypes()
const wrong = { message: 'Wrong' }
const principal = { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' }

export const bankVerdicts: Readonly<Record<Verdict, MemoryVerdict>> = {
  deliver: { does: 'deliver' },
  hold: { does: 'hold' },
  'lose, done': { does: 'lose', done: true },
  'lose, not done': { does: 'lose', done: false },
  'turn away': { does: 'turn away' },
  'refuse customer': {
    does: 'reject',
    reason: 'invalid_field',
    ...wrong,
    fields: [{ owner: 'receiver', name: 'bank_account_number', ...wrong }],
  },
  'refuse transaction': {
    does: 'reject',
    reason: 'invalid_field',
    ...wrong,
    fields: [{ owner: 'transaction', name: 'routing_number', ...wrong }],
  },
  refuse: { does: 'reject', reason: 'account_closed', ...wrong, fields: [] },
}

export interface Clock {
  now: Date
}

/** One database, and processes that know of each other by it alone. */
export async function lifecycleWorld() {
  const { url, drop } = await freshDatabase()
  const clock: Clock = { now: new Date('2026-11-21T12:00:00Z') }
  const databases = [1, 2].map(() => openDatabase({ url, poolSize: 5 }))
  const processes = databases.map((database) =>
    createCommit({ database, factories: recordFactories(testSealer) }),
  )
  return {
    url,
    clock,
    processes,
    close: async () => {
      for (const database of databases) await database.close()
      await drop()
    },
  }
}

type Storage = ReturnType<typeof createCommit>

/** A network whose pages have everything again that was in them before. */
function repeatingNetwork() {
  const network = memoryNetwork()
  const told: StellarPayment[] = []
  const repeating: StellarNetwork = {
    newestCursor: () => network.newestCursor(),
    creditsAfter: async (account, cursor, limit) => {
      const page = await network.creditsAfter(account, cursor, limit)
      return { ...page, credits: told.filter((one) => one.account === account) }
    },
  }
  return {
    network: repeating,
    credit: (payment: StellarPayment) => {
      told.push(payment)
      network.credit(payment)
    },
  }
}

/** What all processes share that is outside of them: network and bank. */
export function outside(clock: Clock) {
  const bankWill = new Map<string, Verdict>()
  const rail = memoryPayoutRail({
    now: () => clock.now,
    decide: ({ transactionId }) => bankVerdicts[bankWill.get(transactionId) ?? 'deliver'],
  })
  return { ...repeatingNetwork(), rail, bankWill }
}

/** The use-cases of one process. */
export function aProcess(
  { commit, commitAtOnce, read }: Storage,
  { network, rail }: ReturnType<typeof outside>,
  { clock, account }: { readonly clock: Clock; readonly account: string },
) {
  const now = () => clock.now
  const asset = anAsset({ distributionAccount: account, senderTypes: [], receiverTypes: [] })
  const assets = new Map([[asset.code, asset]])
  const save = saveChange(saving)
  const paying = { commit, saveChanges: saveChanges(saving), now, patience: defaultPatience }
  const heard = recordRailWord(paying)
  const resume = resumeTransactionsOfCustomer({ saveChange: save, customerTypes: types })
  const collect = collectStellarPayments({
    commit,
    network,
    watch: calmWatch(now),
    startWatching: startWatching({ commit, read, network, ledgers: noLedgers, now }),
    startAt: { cursor: '0' },
    newId,
    now,
  })
  const match = matchStellarPayments({ commit, saveChanges: saveChanges(saving), now })
  const correct = correctTransaction({ commit, saveChange: save, assets, now })
  const open = openTransaction({
    commitAtOnce,
    read,
    assets,
    customerTypes: types,
    newId,
    newMemo: () => ({ type: 'id', value: `${Math.floor(Math.random() * 2 ** 50)}` }),
    digest: (text) => text,
    now,
  })
  const removeCustomer = deleteCustomer({ commit, resumeTransactions: resume, now })
  return {
    collect: async () => {
      await collect(account)
      await match(account)
    },
    expire: expireTransactions({ commit, read, saveChanges: saveChanges(saving), now, graceMs }),
    send: sendPayout({ ...paying, rail, recordRailWord: heard }),
    settle: settlePayout({ ...paying, rail, recordRailWord: heard }),
    notice: receivePayoutNotice({ recordRailWord: heard }),
    retry: retryDeadPayout(paying),
    open: (key: string, receiverId: string) =>
      open({
        principal,
        request: { amount: '100', assetCode: 'SRT', fields: {}, receiverId },
        idempotencyKey: key,
      }),
    correct: (id: string) => correct({ principal, id, fields: { routing_number: newId() } }),
    erase: ({ key }: Customer) =>
      removeCustomer({
        principal,
        account: sendingAnchor,
        memo: key.memo?.value ?? '',
        memoType: 'text',
      }),
    correctCustomer: ({ id }: Customer) =>
      commit(async (records) => {
        const before = await records.customers.lock(id)
        if (before === undefined) return
        const fields = { bank_account_number: { value: newId(), status: 'ACCEPTED' as const } }
        await records.customers.save({ ...before, fields, version: before.version + 1 })
        const changedFields = new Set(['bank_account_number'])
        const update = { customerId: id, changedFields, actor: { kind: 'gateway' } } as const
        await resume(records, update, now())
      }),
    relay: relayEvents({
      commit,
      read,
      queue: { add: async () => undefined },
      announcements: { announceEvents: async () => undefined },
    }),
  }
}

export type Process = ReturnType<typeof aProcess>
