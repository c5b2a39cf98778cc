import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import type { StellarNetwork } from '../../../src/usecases/ports/stellar-network.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

/** A network that reads a page only after `meanwhile`. */
const slow = (network: StellarNetwork, meanwhile: () => Promise<unknown>): StellarNetwork => ({
  newestCursor: () => network.newestCursor(),
  creditsAfter: async (...question) => {
    await meanwhile()
    return network.creditsAfter(...question)
  },
})

function aSignal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => (give = resolve))
  return { given, give: () => give() }
}

it('gets on when each page takes longer than a seat and others wait for it (SEP31-52)', async () => {
  const account = `G${randomUUID().replaceAll('-', '').toUpperCase()}`
  const network = memoryNetwork()
  const payment = aStellarPayment({ account })
  network.credit(payment)
  const [secondSits, firstEnded] = [aSignal(), aSignal()]
  let second: Promise<unknown> = Promise.resolve()
  const first = world.collect(
    slow(network, async () => {
      world.pass(25_000)
      second = world.collect(
        slow(network, () => {
          secondSits.give()
          return firstEnded.given
        }),
      )(account)
      await secondSits.given
    }),
  )
  await first(account)
  const cursor = await world.read(({ stellarPayments }) => stellarPayments.cursor(account))
  firstEnded.give()
  expect(await second).toMatchObject({ ok: false, refusal: { code: 'seat_taken' } })
  expect(cursor).toBe(payment.id)
  const kept = await world.read(({ stellarPayments }) => stellarPayments.find(payment.id))
  expect(kept?.match.state).toBe('waiting')
})
