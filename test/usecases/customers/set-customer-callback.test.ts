import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallbackRules } from '../../../src/domain/callback/callback-url.ts'
import { saveCustomerChange } from '../../../src/usecases/customers/save-customer-change.ts'
import { setCustomerCallback } from '../../../src/usecases/customers/set-customer-callback.ts'
import { aCallback } from '../../builders/callback.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { freshCommit } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const noon = new Date('2026-11-21T12:00:00Z')
const later = new Date('2026-11-21T12:01:00Z')
const types = customerTypes()

async function aCustomer() {
  const account = randomUUID()
  const id = randomUUID()
  const kept = { fields: {}, version: 1, createdAt: noon, updatedAt: noon }
  await db.commit(({ customers }) => customers.add({ id, key: { account }, ...kept }))
  return { id, principal: { account } }
}

/** Sets addresses in a house with these rules; `asked` are those that were looked up. */
function callbacksWith(callbackRules: CallbackRules, isPublic: boolean) {
  const asked: string[] = []
  const set = setCustomerCallback({
    commit: db.commit,
    types,
    saveCustomerChange: saveCustomerChange({
      types,
      newId: randomUUID,
      writeNotice: () => '',
      resumeTransactions: () => Promise.reject(new Error('no transaction is to go on')),
    }),
    callbackRules,
    hosts: {
      isPublic: async (url) => {
        asked.push(url)
        return isPublic
      },
    },
    now: () => later,
  })
  return { set, asked }
}

const find = (id: string) => db.read(({ customers }) => customers.find(id))

describe('the address for notices about a customer', () => {
  it.each<[string, string, CallbackRules, boolean, string]>([
    ['outside', 'https', { allowHttp: false, allowPrivateHosts: false }, true, 'accepted'],
    ['inside', 'https', { allowHttp: false, allowPrivateHosts: false }, false, 'private'],
    ['inside', 'https', { allowHttp: false, allowPrivateHosts: true }, false, 'accepted'],
    ['outside', 'http', { allowHttp: false, allowPrivateHosts: true }, true, 'insecure'],
    ['outside', 'http', { allowHttp: true, allowPrivateHosts: false }, true, 'accepted'],
    ['inside', 'http', { allowHttp: true, allowPrivateHosts: false }, false, 'private'],
    ['inside', 'http', { allowHttp: true, allowPrivateHosts: true }, false, 'accepted'],
  ])('that leads %s by %s is, with %o, judged so (SEP12-113)', async (...line) => {
    const [host, scheme, rules, isPublic, word] = line
    const customer = await aCustomer()
    const { set, asked } = callbacksWith(rules, isPublic)
    const url = `${scheme}://${host}.example/`
    const outcome = await set({ ...customer, url })
    expect(outcome.ok ? 'accepted' : outcome.refusal.code).toBe(
      word === 'accepted' ? word : `callback_url_${word}`,
    )
    expect(asked).toEqual(rules.allowPrivateHosts || word === 'insecure' ? [] : [url])
    expect((await find(customer.id))?.callbackUrl).toBe(outcome.ok ? url : undefined)
  })

  it('is kept, and given to what is due, in the form that is signed (SEP12-100, SEP12-108)', async () => {
    const customer = await aCustomer()
    const before = await find(customer.id)
    const due = aCallback({ subject: { kind: 'customer', id: customer.id } })
    await db.commit(({ callbacks }) => callbacks.add(due))
    const { set } = callbacksWith({ allowHttp: false, allowPrivateHosts: false }, true)
    const given = { ...customer, url: 'https://Wallet.Example:443/Kyc' }
    expect(await set(given)).toEqual({ ok: true, value: undefined })
    const url = 'https://wallet.example/Kyc'
    const kept = { ...before, callbackUrl: url, version: 2, updatedAt: later }
    expect(await find(customer.id)).toEqual(kept)
    expect(await db.commit(({ callbacks }) => callbacks.lock(due.id))).toEqual({ ...due, url })
    expect(await set(given)).toEqual({ ok: true, value: undefined })
    expect(await find(customer.id)).toEqual(kept) // the second time changes nothing
  })
})
