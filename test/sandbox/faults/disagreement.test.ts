import { Asset, BASE_FEE, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import type { Keypair } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { openForTest, recordsOf } from '../http/client.ts'
import type { Client } from '../http/client.ts'

/** What two clocks or two endpoints say does not fit together for a while. */

test('a ledger clock that runs ahead or behind takes no transaction timed by another (SBX-113)', async () => {
  const client = await openForTest()
  const submit = async (from: Keypair) => {
    const answer = await client.submit(await paymentTimedBy(Date.now(), client, from))
    const body = (await answer.json()) as { extras?: { result_codes?: object } }
    return body.extras?.result_codes
  }
  expect(await submit(await client.funded())).toBeUndefined()
  client.sandbox.control.advance(600)
  const date = Date.parse((await client.get('/')).headers.get('date') ?? '')
  expect(date - Date.now()).toBeGreaterThan(590_000)
  expect(await submit(await client.funded())).toEqual({ transaction: 'tx_too_late' })
  client.sandbox.control.advance(-1200)
  client.sandbox.control.reset()
  expect(await submit(await client.funded())).toEqual({ transaction: 'tx_too_early' })
})

test('a payment can be listed before its transaction is found, and the reverse (SBX-114)', async () => {
  const client = await openForTest()
  const [from, to] = [await client.funded(), await client.funded()]
  const listed = async () =>
    recordsOf(await client.get('/payments?order=desc')).map((record) => record.transaction_hash)
  const look = async (hash: string) => (await client.get(`/transactions/${hash}`)).status
  const early = Buffer.from((await client.pay(from, to.publicKey())).hash()).toString('hex')
  client.sandbox.control.addFault({
    match: { path: '/transactions/*', hash: early },
    effect: { kind: 'problem', problem: 'not_found' },
    times: 2,
  })
  expect(await listed()).toContain(early)
  expect([await look(early), await look(early), await look(early)]).toEqual([404, 404, 200])
  const late = Buffer.from((await client.pay(from, to.publicKey())).hash()).toString('hex')
  client.sandbox.control.addFault({
    effect: { kind: 'withhold', hash: late, ledgers: 1, pages: true },
  })
  expect(await look(late)).toBe(200)
  expect(await listed()).not.toContain(late)
  client.sandbox.control.close({ ledgers: 1 })
  expect(await listed()).toContain(late)
})

async function paymentTimedBy(clock: number, client: Client, from: Keypair) {
  const now = Math.floor(clock / 1000)
  const transaction = new TransactionBuilder(await client.server.loadAccount(from.publicKey()), {
    fee: BASE_FEE,
    networkPassphrase: Networks.TESTNET,
    timebounds: { minTime: now - 30, maxTime: now + 300 },
  })
    .addOperation(
      Operation.payment({ destination: from.publicKey(), asset: Asset.native(), amount: '1' }),
    )
    .build()
  transaction.sign(from)
  return transaction
}
