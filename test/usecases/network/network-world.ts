import { randomUUID } from 'node:crypto'
import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import { acceptNetworkReset, resumeNetwork } from '../../../src/usecases/network/decide-stop.ts'
import { findNetworkState } from '../../../src/usecases/network/find-network-state.ts'
import { watchNetwork } from '../../../src/usecases/network/watch-network.ts'
import type { WatchParts } from '../../../src/usecases/network/watch-network.ts'
import { collectStellarPayments } from '../../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { matchStellarPayments } from '../../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { recheckStellarPayments } from '../../../src/usecases/stellar-payments/recheck-stellar-payments.ts'
import { startWatching } from '../../../src/usecases/stellar-payments/start-watching.ts'
import type { StartAt } from '../../../src/usecases/stellar-payments/start-watching.ts'
import { expireTransactions } from '../../../src/usecases/transactions/expire-transactions.ts'
import { saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit } from '../../database.ts'

/** The same people on every run of the network, as after a reset of the real test network. */
export const people = {
  issuer: Keypair.fromRawEd25519Seed(Buffer.alloc(32, 1)),
  distribution: Keypair.fromRawEd25519Seed(Buffer.alloc(32, 2)),
  sender: Keypair.fromRawEd25519Seed(Buffer.alloc(32, 3)),
}
export const account = people.distribution.publicKey()
const asset = new Asset('SRT', people.issuer.publicKey())

/** Opens the accounts, and gives the sender 1000 SRT. */
export async function settlePeople(sandbox: SandboxNetwork): Promise<void> {
  const server = new Horizon.Server(sandbox.url, { allowHttp: true })
  for (const key of Object.values(people)) await server.friendbot(key.publicKey()).call()
  for (const holder of [people.distribution, people.sender]) {
    await send(sandbox, holder, Operation.changeTrust({ asset }))
  }
  const grant = { destination: people.sender.publicKey(), asset, amount: '1000' }
  await send(sandbox, people.issuer, Operation.payment(grant))
}

/** Pays what the transaction waits for; answers the hash. */
export const pay = (
  sandbox: SandboxNetwork,
  transaction: Transaction,
  amount = '100',
): Promise<string> =>
  send(
    sandbox,
    people.sender,
    Operation.payment({ destination: account, asset, amount }),
    Memo.id(transaction.memo.value),
  )

async function send(
  sandbox: SandboxNetwork,
  source: Keypair,
  ...[operation, memo = Memo.none()]: readonly [
    Parameters<TransactionBuilder['addOperation']>[0],
    Memo?,
  ]
): Promise<string> {
  const server = new Horizon.Server(sandbox.url, { allowHttp: true })
  const { networkPassphrase } = sandbox
  const loaded = await server.loadAccount(source.publicKey())
  const transaction = new TransactionBuilder(loaded, { fee: BASE_FEE, networkPassphrase, memo })
    .addOperation(operation)
    .setTimeout(0)
    .build()
  transaction.sign(source)
  const { hash, successful } = await sandbox.control.submit(transaction.toXDR())
  if (!successful) throw new Error('The payment did not get through')
  return hash
}

export const minute = 60_000
export const graceMs = minute

/** A sandbox's network with people in it, a real database, and the use-cases that read the one into the other. */
export async function networkWorld() {
  const sandbox = await startSandboxNetwork()
  await settlePeople(sandbox)
  const horizon = horizonNetwork({ horizonUrl: sandbox.url, timeoutMs: 2_000 })
  const database = await freshCommit()
  const { commit, read } = database
  const clock = { now: new Date() }
  const now = () => clock.now
  const said: string[] = []
  const found: number[] = []
  const saving = { newId: () => randomUUID(), writeNotice: () => '' }

  return {
    sandbox,
    horizon,
    url: database.url,
    commit,
    read,
    clock,
    /** What was told of stops, and of payments that were found late. */
    said,
    found,
    pass: (ms: number) => {
      clock.now = new Date(clock.now.getTime() + ms)
      sandbox.control.advance(Math.ceil(ms / 1000))
    },
    /** One process that collects; `network` is the Horizon it asks. */
    collector(network: HorizonNetwork = horizon, options: Partial<WatchParts> = {}) {
      const watch = watchNetwork({
        ledgers: network,
        commit,
        read,
        now,
        onStopped: ({ reason }) => said.push(reason),
        lookEveryMs: 0,
        compareEveryMs: 0,
        looksToSettle: 1,
        ...options,
      })
      const parts = { commit, read, network, ledgers: network, watch, now }
      const begin = startWatching(parts)
      return {
        begin,
        collect: (startAt: StartAt = { cursor: '0' }, of = account) =>
          collectStellarPayments({
            ...parts,
            startWatching: begin,
            startAt,
            newId: saving.newId,
          })(of),
        recheck: recheckStellarPayments({ ...parts, onFound: (_, count) => found.push(count) }),
      }
    },
    match: () => matchStellarPayments({ commit, saveChanges: saveChanges(saving), now })(account),
    expire: expireTransactions({ commit, read, saveChanges: saveChanges(saving), now, graceMs }),
    accept: acceptNetworkReset({ commit, now }),
    resume: resumeNetwork({ commit, now }),
    state: findNetworkState({ read }),
    open: async (changes: Partial<Transaction> = {}) => {
      const transaction = aTransaction({
        assetIn: `stellar:SRT:${people.issuer.publicKey()}`,
        distributionAccount: account,
        startedAt: clock.now,
        lapsesAt: new Date(clock.now.getTime() + 60 * minute),
        ...changes,
      })
      await commit(({ transactions }) => transactions.open({ transaction, events: [] }))
      return transaction
    },
    phaseOf: async (id: string) => (await read(({ transactions }) => transactions.find(id)))?.phase,
    close: async () => {
      await horizon.close()
      await sandbox.stop()
      await database.close()
    },
  }
}

export type NetworkWorld = Awaited<ReturnType<typeof networkWorld>>
