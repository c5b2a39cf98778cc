import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import type { StellarNetwork } from '../../../src/usecases/ports/stellar-network.ts'
import { expireTransactions } from '../../../src/usecases/transactions/expire-transactions.ts'
import { saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const graceMs = 60_000
const minute = 60_000

/** Each test watches an account of its own. */
const anAccount = (): string => `G${randomUUID().replaceAll('-', '').toUpperCase()}`

const expire = (commit = world.commit): Promise<number> =>
  expireTransactions({
    commit,
    read: world.read,
    saveChanges: saveChanges({ newId: randomUUID, writeNotice: () => '' }),
    now: () => world.clock.now,
    graceMs,
  })()

const phaseOf = async (id: string): Promise<Phase | undefined> =>
  (await world.stateOf(id)).transaction?.phase

const away: Pick<StellarNetwork, 'creditsAfter' | 'newestCursor'> = {
  newestCursor: () => Promise.reject(new NetworkUnavailable('away')),
  creditsAfter: () => Promise.reject(new NetworkUnavailable('away')),
}

const soon = () => new Date(world.clock.now.getTime() + minute)

it('lets nothing expire while the network cannot be read, so a payment in time counts (SEP31-77)', async () => {
  const account = anAccount()
  const transaction = await world.open({ distributionAccount: account, lapsesAt: soon() })
  const network = memoryNetwork()
  await world.collect(network)(account)
  network.credit(paymentFor(transaction, { account, ledgerClosedAt: world.clock.now }))
  world.pass(10 * minute)
  await expect(world.collect(away)(account)).rejects.toThrow(NetworkUnavailable)
  expect(await expire()).toBe(0)
  await world.collect(network)(account)
  await world.match(account)
  await expire()
  expect(await phaseOf(transaction.id)).toBe('payingOut')
})

it('ends what was not funded once the network was read past the deadline (SEP31-76)', async () => {
  const account = anAccount()
  const { id } = await world.open({ distributionAccount: account, lapsesAt: soon() })
  await world.collect(memoryNetwork())(account)
  world.pass(10 * minute)
  expect(await expire()).toBe(0)
  await world.collect(memoryNetwork())(account)
  expect(await expire()).toBe(1)
  expect(await phaseOf(id)).toBe('expired')
})

it('counts a page that is not the last one as nothing read', async () => {
  const account = anAccount()
  const { id } = await world.open({ distributionAccount: account, lapsesAt: soon() })
  world.pass(10 * minute)
  let asked = 0
  const endless: Pick<StellarNetwork, 'creditsAfter' | 'newestCursor'> = {
    newestCursor: async () => '0',
    creditsAfter: async (_, cursor) => {
      asked += 1
      if (asked > 3) throw new NetworkUnavailable('away')
      return { credits: [], nextCursor: `${BigInt(cursor) + 1n}`, complete: false }
    },
  }
  await expect(world.collect(endless)(account)).rejects.toThrow(NetworkUnavailable)
  await expire()
  expect(await phaseOf(id)).toBe('awaitingFunds')
})

it('does not let hundreds on an unread account keep others from expiring', async () => {
  const [unread, read] = [anAccount(), anAccount()]
  await world.collect(memoryNetwork())(unread)
  const lapsesAt = soon()
  for (let place = 0; place < 210; place += 1) {
    await world.open({ distributionAccount: unread, lapsesAt })
  }
  const later = new Date(lapsesAt.getTime() + 1)
  const { id } = await world.open({ distributionAccount: read, lapsesAt: later })
  world.pass(10 * minute)
  await world.collect(memoryNetwork())(read)
  expect(await expire()).toBe(1)
  expect(await phaseOf(id)).toBe('expired')
})

it('gives up at the first commit when the database is away, and blames no transaction (SEP31-76)', async () => {
  const account = anAccount()
  const ids: string[] = []
  for (let place = 0; place < 2; place += 1) {
    ids.push((await world.open({ distributionAccount: account, lapsesAt: soon() })).id)
  }
  world.pass(10 * minute)
  let commits = 0
  const commit = () => {
    commits += 1
    return Promise.reject(new DatabaseUnavailable('away'))
  }
  await expect(expire(commit)).rejects.toThrow(DatabaseUnavailable)
  expect(commits).toBe(1)
  await expire()
  for (const id of ids) expect(await phaseOf(id)).toBe('expired')
})
