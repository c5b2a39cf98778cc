import { Keypair, Networks, TransactionBuilder } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aCallback } from '../builders/callback.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { startWorldGateway } from '../graphql/gateway-world.ts'
import { askBankToPay, startOutside } from './outside-world.ts'

let outside: Awaited<ReturnType<typeof startOutside>>
let database: TestDatabase
let gateway: Awaited<ReturnType<typeof startWorldGateway>>

beforeAll(async () => {
  outside = await startOutside()
  database = await freshDatabase()
  const urls = { horizonUrl: outside.url, bankUrl: outside.url }
  gateway = await startWorldGateway(database.url, { ...urls, logLevel: 'debug' })
})
afterAll(async () => {
  await gateway.stop()
  outside.stop()
  await database.drop()
})

async function logIn(): Promise<void> {
  const key = Keypair.random()
  const asked = await fetch(`${gateway.publicUrl}/auth?account=${key.publicKey()}`)
  const { transaction } = (await asked.json()) as { readonly transaction: string }
  const challenge = TransactionBuilder.fromXdr(transaction, Networks.TESTNET)
  challenge.sign(key)
  const body = JSON.stringify({ transaction: challenge.toXdr() })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${gateway.publicUrl}/auth`, { method: 'POST', headers, body })
}

async function collect(): Promise<void> {
  const { accounts, collectStellarPayments } = gateway.rooms
  await collectStellarPayments(accounts[0] ?? '').catch(() => undefined) // it cannot be read
}

async function callBack(): Promise<void> {
  const callback = aCallback({ url: `${outside.url}/callback` })
  await gateway.rooms.commit(({ callbacks }) => callbacks.add(callback))
  await gateway.rooms.deliverCallback(callback.id)
}

/** The calls that were logged meanwhile, each kind once. */
async function calls(during: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  gateway.lines.length = 0
  await during()
  const called = gateway.lines.filter(({ msg }) => msg === 'called')
  return new Set(called.map(({ level, target }) => `${String(level)} ${String(target)}`))
}

it.each<[string, () => Promise<unknown>, readonly string[]]>([
  [
    'a look at health',
    () => fetch(`${gateway.internalUrl}/health`),
    ['debug horizon', 'debug bank'],
  ],
  ['collecting', collect, ['debug horizon']],
  ['a login', logIn, ['debug horizon']],
  ['a payout', () => askBankToPay(gateway.rooms), ['info bank']],
  ['a callback', callBack, ['info callback']],
])('a line tells of each call for %s, at `info` only where something is done', async (...how) => {
  const [, during, told] = how
  expect(await calls(during)).toEqual(new Set(told))
})
