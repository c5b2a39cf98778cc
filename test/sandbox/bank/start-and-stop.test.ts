import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { signWebhook } from '../../../src/sandbox/bank/signature.ts'
import { until } from '../../until.ts'
import { anOrder, call, orderPayout, secrets, startBank } from './bank-client.ts'

async function aFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bank-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'book.jsonl')
}

async function openBank(options: Parameters<typeof startBank>[0] = {}) {
  const bank = await startBank(options)
  onTestFinished(() => bank.stop().catch(() => undefined))
  return bank
}

/** What a socket hears of the bank until it closes. */
async function said(url: string, words: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  socket.write(words)
  await once(socket, 'close')
  return heard
}

/** The files of this process, where the system shows them. */
const openFiles = async () => {
  if (!existsSync('/proc/self/fd')) return []
  const links = (await readdir('/proc/self/fd')).map((name) =>
    readlink(join('/proc/self/fd', name)).catch(() => ''),
  )
  return Promise.all(links)
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')

describe('a sandbox bank that starts', () => {
  it('says which port is taken, and lets its book go', async () => {
    const { url } = await openBank()
    const dataFile = await aFile()
    const port = Number(new URL(url).port)
    await expect(startBank({ port, dataFile })).rejects.toThrow(
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    )
    expect(await openFiles()).not.toContain(dataFile)
  })

  it('tells outcomes in its own name, and by its own clock', async () => {
    const asked: { headers: IncomingHttpHeaders; body: Buffer }[] = []
    const gateway = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        asked.push({ headers: request.headers, body: Buffer.concat(chunks as Buffer[]) })
        response.writeHead(204, { connection: 'close' }).end()
      })
    })
    gateway.listen(0, '127.0.0.1')
    await once(gateway, 'listening')
    onTestFinished(() => void gateway.close())
    const { port } = gateway.address() as AddressInfo // of a TCP server that listens
    const now = new Date(Date.now() + 200_000)
    const bank = await openBank({ webhookUrl: `http://127.0.0.1:${port}`, now: () => now })
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    await until(() => asked.length === 1, 'the webhook')
    const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = asked
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const signature = signWebhook(secrets.secret, { timestamp, body })
    expect(headers).toMatchObject({
      'payout-timestamp': timestamp,
      'payout-signature': signature,
    })
    expect(JSON.parse(body.toString())).toMatchObject({ created_at: now.toISOString() })
  })

  it('lets a book go that it cannot read', async () => {
    const dataFile = await aFile()
    await writeFile(dataFile, 'damaged\n')
    await expect(startBank({ dataFile })).rejects.toThrow('damaged')
    expect(await openFiles()).not.toContain(dataFile)
  })

  const ipv6: readonly [string, RegExp][] = [
    ['::', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['::1', /^http:\/\/\[::1\]:\d+$/],
  ]
  it.each<[string, RegExp]>([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['localhost', /^http:\/\/localhost:\d+$/],
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
    ...(hasIpv6 ? ipv6 : []),
  ])('is found from this machine, when it listens on %s', async (host, url) => {
    const bank = await openBank({ host })
    expect(bank.url).toMatch(url)
    expect(await call(`${bank.url}/book`)).toMatchObject({ status: 200 })
  })
})

describe('a sandbox bank that stops', () => {
  it.skipIf(!existsSync('/proc/self/fd'))('lets its book go', async () => {
    const dataFile = await aFile()
    const bank = await startBank({ dataFile })
    expect(await openFiles()).toContain(dataFile)
    await bank.stop()
    expect(await openFiles()).not.toContain(dataFile)
  })

  it('forgets what it meant to do later, until it starts again', async () => {
    const dataFile = await aFile()
    const first = await startBank({ dataFile, settings: { settleAfterMs: 600_000 } })
    await orderPayout(first, 'k-1', anOrder(magicAccountNumbers.deliveredLater))
    await orderPayout(first, 'k-2', anOrder(magicAccountNumbers.returnedLater))
    await first.stop()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const second = await startBank({ dataFile })
    expect(vi.getTimerCount()).toBe(2)
    await second.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives up the webhooks that are under way', async () => {
    let [calls, closed] = [0, 0]
    const gateway = createServer((request) => {
      calls += 1
      request.socket.on('close', () => (closed += 1))
    })
    gateway.listen(0, '127.0.0.1')
    await once(gateway, 'listening')
    onTestFinished(() => void gateway.close())
    const { port } = gateway.address() as AddressInfo // of a TCP server that listens
    const bank = await startBank({ webhookUrl: `http://127.0.0.1:${port}` })
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    await until(() => calls === 1, 'the webhook')
    await bank.stop()
    await until(() => closed === 1, 'the end of the webhook', 2_500)
    expect(calls).toBe(1)
  })
})

describe('the bank on the wire', () => {
  it('refuses a path that is none', async () => {
    const { url } = await openBank()
    const answer = await said(
      url,
      'GET http://[ HTTP/1.1\r\nhost: bank\r\nconnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('{"error":{"code":"malformed_path","message":"The path is not one."}}')
  })

  it('waits half a minute for the whole of a request', async () => {
    const { url } = await openBank()
    const asked: Server[] = []
    const hear = (message: unknown) => {
      const { server } = message as { readonly server: Server } // what Node says it publishes
      const place = server.address() as AddressInfo | null // no server here listens on a path
      if (place?.port === Number(new URL(url).port)) asked.push(server)
    }
    subscribe('http.server.request.start', hear)
    onTestFinished(() => void unsubscribe('http.server.request.start', hear))
    await call(`${url}/book`)
    expect(asked).toMatchObject([{ requestTimeout: 30_000 }])
  })

  it('closes the connection when it did not read all, and only then', async () => {
    const { url } = await openBank()
    const head = `POST /payouts HTTP/1.1\r\nhost: bank\r\ncontent-length: 400000\r\n\r\n`
    const answer = await said(url, head + ' '.repeat(300_000))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toMatch(/^connection: close\r$/im)
    expect(answer).toMatch(/^content-type: application\/json; charset=utf-8\r$/im)
    expect(answer).toContain(
      '{"error":{"code":"body_too_large","message":"The body has more than 262144 bytes."}}',
    )
    const whole = await fetch(`${url}/book`)
    expect(whole.headers.get('connection')).toBe('keep-alive')
  })
})
