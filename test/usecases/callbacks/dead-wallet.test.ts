import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callbackSender } from '../../../src/adapters/callbacks/callback-sender.ts'
import { guardedFetch } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import { httpPayoutRail } from '../../../src/adapters/rails/http/http-payout-rail.ts'
import { defaultCallbackPatience } from '../../../src/domain/callback/retry.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import { deliverCallback } from '../../../src/usecases/callbacks/deliver-callback.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

const secrets = { token: 'a-token', secret: 'a-secret' }
const opened: (() => Promise<unknown>)[] = []
let world: PaymentWorld
let bankUrl = ''
let deadUrl = ''

beforeAll(async () => {
  world = await paymentWorld()
  const bank = await startSandboxBank({ port: 0, ...secrets })
  bankUrl = bank.url
  deadUrl = `https://localhost:${await closedPort()}/callback`
  opened.push(
    () => bank.stop(),
    () => world.close(),
  )
})
afterAll(async () => {
  for (const close of opened.toReversed()) await close()
})

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function deliverer() {
  const fetcher = guardedFetch({ allowPrivateHosts: [new URL(deadUrl).host] })
  opened.push(() => fetcher.close())
  const sender = callbackSender({
    sign: () => new Uint8Array(64),
    fetch: fetcher.fetch,
  })
  const { commit, clock } = world
  const parts = { commit, sender, patience: defaultCallbackPatience, now: () => clock.now }
  return deliverCallback(parts)
}

it('pays out, and keeps the payment completed, though nothing is ever delivered to the wallet (POLARIS-8.1)', async () => {
  const rail = httpPayoutRail({ url: bankUrl, ...secrets, timeoutMs: 5_000, now: () => new Date() })
  opened.push(() => rail.close())
  const receiver = await world.addCustomer({ bank_account_number: magicAccountNumbers.delivered })
  const transaction = await world.open({ callbackUrl: deadUrl, receiverId: receiver.id })
  const { id, distributionAccount: account } = transaction
  const network = memoryNetwork()
  network.credit(paymentFor(transaction))
  await world.collect(network)(account)
  const deliver = deliverer()
  const deliverAll = async () => {
    const due = await world.read(({ callbacks }) => callbacks.due(world.clock.now, 100))
    return Promise.all(due.map((callback) => deliver(callback)))
  }
  await world.match(account)
  expect(await deliverAll()).toEqual([{ ok: true, value: 'later' }])
  expect(await world.payouts(rail).send(id)).toBe('delivered')
  const completed = (await world.stateOf(id)).transaction
  expect(completed).toMatchObject({ phase: 'completed' })
  const ends: unknown[] = []
  for (let tries = 0; tries < 40; tries += 1) {
    world.pass(3_600_000)
    ends.push(...(await deliverAll()).filter(({ ok }) => !ok))
  }
  expect(ends).toEqual([
    { ok: false, refusal: expect.objectContaining({ code: 'callback_undeliverable' }) as object },
    { ok: false, refusal: expect.objectContaining({ code: 'callback_undeliverable' }) as object },
  ])
  const after = await world.stateOf(id)
  expect(after.transaction).toEqual(completed)
  expect(after.payout?.state).toBe('delivered')
})
