import { afterAll, beforeAll, expect, it } from 'vitest'
import { setTransactionCallback } from '../../../src/usecases/transactions/set-transaction-callback.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

it('takes every one of many addresses that are sent at once, and keeps one of them (SEP31-81)', async () => {
  const { id, owner } = await world.openFunded()
  const set = setTransactionCallback({
    commit: world.commit,
    callbackRules: { allowHttp: false, allowPrivateHosts: false },
    hosts: { isPublic: () => Promise.resolve(true) },
  })
  const principal = { ...owner, subject: owner.account, homeDomain: 'anchor.example' }
  const urls = Array.from({ length: 20 }, (_, n) => `https://sender.example/${n}`)
  const outcomes = await Promise.all(urls.map((url) => set({ principal, id, url })))
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
  const kept = await world.read(({ transactions }) => transactions.find(id))
  expect(urls).toContain(kept?.callbackUrl)
})
