import {
  AccountRequiresMemoError,
  Asset,
  BASE_FEE,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Account,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClient } from './client.ts'
import type { Client } from './client.ts'

let client: Client

beforeAll(async () => {
  client = await openClient()
})

afterAll(() => client[Symbol.asyncDispose]())

describe('Horizon.Server of the SDK, unmodified (SBX-121)', () => {
  test('loads an account that friendbot funded, at once (SBX-17, SBX-89)', async () => {
    const key = Keypair.random()
    await client.server.friendbot(key.publicKey()).call()
    const account = await client.server.loadAccount(key.publicKey())
    expect(account.balances).toEqual([
      expect.objectContaining({ asset_type: 'native', balance: '10000.0000000' }),
    ])
    expect(account.data_attr).toEqual({})
    expect(account.signers).toEqual([
      { key: key.publicKey(), weight: 1, type: 'ed25519_public_key' },
    ])
  })

  test('submits a payment and reads it in the very next request (SBX-71, SBX-75)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const transaction = await client.pay(from, to.publicKey(), { amount: '12.5' })
    const hash = Buffer.from(transaction.hash()).toString('hex')
    const page = await client.server.payments().forAccount(to.publicKey()).order('desc').call()
    expect(page.records[0]).toMatchObject({
      type: 'payment',
      type_i: 1,
      amount: '12.5000000',
      from: from.publicKey(),
      to: to.publicKey(),
      asset_type: 'native',
      transaction_hash: hash,
      transaction_successful: true,
    })
    const record = await client.server.transactions().transaction(hash).call()
    expect(record).toMatchObject({ hash, successful: true, fee_charged: '100', memo_type: 'none' })
    expect(record.ledger_attr).toBeTypeOf('number')
    const { records } = await record.operations()
    expect(records.map(({ type }) => type)).toEqual(['payment'])
  })

  test('joins each payment with its transaction, memo included (SBX-79)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    await client.pay(from, to.publicKey(), { memo: Memo.text('rent') })
    const page = await client.server
      .payments()
      .forAccount(to.publicKey())
      .join('transactions')
      .order('desc')
      .limit(1)
      .call()
    const transaction = await page.records[0]?.transaction()
    expect(transaction).toMatchObject({ memo: 'rent', memo_type: 'text', memo_bytes: 'cmVudA==' })
  })

  test('pages forward and backward without gap or repeat (SBX-62, SBX-63)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    for (const amount of ['1', '2', '3', '4', '5']) {
      await client.pay(from, to.publicKey(), { amount })
    }
    const amounts = (page: { records: object[] }) =>
      page.records.map((record) => (record as { amount?: string }).amount)
    const builder = () => client.server.payments().forAccount(to.publicKey()).limit(2)
    const first = await builder().call()
    const second = await first.next()
    const third = await second.next()
    expect([first, second, third].flatMap(amounts)).toEqual([
      undefined,
      '1.0000000',
      '2.0000000',
      '3.0000000',
      '4.0000000',
      '5.0000000',
    ])
    expect((await third.next()).records).toEqual([])
    expect(amounts(await third.prev())).toEqual(['3.0000000', '2.0000000'])
  })

  test('submits a fee bump, found by outer and by inner hash (SBX-25, SBX-79)', async () => {
    const [from, sponsor] = [await client.funded(), await client.funded()]
    const payment = Operation.payment({
      destination: sponsor.publicKey(),
      asset: Asset.native(),
      amount: '1',
    })
    const inner = await client.build(from, [payment])
    const bump = TransactionBuilder.buildFeeBumpTransaction(sponsor, '400', inner, Networks.TESTNET)
    bump.sign(sponsor)
    const answer = await client.server.submitTransaction(bump)
    const [outerHash, innerHash] = [bump, inner].map((one) =>
      Buffer.from(one.hash()).toString('hex'),
    )
    expect(answer.hash).toBe(outerHash)
    const byInner = await client.server.transactions().transaction(String(innerHash)).call()
    expect(byInner).toMatchObject({
      hash: innerHash,
      fee_account: sponsor.publicKey(),
      source_account: from.publicKey(),
      max_fee: '800',
      inner_transaction: { hash: innerHash, max_fee: '100' },
      fee_bump_transaction: { hash: outerHash },
    })
  })

  test('stops a payment to an account that requires a memo (SEP-29, SBX-69)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const demand = Operation.manageData({ name: 'config.memo_required', value: '1' })
    await client.server.submitTransaction(await client.build(to, [demand]))
    await expect(client.pay(from, to.publicKey())).rejects.toThrow(AccountRequiresMemoError)
    await client.pay(from, to.publicKey(), { memo: Memo.id('7') })
  })

  test('tells why a payment failed, and a failed one is found by its hash (SBX-57, SBX-79)', async () => {
    const from = await client.funded()
    const to = Keypair.random().publicKey()
    const transaction = await client.build(from, [
      Operation.payment({ destination: to, asset: Asset.native(), amount: '1' }),
    ])
    const failure = await client.server.submitTransaction(transaction).catch((error) => error)
    expect(failure.response?.data ?? failure.response).toMatchObject({
      type: 'https://stellar.org/horizon-errors/transaction_failed',
      status: 400,
      extras: {
        result_codes: { transaction: 'tx_failed', operations: ['op_no_destination'] },
        result_xdr: 'AAAAAAAAAGT/////AAAAAQAAAAAAAAAB////+wAAAAA=',
      },
    })
    const hash = Buffer.from(transaction.hash()).toString('hex')
    const record = await client.server.transactions().transaction(hash).call()
    expect(record.successful).toBe(false)
    const listed = await client.server.transactions().forAccount(from.publicKey()).call()
    expect(listed.records.map((one) => one.hash)).not.toContain(hash)
  })

  test('names muxed accounts beside the accounts underneath (SBX-79)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const muxed = new MuxedAccount(new Account(to.publicKey(), '0'), '42').accountId()
    await client.pay(from, muxed)
    const page = await client.server.payments().forAccount(to.publicKey()).order('desc').call()
    expect(page.records[0]).toMatchObject({
      to: to.publicKey(),
      to_muxed: muxed,
      to_muxed_id: '42',
    })
  })

  test('answers a re-submission as it answered the first (SBX-72)', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const transaction = await client.pay(from, to.publicKey())
    const again = await client.server.submitTransaction(transaction)
    expect(again.successful).toBe(true)
    const page = await client.server.payments().forAccount(to.publicKey()).call()
    expect(page.records).toHaveLength(2)
  })

  test('tells fees, ledgers and the network it is (SBX-79)', async () => {
    const stats = await client.server.feeStats()
    expect(stats.max_fee.mode).toMatch(/^\d+$/)
    expect(await client.server.fetchBaseFee()).toBe(Number(BASE_FEE))
    const root = await client.server.root()
    expect(root.network_passphrase).toBe(Networks.TESTNET)
    const ledgers = await client.server.ledgers().order('desc').limit(2).call()
    const [newer, older] = ledgers.records
    expect(newer?.prev_hash).toBe(older?.hash)
  })

  test('takes timebounds from the Date header, readable by scripts (SBX-67)', async () => {
    const bounds = await client.server.fetchTimebounds(100)
    expect(Math.abs(Number(bounds.maxTime) - 100 - Date.now() / 1000)).toBeLessThan(5)
    const { headers } = await client.get('/')
    expect(headers.get('access-control-expose-headers')).toBe('Date, Latest-Ledger')
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })
})
