import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { expect, onTestFinished, test } from 'vitest'
import { mainAccountOf } from '../../../src/sandbox/network/ledger/account-id.ts'
import { innerOf, readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createClock } from '../../../src/sandbox/network/network/clock.ts'
import { installFixture } from '../../../src/sandbox/network/network/fixture.ts'
import type { Fixture } from '../../../src/sandbox/network/network/fixture.ts'
import { createNetwork } from '../../../src/sandbox/network/network/network.ts'
import { openClient, openForTest, recordsOf } from '../http/client.ts'
import { genesisCloseTime, parameters } from '../ledger/world.ts'

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
  await expect(unfit).rejects.toThrow(/^the fixture does not fit: [A-Za-z0-9+/]+=*$/)
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

test('a fixture brings about all that it lists of an account (SBX-13)', async () => {
  const keys = Array.from({ length: 4 }, () => Keypair.random())
  const [first, second, rich, friend] = keys.map((key) => key.publicKey())
  const [firstSecret, secondSecret, secret] = keys.map((key) => key.secret())
  const accounts = [
    { secret: `${firstSecret}` },
    { secret: `${secondSecret}`, flags: 2, homeDomain: 'second.example' },
    {
      secret: `${secret}`,
      balance: '77',
      trusts: [`USDC:${first}`, `LONGCODE:${second}`, `EURC:${first}`],
      data: { one: '1', two: '2', three: '3' },
      signers: [
        { key: `${first}`, weight: 4 },
        { key: `${second}`, weight: 5 },
        { key: `${friend}`, weight: 6 },
      ],
      thresholds: { low: 1, medium: 2, high: 3 },
    },
  ]
  const to = `${rich}`
  const payments = [
    { secret: `${firstSecret}`, code: 'USDC', to, amount: '1' },
    { secret: `${secondSecret}`, code: 'LONGCODE', to, amount: '2' },
    { secret: `${firstSecret}`, code: 'EURC', to, amount: '3' },
  ]
  const { server } = await openForTest({ fixture: { accounts, payments } })
  const account = await server.loadAccount(to)
  const { balances, data_attr: data, thresholds, signers } = account
  const held = balances.map((one) => [
    'asset_code' in one ? `${one.asset_code}:${one.asset_issuer}` : 'native',
    one.balance,
  ])
  expect(Object.fromEntries(held)).toEqual({
    native: '77.0000000',
    [`USDC:${first}`]: '1.0000000',
    [`LONGCODE:${second}`]: '2.0000000',
    [`EURC:${first}`]: '3.0000000',
  })
  expect(data).toEqual({ one: 'MQ==', two: 'Mg==', three: 'Mw==' })
  expect(thresholds).toEqual({ low_threshold: 1, med_threshold: 2, high_threshold: 3 })
  expect(Object.fromEntries(signers.map(({ key, weight }) => [key, weight]))).toEqual({
    [to]: 1,
    [`${first}`]: 4,
    [`${second}`]: 5,
    [`${friend}`]: 6,
  })
  expect(await server.loadAccount(`${second}`)).toMatchObject({
    home_domain: 'second.example',
    flags: { auth_required: false, auth_revocable: true, auth_immutable: false },
  })
})

const fresh = (change: Partial<typeof parameters> = {}) =>
  createNetwork({
    parameters: { ...parameters, ...change },
    seed: 'a seed',
    pace: { mode: 'manual' },
    clock: createClock(() => Number(genesisCloseTime) * 1000),
    applyOrder: 'fifo',
    strictCloseTime: false,
    allowQueueChaining: false,
  })

test('a fixture makes accounts, then flags, lines, payments and locks, whoever is named first (SBX-13)', () => {
  const accounts = [
    {
      secret: holder.secret(),
      trusts: [`USDC:${issuer.publicKey()}`],
      data: { purpose: 'tests' },
    },
    {
      secret: issuer.secret(),
      flags: 10,
      signers: [{ key: cosigner.publicKey(), weight: 1 }],
      thresholds: { low: 0, medium: 2 },
    },
  ]
  const network = fresh()
  installFixture(network, { accounts, ...(fixture.payments && { payments: fixture.payments }) })
  const line = `trustline|${holder.publicKey()}|USDC:${issuer.publicKey()}`
  expect(network.ledger.entry(line)).toMatchObject({ balance: 120_000_000n, flags: 5 })
  const [told = ''] = network.export().ledgers
  const { tx } = JSON.parse(told) as { tx: string[] }
  const operations = tx.flatMap((one) => {
    const { operations: all } = innerOf(readEnvelope(one, parameters.networkPassphrase))
    return all.map(({ body, sourceAccount: own }) => [body, own && mainAccountOf(own)] as const)
  })
  const [ofHolder, ofIssuer] = [holder.publicKey(), issuer.publicKey()]
  expect(operations.map(([{ type }, source]) => [type, source])).toEqual([
    ['createAccount', null],
    ['createAccount', null],
    ['setOptions', ofIssuer],
    ['changeTrust', ofHolder],
    ['manageData', ofHolder],
    ['payment', ofIssuer],
    ['setOptions', ofIssuer],
    ['setOptions', ofIssuer],
  ])
  const options = operations.flatMap(([body]) => (body.type === 'setOptions' ? [body] : []))
  const none = { lowThreshold: null, medThreshold: null, highThreshold: null, signer: null }
  expect(options.map(({ setOptionsOp }) => setOptionsOp)).toMatchObject([
    { ...none, setFlags: 10 },
    { ...none, setFlags: null, signer: { weight: 1 } },
    { ...none, setFlags: null, lowThreshold: 0, medThreshold: 2 },
  ])
})

test('a fixture pays the fee of the day, and goes on from what its root has sent (SBX-13)', () => {
  const network = fresh({ baseFee: 300n })
  const made = (key: Keypair) => installFixture(network, { accounts: [{ secret: key.secret() }] })
  made(issuer)
  network.close({ upgrades: { baseFee: 400n } })
  made(holder)
  const balances = [issuer, holder].map(
    (key) => network.ledger.account(key.publicKey())?.balance ?? 0n,
  )
  expect(balances).toEqual([100_000_000_000n, 100_000_000_000n])
  expect(network.ledger.head.feePool).toBe(700n)
})

test('a fixture fits as a whole: its last transaction, too (SBX-13)', () => {
  const others = Array.from({ length: 98 }, () => ({ secret: Keypair.random().secret() }))
  const accounts = [...others, { secret: holder.secret() }, { secret: issuer.secret() }]
  const { payments = [] } = fixture
  expect(() => installFixture(fresh(), { accounts, payments })).toThrow('the fixture does not fit')
})
