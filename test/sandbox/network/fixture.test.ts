import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { expect, onTestFinished, test } from 'vitest'
import type { Fixture } from '../../../src/sandbox/network/network/fixture.ts'
import { openClient, openForTest, recordsOf } from '../http/client.ts'

const [issuer, holder, cosigner] = [Keypair.random(), Keypair.random(), Keypair.random()]

const fixture: Fixture = {
  accounts: [
    { secret: issuer.secret(), homeDomain: 'issuer.example', flags: 2 },
    {
      secret: holder.secret(),
      balance: '50',
      trusts: [`USDC:${issuer.publicKey()}`],
      data: { purpose: 'tests' },
      signers: [{ key: cosigner.publicKey(), weight: 1 }],
      thresholds: { medium: 2, high: 2 },
    },
  ],
  payments: [{ secret: issuer.secret(), code: 'USDC', to: holder.publicKey(), amount: '12' }],
}

test('a fixture is there from ledger 2 on, and history explains it (SBX-13)', async () => {
  const client = await openForTest({ fixture, mode: 'manual' })
  expect(client.sandbox.control.state().ingestedLatestLedger).toBe(2)
  const account = await client.server.loadAccount(holder.publicKey())
  expect(account.balances).toMatchObject([
    { asset_code: 'USDC', balance: '12.0000000' },
    { asset_type: 'native', balance: '50.0000000' },
  ])
  expect(account.thresholds).toEqual({ low_threshold: 0, med_threshold: 2, high_threshold: 2 })
  expect(account.data_attr).toEqual({ purpose: 'dGVzdHM=' })
  expect(account.signers).toHaveLength(2)
  const payments = recordsOf(await client.get(`/accounts/${holder.publicKey()}/payments`))
  expect(payments.map(({ type }) => type)).toEqual(['create_account', 'payment'])
})

test('a fixture is there again after a reset (SBX-107)', async () => {
  const client = await openForTest({ fixture })
  await client.funded()
  client.sandbox.control.reset()
  expect((await client.get(`/accounts/${holder.publicKey()}`)).status).toBe(200)
  expect(client.sandbox.control.state().ingestedLatestLedger).toBe(2)
})

test('a fixture is for a network that is new: what was kept goes on as it was (SBX-13)', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const first = await openClient({ fixture, dataDir })
  await first.funded()
  const { coreLatestLedger } = first.sandbox.control.state()
  await first.sandbox.stop()
  const second = await openForTest({ fixture, dataDir })
  expect(second.sandbox.control.state()).toMatchObject({ coreLatestLedger: 3 })
  expect(coreLatestLedger).toBe(3)
})

test('a fixture of many accounts takes as many transactions as it needs', async () => {
  const accounts = Array.from({ length: 130 }, () => ({
    secret: Keypair.random().secret(),
    homeDomain: 'many.example',
  }))
  const client = await openForTest({ fixture: { accounts } })
  const last = Keypair.fromSecret(String(accounts.at(-1)?.secret)).publicKey()
  expect((await client.get(`/accounts/${last}`)).body).toMatchObject({
    home_domain: 'many.example',
    last_modified_ledger: 2,
  })
  const { records } = await client.server.transactions().forLedger(2).call()
  // At most 100 operations, and at most 20 signatures of which one is the root account's.
  expect(records.map((one) => one.operation_count)).toEqual([100, 49, 19, 19, 19, 19, 19, 16])
})

test('a fixture of one account is enough', async () => {
  const client = await openForTest({ fixture: { accounts: [{ secret: holder.secret() }] } })
  expect((await client.server.loadAccount(holder.publicKey())).balances).toMatchObject([
    { balance: '10000.0000000' },
  ])
})

test('a fixture does what was asked for, and nothing else (SBX-13)', async () => {
  const [flagged, named, locked, plain] = Array.from({ length: 4 }, () => Keypair.random().secret())
  const accounts = [
    { secret: `${flagged}`, flags: 3 },
    { secret: `${named}`, homeDomain: 'named.example' },
    { secret: `${locked}`, thresholds: { low: 1 } },
    { secret: `${plain}` },
  ]
  const client = await openForTest({ fixture: { accounts } })
  const operations = recordsOf(await client.get('/ledgers/2/operations?limit=200'))
  const base = ['id', 'paging_token', 'created_at', 'transaction_hash', 'source_account', '_links']
  const told = operations.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([name]) => !base.includes(name))),
  )
  const set = { type: 'set_options', type_i: 5, transaction_successful: true }
  expect(told.map(({ type }) => type).slice(0, 4)).toEqual(Array(4).fill('create_account'))
  expect(told.slice(4)).toEqual([
    { ...set, set_flags: [1, 2], set_flags_s: ['auth_required', 'auth_revocable'] },
    { ...set, home_domain: 'named.example' },
    { ...set, low_threshold: 1 },
  ])
})

test('a fixture that does not fit keeps the network from starting', async () => {
  const [payment] = fixture.payments ?? []
  const accounts = fixture.accounts.map(({ secret }) => ({ secret }))
  const unfit = openForTest({ fixture: { accounts, payments: payment ? [payment] : [] } })
  await expect(unfit).rejects.toThrow('the fixture does not fit: ')
})

test('a fixture is brought about once: not by a revert, and not by another start (SBX-94)', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const first = await openClient({ fixture, dataDir })
  const { control } = first.sandbox
  const id = control.snapshot()
  control.close()
  expect(control.revert(id)).toBe(true)
  const told = control.export()
  await first.sandbox.stop()
  const second = await openForTest({ fixture, dataDir })
  expect(second.sandbox.control.export()).toEqual(told)
  expect(told.ledgers).toHaveLength(1)
})
