import { horizonNetwork } from '../../src/adapters/horizon/horizon-network.ts'
import { createCommit } from '../../src/adapters/postgres/commit.ts'
import { openDatabase } from '../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../src/adapters/postgres/records.ts'
import { createSealer } from '../../src/adapters/postgres/sealer.ts'
import { httpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { recordRailWord } from '../../src/usecases/payouts/record-rail-word.ts'
import { sendPayout } from '../../src/usecases/payouts/send-payout.ts'
import type { Commit } from '../../src/usecases/ports/commit.ts'
import type { PayoutOrder } from '../../src/usecases/ports/payout-rail.ts'
import type { CreditPage } from '../../src/usecases/ports/stellar-network.ts'
import { collectStellarPayments } from '../../src/usecases/stellar-payments/collect-stellar-payments.ts'
import { matchStellarPayments } from '../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { watchNetwork } from '../../src/usecases/network/watch-network.ts'
import { startWatching } from '../../src/usecases/stellar-payments/start-watching.ts'
import { saveChanges } from '../../src/usecases/transactions/save-change.ts'
import { until } from '../until.ts'

/** What the parent hands over as JSON. */
export interface ChildOrders {
  readonly databaseUrl: string
  readonly horizonUrl: string
  readonly bankUrl: string
  readonly account: string
  readonly transactionIds: readonly string[]
  /** Kills itself with SIGKILL at this step; 0: lives. */
  readonly dieAt: number
}

/**
 * A worker that collects, matches and pays out until every transaction is paid. Each commit and each
 * call outwards is a step before, in and after it, and at one of them the process is gone.
 */
const orders = JSON.parse(process.argv[2] ?? '{}') as ChildOrders
let steps = 0
function step(): void {
  steps += 1
  if (steps === orders.dieAt) process.kill(process.pid, 'SIGKILL')
}

function stepping<Asked extends readonly unknown[], Answer>(
  call: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  return async (...asked) => {
    step()
    const answer = await call(...asked)
    step()
    return answer
  }
}

const { databaseUrl: url, account, transactionIds } = orders
const database = openDatabase({ url, poolSize: 2 })
const sealer = createSealer([{ id: 'test', secret: new Uint8Array(32).fill(7) }])
const { commit, read } = createCommit({ database, factories: recordFactories(sealer) })
const watched: Commit = stepping((work) => commit(stepping(work))) as Commit
const horizon = horizonNetwork({ horizonUrl: orders.horizonUrl })
const http = httpPayoutRail({
  url: orders.bankUrl,
  token: 'a-token',
  secret: 'a-secret',
  timeoutMs: 5_000,
  now: () => new Date(),
})

const newId = (): string => crypto.randomUUID()
const now = (): Date => new Date()
const saving = { newId, writeNotice: ({ id }: Transaction) => id }
const network = {
  ...horizon,
  creditsAfter: stepping<Parameters<typeof horizon.creditsAfter>, CreditPage>((...asked) =>
    horizon.creditsAfter(...asked),
  ),
}
const patience = {
  claimMs: 30,
  firstDelayMs: 10,
  longestDelayMs: 20,
  failuresMax: 50,
  returns: { firstMs: 60_000, untilMs: 60_000 },
}
const paying = { commit: watched, saveChanges: saveChanges(saving), now, patience }
const send = sendPayout({
  ...paying,
  rail: {
    send: stepping((order: PayoutOrder) => http.send(order)),
    find: stepping((key: string) => http.find(key)),
  },
  recordRailWord: recordRailWord(paying),
})
const collect = collectStellarPayments({
  commit: watched,
  network,
  watch: watchNetwork({ ledgers: horizon, commit, read, now, onStopped: () => undefined }),
  startWatching: startWatching({ commit, read, network: horizon, ledgers: horizon, now }),
  startAt: { cursor: '0' },
  newId,
  now,
  seatMs: 30,
})
const match = matchStellarPayments({ commit: watched, saveChanges: saveChanges(saving), now })

async function isAllPaid(): Promise<boolean> {
  await collect(account)
  await match(account)
  for (const id of transactionIds) await send(id)
  const all = await read(({ transactions }) => transactions.findMany(transactionIds))
  return all.every(({ phase }) => phase === 'completed')
}

await until(isAllPaid, 'everything to be paid out')
await horizon.close()
await http.close()
await database.close()
