import { describe, expect, it } from 'vitest'
import { defaultSettings, failures } from '../../../src/sandbox/bank/behaviour.ts'
import { openBook } from '../../../src/sandbox/bank/book.ts'
import { openDesk } from '../../../src/sandbox/bank/payout-desk.ts'
import { answerRequest } from '../../../src/sandbox/bank/routes.ts'
import { signRequest } from '../../../src/sandbox/bank/signature.ts'
import { anOrder, noWebhooks, secrets } from './bank-client.ts'
import type { BankSettings } from '../../../src/sandbox/bank/behaviour.ts'

/** How the rail is made slow and made to fail, without the wire between. */

async function opened(told: Partial<BankSettings>) {
  let settings: BankSettings = { ...defaultSettings, ...told }
  const book = await openBook(undefined)
  const now = () => new Date()
  const set = (changed: BankSettings) => void (settings = changed)
  const is = () => settings
  const parts = {
    book,
    webhooks: noWebhooks,
    settings: is,
    now,
    openingBalance: '9',
    refuseWhenShort: false,
  }
  const bank = { ...parts, ...secrets, desk: openDesk(parts), set }
  return { is, set, order: (key: string) => answerRequest(bank, ordering(key)) }
}

function ordering(idempotencyKey: string) {
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const [method, path, body] = ['POST', '/payouts', Buffer.from(anOrder('1000123456'))]
  const signed = { method, path, timestamp, idempotencyKey, body }
  const headers = {
    authorization: `Bearer ${secrets.token}`,
    'payout-timestamp': timestamp,
    'payout-signature': signRequest(secrets.secret, signed),
    'idempotency-key': idempotencyKey,
    'content-type': 'application/json',
  }
  return { method, path, url: new URL(path, 'http://bank'), headers, body, isLocal: true }
}

describe('the rail of a bank that is told to be slow', () => {
  it.each(failures)('is slow where it fails too: %s', async (failWith) => {
    const { order } = await opened({ latencyMs: 60, failNext: 1, failWith })
    const began = performance.now()
    await order('k-1')
    expect(performance.now() - began).toBeGreaterThanOrEqual(55)
  })

  it('fails as many calls as it was told to, also when they wait together', async () => {
    const { is, order } = await opened({ latencyMs: 20, failNext: 2 })
    const answers = await Promise.all(['k-1', 'k-2', 'k-3', 'k-4'].map(order))
    const statuses = answers.map((answer) => (typeof answer === 'string' ? answer : answer.status))
    expect(statuses).toEqual([503, 503, 201, 201])
    expect(is().failNext).toBe(0)
  })

  it('keeps what it is told while a call waits to fail', async () => {
    const { is, set, order } = await opened({ latencyMs: 20, failNext: 3 })
    const answer = order('k-1')
    set({ ...is(), settleAfterMs: 7, dropWebhooks: true })
    expect(await answer).toMatchObject({ status: 503 })
    const told = { latencyMs: 20, settleAfterMs: 7, dropWebhooks: true }
    expect(is()).toEqual({ ...defaultSettings, ...told, failNext: 2 })
  })
})
