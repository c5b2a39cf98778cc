import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Horizon, Keypair, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import type { Transaction } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'
import { spawnNetwork } from './network-child.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
})

afterEach(() => rm(dataDir, { recursive: true }))

describe('a network with a data directory', () => {
  test('has everything it answered for after kill -9 in the middle of submissions', async () => {
    const first = await spawnNetwork('--port', '0', '--https-port', '0', '--data-dir', dataDir)
    const answered: string[] = []
    const fundUntilKilled = async () => {
      for (;;) {
        const key = Keypair.random().publicKey()
        const response = await fetch(`${first.url}/friendbot?addr=${key}`).catch(() => undefined)
        if (!response?.ok) return
        answered.push(key)
        if (answered.length === 40) first.child.kill('SIGKILL')
      }
    }
    await Promise.all([0, 1, 2, 3].map(fundUntilKilled))
    expect(answered.length).toBeGreaterThanOrEqual(40)

    const second = await spawnNetwork('--port', '0', '--https-port', '0', '--data-dir', dataDir)
    const server = new Horizon.Server(second.url, { allowHttp: true })
    for (const key of answered) {
      const { balances } = await server.loadAccount(key)
      expect(balances[0]?.balance).toBe('10000.0000000')
    }
    expect(await second.kill('SIGTERM')).toBe(0)
  })

  test.each([
    { between: 'close and ingestion', verb: 'lag', order: { paused: true }, ingested: 1 },
    {
      between: 'ingestion and answering',
      verb: 'faults',
      order: { effect: { kind: 'submit_timeout', applied: 'now', answer: 'silence' } },
      ingested: 2,
    },
  ])('has its whole history after kill -9 between $between (SBX-115)', async (point) => {
    const argv = ['--port', '0', '--https-port', '0', '--data-dir', dataDir]
    const first = await spawnNetwork(...argv)
    onTestFinished(() => void first.child.kill('SIGKILL'))
    const order = { method: 'POST', body: JSON.stringify(point.order) }
    expect((await fetch(`${first.url}/_sandbox/${point.verb}`, order)).status).toBe(200)
    const funding = await fundingBy(rootKey(Networks.TESTNET), first.url)
    const body = new URLSearchParams({ tx: funding.toXdr() })
    const submission = fetch(`${first.url}/transactions`, { method: 'POST', body })
    const outcome = submission.then(
      () => 'answered',
      () => 'cut',
    )
    await until(async () => (await headsOf(first.url)).closed === 2)
    expect(await headsOf(first.url)).toEqual({ closed: 2, ingested: point.ingested })
    await first.kill('SIGKILL')
    expect(await outcome).toBe('cut')

    const second = await spawnNetwork(...argv)
    onTestFinished(() => void second.child.kill('SIGKILL'))
    expect(await headsOf(second.url)).toEqual({ closed: 2, ingested: 2 })
    const server = new Horizon.Server(second.url, { allowHttp: true })
    const { records } = await server.transactions().forLedger(2).call()
    expect(records.map(({ hash }) => hash)).toEqual([Buffer.from(funding.hash()).toString('hex')])
  })

  test('continues with the same ledgers, hash by hash, and the same authority (SBX-05)', async () => {
    const options = { dataDir, httpsPort: 0 }
    const hashes = async (client: Client) =>
      recordsOf(await client.get('/ledgers?limit=200')).map(({ hash }) => hash)
    const first = await openClient(options)
    const [from, to] = [await first.funded(), await first.funded()]
    await first.pay(from, to.publicKey())
    first.sandbox.control.close({ ledgers: 3 })
    first.sandbox.control.surge({ baseFee: 300n, ledgers: 1 })
    const before = await hashes(first)
    const authority = await readFile(String(first.sandbox.caFile), 'utf8')
    await first.sandbox.stop()

    const second = await openForTest(options)
    expect(await hashes(second)).toEqual(before)
    expect(await readFile(String(second.sandbox.caFile), 'utf8')).toBe(authority)
    expect((await stat(join(dataDir, 'tls', 'ca-key.pem'))).mode & 0o077).toBe(0)
    await second.pay(from, to.publicKey(), { fee: '300' })
  })

  test('drops a torn last line and goes on after it', async () => {
    const file = join(dataDir, 'ledgers.jsonl')
    const first = await openClient({ dataDir })
    const key = await first.funded()
    await first.sandbox.stop()
    await appendFile(file, '{"t":"1790000000","h":"00","f":"100","tx":["AAAA')

    const second = await openClient({ dataDir })
    await second.pay(key, (await second.funded()).publicKey())
    await second.sandbox.stop()
    const third = await openForTest({ dataDir })
    expect((await third.server.loadAccount(key.publicKey())).balances[0]?.balance).toBe(
      '9998.9999900',
    )
  })

  test('keeps empty ledgers small on file, and their numbers over a restart', async () => {
    const first = await openClient({ dataDir })
    first.sandbox.control.close({ ledgers: 1000 })
    await first.sandbox.stop()
    expect((await stat(join(dataDir, 'ledgers.jsonl'))).size).toBeLessThan(4000)
    const second = await openForTest({ dataDir })
    expect(second.sandbox.control.state().ingestedLatestLedger).toBe(1001)
  })

  test('forgets on file what a revert and a reset take back (SBX-94, SBX-107)', async () => {
    const first = await openClient({ dataDir })
    const key = await first.funded()
    const id = first.sandbox.control.snapshot()
    const later = await first.funded()
    first.sandbox.control.revert(id)
    await first.sandbox.stop()
    const second = await openClient({ dataDir })
    expect((await second.get(`/accounts/${key.publicKey()}`)).status).toBe(200)
    expect((await second.get(`/accounts/${later.publicKey()}`)).status).toBe(404)
    second.sandbox.control.reset()
    await second.sandbox.stop()
    const third = await openForTest({ dataDir })
    expect(third.sandbox.control.state().ingestedLatestLedger).toBe(1)
  })

  test('keeps on file what was imported, in place of what was there (SBX-94)', async () => {
    const origin = await openForTest()
    const key = await origin.funded()
    origin.sandbox.control.surge({ baseFee: 300n, ledgers: 5 })
    origin.sandbox.control.close({ ledgers: 2 })
    const first = await openClient({ dataDir })
    const gone = await first.funded()
    first.sandbox.control.import(origin.sandbox.control.export())
    await first.pay(key, key.publicKey(), { fee: '300' })
    const { coreLatestLedger } = first.sandbox.control.state()
    await first.sandbox.stop()
    const second = await openForTest({ dataDir })
    expect(second.sandbox.control.state()).toMatchObject({ coreLatestLedger })
    expect((await second.get(`/accounts/${gone.publicKey()}`)).status).toBe(404)
    await second.pay(key, key.publicKey(), { fee: '300' })
  })

  test('is refused to a network with another passphrase, in words', async () => {
    const first = await openClient({ dataDir })
    await first.sandbox.stop()
    const other = openClient({ dataDir, networkPassphrase: 'Another Network ; 2026' })
    const file = join(dataDir, 'ledgers.jsonl')
    await expect(other).rejects.toThrow(
      new Error(
        `${file} belongs to a network with networkPassphrase "${Networks.TESTNET}", ` +
          'not "Another Network ; 2026": start with the old value, or with another data directory',
      ),
    )
  })

  test('lets nobody else into its directory, and is let in after kill -9', async () => {
    const argv = ['--port', '0', '--https-port', '0', '--data-dir', dataDir]
    const first = await spawnNetwork(...argv)
    onTestFinished(() => void first.child.kill('SIGKILL'))
    await expect(openForTest({ dataDir })).rejects.toThrow(
      new Error(`another network is running in ${dataDir}`),
    )
    await first.kill('SIGKILL')
    await openForTest({ dataDir })
  })

  test('leaves nothing running when its port is taken', async () => {
    const first = await openForTest()
    const port = Number(new URL(first.sandbox.url).port)
    await expect(openForTest({ dataDir, port })).rejects.toThrow('EADDRINUSE')
    await openForTest({ dataDir })
  })

  test('refuses a file that was changed by hand, naming the hashes (SBX-05)', async () => {
    const file = join(dataDir, 'ledgers.jsonl')
    const first = await openClient({ dataDir })
    await first.funded()
    await first.sandbox.stop()
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/"h":"[0-9a-f]{8}/, '"h":"00000000'),
    )
    await expect(openClient({ dataDir })).rejects.toThrow('a recorded ledger replays to hash')
  })
})

/** Last ledgers of a network: the one that was closed, and the one that can be read. */
async function headsOf(url: string): Promise<{ closed: number; ingested: number }> {
  const root = (await (await fetch(url)).json()) as Record<string, number>
  return { closed: root['core_latest_ledger'] ?? 0, ingested: root['history_latest_ledger'] ?? 0 }
}

async function fundingBy(payer: Keypair, url: string): Promise<Transaction> {
  const server = new Horizon.Server(url, { allowHttp: true })
  const destination = Keypair.random().publicKey()
  const transaction = new TransactionBuilder(await server.loadAccount(payer.publicKey()), {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
  })
    .addOperation(Operation.createAccount({ destination, startingBalance: '5' }))
    .setTimeout(300)
    .build()
  transaction.sign(payer)
  return transaction
}
