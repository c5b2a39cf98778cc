import { Account, Keypair, Memo, MuxedAccount, Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { UnmatchedPaymentsDocument } from '../../schema/generated/backoffice/graphql.ts'
import { until } from '../until.ts'
import { assetOf, bothCustomers, horizonOf, logIn, memoOf, send } from './anchor.ts'
import type { Anchor, Opened } from './anchor.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead, SandboxFile } from './fairlead.ts'
import { askBackoffice, movementsOf } from './outside.ts'

let fairlead: Fairlead
let world: SandboxFile
let anchor: Anchor

beforeAll(async () => {
  fairlead = await startFairlead()
  world = fairlead.world()
  anchor = await logIn({ url: world.publicUrl, world })
}, 90_000)
afterAll(() => fairlead.stop())
beforeEach(({ onTestFailed }) => {
  onTestFailed(() => void process.stderr.write(fairlead.said()))
})

const unmatchedSchema = z.object({
  unmatchedPayments: z.object({
    nodes: z.array(
      z.object({
        reason: z.string(),
        kind: z.string(),
        from: z.string(),
        amount: z.object({ value: z.string(), asset: z.string() }),
        transactionId: z.string().nullable(),
      }),
    ),
  }),
})

/** The newest unmatched payment, once there are so many. */
async function untilUnmatched(count: number) {
  const read = async () =>
    unmatchedSchema.parse(
      await askBackoffice(world, UnmatchedPaymentsDocument.toString(), { first: 50 }),
    ).unmatchedPayments.nodes
  await until(async () => (await read()).length >= count, `${count} unmatched payments`)
  const found = await read()
  expect(found).toHaveLength(count)
  return found[0]
}

async function open(): Promise<Opened> {
  const customers = await bothCustomers(anchor, '1000990001')
  return anchor.open({ amount: '10', asset_code: 'USDC', ...customers })
}

const payment = (opened: Opened, code = 'USDC', amount = '10') =>
  Operation.payment({ destination: opened.stellar_account_id, asset: assetOf(world, code), amount })

const payFrom = (operation: ReturnType<typeof payment>, memo?: Memo) =>
  send(world, anchor.keypair, { operations: [operation], ...(memo && { memo }) })

it('keeps money that fits no transaction, with the reason, and pays nothing out for it (POLARIS-8.12)', async () => {
  const opened = await open()
  const { id } = opened
  const memo = memoOf(opened)

  await payFrom(payment(opened, 'SRT'), memo)
  expect(await untilUnmatched(1)).toMatchObject({ reason: 'wrong_asset', transactionId: id })
  await payFrom(payment(opened, 'USDC', '9.9999999'), memo)
  expect(await untilUnmatched(2)).toMatchObject({
    reason: 'wrong_amount',
    transactionId: id,
    amount: { value: '9.9999999', asset: expect.stringContaining('USDC') as string },
  })
  await payFrom(payment(opened))
  expect(await untilUnmatched(3)).toMatchObject({ reason: 'no_memo', transactionId: null })
  await payFrom(payment(opened), Memo.id('4242424242424242'))
  expect(await untilUnmatched(4)).toMatchObject({ reason: 'unknown_memo', transactionId: null })
  expect(await anchor.find(id)).toMatchObject({ status: 'pending_sender' })

  await payFrom(payment(opened), memo)
  await anchor.untilStatus(id, 'completed')
  await payFrom(payment(opened), memo)
  expect(await untilUnmatched(5)).toMatchObject({ reason: 'already_funded', transactionId: id })
  expect(await movementsOf(world, id)).toHaveLength(1)
}, 60_000)

it('sees the lumens of an account that was merged into ours', async () => {
  const leaving = Keypair.random()
  await horizonOf(world).friendbot(leaving.publicKey()).call()
  const destination = (await open()).stellar_account_id
  await send(world, leaving, { operations: [Operation.accountMerge({ destination })] })
  expect(await untilUnmatched(6)).toMatchObject({
    reason: 'not_a_payment',
    kind: 'account_merge',
    from: leaving.publicKey(),
    amount: { value: expect.stringMatching(/^9999\.99/) as string, asset: 'stellar:native' },
  })
}, 60_000)

it('takes a muxed destination for an id memo (POLARIS-8.8)', async () => {
  const opened = await open()
  const account = new Account(opened.stellar_account_id, '0')
  const destination = new MuxedAccount(account, opened.stellar_memo).accountId()
  const asset = assetOf(world, 'USDC')
  await payFrom(Operation.payment({ destination, asset, amount: '10' }))
  await anchor.untilStatus(opened.id, 'completed')
  expect(await movementsOf(world, opened.id)).toHaveLength(1)
}, 60_000)

it('takes what a path payment credited, of either kind (AP-1.14)', async () => {
  const asset = assetOf(world, 'USDC')
  for (const kind of ['receive', 'send'] as const) {
    const opened = await open()
    const path = { sendAsset: asset, destAsset: asset, destination: opened.stellar_account_id }
    const operation =
      kind === 'receive'
        ? Operation.pathPaymentStrictReceive({ ...path, sendMax: '10', destAmount: '10' })
        : Operation.pathPaymentStrictSend({ ...path, sendAmount: '10', destMin: '10' })
    await payFrom(operation, memoOf(opened))
    await anchor.untilStatus(opened.id, 'completed')
    expect(await movementsOf(world, opened.id)).toHaveLength(1)
  }
}, 60_000)
