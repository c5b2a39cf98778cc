import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { getter } from '../../../src/adapters/horizon/horizon-get.ts'

const asked: (string | undefined)[] = []
const horizon = { answer: (response: ServerResponse): void => void response.end() }
const server = createServer(({ url }, response) => {
  asked.push(url)
  horizon.answer(response)
})
const dispatcher = new Agent({ connections: 1 })
let horizonUrl = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  horizonUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await dispatcher.destroy()
  server.closeAllConnections()
  server.close()
})

const get = (path = '/', timeoutMs = 7_123) => getter({ dispatcher, horizonUrl, timeoutMs })(path)

describe('an answer of Horizon', () => {
  it('is put together from its pieces, wherever a character is cut', async () => {
    const text = '{"memo":"Grüße, 世界 🚀"}'
    horizon.answer = (response) => {
      const bytes = Buffer.from(text)
      const sendFrom = (place: number): void => {
        if (place === bytes.length) return void response.end()
        response.write(bytes.subarray(place, place + 1), () => setImmediate(sendFrom, place + 1))
      }
      sendFrom(0)
    }
    expect(await get()).toEqual({ status: 200, retryAfter: undefined, text })
  })

  it.each([
    ['7', 7],
    ['0', 0],
    ['1.5', 1.5],
    ['-1', undefined],
    ['7 minutes', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined],
  ])('tells with Retry-After %j to wait for so many seconds: %j (POLARIS-8.5)', async (...row) => {
    const [header, seconds] = row
    horizon.answer = (response) => {
      response.writeHead(429, header === undefined ? {} : { 'retry-after': header }).end('{}')
    }
    expect(await get()).toEqual({ status: 429, retryAfter: seconds, text: '{}' })
  })

  it('is not asked for once it is too late for one', async () => {
    horizon.answer = (response) => void response.end('{}')
    const limit = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => limit.mockRestore())
    limit.mockImplementationOnce(((giveUp: () => void) => giveUp()) as typeof setTimeout)
    await expect(get('/late', 5)).rejects.toThrow('There was no whole answer within 5 ms')
    asked.length = 0
    await get('/next')
    expect(asked).toEqual(['/next'])
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['whole', (response) => void response.end('{}')],
    ['broken off', (response) => void response.destroy()],
  ])('is waited for no longer once it is %s', async (_, answer) => {
    horizon.answer = answer
    const [begun, ended] = [
      vi.spyOn(globalThis, 'setTimeout'),
      vi.spyOn(globalThis, 'clearTimeout'),
    ]
    onTestFinished(() => [begun, ended].forEach((spy) => spy.mockRestore()))
    await get().catch(() => undefined)
    const limits = begun.mock.results.filter((__, call) => begun.mock.calls[call]?.[1] === 7_123)
    expect(limits).toHaveLength(1)
    expect(ended.mock.calls.some(([timer]) => timer === limits[0]?.value)).toBe(true)
  })
})
