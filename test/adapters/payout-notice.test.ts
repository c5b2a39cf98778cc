import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { payoutNoticeReader } from '../../src/adapters/rails/http/payout-notice.ts'
import { httpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { signWebhook } from '../../src/sandbox/bank/signature.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import { openRailDocument } from '../sandbox/bank/open-document.ts'
import { until } from '../until.ts'
import { anOrder } from './payout-rail.contract.ts'
import type { AddressInfo } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import type { HttpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import type { SandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'

const secrets = { token: 'a-token', secret: 'a-secret' }
const toEnd: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end()
})

interface Call {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An endpoint that answers as told, first call first, and a bank that tells it outcomes. */
async function startTold(statuses: number[] = []): Promise<{
  calls: Call[]
  bank: SandboxBank
  rail: HttpPayoutRail
}> {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(statuses.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  toEnd.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  const webhookUrl = `http://127.0.0.1:${port}/payout-notices`
  const bank = await startSandboxBank({ port: 0, ...secrets, webhookUrl })
  toEnd.push(() => bank.stop())
  const now = (): Date => new Date()
  const rail = httpPayoutRail({ url: bank.url, ...secrets, timeoutMs: 5_000, now })
  toEnd.push(() => rail.close())
  return { calls, bank, rail }
}

const read = payoutNoticeReader({ secret: secrets.secret, now: () => new Date() })

describe('the notice of the bank', () => {
  it('tells a delivery that came later, signed, as the document says', async () => {
    const { calls, bank, rail } = await startTold()
    const receiver = { bank_account_number: magicAccountNumbers.pendingUntilTold }
    await rail.send(anOrder('k-1', { receiver }))
    expect(calls).toHaveLength(0)
    await fetch(`${bank.url}/_sandbox/deliver`, { method: 'POST', body: '{"all":true}' })
    await until(() => calls.length === 1, 'the webhook')
    for (const { headers, body } of calls) {
      const notice = { idempotencyKey: 'k-1', reply: { state: 'delivered' } }
      expect(read(headers, body)).toMatchObject({ ok: true, value: notice })
      const document = await openRailDocument()
      expect(document.faultsOf('Notice', JSON.parse(body.toString()))).toEqual([])
    }
  })

  it('names the rejected fields, and the reason of a return', async () => {
    const { calls, bank, rail } = await startTold()
    const wrong = { bank_account_number: magicAccountNumbers.fieldRejected }
    await rail.send(anOrder('k-1', { receiver: wrong }))
    await rail.send(anOrder('k-2'))
    await until(() => calls.length === 2, 'the rejection and the delivery')
    const body = '{"idempotency_key":"k-2"}'
    await fetch(`${bank.url}/_sandbox/return`, { method: 'POST', body })
    await until(() => calls.length === 3, 'the return')
    const notices = calls.map((call) => read(call.headers, call.body))
    const field = { owner: 'receiver', name: 'bank_account_number' }
    expect(notices).toContainEqual({
      ok: true,
      value: {
        idempotencyKey: 'k-1',
        reply: expect.objectContaining({
          state: 'rejected',
          fields: [expect.objectContaining(field)],
        }),
      },
    })
    expect(notices.at(-1)).toMatchObject({ value: { reply: { reason: 'account_closed' } } })
  })

  it('is tried again until it is taken, and not after that', async () => {
    const { calls, bank, rail } = await startTold([500, 301])
    await rail.send(anOrder('k-1'))
    await until(() => calls.length === 3, 'the third call')
    const told = async (): Promise<unknown> => (await fetch(`${bank.url}/_sandbox/webhooks`)).json()
    const results = [{ result: 500 }, { result: 301 }, { result: 204 }]
    await until(async () => JSON.stringify(await told()).includes('204'), 'the end of the calls')
    expect(await told()).toMatchObject({ webhooks: results })
    expect(calls).toHaveLength(3)
  })

  it('is lost when the sandbox is told to lose it', async () => {
    const { calls, bank, rail } = await startTold()
    const settings = '{"drop_webhooks":true}'
    await fetch(`${bank.url}/_sandbox/settings`, { method: 'POST', body: settings })
    await rail.send(anOrder('k-1'))
    const told = await fetch(`${bank.url}/_sandbox/webhooks`)
    expect(await told.json()).toMatchObject({ webhooks: [{ result: 'dropped' }] })
    expect(calls).toEqual([])
  })

  it('comes before the answer, and again, when the sandbox is told so', async () => {
    const { calls, bank, rail } = await startTold()
    const settings = '{"answer_latency_ms":60000,"webhook_repeats":2,"webhook_jitter_ms":20}'
    await fetch(`${bank.url}/_sandbox/settings`, { method: 'POST', body: settings })
    const answered = rail.send(anOrder('k-1')).then(
      () => 'answered',
      () => 'cut off',
    )
    await until(() => calls.length === 3, 'the webhook, three times')
    await bank.stop()
    expect(await answered).toBe('cut off')
  })
})

const good = Buffer.from(
  JSON.stringify({ payout: { id: 'po_1', idempotency_key: 'k', state: 'pending' } }),
)
const broken = Buffer.concat([good.subarray(0, -1), Buffer.from(',"x":"\xff"}', 'latin1')])
const signed = (
  body: Uint8Array,
  timestamp = Math.floor(Date.now() / 1000).toString(),
): Record<string, string> => ({
  'payout-timestamp': timestamp,
  'payout-signature': signWebhook(secrets.secret, { timestamp, body }),
})

const secondsFromNow = (seconds: number): string =>
  Math.floor(Date.now() / 1000 + seconds).toString()

/** For the bank's own people, who look for what they did wrong. */
const sentences: Readonly<Record<string, string>> = {
  bad_signature: 'Payout-Signature does not fit Payout-Timestamp and the body.',
  stale_timestamp: 'Payout-Timestamp has to be within 300 s of now.',
  malformed_notice: 'The body has to be a JSON object with the payout as the bank tells it.',
}

describe('a notice that is not believed', () => {
  it.each<[string, Record<string, string | string[]>, Uint8Array, string]>([
    ['without a signature', {}, good, 'bad_signature'],
    ['with a wrong one', { ...signed(good), 'payout-signature': 'v1=0' }, good, 'bad_signature'],
    ['for another body', signed(Buffer.from('{}')), good, 'bad_signature'],
    ['for another time', { ...signed(good), 'payout-timestamp': '1' }, good, 'bad_signature'],
    [
      'with two headers',
      { ...signed(good), 'payout-signature': ['a', 'b'] },
      good,
      'bad_signature',
    ],
    ['that is old', signed(good, '1700000000'), good, 'stale_timestamp'],
    ['that is six minutes old', signed(good, secondsFromNow(-360)), good, 'stale_timestamp'],
    ['of six minutes from now', signed(good, secondsFromNow(360)), good, 'stale_timestamp'],
    ['that has no time', signed(good, 'soon'), good, 'stale_timestamp'],
    ['old and without a payout', signed(broken, '1700000000'), broken, 'stale_timestamp'],
    ['old and unsigned', { 'payout-timestamp': '1700000000' }, good, 'bad_signature'],
    ['unsigned and without a payout', {}, broken, 'bad_signature'],
    ['without a payout', signed(Buffer.from('{}')), Buffer.from('{}'), 'malformed_notice'],
    ['without JSON', signed(Buffer.from('x')), Buffer.from('x'), 'malformed_notice'],
    ['of no text', signed(Buffer.from([255])), Buffer.from([255]), 'malformed_notice'],
    ['with a byte that is no text', signed(broken), broken, 'malformed_notice'],
  ])('is refused %s (AP-2.14)', (...[, headers, body, code]) => {
    const refusal = { code, message: sentences[code] }
    expect(read(headers, body)).toEqual({ ok: false, refusal })
  })

  it.each([
    [-301, false],
    [-300, true],
    [300, true],
    [301, false],
  ])('is believed with a clock that is %i s off: %s (AP-2.14)', (seconds, isBelieved) => {
    const now = 1_800_000_000
    const readNow = payoutNoticeReader({ secret: secrets.secret, now: () => new Date(now * 1000) })
    expect(readNow(signed(good, `${now + seconds}`), good).ok).toBe(isBelieved)
  })

  it('is judged by the clock of the moment at which it is read (AP-2.14)', () => {
    let now = 1_800_000_000_000
    const readNow = payoutNoticeReader({ secret: secrets.secret, now: () => new Date(now) })
    const believedAt = (at: number): boolean => {
      now = at
      return readNow(signed(good, '1800000000'), good).ok
    }
    const times = [now, now + 300_000, now + 300_001, now - 300_000, now - 300_001]
    expect(times.map(believedAt)).toEqual([true, true, false, true, false])
  })

  it('may be told how far the clocks are off', () => {
    const now = () => new Date(1_800_000_000_000)
    const strict = payoutNoticeReader({ secret: secrets.secret, now, toleranceSeconds: 7 })
    expect(strict(signed(good, '1799999993'), good).ok).toBe(true)
    const message = 'Payout-Timestamp has to be within 7 s of now.'
    const refusal = { code: 'stale_timestamp', message }
    expect(strict(signed(good, '1799999992'), good)).toEqual({ ok: false, refusal })
  })

  it.each([
    [128, true],
    [129, false],
  ])('is read about a key of %i characters: %s', (length, isRead) => {
    const payout = { id: 'po_1', idempotency_key: 'k'.repeat(length), state: 'pending' }
    const body = Buffer.from(JSON.stringify({ payout }))
    expect(read(signed(body), body).ok).toBe(isRead)
  })

  it('is believed with one good signature of several, while secrets are changed (AP-2.14)', () => {
    const headers = signed(good)
    const ours = headers['payout-signature'] ?? ''
    const value = { idempotencyKey: 'k', reply: { state: 'pending', payoutId: 'po_1' } }
    for (const given of [`v1=00, ${ours}`, `${ours},v1=00`, `v1=0,${ours} ,v1=1`]) {
      const several = { ...headers, 'payout-signature': given }
      expect(read(several, good)).toEqual({ ok: true, value })
    }
    const none = { ...headers, 'payout-signature': `v1=00,v0=${ours},${ours}0` }
    expect(read(none, good)).toMatchObject({ refusal: { code: 'bad_signature' } })
  })
})
