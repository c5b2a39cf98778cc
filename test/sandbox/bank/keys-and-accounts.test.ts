import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { signRequest } from '../../../src/sandbox/bank/signature.ts'
import { until } from '../../until.ts'
import { anOrder, call, control, orderPayout, readBook, secrets, startBank } from './bank-client.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

let bank: SandboxBank
beforeAll(async () => {
  bank = await startBank()
})
beforeEach(() => control(bank, 'reset'))
afterAll(() => bank.stop())

const plain = '1000123456'

describe('an idempotency key', () => {
  it.each<[string, Record<string, unknown>]>([
    ['transaction', { transaction_id: 'tx-2' }],
    ['sum', { amount: { value: '10.51', currency: 'USD' } }],
    ['currency', { amount: { value: '10.50', currency: 'EUR' } }],
    ['method', { method: 'SWIFT' }],
    ['reference', { reference: 'Invoice 8' }],
    ['receiver', { receiver: { bank_account_number: plain, first_name: 'Rita' } }],
    ['sender', { sender: { first_name: 'Simon' } }],
    ['detail of the payment', { transaction_fields: { routing_number: '1' } }],
  ])('does not pass for an order with another %s', async (_, changes) => {
    await orderPayout(bank, 'k-1', anOrder(plain))
    const other = await orderPayout(bank, 'k-1', anOrder(plain, changes))
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'key_reused' } } })
    expect((await readBook(bank)).movements).toHaveLength(1)
  })

  it('passes for the same order, however its JSON is laid out', async () => {
    const receiver = { bank_account_number: plain, first_name: 'Rita' }
    const turned = { first_name: 'Rita', bank_account_number: plain }
    await orderPayout(bank, 'k-1', anOrder(plain, { receiver }))
    const amount = { currency: 'USD', value: '10.5' }
    const again = await orderPayout(bank, 'k-1', anOrder(plain, { receiver: turned, amount }))
    expect(again.status).toBe(200)
    expect(again.headers.get('idempotent-replay')).toBe('true')
  })

  it('tells where its payout stands by now when it comes again', async () => {
    const order = anOrder(magicAccountNumbers.pendingUntilTold)
    expect((await orderPayout(bank, 'k-1', order)).body['state']).toBe('pending')
    await control(bank, 'deliver', { idempotency_key: 'k-1' })
    expect((await orderPayout(bank, 'k-1', order)).body['state']).toBe('delivered')
  })

  it('is one to 128 printable characters, the last of them too', async () => {
    const answer = await orderPayout(bank, `~${'k'.repeat(127)}`, anOrder(plain))
    expect(answer.status).toBe(201)
  })
})

describe('the account of an order is the first that is named', () => {
  const transaction = [
    'account_number',
    'receiver_account_number',
    'bank_account_number',
    'iban',
    'clabe_number',
    'cbu_number',
    'mobile_money_number',
  ]
  const receiver = [
    'bank_account_number',
    'organization.bank_account_number',
    'iban',
    'clabe_number',
    'organization.clabe_number',
    'cbu_number',
    'organization.cbu_number',
    'cbu_alias',
    'mobile_money_number',
    'organization.mobile_money_number',
  ]
  const all = [...transaction.map((name) => `p ${name}`), ...receiver.map((name) => `r ${name}`)]
  const named = (prefix: string, from: number) =>
    Object.fromEntries(
      all.flatMap((name, place) =>
        place >= from && name.startsWith(prefix) ? [[name.slice(2), String(place)]] : [],
      ),
    )

  it.each(all.map((name, place) => [name, place] as const))('%s', async (_, place) => {
    const changes = { transaction_fields: named('p ', place), receiver: named('r ', place) }
    await orderPayout(bank, 'k-1', anOrder('', changes))
    expect((await readBook(bank)).movements).toMatchObject([{ account: String(place) }])
  })
})

describe('a payout that waits', () => {
  it('for a word waits on, when others have arrived by themselves', async () => {
    await control(bank, 'settings', { settle_after_ms: 0 })
    await orderPayout(bank, 'k-held', anOrder(magicAccountNumbers.pendingUntilTold))
    await orderPayout(bank, 'k-later', anOrder(magicAccountNumbers.deliveredLater))
    const states = async () => (await readBook(bank)).payouts.map((payout) => payout.state)
    await until(async () => (await states()).includes('delivered'), 'the delivery')
    expect(await states()).toEqual(['pending', 'delivered'])
  })

  it('for its time is still pending before that time', async () => {
    const { body } = await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.deliveredLater))
    expect(body).toMatchObject({ state: 'pending' })
    expect(body).not.toHaveProperty('delivered_at')
    expect((await readBook(bank)).movements).toEqual([])
  })

  it('for a long time waits on, when one that was ordered later has arrived', async () => {
    await control(bank, 'settings', { settle_after_ms: 600_000 })
    await orderPayout(bank, 'k-long', anOrder(magicAccountNumbers.deliveredLater))
    await control(bank, 'settings', { settle_after_ms: 20 })
    await orderPayout(bank, 'k-short', anOrder(magicAccountNumbers.deliveredLater))
    const states = async () => (await readBook(bank)).payouts.map((payout) => payout.state)
    await until(async () => (await states()).includes('delivered'), 'the delivery')
    expect(await states()).toEqual(['pending', 'delivered'])
  })

  it('and is sent back by hand is delivered no more', async () => {
    await control(bank, 'settings', { settle_after_ms: 40 })
    await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.deliveredLater))
    await control(bank, 'reject', { idempotency_key: 'k-1' })
    await orderPayout(bank, 'k-2', anOrder(magicAccountNumbers.deliveredLater))
    await until(async () => (await readBook(bank)).movements.length > 0, 'the other delivery')
    const states = (await readBook(bank)).payouts.map((payout) => payout.state)
    expect(states).toEqual(['rejected', 'delivered'])
  })
})

describe('a payout that is cancelled', () => {
  const cancel = async (key: string) => {
    const { body } = await call(`${bank.url}/payouts?idempotency_key=${key}`)
    const [payout] = body['payouts'] as { id: string }[] // checked against the document elsewhere
    return call(`${bank.url}/payouts/${payout?.id}/cancel`, { method: 'POST' })
  }

  it('is rejected for that, once, and a second call is told so', async () => {
    await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    const first = await cancel('k-1')
    expect(first).toMatchObject({
      status: 200,
      body: { state: 'rejected', rejection: { reason: 'cancelled', fields: [] } },
    })
    expect(first.headers.get('idempotent-replay')).toBeNull()
    const second = await cancel('k-1')
    expect(second).toMatchObject({ status: 200, body: first.body })
    expect(second.headers.get('idempotent-replay')).toBe('true')
    expect((await control(bank, 'deliver', { idempotency_key: 'k-1' })).status).toBe(409)
  })

  it('has to be pending: one that was delivered, returned or refused is too late', async () => {
    await orderPayout(bank, 'k-1', anOrder(plain))
    await orderPayout(bank, 'k-2', anOrder(magicAccountNumbers.accountClosed))
    await orderPayout(bank, 'k-3', anOrder(plain))
    await control(bank, 'return', { idempotency_key: 'k-3' })
    const before = await readBook(bank)
    for (const key of ['k-1', 'k-2', 'k-3']) {
      expect(await cancel(key)).toMatchObject({
        status: 409,
        body: { error: { code: 'too_late' } },
      })
    }
    expect(await readBook(bank)).toEqual(before)
  })
})

describe('the rail of the sandbox bank', () => {
  it('says what a path can be asked, and how to log in', async () => {
    const unknown = await call(`${bank.url}/payouts`, { method: 'DELETE' })
    expect(unknown.headers.get('allow')).toBe('POST, GET')
    const stranger = await call(`${bank.url}/payouts`, { headers: { authorization: 'Bearer x' } })
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer')
    expect(stranger.headers.get('cache-control')).toBe('no-store')
  })

  it('turns a stranger away before it fails as it was told', async () => {
    await control(bank, 'settings', { fail_next: 1, fail_with: 'unavailable' })
    const stranger = await call(`${bank.url}/payouts`, { headers: { authorization: 'Bearer x' } })
    expect(stranger.status).toBe(401)
    expect((await orderPayout(bank, 'k-1', anOrder(plain))).status).toBe(503)
  })

  it('takes a body of 256 KiB, and refuses one that is longer', async () => {
    const order = anOrder(plain)
    const full = order + ' '.repeat(262_144 - Buffer.byteLength(order))
    expect((await orderPayout(bank, 'k-1', full)).status).toBe(201)
    const more = await orderPayout(bank, 'k-2', `${full} `)
    expect(more.status).toBe(413)
  })

  it('fails as many calls as it was told, and no more', async () => {
    await control(bank, 'settings', { fail_next: 2, fail_with: 'unavailable' })
    const statuses: number[] = []
    for (let times = 0; times < 3; times += 1) {
      statuses.push((await orderPayout(bank, 'k-1', anOrder(plain))).status)
    }
    expect(statuses).toEqual([503, 503, 201])
  })

  it('says with a 503 after how long to ask again', async () => {
    await control(bank, 'settings', { fail_next: 1 })
    const answer = await orderPayout(bank, 'k-1', anOrder(plain))
    expect(answer.headers.get('retry-after')).toBe('1')
  })

  it('refuses a body that is no UTF-8', async () => {
    const timestamp = Math.floor(Date.now() / 1000).toString()
    const body = Buffer.from(anOrder(plain, { reference: 'Café' }), 'latin1')
    const signed = { method: 'POST', path: '/payouts', timestamp, idempotencyKey: 'k-1', body }
    const response = await fetch(`${bank.url}/payouts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secrets.token}`,
        'payout-timestamp': timestamp,
        'payout-signature': signRequest(secrets.secret, signed),
        'idempotency-key': 'k-1',
        'content-type': 'application/json',
      },
      body,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'malformed_order' } })
  })

  const signedAt = (secondsAway: number, secret = secrets.secret) => {
    const timestamp = Math.floor(Date.now() / 1000 + secondsAway).toString()
    const path = '/payouts?idempotency_key=k-1'
    const parts = { method: 'GET', path, timestamp, idempotencyKey: '', body: new Uint8Array() }
    return { 'payout-timestamp': timestamp, 'payout-signature': signRequest(secret, parts) }
  }
  const found = (headers: Record<string, string>) =>
    call(`${bank.url}/payouts?idempotency_key=k-1`, { headers })

  it.each([-290, 290])('believes a signature whose clock is %i s off', async (seconds) => {
    expect((await found(signedAt(seconds))).status).toBe(200)
  })

  it.each([-320, 320])('believes none whose clock is %i s off', async (seconds) => {
    const answer = await found(signedAt(seconds))
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'stale_timestamp' } } })
  })

  it('asks its clock at each call whether a signature is of now', async () => {
    let later = 0
    const own = await startBank({ now: () => new Date(Date.now() + later) })
    onTestFinished(() => own.stop())
    const statuses: number[] = []
    for (const ahead of [0, 290_000, 310_000, 0]) {
      later = ahead
      statuses.push((await call(`${own.url}/payouts?idempotency_key=k-1`)).status)
    }
    expect(statuses).toEqual([200, 200, 401, 200])
  })

  it('believes one good signature of several, and none by another secret', async () => {
    const good = signedAt(0)
    const several = `v1=00, ${good['payout-signature']}`
    expect((await found({ ...good, 'payout-signature': several })).status).toBe(200)
    expect((await found(signedAt(0, 'another'))).status).toBe(401)
  })
})

describe('the book of the bank', () => {
  it('is narrowed to one transaction', async () => {
    await orderPayout(bank, 'k-1', anOrder(plain))
    await orderPayout(bank, 'k-2', anOrder(plain, { transaction_id: 'tx-2' }))
    const { body } = await call(`${bank.url}/book?transaction_id=tx-2`)
    expect(body).toMatchObject({
      payouts: [{ idempotency_key: 'k-2' }],
      movements: [{ idempotency_key: 'k-2' }],
    })
  })

  it('tells when a payout was ordered, and when it arrived', async () => {
    let later = 0
    const own = await startBank({ now: () => new Date(Date.now() + later) })
    onTestFinished(() => own.stop())
    await orderPayout(own, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    later = 10_000
    const { body } = await control(own, 'deliver', { idempotency_key: 'k-1' })
    const { payouts, movements } = (await call(`${own.url}/book`)).body as Record<
      'payouts' | 'movements',
      { history: { state: string; at: string }[] }[]
    >
    const [ordered, delivered] = payouts[0]?.history ?? []
    expect(delivered?.at).not.toBe(ordered?.at)
    expect(body['payouts']).toMatchObject([
      { created_at: ordered?.at, updated_at: delivered?.at, delivered_at: delivered?.at },
    ])
    await control(own, 'return', { idempotency_key: 'k-1' })
    const after = (await call(`${own.url}/book`)).body
    const states = ['pending', 'delivered', 'returned'].map((state) => ({ state }))
    expect(movements).toHaveLength(1)
    expect(after).toMatchObject({
      payouts: [{ history: states }],
      movements: [
        { kind: 'delivery', state: 'returned', history: states },
        { kind: 'return', state: 'returned', history: states },
      ],
    })
  })

  it('counts the payouts of each state', async () => {
    await orderPayout(bank, 'k-1', anOrder(plain))
    await orderPayout(bank, 'k-2', anOrder(magicAccountNumbers.pendingUntilTold))
    await orderPayout(bank, 'k-3', anOrder(magicAccountNumbers.accountClosed))
    await orderPayout(bank, 'k-4', anOrder(plain))
    await control(bank, 'return', { idempotency_key: 'k-4' })
    const { body } = await call(`${bank.url}/book/summary`)
    expect(body).toMatchObject({
      payouts: { pending: 1, delivered: 1, rejected: 1, returned: 1 },
      movements: { delivery: 2, return: 1 },
    })
  })
})

describe('a control of the sandbox bank', () => {
  it('moves what a transaction names, and everything when told all', async () => {
    const held = magicAccountNumbers.pendingUntilTold
    await orderPayout(bank, 'k-1', anOrder(held))
    await orderPayout(bank, 'k-2', anOrder(held, { transaction_id: 'tx-2' }))
    await orderPayout(bank, 'k-3', anOrder(held, { transaction_id: 'tx-3' }))
    const states = async () => (await readBook(bank)).payouts.map((payout) => payout.state)
    await control(bank, 'deliver', { transaction_id: 'tx-2' })
    expect(await states()).toEqual(['pending', 'delivered', 'pending'])
    const all = await control(bank, 'deliver', { all: true })
    expect(all.body['payouts']).toHaveLength(2)
    expect(await states()).toEqual(['delivered', 'delivered', 'delivered'])
  })

  it('finds it well that there is nothing to move, when told all', async () => {
    const answer = await control(bank, 'deliver', { all: true })
    expect(answer).toMatchObject({ status: 200, body: { payouts: [] } })
  })

  it('gives account_closed as the reason where none, or no word, was told', async () => {
    await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    await orderPayout(bank, 'k-2', anOrder(plain))
    const rejected = await control(bank, 'reject', { idempotency_key: 'k-1' })
    const reason = 'account_closed'
    expect(rejected.body).toMatchObject({ payouts: [{ rejection: { reason, fields: [] } }] })
    const returned = await control(bank, 'return', { idempotency_key: 'k-2', reason: 'No, thanks' })
    expect(returned.body).toMatchObject({ payouts: [{ return: { reason } }] })
  })

  it.each([
    ['text', 'account_number'],
    ['nothing', null],
    ['a list', ['receiver', 'iban']],
    ['no name', { owner: 'receiver' }],
    ['a number as name', { owner: 'receiver', name: 7 }],
    ['an unknown owner', { owner: 'bank', name: 'account_number' }],
  ])('refuses a field that is %s', async (_, field) => {
    await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    const answer = await control(bank, 'reject', { idempotency_key: 'k-1', field })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'malformed_field' } } })
    expect((await readBook(bank)).payouts).toMatchObject([{ state: 'pending' }])
  })
})
