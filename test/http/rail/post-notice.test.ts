import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpPayoutRail } from '../../../src/adapters/rails/http/http-payout-rail.ts'
import { payoutNoticeReader } from '../../../src/adapters/rails/http/payout-notice.ts'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import { postNotice } from '../../../src/http/rail/post-notice.ts'
import { railRoutes } from '../../../src/http/rail/routes.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import { signWebhook } from '../../../src/sandbox/bank/signature.ts'
import type { PayoutNotice } from '../../../src/usecases/ports/payout-rail.ts'
import type { ReceivePayoutNotice } from '../../../src/usecases/payouts/receive-payout-notice.ts'
import { aRequest } from '../../builders/http-request.ts'
import { until } from '../../until.ts'
import { paymentWorld } from '../../usecases/payment-world.ts'
import type { PaymentWorld } from '../../usecases/payment-world.ts'

const secrets = { token: 'a-token', secret: 'a-secret' }
let world: PaymentWorld
let bank: SandboxBank
let rail: ReturnType<typeof httpPayoutRail>
let app: ReturnType<typeof createHttpServer>
let url: string
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

beforeAll(async () => {
  world = await paymentWorld()
  const receivePayoutNotice: ReceivePayoutNotice = (notice) => world.payouts(rail).notice(notice)
  const readPayoutNotice = payoutNoticeReader({ secret: secrets.secret, now: () => new Date() })
  app = createHttpServer({
    tables: [railRoutes({ readPayoutNotice, receivePayoutNotice })],
    authenticate: () => Promise.resolve({ error: 'nobody logs in here' }),
    log: quiet,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  url = `http://127.0.0.1:${port}/rail/notices`
  bank = await startSandboxBank({ port: 0, ...secrets, webhookUrl: url })
  rail = httpPayoutRail({ url: bank.url, ...secrets, timeoutMs: 5_000, now: () => new Date() })
})
afterAll(async () => {
  await bank.stop()
  await rail.close()
  await app.close()
  await world.close()
})

const nobodysPayout = {
  id: 'p',
  idempotency_key: 'nobody-1',
  transaction_id: 't',
  state: 'pending',
  amount: { value: '1.00', currency: 'USD' },
  method: 'WIRE',
  reference: 'r',
  created_at: '2026-11-21T12:00:00Z',
  updated_at: '2026-11-21T12:00:00Z',
}

async function post(body: string, changes: Readonly<Record<string, string>> = {}) {
  const timestamp = changes['payout-timestamp'] ?? Math.floor(Date.now() / 1000).toString()
  const signature = signWebhook(secrets.secret, { timestamp, body: Buffer.from(body) })
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'payout-timestamp': timestamp,
      'payout-signature': signature,
      ...changes,
    },
  })
  return { status: response.status, text: await response.text() }
}

describe('the webhook of the bank', () => {
  it('completes a payout that was delivered later, without anybody asking (SEP31-55)', async () => {
    const receiver = await world.addCustomer({
      bank_account_number: magicAccountNumbers.pendingUntilTold,
    })
    const { id } = await world.openFunded({ receiverId: receiver.id })
    expect(await world.payouts(rail).send(id)).toBe('pending')
    const body = JSON.stringify({ idempotency_key: `${id}-1` })
    await fetch(`${bank.url}/_sandbox/deliver`, { method: 'POST', body })
    await until(
      async () => (await world.stateOf(id)).payout?.state === 'delivered',
      'the notice to be kept',
    )
    expect((await world.stateOf(id)).transaction?.phase).toBe('completed')
    const delivered = { state: 'delivered', delivered_at: nobodysPayout.updated_at }
    const repeated = { ...nobodysPayout, idempotency_key: `${id}-1`, ...delivered }
    expect(await post(JSON.stringify({ payout: repeated }))).toEqual({ status: 204, text: '' })
  })

  it('gets 404 for an order we never gave', async () => {
    const { status, text } = await post(JSON.stringify({ payout: nobodysPayout }))
    expect([status, text]).toEqual([404, expect.stringContaining('idempotency key')])
  })

  it.each([
    ['a wrong signature', { 'payout-signature': `v1=${'0'.repeat(64)}` }],
    ['an old timestamp, though it is signed', { 'payout-timestamp': '1000000000' }],
  ])('gets 401 with %s, whatever it says (AP-2.14)', async (_, headers) => {
    const { status } = await post(JSON.stringify({ payout: nobodysPayout }), headers)
    expect(status).toBe(401)
  })

  it.each([
    ['no JSON', '{', 400],
    ['no payout', '{}', 400],
    ['a list', '[]', 400],
    ['a payout without a state', JSON.stringify({ payout: { id: 'p' } }), 400],
  ])('gets a 4xx with a sentence for %s', async (_, body, expected) => {
    const { status, text } = await post(body)
    expect(status).toBe(expected)
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/\w+ \w+/) as string })
  })

  it('gets 400 for a notice that is signed and no JSON by its type', async () => {
    const { status, text } = await post(JSON.stringify({ payout: nobodysPayout }), {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect([status, text]).toEqual([400, expect.stringContaining('application/json')])
  })
})

describe('a notice', () => {
  const notice = { idempotencyKey: 'one', reply: { state: 'pending' } } as unknown as PayoutNotice // passed on as it is
  const body = { kind: 'json', value: {}, text: '{ "é": 1 }' } as const
  const headers = { 'payout-timestamp': '7', 'payout-signature': 'v1=ab', other: 'x' }

  it('is read with its signed headers and its bytes, and then received', async () => {
    const asked: unknown[] = []
    const route = postNotice({
      readPayoutNotice: (...given) => {
        asked.push(given)
        return accepted(notice)
      },
      receivePayoutNotice: async (received) => {
        asked.push(received)
        return accepted(undefined)
      },
    })
    expect(await route(aRequest({ body, headers }))).toEqual({ status: 204 })
    expect(asked).toEqual([
      [
        { 'payout-timestamp': '7', 'payout-signature': 'v1=ab' },
        new TextEncoder().encode('{ "é": 1 }'),
      ],
      notice,
    ])
  })

  it.each([
    ['bad_signature', 401],
    ['stale_timestamp', 401],
    ['malformed_notice', 400],
  ] as const)('that is refused for its %s is answered with %i and why', async (code, status) => {
    const route = postNotice({
      readPayoutNotice: () => refused({ code, message: `It has ${code}` }),
      receivePayoutNotice: () => Promise.reject(new Error('nothing is received')),
    })
    expect(await route(aRequest({ body }))).toEqual({ status, body: { error: `It has ${code}` } })
  })

  it('for nobody is answered so', async () => {
    const route = postNotice({
      readPayoutNotice: () => accepted(notice),
      receivePayoutNotice: async () => refused({ code: 'unknown_payout_key', key: 'one' }),
    })
    expect(await route(aRequest({ body }))).toEqual({
      status: 404,
      body: { error: 'No payout was ordered under this idempotency key' },
    })
  })
})
