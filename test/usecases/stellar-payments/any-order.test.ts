import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import type { StellarNetwork } from '../../../src/usecases/ports/stellar-network.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

/** What a step of a run does: how much of a page comes, whether the call fails, whether we match now. */
const step = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  fails: fc.boolean(),
  again: fc.boolean(),
  match: fc.boolean(),
})

/** Which of three transactions a payment is for, and whether its amount is right. */
const sent = fc.record({ to: fc.integer({ min: 0, max: 2 }), exact: fc.boolean() })

it('comes to the same matches, however pages are cut, repeated or lost, whenever matched', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sent, { minLength: 1, maxLength: 8 }),
      fc.array(step, { maxLength: 10 }),
      async (sending, steps) => {
        const account = `G${randomUUID()}`
        const opened = await Promise.all(
          [0, 1, 2].map(() => world.open({ distributionAccount: account })),
        )
        const payments = sending.map(({ to, exact }) => {
          const transaction = opened[to]
          if (transaction === undefined) throw new Error('there are three')
          const units = transaction.amountInUnits + (exact ? 0n : 1n)
          return paymentFor(transaction, { account, units })
        })
        const network = memoryNetwork()
        network.credit(...payments)
        for (const one of steps) {
          await world
            .collect(clumsy(network, one))(account)
            .catch(() => undefined)
          if (one.match) await world.match(account)
        }
        await world.collect(network)(account)
        await world.match(account)
        expect(await outcome(payments)).toEqual(expected(sending))
      },
    ),
    { numRuns: 60 },
  )
})

/** Shows a part of the page, perhaps what lies before it too, and is away afterwards if it is to fail. */
function clumsy(
  network: StellarNetwork,
  { size, fails, again }: { size: number; fails: boolean; again: boolean },
): StellarNetwork {
  let calls = 0
  return {
    ...network,
    creditsAfter: async (account, cursor) => {
      calls += 1
      if (fails && calls > 1) throw new NetworkUnavailable('away')
      const page = await network.creditsAfter(account, cursor, size)
      const all = again ? await network.creditsAfter(account, '0', 200) : page
      const until = BigInt(page.nextCursor)
      return { ...page, credits: all.credits.filter(({ id }) => BigInt(id) <= until) }
    },
  }
}

async function outcome(payments: readonly StellarPayment[]): Promise<readonly string[]> {
  const found = await world.read(({ stellarPayments }) =>
    Promise.all(payments.map(({ id }) => stellarPayments.find(id))),
  )
  return found.map((payment) => {
    const match = payment?.match
    return match?.state === 'unmatched' ? match.reason : (match?.state ?? 'not kept')
  })
}

function expected(sending: readonly { to: number; exact: boolean }[]): readonly string[] {
  const funded = new Set<number>()
  return sending.map(({ to, exact }) => {
    if (funded.has(to)) return 'already_funded'
    if (!exact) return 'wrong_amount'
    funded.add(to)
    return 'matched'
  })
}
