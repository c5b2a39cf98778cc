import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bothCustomers, logIn } from '../flows/anchor.ts'
import type { Anchor } from '../flows/anchor.ts'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile } from '../flows/fairlead.ts'
import { until } from '../until.ts'
import { startReceiver } from './callback-receiver.ts'

/** The reference wallet of the Anchor Platform, told of a payment by a whole sandbox. */
let fairlead: Fairlead
let world: SandboxFile
let anchor: Anchor
let receiver: Awaited<ReturnType<typeof startReceiver>>

beforeAll(async () => {
  fairlead = await startFairlead()
  world = fairlead.world()
  receiver = await startReceiver(Keypair.fromPublicKey(world.signingKey))
  anchor = await logIn({ url: world.publicUrl, world })
}, 90_000)
afterAll(async () => {
  await fairlead.stop()
  await receiver.stop()
})

async function paidAndTold(): Promise<string> {
  const customers = await bothCustomers(anchor, '1000990002')
  const opened = await anchor.open({ amount: '100', asset_code: 'USDC', ...customers })
  const response = await fetch(`${world.publicUrl}/sep31/transactions/${opened.id}/callback`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${anchor.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url }),
  })
  expect(response.status).toBe(204)
  await anchor.pay(opened, 'USDC', '100')
  return opened.id
}

/** Statuses that it was told of this transaction, in order. */
const statusesOf = (id: string, bodies: readonly string[]) =>
  bodies
    .map(
      (body) => (JSON.parse(body) as { transaction: { id: string; status: string } }).transaction,
    )
    .filter((transaction) => transaction.id === id)
    .map(({ status }) => status)

it('each callback of a payment is taken by the reference wallet of the Anchor Platform (SEP31-C25)', async () => {
  const id = await paidAndTold()
  const hasEnd = () => statusesOf(id, receiver.taken).includes('completed')
  await until(() => hasEnd() || receiver.refused.length > 0, 'the end to be told')
  expect(receiver.refused).toEqual([])
  expect(statusesOf(id, receiver.taken)).toEqual([
    'pending_receiver',
    'pending_external',
    'completed',
  ])
}, 40_000)

it('what it refuses with 403, since it is set up with another host name, is told again when that is mended (SEP31-C25)', async () => {
  const { host } = receiver
  receiver.host = 'wallet.example.com'
  const id = await paidAndTold()
  await until(() => statusesOf(id, receiver.refused).length > 0, 'a refusal')
  expect(statusesOf(id, receiver.taken)).toEqual([])
  receiver.host = host
  await until(() => statusesOf(id, receiver.taken).includes('completed'), 'the end', 30_000)
  expect(statusesOf(id, receiver.refused)).toEqual(['pending_receiver'])
  expect(statusesOf(id, receiver.taken)).toEqual([
    'pending_receiver',
    'pending_external',
    'completed',
  ])
}, 60_000)
