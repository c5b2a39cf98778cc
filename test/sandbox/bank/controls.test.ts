import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { until } from '../../until.ts'
import { anOrder, call, control, orderPayout, readBook, startBank } from './bank-client.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

let bank: SandboxBank
beforeAll(async () => {
  bank = await startBank({ host: '0.0.0.0' })
})
beforeEach(() => control(bank, 'reset'))
afterAll(() => bank.stop())

const holding = (key: string) =>
  orderPayout(bank, key, anOrder(magicAccountNumbers.pendingUntilTold))

describe('the controls of the sandbox bank', () => {
  it('move the payout that is named by its id, and no other', async () => {
    const { body } = await holding('k-1')
    await holding('k-2')
    const moved = await control(bank, 'deliver', { payout_id: body['id'] })
    expect(moved).toMatchObject({ status: 200, body: { payouts: [{ idempotency_key: 'k-1' }] } })
    const states = (await readBook(bank)).payouts.map(({ state }) => state)
    expect(states).toEqual(['delivered', 'pending'])
  })

  it('move all that is named, by whatever name, and nothing where "all" is no true', async () => {
    const { body } = await holding('k-1')
    const more = { transaction_id: 'tx-2' }
    const held = magicAccountNumbers.pendingUntilTold
    for (const key of ['k-2', 'k-3']) await orderPayout(bank, key, anOrder(held, more))
    await orderPayout(bank, 'k-4', anOrder(held, { transaction_id: 'tx-3' }))
    await holding('k-5')
    expect((await control(bank, 'deliver', { all: 'true' })).status).toBe(404)
    const names = { payout_id: body['id'], idempotency_key: 'k-4', transaction_id: 'tx-2' }
    const moved = await control(bank, 'deliver', names)
    const keys = ['k-1', 'k-2', 'k-3', 'k-4'].map((idempotency_key) => ({ idempotency_key }))
    expect(moved).toMatchObject({ status: 200, body: { payouts: keys } })
    const states = (await readBook(bank)).payouts.map(({ state }) => state)
    expect(states).toEqual([...Array<string>(4).fill('delivered'), 'pending'])
  })

  it('tell a payout that is not there from one that cannot be moved', async () => {
    expect((await control(bank, 'deliver', { payout_id: 'po_none' })).status).toBe(404)
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    expect((await control(bank, 'deliver', { idempotency_key: 'k-1' })).status).toBe(409)
  })

  it('give the reason that they were told', async () => {
    await holding('k-1')
    await holding('k-2')
    const reason = 'blocked_by_court'
    const rejected = await control(bank, 'reject', { idempotency_key: 'k-1', reason })
    expect(rejected.body).toMatchObject({ payouts: [{ rejection: { reason } }] })
    const returned = await control(bank, 'return', { idempotency_key: 'k-2', reason })
    expect(returned.body).toMatchObject({ payouts: [{ return: { reason } }] })
  })

  it.each([
    '',
    ' ',
    'account closed',
    'closed_1',
    'closed!',
    'Closed',
    '_closed\n',
    7,
    null,
    ['a'],
  ])('give a reason of their own where %j was told', async (told) => {
    for (const key of ['k-1', 'k-2']) await holding(key)
    const reason = 'account_closed'
    const rejected = await control(bank, 'reject', { idempotency_key: 'k-1', reason: told })
    expect(rejected.body).toMatchObject({ payouts: [{ rejection: { reason } }] })
    const returned = await control(bank, 'return', { idempotency_key: 'k-2', reason: told })
    expect(returned.body).toMatchObject({ payouts: [{ return: { reason } }] })
  })

  it('bring a pending payout back without any money having moved', async () => {
    await holding('k-1')
    expect((await control(bank, 'return', { idempotency_key: 'k-1' })).status).toBe(200)
    const book = await readBook(bank)
    expect(book).toMatchObject({ payouts: [{ state: 'returned' }], movements: [] })
  })

  it('forget settings, webhooks and refusals of before a reset', async () => {
    const own = await startBank({ webhookUrl: 'http://127.0.0.1:1' })
    onTestFinished(() => own.stop())
    const read = async (path: string) => (await call(`${own.url}/_sandbox/${path}`)).body
    const usual = await read('settings')
    await control(own, 'settings', { settle_after_ms: 5, drop_webhooks: true })
    await orderPayout(own, 'k-1', anOrder('1000123456'))
    const unavailable = () =>
      orderPayout(own, 'k-503', anOrder(magicAccountNumbers.unavailableTwice))
    expect([(await unavailable()).status, (await unavailable()).status]).toEqual([503, 503])
    expect(await read('webhooks')).toMatchObject({ webhooks: [{ result: 'dropped' }] })
    expect(await control(own, 'reset')).toMatchObject({ status: 200, body: { payouts: [] } })
    expect(await read('webhooks')).toEqual({ webhooks: [] })
    expect(await read('settings')).toEqual(usual)
    expect((await unavailable()).status).toBe(503)
  })

  it('behave after a reset as where nothing was told, also at the start', async () => {
    const own = await startBank({ settings: { settleAfterMs: 7, dropWebhooks: true } })
    onTestFinished(() => own.stop())
    const settings = async () => (await call(`${own.url}/_sandbox/settings`)).body
    expect(await settings()).toMatchObject({ settle_after_ms: 7, drop_webhooks: true })
    await control(own, 'reset')
    expect(await settings()).toMatchObject({ settle_after_ms: 3000, drop_webhooks: false })
  })

  it('show that webhooks are of outcomes, not of what is pending', async () => {
    const own = await startBank({ webhookUrl: 'http://127.0.0.1:1' })
    onTestFinished(() => own.stop())
    await control(own, 'settings', { drop_webhooks: true, webhook_repeats: 1 })
    await orderPayout(own, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    await orderPayout(own, 'k-2', anOrder('1000123456'))
    await orderPayout(own, 'k-3', anOrder(magicAccountNumbers.accountClosed))
    await control(own, 'return', { idempotency_key: 'k-2' })
    const { body } = await call(`${own.url}/_sandbox/webhooks`)
    const twice = ['delivered', 'rejected', 'returned'].flatMap((state) => [state, state])
    expect(body).toMatchObject({
      webhooks: twice.map((state) => ({ state, attempt: 1, result: 'dropped' })),
    })
  })

  it('show how the bank behaves when nobody told it anything, and take all they show', async () => {
    const settings = async () => (await call(`${bank.url}/_sandbox/settings`)).body
    const usual = {
      latency_ms: 0,
      fail_next: 0,
      fail_with: 'unavailable',
      unknown_as: 'drop',
      settle_after_ms: 3000,
      drop_webhooks: false,
      answer_latency_ms: 0,
      webhook_repeats: 0,
      webhook_jitter_ms: 0,
    }
    expect(await settings()).toEqual(usual)
    const most = {
      latency_ms: 600_000,
      fail_next: 600_000,
      fail_with: 'malformed',
      unknown_as: 'hang',
      settle_after_ms: 0,
      drop_webhooks: true,
      answer_latency_ms: 600_000,
      webhook_repeats: 600_000,
      webhook_jitter_ms: 600_000,
    }
    expect(await control(bank, 'settings', most)).toMatchObject({ status: 200, body: most })
    expect(await settings()).toEqual(most)
    for (const word of ['drop', 'hang']) {
      const { body } = await control(bank, 'settings', { unknown_as: word })
      expect(body).toEqual({ ...most, unknown_as: word })
    }
    const one = { latency_ms: 1 }
    expect((await control(bank, 'settings', one)).body).toEqual({ ...most, ...one })
  })

  const count = 'a whole number, 0 to 600000'
  it.each<[Record<string, unknown>, string]>([
    [{ latency_ms: 600_001 }, `latency_ms has to be ${count}.`],
    [{ fail_next: -1 }, `fail_next has to be ${count}.`],
    [{ settle_after_ms: 1.5 }, `settle_after_ms has to be ${count}.`],
    [{ answer_latency_ms: null }, `answer_latency_ms has to be ${count}.`],
    [{ webhook_repeats: '2' }, `webhook_repeats has to be ${count}.`],
    [{ webhook_jitter_ms: [1] }, `webhook_jitter_ms has to be ${count}.`],
    [
      { fail_with: 'fire' },
      'fail_with has to be one of unavailable, drop_before, drop_after, error_after, malformed.',
    ],
    [{ unknown_as: 'silence' }, 'unknown_as has to be drop or hang.'],
    [{ drop_webhooks: 'yes' }, 'drop_webhooks has to be true or false.'],
    [{ latency_ms: 1, colour: 'green' }, 'There is no setting colour.'],
  ])('refuse the setting %j in words, and change nothing', async (json, message) => {
    const before = (await call(`${bank.url}/_sandbox/settings`)).body
    const refused = await control(bank, 'settings', json)
    const body = { error: { code: 'malformed_settings', message } }
    expect(refused).toMatchObject({ status: 400, body })
    expect((await call(`${bank.url}/_sandbox/settings`)).body).toEqual(before)
  })

  const controls = ['settings', 'deliver', 'return', 'reject']
  const noObjects = ['{', 'null', '[]', '"all"', '1']
  it.each(controls.flatMap((path) => noObjects.map((body) => [path, body])))(
    'refuse at %s what is no JSON object: %s',
    async (path, body) => {
      const answer = await call(`${bank.url}/_sandbox/${path}`, { method: 'POST', body })
      const message = 'The body has to be a JSON object.'
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 'malformed_body', message } },
      })
    },
  )

  it('make the rail slow, and not themselves', async () => {
    await control(bank, 'settings', { latency_ms: 150 })
    const began = performance.now()
    expect((await orderPayout(bank, 'k-1', anOrder('1000123456'))).status).toBe(201)
    expect(performance.now() - began).toBeGreaterThanOrEqual(145)
  })

  it('keep an answer back when its work is done', async () => {
    await control(bank, 'settings', { answer_latency_ms: 150 })
    const began = performance.now()
    const answer = orderPayout(bank, 'k-1', anOrder('1000123456'))
    await until(async () => (await readBook(bank)).movements.length === 1, 'the delivery')
    expect((await answer).status).toBe(201)
    expect(performance.now() - began).toBeGreaterThanOrEqual(145)
  })
})

describe('the account of an order', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['is that of the payment', { transaction_fields: { account_number: '1' } }, '1'],
    ['may be a CBU of the payment', { transaction_fields: { cbu_number: '2' } }, '2'],
    ['is that of the customer otherwise', {}, '9'],
    [
      'may be the CLABE of an organization',
      { receiver: { 'organization.clabe_number': '3' } },
      '3',
    ],
  ])('%s', async (_, changes, account) => {
    await orderPayout(bank, 'k-1', anOrder('9', changes))
    expect((await readBook(bank)).movements).toMatchObject([{ account }])
  })

  it('gets a sum with zeros behind the decimals of its currency', async () => {
    const amount = { value: '1.5000', currency: 'USD' }
    const { body } = await orderPayout(bank, 'k-1', anOrder('9', { amount }))
    expect(body['amount']).toEqual({ value: '1.50', currency: 'USD' })
  })
})

/** An address of this machine that others use, where there is one. */
const outward = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === 'IPv4')?.address

describe.skipIf(outward === undefined)('seen from another machine', () => {
  it('the bank shows its rail, and neither its book nor its controls', async () => {
    const url = bank.url.replace('127.0.0.1', String(outward))
    expect((await call(`${url}/payouts?idempotency_key=k`)).status).toBe(200)
    const inside = [
      await call(`${url}/book`),
      await call(`${url}/accounts`),
      await call(`${url}/_sandbox/reset`, { method: 'POST' }),
    ]
    expect(inside.map(({ status }) => status)).toEqual([403, 403, 403])
    expect(inside[0]?.body).toMatchObject({ error: { code: 'loopback_only' } })
  })

  it('is not there unless it was told to be', async () => {
    const own = await startBank()
    onTestFinished(() => own.stop())
    const url = own.url.replace('127.0.0.1', String(outward))
    await expect(fetch(`${url}/payouts`)).rejects.toThrow('fetch failed')
  })
})
