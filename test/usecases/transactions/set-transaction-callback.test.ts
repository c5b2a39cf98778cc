import { afterAll, beforeAll, expect, it } from 'vitest'
import { setTransactionCallback } from '../../../src/usecases/transactions/set-transaction-callback.ts'
import { aCallback } from '../../builders/callback.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

it.each([
  [true, { ok: true, value: undefined }],
  [false, { ok: false, refusal: { code: 'callback_url_private' } }],
])(
  'takes a name that leads inside only where that is allowed: %s (SEP31-82)',
  async (...[allowed, expected]) => {
    const { id, owner } = await world.openFunded()
    const set = setTransactionCallback({
      commit: world.commit,
      callbackRules: { allowHttp: false, allowPrivateHosts: allowed },
      hosts: { isPublic: () => Promise.resolve(false) },
    })
    const principal = { ...owner, subject: owner.account, homeDomain: 'anchor.example' }
    const url = 'https://inside.example/'
    expect(await set({ principal, id, url })).toEqual(expected)
    const kept = await world.read(({ transactions }) => transactions.find(id))
    expect(kept?.callbackUrl).toBe(allowed ? url : undefined)
  },
)

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

it('changes the address alone, as it was written, also for a notice that is due (SEP31-81, SEP31-83)', async () => {
  const before = await world.openFunded()
  const due = aCallback({ subject: { kind: 'transaction', id: before.id } })
  await world.commit(({ callbacks }) => callbacks.add(due))
  const set = setTransactionCallback({
    commit: world.commit,
    callbackRules: { allowHttp: false, allowPrivateHosts: false },
    hosts: { isPublic: () => Promise.resolve(true) },
  })
  const { owner, id } = before
  const principal = { ...owner, subject: owner.account, homeDomain: 'anchor.example' }
  const url = 'https://Sender.example:443'
  world.pass(60_000)
  expect(await set({ principal, id, url })).toEqual({ ok: true, value: undefined })
  const kept = await world.read(({ transactions }) => transactions.find(id))
  expect(kept).toEqual({ ...before, callbackUrl: url, version: before.version + 1 })
  expect(await world.commit(({ callbacks }) => callbacks.lock(due.id))).toEqual({ ...due, url })
})

it('refuses an address for what is wrong with it before it looks for the transaction (SEP31-82)', async () => {
  const { id, owner } = await world.openFunded()
  const asked: string[] = []
  const set = setTransactionCallback({
    commit: world.commit,
    callbackRules: { allowHttp: false, allowPrivateHosts: false },
    hosts: {
      isPublic: async (url) => {
        asked.push(url)
        return !url.includes('inside')
      },
    },
  })
  const principal = { account: 'G', subject: 'G', homeDomain: 'anchor.example' }
  const codeOf = async (url: string, as: typeof principal = principal) => {
    const outcome = await set({ principal: as, id, url })
    return outcome.ok ? 'accepted' : outcome.refusal.code
  }
  expect(await codeOf('nonsense')).toBe('callback_url_malformed')
  expect(await codeOf('http://inside.example/')).toBe('callback_url_insecure')
  expect(asked).toEqual([])
  expect(await codeOf('https://inside.example/')).toBe('callback_url_private')
  expect(await codeOf('https://outside.example/')).toBe('not_found')
  expect(await codeOf('https://outside.example/', { ...principal, ...owner })).toBe('accepted')
  const all = ['inside', 'outside', 'outside'].map((name) => `https://${name}.example/`)
  expect(asked).toEqual(all)
})
