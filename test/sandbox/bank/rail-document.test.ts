import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bankRoutes } from '../../../src/sandbox/bank/routes.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { anOrder, call, orderPayout, startBank } from './bank-client.ts'
import { openRailDocument } from './open-document.ts'
import type { RailDocument } from './open-document.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

let bank: SandboxBank
let document: RailDocument

beforeAll(async () => {
  document = await openRailDocument()
  bank = await startBank()
})
afterAll(() => bank.stop())

describe('the document of the payout rail', () => {
  it('has every route the bank serves, and no other', () => {
    const served = bankRoutes.map(({ method, path }) => `${method} ${path}`)
    expect(document.operations.toSorted()).toEqual(served.toSorted())
  })

  it('has no reference that leads nowhere', () => {
    expect(document.deadReferences).toEqual([])
  })

  it.each(Object.entries(magicAccountNumbers).filter(([name]) => !name.startsWith('unknown')))(
    'describes what the bank answers to an order: %s',
    async (name, account) => {
      const body = anOrder(account)
      expect(document.faultsOf('Order', JSON.parse(body))).toEqual([])
      const first = await orderPayout(bank, `doc-${name}`, body)
      expect(document.faultsOfAnswer('POST /payouts', first)).toEqual([])
      const again = await orderPayout(bank, `doc-${name}`, body)
      expect(document.faultsOfAnswer('POST /payouts', again)).toEqual([])
    },
  )

  it('describes what the bank finds', async () => {
    for (const key of ['doc-delivered', 'doc-fieldRejected', 'never']) {
      const found = await call(`${bank.url}/payouts?idempotency_key=${key}`)
      expect(found.status).toBe(200)
      expect(document.faultsOfAnswer('GET /payouts', found)).toEqual([])
    }
  })

  it('describes a cancellation, and one that is too late or of nothing', async () => {
    const held = await orderPayout(bank, 'doc-held', anOrder(magicAccountNumbers.pendingUntilTold))
    const ids = [String(held.body['id']), String(held.body['id']), 'po_none']
    const delivered = await orderPayout(bank, 'doc-done', anOrder('1000123456'))
    for (const id of [...ids, String(delivered.body['id'])]) {
      const answer = await call(`${bank.url}/payouts/${id}/cancel`, { method: 'POST' })
      expect(document.faultsOfAnswer('POST /payouts/{id}/cancel', answer)).toEqual([])
    }
  })

  it('describes the book, the summary, the accounts and the controls', async () => {
    const reads = bankRoutes.filter((route) => route.guard === 'local' && route.method === 'GET')
    for (const { path } of reads) {
      const answer = await call(`${bank.url}${path}`)
      expect(answer.status).toBe(200)
      expect(document.faultsOfAnswer(`GET ${path}`, answer)).toEqual([])
    }
    for (const [path, body] of [
      ['/_sandbox/settings', '{"latency_ms":0}'],
      ['/_sandbox/settings', '{"latency":0}'],
      ['/_sandbox/deliver', '{"idempotency_key":"doc-pendingUntilTold"}'],
      ['/_sandbox/deliver', '{"idempotency_key":"doc-done"}'],
      ['/_sandbox/return', '{"idempotency_key":"doc-pendingUntilTold"}'],
      ['/_sandbox/reject', '{"idempotency_key":"never"}'],
      ['/_sandbox/reject', 'not json'],
      ['/_sandbox/reset', ''],
    ] as const) {
      const answer = await call(`${bank.url}${path}`, { method: 'POST', body })
      expect(document.faultsOfAnswer(`POST ${path}`, answer)).toEqual([])
    }
  })

  it('would notice an answer that it does not describe', async () => {
    const good = await orderPayout(bank, 'doc-plain', anOrder('1000123456'))
    const { delivered_at: _gone, ...without } = good.body
    const faults = document.faultsOfAnswer('POST /payouts', { status: 201, body: without })
    expect(faults).not.toEqual([])
    expect(document.faultsOfAnswer('POST /payouts', { ...good, status: 202 })).not.toEqual([])
  })
})
