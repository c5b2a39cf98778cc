import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { httpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { signRequest } from '../../src/sandbox/bank/signature.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../src/usecases/ports/payout-rail.ts'
import { anOrder } from './payout-rail.contract.ts'
import type { AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import type { HttpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import type { RailCallLine, RailCallOptions } from '../../src/adapters/rails/http/rail-call.ts'

const toEnd: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end()
})

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  toEnd.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

function railTo(url: string, options: Partial<RailCallOptions> = {}): HttpPayoutRail {
  const rail = httpPayoutRail({
    url,
    token: 'a-token',
    secret: 'a-secret',
    timeoutMs: 5_000,
    now: () => new Date(),
    ...options,
  })
  toEnd.push(() => rail.close())
  return rail
}

interface Canned {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** A bank that finds the payout, and answers its cancellation with this. */
async function cancelAnsweredBy(canned: Canned): Promise<string> {
  const found = answer(200, { payouts: [delivered] })
  const url = await startServer((request, response) => {
    const { status, body = '' } = request.method === 'GET' ? found : canned
    response.writeHead(status).end(body)
  })
  return railTo(url).cancel('k')
}

const railAnswering = async ({
  status,
  body = '',
  headers = {},
}: Canned): Promise<HttpPayoutRail> =>
  railTo(
    await startServer((_request, response) => {
      response.writeHead(status, headers).end(body)
    }),
  )

const delivered = {
  id: 'po_1',
  idempotency_key: 'k',
  state: 'delivered',
  delivered_at: '2026-11-21T12:00:00Z',
}
const rejected = { ...delivered, state: 'rejected' }
const cancelled = {
  ...rejected,
  rejection: { reason: 'cancelled', message: '', fields: [] },
}
const answer = (status: number, json: unknown): Canned => ({ status, body: JSON.stringify(json) })
const named = (name: string): unknown => ({ owner: 'receiver', name, message: '' })
const rejection = (changes: object): Canned =>
  answer(201, {
    ...rejected,
    rejection: { reason: 'invalid_field', message: '', fields: [named('x')], ...changes },
  })
const error = (code: string): unknown => ({ error: { code, message: 'A sentence.' } })

describe('the http rail, about an order', () => {
  it('reads a delivered payout, whatever else the bank says about it', async () => {
    const rail = await railAnswering(answer(201, { ...delivered, colour: 'green' }))
    expect(await rail.send(anOrder('k'))).toEqual({
      state: 'delivered',
      payoutId: 'po_1',
      deliveredAt: new Date('2026-11-21T12:00:00Z'),
    })
  })

  it('reads a rejection as long as one may be, and a time of another zone', async () => {
    const message = 'x'.repeat(1_000)
    const field = { owner: 'receiver', name: 'n'.repeat(128), message }
    const owners = ['receiver', 'sender', 'transaction'] as const
    const fields = Array.from({ length: 100 }, (_, place) => ({
      ...field,
      owner: owners[place % owners.length],
      message: `${place}`,
    }))
    const rejection = { reason: 'r'.repeat(64), message, fields }
    const id = 'p'.repeat(128)
    const long = await railAnswering(answer(201, { ...rejected, id, rejection }))
    expect(await long.send(anOrder('k'))).toEqual({
      state: 'rejected',
      payoutId: id,
      ...rejection,
    })
    const elsewhere = { ...delivered, delivered_at: '2026-11-21T14:00:00+02:00' }
    const zoned = await railAnswering(answer(200, elsewhere))
    expect(await zoned.send(anOrder('k'))).toMatchObject({
      deliveredAt: new Date('2026-11-21T12:00:00Z'),
    })
  })

  it('reads a rejection of a field with a name of one letter', async () => {
    const rail = await railAnswering(rejection({}))
    expect(await rail.send(anOrder('k'))).toMatchObject({ fields: [{ name: 'x' }] })
  })

  it('sends nothing under a key that no header may have', async () => {
    const rail = await railAnswering(answer(201, delivered))
    for (const key of ['', 'a b', 'ä', 'k'.repeat(129)]) {
      await expect(rail.send(anOrder(key))).rejects.toMatchObject({
        name: 'PayoutCallRefused',
        code: 'malformed_key',
        message: 'An idempotency key is 1 to 128 printable ASCII characters without spaces',
      })
    }
  })

  it.each<[string, Canned]>([
    ['a 500', answer(500, error('internal_error'))],
    ['a 500 that speaks of being unavailable', answer(500, error('unavailable'))],
    ['a refusal with the status of success', answer(200, error('malformed_order'))],
    ['a 503 with another code of its own', answer(503, error('internal_error'))],
    ['a 503 that a proxy made', { status: 503, body: '<html>' }],
    ['a 502', { status: 502 }],
    ['a 404 that is not the rail', { status: 404, body: 'Not found' }],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/payouts' } }],
    ['nothing', { status: 201 }],
    ['no JSON', { status: 201, body: '{"id":' }],
    ['too much', { status: 201, body: JSON.stringify(delivered) + ' '.repeat(300_000) }],
    ['an accepted without a payout', answer(202, delivered)],
    ['another key', answer(201, { ...delivered, idempotency_key: 'k2' })],
    ['an unknown state', answer(201, { ...delivered, state: 'maybe' })],
    ['no time of delivery', answer(201, { ...delivered, delivered_at: undefined })],
    ['a reason of too many words', rejection({ message: 'x'.repeat(1_001) })],
    ['too many fields', rejection({ fields: Array.from({ length: 101 }, () => named('iban')) })],
    ['a field without a name', rejection({ fields: [named('')] })],
    ['a field of too long a name', rejection({ fields: [named('n'.repeat(129))] })],
    ['an id that is a path', answer(201, { ...delivered, id: '../x' })],
    ['a rejection without words', answer(201, rejected)],
    [
      'a rejection whose reason is no code',
      answer(201, {
        ...rejected,
        rejection: { reason: 'Account closed!', message: '', fields: [] },
      }),
    ],
    ['a time without a zone', answer(201, { ...delivered, delivered_at: '2026-11-21T12:00:00' })],
    [
      'a return whose reason is no code',
      answer(201, { ...delivered, state: 'returned', return: { reason: '<b>' } }),
    ],
    [
      'a field of nobody',
      answer(201, {
        ...rejected,
        rejection: {
          reason: 'invalid_field',
          message: '',
          fields: [{ owner: 'x', name: 'iban', message: '' }],
        },
      }),
    ],
  ])('does not know the outcome when it gets %s', async (_what, canned) => {
    const rail = await railAnswering(canned)
    await expect(rail.send(anOrder('k'))).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
  })

  it.each<[string, Canned, string]>([
    [
      'a status',
      answer(500, error('internal_error')),
      'The bank answered 500 with no payout in it',
    ],
    ['no payout', answer(201, {}), 'The bank answered 201 with no payout in it'],
    [
      'another key',
      answer(201, { ...delivered, idempotency_key: 'k2' }),
      'The bank answered with the payout of another key',
    ],
  ])('says why it does not know: %s', async (_what, canned, message) => {
    const rail = await railAnswering(canned)
    await expect(rail.send(anOrder('k'))).rejects.toThrow(new PayoutOutcomeUnknown(message))
  })

  it('does not know the outcome when the connection closes, or the time is over', async () => {
    const closing = railTo(await startServer((request) => request.socket.destroy()))
    const failure = await closing.send(anOrder('k')).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(PayoutOutcomeUnknown)
    expect(failure).toMatchObject({
      message: 'The answer of the bank was lost',
      cause: expect.any(Error),
    })
    const silence = { name: 'PayoutRailUnavailable', message: 'The bank did not answer' }
    await expect(closing.find('k')).rejects.toMatchObject(silence)
    const silent = railTo(await startServer(() => undefined), { timeoutMs: 50 })
    await expect(silent.send(anOrder('k'))).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
    const halfSaid = await startServer((_request, response) => {
      response.writeHead(201).write('{"id":')
    })
    const slow = railTo(halfSaid, { timeoutMs: 50 })
    await expect(slow.send(anOrder('k'))).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
  })

  it('finds what was done behind a time-out', async () => {
    const secrets = { token: 'a-token', secret: 'a-secret' }
    const bank = await startSandboxBank({ port: 0, ...secrets, settings: { unknownAs: 'hang' } })
    toEnd.push(() => bank.stop())
    const hasty = railTo(bank.url, { timeoutMs: 300 })
    const receiver = { bank_account_number: magicAccountNumbers.unknownButDone }
    const sent = hasty.send(anOrder('k', { receiver }))
    await expect(sent).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
    expect((await railTo(bank.url).find('k'))?.state).toBe('delivered')
  })

  it.each<[string, Canned]>([
    ['its own 503', answer(503, error('unavailable'))],
    ['a 429', { status: 429 }],
  ])('is unavailable, and says for how long, when it gets %s', async (_what, canned) => {
    const rail = await railAnswering({ ...canned, headers: { 'retry-after': '7' } })
    const failure = await rail.send(anOrder('k')).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(PayoutRailUnavailable)
    expect(failure).toMatchObject({
      message: `The bank takes no calls at the moment (${canned.status})`,
      retryAfterSeconds: 7,
    })
  })

  it.each([
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['0', 0],
    ['99999', 99_999],
    ['100000', undefined],
    ['999999999', undefined],
    ['-7', undefined],
  ])('is unavailable, and waits no years, when the bank says %s: %s', async (wait, seconds) => {
    const headers = { 'retry-after': wait }
    const failure = await (
      await railAnswering({ status: 429, headers })
    )
      .send(anOrder('k'))
      .catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(PayoutRailUnavailable)
    expect(failure).toMatchObject({ retryAfterSeconds: seconds })
  })

  it('is unavailable when the connection is refused or the name unknown', async () => {
    const url = await startServer(() => undefined)
    await toEnd.pop()?.()
    for (const address of [url, 'http://bank.invalid']) {
      const rail = railTo(address)
      await expect(rail.send(anOrder('k'))).rejects.toThrow(
        new PayoutRailUnavailable('The bank cannot be reached'),
      )
      await expect(rail.find('k')).rejects.toBeInstanceOf(PayoutRailUnavailable)
    }
  })

  it('is refused by name', async () => {
    const reused = await railAnswering(answer(409, error('key_reused')))
    await expect(reused.send(anOrder('k'))).rejects.toBeInstanceOf(PayoutKeyReused)
    const malformed = await railAnswering(answer(400, error('malformed_order')))
    const failure = await malformed.send(anOrder('k')).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(PayoutCallRefused)
    expect(failure).toMatchObject({
      code: 'malformed_order',
      message: 'A sentence.',
    })
    const both = await railAnswering(answer(401, error('key_reused')))
    await expect(both.send(anOrder('k'))).rejects.toBeInstanceOf(PayoutAccessRefused)
  })

  it('tells the bank all that the order says, below the path of the rail, and signs it so (AP-2.11)', async () => {
    const heard: { path?: string | undefined; body: string; isSigned: boolean; told: unknown }[] =
      []
    const url = await startServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { headers, method = '', url: path = '' } = request
        const timestamp = String(headers['payout-timestamp'])
        const parts = { method, path, timestamp, idempotencyKey: 'k', body: Buffer.from(body) }
        const isSigned = headers['payout-signature'] === signRequest('a-secret', parts)
        const { accept, authorization, 'content-type': type, 'idempotency-key': key } = headers
        heard.push({ path, body, isSigned, told: [method, accept, authorization, type, key] })
        response.writeHead(201).end(JSON.stringify(delivered))
      })
    })
    const order = anOrder('k', { sender: { tax_id: '7' }, transactionFields: { purpose: 'rent' } })
    await railTo(`${url}/rail/`).send(order)
    const [{ path, body, isSigned, told } = { body: '{}' }] = heard
    expect({ path, isSigned }).toEqual({ path: '/rail/payouts', isSigned: true })
    expect(told).toEqual(['POST', 'application/json', 'Bearer a-token', 'application/json', 'k'])
    expect(JSON.parse(body)).toEqual({
      transaction_id: order.transactionId,
      amount: { value: '10.50', currency: 'USD' },
      method: order.method,
      receiver: order.receiver,
      sender: { tax_id: '7' },
      transaction_fields: { purpose: 'rent' },
      reference: order.reference,
    })
  })

  it.each([0n, -1n])('sends no order for %d units', async (units) => {
    const rail = await railAnswering(answer(201, delivered))
    const amount = { currency: 'USD', units, decimals: 2 }
    await expect(rail.send(anOrder('k', { amount }))).rejects.toThrow(RangeError)
  })

  it.each([
    [1n, 2, '0.01'],
    [1_050n, 2, '10.50'],
    [70n, 0, '70'],
    [12_345_678n, 7, '1.2345678'],
    [9_007_199_254_740_993n, 2, '90071992547409.93'],
  ])('writes %d units with %d decimals as %s', async (units, decimals, value) => {
    let sent = ''
    const url = await startServer((request, response) => {
      request.on('data', (chunk: Buffer) => (sent += chunk.toString()))
      request.on('end', () => response.writeHead(201).end(JSON.stringify(delivered)))
    })
    await railTo(url).send(anOrder('k', { amount: { currency: 'USD', units, decimals } }))
    expect(JSON.parse(sent)).toMatchObject({ amount: { value, currency: 'USD' } })
  })
})

describe('the http rail, asking', () => {
  it.each<[string, Canned]>([
    ['a 404 that is not the rail', { status: 404, body: 'Not found' }],
    ['an empty object', answer(200, {})],
    ['an empty list with another status', answer(202, { payouts: [] })],
    ['a 500', answer(500, error('internal_error'))],
    ['two payouts', answer(200, { payouts: [delivered, delivered] })],
    ['another key', answer(200, { payouts: [{ ...delivered, idempotency_key: 'k2' }] })],
    ['a redirect', { status: 302, headers: { location: '/' } }],
  ])('never takes %s for "not done"', async (what, canned) => {
    const rail = await railAnswering(canned)
    await expect(rail.find('k')).rejects.toThrow(
      new PayoutRailUnavailable(
        what === 'another key'
          ? 'The bank found the payout of another key'
          : `The bank answered ${canned.status} with no list of payouts`,
      ),
    )
    await expect(rail.cancel('k')).rejects.toBeInstanceOf(PayoutRailUnavailable)
  })

  it.each<[string, Canned]>([
    ['a 500 that speaks of too late', answer(500, error('too_late'))],
    ['a 502 that speaks of no such payout', answer(502, error('unknown_payout'))],
    [
      'a payout that was rejected for another reason',
      answer(200, {
        ...rejected,
        rejection: { reason: 'account_closed', message: '', fields: [] },
      }),
    ],
    ['a payout that was delivered', answer(200, delivered)],
    ['a payout that is pending', answer(200, { ...delivered, state: 'pending' })],
    [
      'a payout that was cancelled under another key',
      answer(200, { ...cancelled, idempotency_key: 'k2' }),
    ],
  ])('does not know whether it cancelled when it gets %s', async (_what, canned) => {
    await expect(cancelAnsweredBy(canned)).rejects.toBeInstanceOf(PayoutOutcomeUnknown)
  })

  it.each<[number, string, string]>([
    [404, 'unknown_payout', 'unknown'],
    [409, 'too_late', 'too_late'],
  ])('takes a %d %s for an answer to a cancellation: %s', async (status, code, said) => {
    expect(await cancelAnsweredBy(answer(status, error(code)))).toBe(said)
  })

  it.each([
    [404, 'unknown_address'],
    [409, 'already_open'],
    [400, 'unknown_payout'],
    [410, 'too_late'],
  ])('is refused by a %d %s, which is no word on the cancellation', async (status, code) => {
    const cancelling = cancelAnsweredBy(answer(status, error(code)))
    await expect(cancelling).rejects.toBeInstanceOf(PayoutCallRefused)
    await expect(cancelling).rejects.toMatchObject({ code })
  })

  it('cancels the payout that it found under the key, by the id that the bank gave it', async () => {
    const heard: unknown[] = []
    const url = await startServer((request, response) => {
      const { method, url: path, headers } = request
      heard.push([method, path, headers['idempotency-key'], headers['content-type']])
      const json = method === 'GET' ? { payouts: [{ ...delivered, state: 'pending' }] } : cancelled
      response.writeHead(200).end(JSON.stringify(json))
    })
    expect(await railTo(`${url}/rail`).cancel('k')).toBe('cancelled')
    expect(heard).toEqual([
      ['GET', '/rail/payouts?idempotency_key=k', undefined, undefined],
      ['POST', '/rail/payouts/po_1/cancel', undefined, undefined],
    ])
    const doubtful = await startServer((request, response) => {
      const json = request.method === 'GET' ? { payouts: [delivered] } : delivered
      response.writeHead(200).end(JSON.stringify(json))
    })
    await expect(railTo(doubtful).cancel('k')).rejects.toThrow(
      new PayoutOutcomeUnknown('The bank answered a cancellation with an uncancelled payout'),
    )
  })

  it('is refused access by a 403 as by a 401 (AP-2.11)', async () => {
    const rail = await railAnswering(answer(403, error('not_allowed')))
    await expect(rail.find('k')).rejects.toBeInstanceOf(PayoutAccessRefused)
  })

  it('finds a key that needs escaping', async () => {
    const secrets = { token: 'a-token', secret: 'a-secret' }
    const bank = await startSandboxBank({ port: 0, ...secrets })
    toEnd.push(() => bank.stop())
    const rail = railTo(bank.url)
    const key = 'a&b=c?d#e%f/g+h"i'
    await rail.send(anOrder(key))
    expect((await rail.find(key))?.state).toBe('delivered')
    expect(await rail.find('a')).toBeUndefined()
  })

  it('is refused with a wrong token or secret (AP-2.11)', async () => {
    const bank = await startSandboxBank({ port: 0, token: 'a-token', secret: 'a-secret' })
    toEnd.push(() => bank.stop())
    for (const [wrong, code] of [
      [{ token: 'x' }, 'unauthorized'],
      [{ secret: 'x' }, 'bad_signature'],
      [{ now: () => new Date(0) }, 'stale_timestamp'],
    ] as const) {
      const failure = await railTo(bank.url, wrong)
        .find('k')
        .catch((thrown: unknown) => thrown)
      expect(failure).toBeInstanceOf(PayoutAccessRefused)
      expect(failure).toMatchObject({ code })
    }
  })

  it('notes every call without key, name or token', async () => {
    const bank = await startSandboxBank({
      port: 0,
      token: 'a-token',
      secret: 'a-secret',
      settings: { latencyMs: 50 },
    })
    toEnd.push(() => bank.stop())
    const lines: RailCallLine[] = []
    const rail = railTo(bank.url, { onCall: (line) => lines.push(line) })
    const receiver = { bank_account_number: magicAccountNumbers.unknownButDone }
    const begun = performance.now()
    await rail.send(anOrder('k-noted', { receiver })).catch(() => undefined)
    await rail.find('k-noted')
    const durations = lines.map(({ durationMs }) => durationMs)
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(49) // timers count from a whole millisecond
    expect(Math.max(...durations)).toBeLessThanOrEqual(performance.now() - begun)
    expect(lines).toMatchObject([
      { method: 'POST', path: '/payouts', outcome: 'lost', status: undefined },
      { method: 'GET', path: '/payouts', outcome: 'answered', status: 200 },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/k-noted|a-token|0990/)
    await bank.stop()
    await railTo(bank.url, { onCall: (line) => lines.push(line) })
      .find('k')
      .catch(() => undefined)
    const notSent = { method: 'GET', path: '/payouts', outcome: 'not_sent', status: undefined }
    expect(lines.at(-1)).toMatchObject(notSent)
  })
})
