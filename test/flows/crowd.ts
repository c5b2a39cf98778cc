import { BASE_FEE, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { expect } from 'vitest'
import { until } from '../until.ts'
import { assetOf, bothCustomers, horizonOf, memoOf } from './anchor.ts'
import type { Anchor, Opened } from './anchor.ts'
import type { Fairlead, SandboxFile } from './fairlead.ts'
import { readBook } from './outside.ts'
import type { Subscriber } from './subscriber.ts'

const amount = '10'
const openAtOnce = 8

/** Opens so many transactions in USDC, to one receiver's account at the bank. */
export async function openMany(
  anchor: Anchor,
  count: number,
  accountNumber = '1000990001',
): Promise<readonly Opened[]> {
  const body = { amount, asset_code: 'USDC', ...(await bothCustomers(anchor, accountNumber)) }
  const opened: Opened[] = []
  while (opened.length < count) {
    const some = Array.from({ length: Math.min(openAtOnce, count - opened.length) }, () =>
      anchor.open(body),
    )
    opened.push(...(await Promise.all(some)))
  }
  return opened
}

/** Pays each of them by a Stellar transaction of its own. */
export async function payMany(
  world: SandboxFile,
  { keypair }: Anchor,
  opened: readonly Opened[],
): Promise<void> {
  const horizon = horizonOf(world)
  const source = await horizon.loadAccount(keypair.publicKey())
  const asset = assetOf(world, 'USDC')
  const terms = { fee: BASE_FEE, networkPassphrase: world.networkPassphrase }
  for (const one of opened) {
    const transaction = new TransactionBuilder(source, terms)
      .setTimeout(300)
      .addMemo(memoOf(one))
      .addOperation(Operation.payment({ destination: one.stellar_account_id, asset, amount }))
      .build()
    transaction.sign(keypair)
    await horizon.submitTransaction(transaction)
  }
}

/** How many of these the bank has paid out. */
export async function countPaid(world: SandboxFile, opened: readonly Opened[]): Promise<number> {
  const { counts } = await readBook(world)
  return opened.filter(({ id }) => counts.has(id)).length
}

export const untilPaid = (
  fairlead: Fairlead,
  opened: readonly Opened[],
  { least = opened.length, limitMs = 60_000 } = {},
): Promise<void> =>
  until(
    async () => (await countPaid(fairlead.world(), opened)) >= least,
    `${least} of ${opened.length} payouts`,
    limitMs,
  )

/** Every payment once in the bank's book, and each of its steps heard once and in order. */
export async function expectEachOnce(
  world: SandboxFile,
  opened: readonly Opened[],
  subscribers: readonly Subscriber[],
): Promise<void> {
  const steps = ['opened', 'fundsReceived', 'payoutDelivered']
  const { counts, paidTwice } = await readBook(world)
  expect(paidTwice).toEqual([])
  expect(opened.map(({ id }) => [id, counts.get(id)])).toEqual(opened.map(({ id }) => [id, 1]))
  for (const subscriber of subscribers) {
    const last = () => opened.every(({ id }) => subscriber.of(id).includes('payoutDelivered'))
    await until(last, 'the last events', 60_000)
    expect(opened.map(({ id }) => subscriber.of(id))).toEqual(opened.map(() => steps))
  }
  const cursors = subscribers.map(({ heard }) => heard.map(({ cursor }) => cursor))
  for (const own of cursors) {
    expect(new Set(own).size).toBe(own.length)
    expect(own).toEqual(cursors[0])
  }
}
