import { Asset, Keypair, Operation } from '@stellar/stellar-sdk'
import type { Transaction } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Control } from '../../../src/sandbox/network/control/control.ts'
import { openClient, openForTest, recordsOf, until } from '../http/client.ts'
import type { Client } from '../http/client.ts'

let client: Client

beforeEach(async () => {
  client = await openClient()
})

afterEach(() => client[Symbol.asyncDispose]())

async function post(verb: string, body?: string) {
  const sent = { method: 'POST', ...(body === undefined ? {} : { body }) }
  const response = await fetch(`${client.sandbox.url}/_sandbox/${verb}`, sent)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const command = async (verb: string, value: object) =>
  (await post(verb, JSON.stringify(value))).body

const noop = [Operation.bumpSequence({ bumpTo: '0' })]
const hashOf = (transaction: Transaction) => Buffer.from(transaction.hash()).toString('hex')
const ledgers = () => client.sandbox.control.state().coreLatestLedger

describe('a command (SBX-93)', () => {
  test.each(['null', '5', '"close"', 'true', '[]'])(
    'is a JSON object, and %s is told to be none',
    async (body) => {
      const extras = { reason: 'the body is no JSON object' }
      expect(await post('close', body)).toMatchObject({ status: 400, body: { extras } })
    },
  )

  test('that is no JSON is told to be none', async () => {
    const extras = { reason: 'the body is no JSON' }
    expect(await post('close', '{')).toMatchObject({ status: 400, body: { extras } })
  })

  test('may come without a body, and does the least then', async () => {
    const fees = async () =>
      recordsOf(await client.get('/ledgers')).map((one) => one['base_fee_in_stroops'])
    expect(await post('close')).toEqual({ status: 200, body: { sequence: 2 } })
    expect(await post('advance')).toEqual({ status: 200, body: { done: true } })
    expect(client.sandbox.control.state().clock.offsetSeconds).toBe(0)
    await command('surge', { baseFee: 500 })
    await post('close')
    expect(await fees()).toEqual([100, 100, 500, 500, 100])
    await post('surge')
    expect(await fees()).toEqual([100, 100, 500, 500, 100, 100])
  })

  test('to read what nobody knows is 404', async () => {
    for (const verb of ['nothing', 'constructor', 'toString', '__proto__']) {
      const path = `/_sandbox/${verb}`
      expect((await client.get(path)).status).toBe(404)
      const ordered = await fetch(`${client.sandbox.url}${path}`, { method: 'POST', body: '{}' })
      expect(ordered.status).toBe(404)
    }
  })

  test('to wait for the ledger that is there is answered at once', async () => {
    await post('close')
    const waited = (sequence: number) => command('wait_for_ledger', { sequence, timeoutMs: 0 })
    expect(await waited(2)).toEqual({ reached: true })
    expect(await waited(3)).toEqual({ reached: false })
  })

  test.each<[string, number, (control: Control) => Promise<boolean>]>([
    ['a ledger', 20, (control) => control.waitForLedger(99, 20)],
    ['a ledger', 30_000, (control) => control.waitForLedger(99)],
    ['a transaction', 20, (control) => control.waitForTransaction('ab', 20)],
    ['a transaction', 30_000, (control) => control.waitForTransaction('ab')],
  ])('to wait for %s that never comes is answered after %i ms', async (_what, ms, wait) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const told: boolean[] = []
    void wait(client.sandbox.control).then((reached) => told.push(reached))
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual([false])
  })

  test.each([
    ['admission', 2],
    ['application', 1],
  ])('lets a foreign transaction in before %s, in %i ledgers (SBX-110)', async (when, count) => {
    const [from, foreign] = [await client.funded(), await client.funded()]
    const [mine, slipped] = [await client.build(from, noop), await client.build(foreign, noop)]
    const before = ledgers()
    const slipIn = { tx: slipped.toXdr(), before: from.publicKey(), when }
    expect(await command('slip_in', slipIn)).toEqual({ done: true })
    expect((await client.submit(mine)).status).toBe(200)
    expect(ledgers() - before).toBe(count)
    const { records } = await client.server.transactions().order('desc').limit(2).call()
    expect(records.map(({ hash }) => hash)).toEqual([hashOf(mine), hashOf(slipped)])
  })
})

describe('what is submitted by command (SBX-93)', () => {
  test('takes one ledger where one closes for it anyway', async () => {
    const account = Keypair.random().publicKey()
    expect(await command('fund', { account, amount: '20' })).toMatchObject({ successful: true })
    expect(await command('fund', { account, amount: '20' })).toMatchObject({ successful: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(ledgers()).toBe(3)
  })

  test('makes no account out of what is no lumen', async () => {
    const issuer = await client.funded()
    const asset = `USDC:${issuer.publicKey()}`
    const account = Keypair.random().publicKey()
    const order = { account, amount: '20', asset, issuerSecret: issuer.secret() }
    expect(await command('fund', order)).toMatchObject({
      successful: false,
      resultCodes: { transaction: 'tx_failed', operations: ['op_no_destination'] },
    })
    const native = { ...order, asset: 'native', issuerSecret: Keypair.random().secret() }
    expect(await command('fund', native)).toMatchObject({
      successful: false,
      resultCodes: { transaction: 'tx_no_source_account' },
    })
  })

  test('is told to have failed when no ledger took it in half a minute', async () => {
    const slow = await openForTest({ mode: 'interval', intervalMs: 3_600_000 })
    const { control } = slow.sandbox
    const funding = slow.funded()
    await until(() => control.state().pending.length === 1)
    control.close()
    const from = await funding
    const pay = Operation.payment({
      destination: from.publicKey(),
      asset: Asset.native(),
      amount: '1',
    })
    const transaction = await slow.build(from, [pay])
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const submitted = control.submit(transaction.toXdr())
      let told = false
      void submitted.then(() => (told = true))
      await vi.advanceTimersByTimeAsync(29_999)
      expect(told).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(await submitted).toEqual({ successful: false, hash: hashOf(transaction) })
    } finally {
      vi.useRealTimers()
    }
  })
})
