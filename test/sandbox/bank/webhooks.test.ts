import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openBook } from '../../../src/sandbox/bank/book.ts'
import { readOrder } from '../../../src/sandbox/bank/payout-order.ts'
import { signWebhook } from '../../../src/sandbox/bank/signature.ts'
import { startWebhooks } from '../../../src/sandbox/bank/webhooks.ts'
import { anOrder, secrets } from './bank-client.ts'
import type { WebhookOptions, Webhooks } from '../../../src/sandbox/bank/webhooks.ts'

/** What docs/sandbox-bank.md promises of webhooks; the network is real, the waiting is not. */

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const now = () => new Date('2026-01-01T00:00:00Z')

async function aPayout(id = 'po_1') {
  const reading = readOrder(Buffer.from(anOrder('1000123456')))
  if (!reading.ok) throw new Error(reading.fault)
  const book = await openBook(undefined)
  const { order } = reading
  const standing = { state: 'delivered' } as const
  return book.enter({
    id,
    idempotencyKey: 'k-1',
    order,
    account: undefined,
    standing,
    at: now(),
  })
}

function started(options: Partial<WebhookOptions> = {}): Webhooks {
  const webhooks = startWebhooks({
    url: 'http://127.0.0.1:1',
    secret: secrets.secret,
    now,
    mayTell: () => true,
    oddities: () => ({ webhookRepeats: 0, webhookJitterMs: 0 }),
    ...options,
  })
  onTestFinished(() => Promise.race([webhooks.stop(), turns()]))
  return webhooks
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next))
}

/** Whether they end soon when they are told to. */
async function ends(webhooks: Webhooks): Promise<boolean> {
  let isOver = false
  void webhooks.stop().then(() => (isOver = true))
  await turns()
  return isOver
}

/** How the calls ended, once there are as many; fewer when that takes too long. */
async function results(webhooks: Webhooks, count: number) {
  const end = Date.now() + 5_000
  while (webhooks.told().length < count && Date.now() < end) await turns()
  return webhooks.told().map(({ result }) => result)
}

/** A gateway that answers with these, one after the other. */
async function gateway(...statuses: number[]): Promise<string> {
  const server = createServer((_request, response) => {
    const headers = { connection: 'close', location: '/elsewhere' } // where nobody is sent
    response.writeHead(statuses.shift() ?? 500, headers).end()
  })
  return listening(server)
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a webhook of the sandbox bank', () => {
  it('is tried seven times within 16 s, at longer and longer distances, and then no more', async () => {
    const webhooks = started()
    webhooks.tell(await aPayout())
    expect(await results(webhooks, 1)).toHaveLength(1)
    for (const [index, delayMs] of [250, 500, 1_000, 2_000, 4_000, 8_000].entries()) {
      vi.advanceTimersByTime(delayMs - 1)
      await turns()
      expect(webhooks.told()).toHaveLength(index + 1)
      vi.advanceTimersByTime(1)
      await results(webhooks, index + 2)
    }
    vi.advanceTimersByTime(60_000)
    await turns()
    expect(webhooks.told().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it.each([[[200]], [[204]], [[300, 200]], [[302, 200]], [[500, 200]]])(
    'is told again until the gateway says with 2xx that it has it: %j',
    async (statuses) => {
      const webhooks = started({ url: await gateway(...statuses) })
      webhooks.tell(await aPayout())
      for (let count = 1; count <= statuses.length; count += 1) {
        await results(webhooks, count)
        vi.advanceTimersByTime(250)
      }
      await turns()
      vi.advanceTimersByTime(60_000)
      expect(await results(webhooks, statuses.length)).toEqual(statuses)
    },
  )

  it('says what became of which payout, when, and in whose name', async () => {
    const asked: { method: unknown; headers: IncomingHttpHeaders; body: string }[] = []
    const server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const body = Buffer.concat(chunks as Buffer[]).toString()
        asked.push({ method: request.method, headers: request.headers, body })
        response.writeHead(204, { connection: 'close' }).end()
      })
    })
    const webhooks = started({ url: await listening(server) })
    webhooks.tell(await aPayout())
    expect(await results(webhooks, 1)).toEqual([204])
    const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = asked
    expect([asked.length, method, headers['content-type']]).toEqual([1, 'POST', 'application/json'])
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f-]{36}$/),
      type: 'payout.delivered',
      created_at: now().toISOString(),
      payout: {
        id: 'po_1',
        idempotency_key: 'k-1',
        transaction_id: 'tx-1',
        state: 'delivered',
        amount: { value: '10.50', currency: 'USD' },
        method: 'WIRE',
        reference: 'Invoice 7',
        created_at: now().toISOString(),
        updated_at: now().toISOString(),
        delivered_at: now().toISOString(),
      },
    })
    const timestamp = String(now().getTime() / 1000)
    expect(headers['payout-timestamp']).toBe(timestamp)
    const signature = signWebhook(secrets.secret, { timestamp, body: Buffer.from(body) })
    expect(headers['payout-signature']).toBe(signature)
    expect(webhooks.told()).toEqual([
      { at: now().toISOString(), payout_id: 'po_1', state: 'delivered', attempt: 1, result: 204 },
    ])
  })

  it('is the same event each time it is tried, and another one when it is told again', async () => {
    const ids: string[] = []
    const server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const { id } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as { id: string }
        response.writeHead(ids.push(id) === 3 ? 204 : 500, { connection: 'close' }).end()
      })
    })
    const webhooks = started({ url: await listening(server) })
    webhooks.tell(await aPayout())
    for (const count of [1, 2, 3]) {
      await results(webhooks, count)
      vi.advanceTimersByTime(500)
    }
    expect([ids.length, new Set(ids).size]).toEqual([3, 1])
    webhooks.tell(await aPayout())
    await results(webhooks, 4)
    expect(new Set(ids).size).toBe(2)
  })

  it('tells of the moment it began, is signed at each try, and is lost from when it is to be', async () => {
    const heard: (readonly unknown[])[] = []
    const server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const body = Buffer.concat(chunks as Buffer[])
        const timestamp = String(request.headers['payout-timestamp'])
        const signature = signWebhook(secrets.secret, { timestamp, body })
        const { created_at } = JSON.parse(body.toString()) as { created_at: string }
        const isSigned = request.headers['payout-signature'] === signature
        heard.push([created_at, timestamp, isSigned])
        response.writeHead(500, { connection: 'close' }).end()
      })
    })
    let [minute, isLost] = [0, false]
    const moment = (after: number) => new Date(now().getTime() + after * 60_000)
    const webhooks = started({
      url: await listening(server),
      now: () => moment(minute),
      mayTell: () => !isLost,
    })
    minute = 1
    webhooks.tell(await aPayout())
    await results(webhooks, 1)
    minute = 2
    vi.advanceTimersByTime(250)
    await results(webhooks, 2)
    ;[minute, isLost] = [3, true]
    vi.advanceTimersByTime(500)
    await results(webhooks, 3)
    const seconds = (after: number) => String(moment(after).getTime() / 1000)
    const began = moment(1).toISOString()
    expect(heard).toEqual([
      [began, seconds(1), true],
      [began, seconds(2), true],
    ])
    expect(webhooks.told().map(({ at, attempt, result }) => [at, attempt, result])).toEqual([
      [began, 1, 500],
      [moment(2).toISOString(), 2, 500],
      [moment(3).toISOString(), 3, 'dropped'],
    ])
  })

  it('that nobody answers is given up when the bank ends, and not before that is noted', async () => {
    const server = createServer()
    const webhooks = started({ url: await listening(server) })
    const called = once(server, 'request')
    webhooks.tell(await aPayout())
    await called
    expect(webhooks.told()).toEqual([])
    expect(await ends(webhooks)).toBe(true)
    expect(webhooks.told()).toMatchObject([
      { attempt: 1, result: expect.stringContaining('aborted') },
    ])
  })

  it('has nowhere to go without an address', async () => {
    const webhooks = started({ url: undefined, mayTell: () => false })
    webhooks.tell(await aPayout())
    await turns()
    expect(webhooks.told()).toEqual([])
  })

  it('is told once more for each repeat, and the latest thousand calls are shown', async () => {
    const webhooks = started({
      mayTell: () => false,
      oddities: () => ({ webhookRepeats: 2, webhookJitterMs: 0 }),
    })
    webhooks.tell(await aPayout())
    expect(await results(webhooks, 3)).toHaveLength(3)
    for (let times = 0; times < 332; times += 1) webhooks.tell(await aPayout('po_2'))
    await results(webhooks, 999)
    await turns()
    webhooks.tell(await aPayout('po_3'))
    await results(webhooks, 1_000)
    await turns()
    const ids = webhooks.told().map(({ payout_id }) => payout_id)
    expect(ids).toEqual(['po_1', ...Array(996).fill('po_2'), ...Array(3).fill('po_3')])
  })

  it('that is to be lost is lost once and for all', async () => {
    const webhooks = started({ mayTell: () => false })
    webhooks.tell(await aPayout())
    expect(await results(webhooks, 1)).toEqual(['dropped'])
    vi.advanceTimersByTime(60_000)
    await turns()
    expect(webhooks.told()).toHaveLength(1)
  })

  it('is kept back for a part of the jitter, by chance', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const webhooks = started({
      mayTell: () => false,
      oddities: () => ({ webhookRepeats: 1, webhookJitterMs: 60_000 }),
    })
    webhooks.tell(await aPayout())
    vi.advanceTimersByTime(29_999)
    await turns()
    expect(webhooks.told()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(await results(webhooks, 2)).toEqual(['dropped', 'dropped'])
  })

  it('is kept back for another part each time it is told', async () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0.5).mockReturnValueOnce(0.25)
    const webhooks = started({
      mayTell: () => false,
      oddities: () => ({ webhookRepeats: 1, webhookJitterMs: 60_000 }),
    })
    webhooks.tell(await aPayout())
    vi.advanceTimersByTime(15_000)
    expect(await results(webhooks, 1)).toEqual(['dropped'])
    await turns()
    expect(webhooks.told()).toHaveLength(1)
    vi.advanceTimersByTime(15_000)
    expect(await results(webhooks, 2)).toEqual(['dropped', 'dropped'])
  })

  it('waits five seconds for the gateway, and is told again', async () => {
    const patience = [new AbortController(), new AbortController()]
    const given: number[] = []
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const { signal } = patience[given.push(ms) - 1] ?? new AbortController()
      return signal
    })
    const server = createServer()
    const webhooks = started({ url: await listening(server) })
    let called = once(server, 'request')
    webhooks.tell(await aPayout())
    for (const [index, one] of patience.entries()) {
      await called
      expect(webhooks.told()).toHaveLength(index)
      called = once(server, 'request')
      one.abort(new Error('the time is over'))
      expect(await results(webhooks, index + 1)).toHaveLength(index + 1)
      vi.advanceTimersByTime(500)
    }
    await called
    expect(webhooks.told().map(({ attempt, result }) => [attempt, result])).toEqual([
      [1, 'the time is over'],
      [2, 'the time is over'],
    ])
    expect(given).toEqual([5_000, 5_000, 5_000])
  })

  it('that waits does not hold up the end of the bank, nor does one that comes after', async () => {
    const kept = { webhookRepeats: 0, webhookJitterMs: 60_000 }
    const webhooks = started({ oddities: () => kept })
    webhooks.tell(await aPayout())
    await turns()
    expect(await ends(webhooks)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    webhooks.tell(await aPayout())
    expect(await ends(webhooks)).toBe(true)
    expect(webhooks.told()).toEqual([])
  })
})
