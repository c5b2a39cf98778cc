import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import { matchStellarPayments } from '../../../src/usecases/stellar-payments/match-stellar-payments.ts'
import { saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { aStellarPayment, paymentFor } from '../../builders/stellar-payment.ts'
import { onServer } from '../../database.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

/** Each test watches an account of its own. */
const anAccount = (): string => `G${randomUUID().replaceAll('-', '').toUpperCase()}`

/** As when a data key was taken away too early, or a row was damaged. */
const damage = ({ id }: Transaction) =>
  onServer(world.url, `update "transaction" set fields_sealed = 'damaged' where id = $1`, [id])

async function paid(account: string, count: number): Promise<readonly Transaction[]> {
  const network = memoryNetwork()
  const transactions: Transaction[] = []
  for (let place = 0; place < count; place += 1) {
    const transaction = await world.open({ distributionAccount: account })
    network.credit(paymentFor(transaction, { account }))
    transactions.push(transaction)
  }
  await world.collect(network)(account)
  return transactions
}

const waiting = (account: string) =>
  onServer(
    world.url,
    `select id from stellar_payment where account = $1 and match_state = 'waiting' order by id`,
    [account],
  )

it('matches all others when one payment cannot be decided, and says so (POLARIS-8.8, POLARIS-8.11)', async () => {
  const account = anAccount()
  const transactions = await paid(account, 9)
  const [first, , , fourth] = transactions
  if (first === undefined || fourth === undefined) throw new Error('unreachable')
  await damage(first)
  await damage(fourth)
  const [broken] = await waiting(account)
  await expect(world.match(account)).rejects.toMatchObject({
    message: `2 payments of ${account} cannot be matched, the first is ${String(broken?.['id'])}`,
    cause: expect.any(Error),
  })
  const rest = transactions.filter((one) => one !== first && one !== fourth)
  for (const { id } of rest) {
    expect((await world.stateOf(id)).transaction?.phase).toBe('payingOut')
  }
  expect(await waiting(account)).toHaveLength(2)
})

it('names the one of two that cannot be decided, and decides the one before it', async () => {
  const account = anAccount()
  const [sound, damaged] = await paid(account, 2)
  if (sound === undefined || damaged === undefined) throw new Error('unreachable')
  await damage(damaged)
  const [, second] = await waiting(account)
  await expect(world.match(account)).rejects.toThrow(
    `1 payments of ${account} cannot be matched, the first is ${String(second?.['id'])}`,
  )
  expect((await world.stateOf(sound.id)).transaction?.phase).toBe('payingOut')
})

it('decides in the same call about those that fit nothing, after one that cannot be decided', async () => {
  const account = anAccount()
  const [damaged] = await paid(account, 1)
  if (damaged === undefined) throw new Error('unreachable')
  await damage(damaged)
  const network = memoryNetwork()
  network.credit(...Array.from({ length: 6 }, () => aStellarPayment({ account })))
  await world.collect(network)(account)
  await expect(world.match(account)).rejects.toThrow('1 payments of')
  expect(await waiting(account)).toHaveLength(1)
})

it('has nothing to say of an account that nothing came to', async () => {
  expect(await world.match(anAccount())).toEqual({ matched: 0, unmatched: 0 })
})

it('decides two payments for one transaction together: the second meets it funded (SEP31-49)', async () => {
  const account = anAccount()
  const [transaction] = await paid(account, 1)
  if (transaction === undefined) throw new Error('unreachable')
  const network = memoryNetwork()
  network.credit(paymentFor(transaction, { account }))
  await world.collect(network)(account)
  let commits = 0
  const commit: typeof world.commit = (work) => {
    commits += 1
    return world.commit(work)
  }
  const saving = saveChanges({ newId: () => randomUUID(), writeNotice: () => '' })
  const match = matchStellarPayments({ commit, saveChanges: saving, now: () => world.clock.now })
  expect(await match(account)).toEqual({ matched: 1, unmatched: 1 })
  expect(commits).toBe(1)
})

it('tries no halves while the database is away', async () => {
  const away = new DatabaseUnavailable('away')
  let commits = 0
  const commit = () => {
    commits += 1
    return Promise.reject(away)
  }
  const unused = () => Promise.reject(new Error('nothing is saved'))
  const match = matchStellarPayments({ commit, saveChanges: unused, now: () => world.clock.now })
  await expect(match(anAccount())).rejects.toBe(away)
  expect(commits).toBe(1)
})

it('takes a payment again that has funded its transaction, and changes nothing (AP-1.2)', async () => {
  const account = anAccount()
  const [transaction] = await paid(account, 1)
  if (transaction === undefined) throw new Error('unreachable')
  await world.match(account)
  const before = await world.stateOf(transaction.id)
  await onServer(
    world.url,
    `update stellar_payment set match_state = 'waiting', transaction_id = null where account = $1`,
    [account],
  )
  expect(await world.match(account)).toEqual({ matched: 1, unmatched: 0 })
  expect(await world.stateOf(transaction.id)).toEqual(before)
  expect(await waiting(account)).toEqual([])
})

it('goes on with payments that come after one that cannot be decided', async () => {
  const account = anAccount()
  const [damaged] = await paid(account, 1)
  if (damaged === undefined) throw new Error('unreachable')
  await damage(damaged)
  const network = memoryNetwork()
  for (let page = 0; page < 2; page += 1) {
    const transaction = await world.open({ distributionAccount: account })
    network.credit(paymentFor(transaction, { account }))
    await world.collect(network)(account)
    await expect(world.match(account)).rejects.toThrow('cannot be matched')
    expect((await world.stateOf(transaction.id)).transaction?.phase).toBe('payingOut')
  }
})

it('has the payment matched once what was damaged is mended', async () => {
  const account = anAccount()
  const [damaged] = await paid(account, 1)
  if (damaged === undefined) throw new Error('unreachable')
  const [row] = await onServer(
    world.url,
    `select encode(fields_sealed, 'hex') as sealed from "transaction" where id = $1`,
    [damaged.id],
  )
  await damage(damaged)
  await expect(world.match(account)).rejects.toThrow('cannot be matched')
  await onServer(
    world.url,
    `update "transaction" set fields_sealed = decode($2, 'hex') where id = $1`,
    [damaged.id, row?.['sealed']],
  )
  expect(await world.match(account)).toEqual({ matched: 1, unmatched: 0 })
})
