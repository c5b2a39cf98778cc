import { Agent, get as getSecure } from 'node:https'
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { Horizon, Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import { openRawStream } from '../streams/raw-stream.ts'
import { spawnNetwork } from './network-child.ts'

test('starts and stops in this process, and leaves its port free (SBX-01)', async () => {
  const first = await startSandboxNetwork()
  const port = Number(new URL(first.url).port)
  expect((await fetch(first.url)).status).toBe(200)
  await first.stop()
  await expect(fetch(first.url)).rejects.toThrow('fetch failed')
  const second = await startSandboxNetwork({ port })
  expect(second.url).toBe(first.url)
  await second.stop()
})

test('stops on both ports, leaves no timer behind, and may be stopped twice (SBX-01)', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const network = await startSandboxNetwork({ httpsPort: 0, mode: 'interval' })
  expect(vi.getTimerCount()).toBe(1)
  const ports = [network.url, String(network.httpsUrl)].map((url) => Number(new URL(url).port))
  const open = () => Promise.all(ports.map((port) => answersAt('127.0.0.1', port)))
  expect(await open()).toEqual([true, true])
  await network.stop()
  expect(await open()).toEqual([false, false])
  expect(vi.getTimerCount()).toBe(0)
  await network.stop()
})

test('has its port again at once, when it was stopped in the middle of a stream (SBX-01)', async () => {
  const { sandbox } = await openForTest()
  const port = Number(new URL(sandbox.url).port)
  const stream = await fetch(`${sandbox.url}/ledgers?cursor=now`, {
    headers: { accept: 'text/event-stream' },
  })
  const heard = stream.text().catch(() => 'cut off')
  await sandbox.stop()
  const again = await openForTest({ port })
  expect(again.sandbox.url).toBe(sandbox.url)
  expect(await heard).toBeTypeOf('string')
})

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')
const ipv6: [string, string][] = [
  ['::', 'localhost'],
  ['::1', '[::1]'],
]

test.each<[string, string]>([
  ['127.0.0.1', 'localhost'],
  ['127.0.0.2', '127.0.0.2'],
  ['0.0.0.0', 'localhost'],
  ...(hasIpv6 ? ipv6 : []),
])('is found from this machine when it listens on %s (SBX-07)', async (host, name) => {
  const { sandbox } = await openForTest({ host, httpsPort: 0 })
  const [url, httpsUrl] = [new URL(sandbox.url), new URL(String(sandbox.httpsUrl))]
  expect([url.protocol, url.hostname]).toEqual(['http:', name])
  expect([httpsUrl.protocol, httpsUrl.hostname]).toEqual(['https:', name])
  expect((await fetch(sandbox.url)).status).toBe(200)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'runs as a command until %s, and ends well (SBX-01)',
  async (signal) => {
    const network = await spawnNetwork('--port', '0', '--https-port', '0')
    onTestFinished(() => void network.child.kill('SIGKILL'))
    expect((await fetch(network.url)).status).toBe(200)
    expect(network.child.exitCode).toBeNull()
    expect(await network.kill(signal)).toBe(0)
    await expect(fetch(network.url)).rejects.toThrow('fetch failed')
  },
)

test('runs twenty times in one process, each apart and soon there (SBX-06)', async () => {
  const began = performance.now()
  const networks = await Promise.all(Array.from({ length: 20 }, () => openForTest()))
  expect((performance.now() - began) / networks.length).toBeLessThan(100)
  expect(new Set(networks.map(({ sandbox }) => sandbox.url)).size).toBe(20)
  const [first, ...others] = networks
  const key = await first?.funded()
  expect((await first?.get(`/accounts/${key?.publicKey()}`))?.status).toBe(200)
  for (const other of others) {
    expect((await other.get(`/accounts/${key?.publicKey()}`)).status).toBe(404)
    expect(other.sandbox.control.state().coreLatestLedger).toBe(1)
  }
})

test('has the parameters of the test network when nothing is said (SBX-11)', async () => {
  const client = await openForTest()
  const [genesis] = recordsOf(await client.get('/ledgers?limit=1'))
  expect(genesis).toMatchObject({
    sequence: 1,
    base_fee_in_stroops: 100,
    base_reserve_in_stroops: 5_000_000,
    max_tx_set_size: 1000,
    protocol_version: 27,
    total_coins: '100000000000.0000000',
  })
  expect((await client.get('/')).body).toMatchObject({
    network_passphrase: 'Test SDF Network ; September 2015',
    current_protocol_version: 27,
  })
})

test('has other parameters when they are told, and lives by them (SBX-11)', async () => {
  const client = await openForTest({
    networkPassphrase: 'A network of our own',
    parameters: {
      protocolVersion: 25,
      baseFee: 250n,
      baseReserve: 10_000_000n,
      maxTxSetSize: 50,
      totalCoins: 5_000_000_000_000_000n,
    },
  })
  const [genesis] = recordsOf(await client.get('/ledgers?limit=1'))
  expect(genesis).toMatchObject({
    base_fee_in_stroops: 250,
    base_reserve_in_stroops: 10_000_000,
    max_tx_set_size: 50,
    protocol_version: 25,
    total_coins: '500000000.0000000',
  })
  expect(client.sandbox.networkPassphrase).toBe('A network of our own')
  const from = await client.funded()
  // Signed for the test network, as everything that this client builds.
  const foreign = await client.build(from, [Operation.bumpSequence({ bumpTo: '0' })], {
    fee: '250',
  })
  expect(await (await client.submit(foreign)).json()).toMatchObject({
    extras: { result_codes: { transaction: 'tx_bad_auth' } },
  })
  expect(await client.server.fetchBaseFee()).toBe(250)
})

test('serves the same over HTTP and HTTPS, friendbot included (SBX-07, SBX-10)', async () => {
  const client = await openForTest({ httpsPort: 0 })
  const { httpsUrl = '', caFile = '', url } = client.sandbox
  const agent = new Agent({ ca: readFileSync(caFile) })
  const secure = (path: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      getSecure(`${httpsUrl}${path}`, { agent }, (response) => {
        let text = ''
        response.on('data', (piece: Buffer) => (text += piece.toString()))
        response.on('end', () => resolve({ status: response.statusCode, text }))
      }).on('error', reject)
    })
  const key = Keypair.random().publicKey()
  expect((await secure(`/friendbot?addr=${key}`)).status).toBe(200)
  const plain = await (await fetch(`${url}/accounts/${key}`)).text()
  const { text } = await secure(`/accounts/${key}`)
  expect(text.replaceAll(httpsUrl, url)).toBe(plain)
  const server = new Horizon.Server(url, { allowHttp: true })
  const other = Keypair.random().publicKey()
  await server.friendbot(other).call()
  expect((await secure(`/accounts/${other}`)).status).toBe(200)
})

/** Of this machine, and not the address that is listened on when nothing is said. */
const outward =
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.internal === false && one.family === 'IPv4')?.address ?? '127.0.0.2'

const answersAt = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
  })

test('cannot be reached from elsewhere unless that was told (SBX-07)', async () => {
  const ports = ({ url, httpsUrl = '' }: { url: string; httpsUrl?: string | undefined }) =>
    [url, httpsUrl].map((one) => Number(new URL(one).port))
  const closed = await openForTest({ httpsPort: 0 })
  const open = await openForTest({ httpsPort: 0, host: '0.0.0.0' })
  const tried = (where: readonly number[]) =>
    Promise.all(where.map((port) => answersAt(outward, port)))
  expect(await tried(ports(closed.sandbox))).toEqual([false, false])
  expect(await tried(ports(open.sandbox))).toEqual([true, true])
})

test('has no faults and no HTTPS when nothing is said (SBX-116)', async () => {
  const { sandbox } = await openForTest()
  expect(sandbox.control.state().faults).toEqual([])
  expect([sandbox.httpsUrl, sandbox.caFile]).toEqual([undefined, undefined])
})

test.each([
  [{}, 503],
  [{ allowQueueChaining: false }, 503],
  [{ allowQueueChaining: true }, 201],
])('lets transactions of an account wait in a row where %j says so: %i', async (told, second) => {
  const client = await openForTest({ mode: 'manual', ...told })
  const { sandbox, server } = client
  const from = await client.funded()
  const account = await server.loadAccount(from.publicKey())
  const send = async () => {
    const how = { fee: '100', networkPassphrase: Networks.TESTNET }
    const transaction = new TransactionBuilder(account, how)
      .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
      .setTimeout(300)
      .build()
    transaction.sign(from)
    const body = new URLSearchParams({ tx: transaction.toXdr() })
    return (await fetch(`${sandbox.url}/transactions_async`, { method: 'POST', body })).status
  }
  expect([await send(), await send()]).toEqual([201, second])
})

test('waits half a minute for a ledger, and follows for 55 s, when nothing is said (SBX-71, SBX-83)', async () => {
  const client = await openForTest({ mode: 'manual' })
  const sent = await client.build(await client.funded(), [Operation.bumpSequence({ bumpTo: '0' })])
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const stream = openRawStream(`${client.sandbox.url}/ledgers?cursor=now`)
  let status = 0
  const answer = client.submit(sent).then((response) => (status = response.status))
  const { control } = client.sandbox
  await until(() => stream.text !== '' && control.state().pending.length === 1)
  vi.advanceTimersByTime(29_999)
  await client.get('/')
  expect(status).toBe(0)
  vi.advanceTimersByTime(1)
  expect(await answer).toBe(504)
  vi.advanceTimersByTime(24_999)
  await client.get('/')
  expect(stream.text).not.toContain('byebye')
  vi.advanceTimersByTime(1)
  await until(() => stream.ended)
  expect(stream.text).toContain('byebye')
})

test('leaves no listener and no file behind', async () => {
  const { sandbox } = await openClient({ httpsPort: 0 })
  const ports = [sandbox.url, String(sandbox.httpsUrl)].map((one) => Number(new URL(one).port))
  const open = () => Promise.all(ports.map((port) => answersAt('127.0.0.1', port)))
  expect([await open(), existsSync(String(sandbox.caFile))]).toEqual([[true, true], true])
  await sandbox.stop()
  const directory = dirname(dirname(String(sandbox.caFile)))
  expect([await open(), existsSync(directory)]).toEqual([[false, false], false])
})

test('closes and reads nothing more once it has stopped', async () => {
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  })
  onTestFinished(() => void vi.useRealTimers())
  const { sandbox } = await openClient({ mode: 'interval', intervalMs: 1000 })
  sandbox.control.lag({ milliseconds: 500 })
  vi.advanceTimersByTime(1000)
  const heads = () => {
    const { coreLatestLedger, ingestedLatestLedger } = sandbox.control.state()
    return [coreLatestLedger, ingestedLatestLedger]
  }
  expect(heads()).toEqual([2, 1])
  await sandbox.stop()
  vi.advanceTimersByTime(60_000)
  expect(heads()).toEqual([2, 1])
})

test('friendbot is served beside the API, by GET and by POST (SBX-10, SBX-92)', async () => {
  const client = await openForTest()
  const [one, other] = [Keypair.random().publicKey(), Keypair.random().publicKey()]
  const got = await fetch(`${client.sandbox.url}/friendbot?addr=${one}`, { redirect: 'manual' })
  expect(got.status).toBe(200)
  const posted = await fetch(`${client.sandbox.url}/friendbot`, {
    method: 'POST',
    body: new URLSearchParams({ addr: other }),
    redirect: 'manual',
  })
  expect(posted.status).toBe(200)
  for (const address of [one, other]) {
    expect((await client.server.loadAccount(address)).balances[0]?.balance).toBe('10000.0000000')
  }
  expect(client.sandbox.networkPassphrase).toBe(Networks.TESTNET)
})
