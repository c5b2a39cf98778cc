import {
  Account,
  Asset,
  Claimant,
  Keypair,
  Memo,
  MuxedAccount,
  Operation,
  TransactionBuilder,
  Networks,
} from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

/** The fields of each resource, no more and no fewer than Horizon has (SBX-79). */

let client: Client
let issuer: Keypair
let holder: Keypair
let payment = ''
let outer = ''

const hashOf = (transaction: { hash(): Uint8Array }) =>
  Buffer.from(transaction.hash()).toString('hex')

beforeAll(async () => {
  client = await openClient()
  issuer = await client.funded()
  holder = await client.funded()
  const asset = new Asset('USDC', issuer.publicKey())
  const send = async (from: Keypair, ...operations: Parameters<Client['build']>[1]) =>
    client.server.submitTransaction(await client.build(from, operations))
  await send(issuer, Operation.setOptions({ homeDomain: 'example.com' }))
  await send(holder, Operation.changeTrust({ asset }))
  const muxed = new MuxedAccount(new Account(holder.publicKey(), '0'), '7').accountId()
  const paying = await client.build(
    issuer,
    [Operation.payment({ destination: muxed, asset, amount: '5' })],
    { memo: Memo.text('hello') },
  )
  await client.server.submitTransaction(paying)
  payment = hashOf(paying)
  await send(
    holder,
    Operation.createClaimableBalance({
      asset,
      amount: '1',
      claimants: [new Claimant(issuer.publicKey())],
    }),
  )
  const inner = await client.build(issuer, [Operation.bumpSequence({ bumpTo: '0' })])
  const bump = TransactionBuilder.buildFeeBumpTransaction(holder, '500', inner, Networks.TESTNET)
  bump.sign(holder)
  await client.server.submitTransaction(bump)
  outer = hashOf(bump)
})

afterAll(() => client[Symbol.asyncDispose]())

type Resource = Readonly<Record<string, unknown>>

const one = async (path: string) => (await client.get(path)).body as Resource
const first = async (path: string) => recordsOf(await client.get(path))[0] ?? {}
const fieldsOf = (value: unknown) => Object.keys(value as object).toSorted()
const words = (text: string) => text.split(/\s+/).toSorted()

const transactionFields =
  '_links id paging_token successful hash ledger created_at source_account source_account_sequence fee_account ' +
  'fee_charged max_fee operation_count envelope_xdr result_xdr result_meta_xdr fee_meta_xdr memo_type signatures ' +
  'preconditions'
const operationFields =
  '_links id paging_token transaction_successful source_account type type_i created_at transaction_hash'

const cases: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  [
    'the root',
    () => one('/'),
    '_links horizon_version core_version ingest_latest_ledger history_latest_ledger ' +
      'history_latest_ledger_closed_at history_elder_ledger core_latest_ledger network_passphrase ' +
      'current_protocol_version supported_protocol_version core_supported_protocol_version',
  ],
  ['health', () => one('/health'), 'database_connected core_up core_synced'],
  [
    'fee_stats',
    () => one('/fee_stats'),
    'last_ledger last_ledger_base_fee ledger_capacity_usage fee_charged max_fee',
  ],
  [
    'the fees in fee_stats',
    async () => (await one('/fee_stats'))['fee_charged'],
    'max min mode p10 p20 p30 p40 p50 p60 p70 p80 p90 p95 p99',
  ],
  [
    'an account',
    () => one(`/accounts/${issuer.publicKey()}`),
    '_links id account_id paging_token sequence sequence_ledger sequence_time subentry_count home_domain ' +
      'last_modified_ledger last_modified_time thresholds flags balances signers data num_sponsoring num_sponsored',
  ],
  [
    'the links of an account',
    async () => (await one(`/accounts/${issuer.publicKey()}`))['_links'],
    'self transactions operations payments effects offers trades data',
  ],
  [
    'the flags of an account',
    async () => (await one(`/accounts/${issuer.publicKey()}`))['flags'],
    'auth_required auth_revocable auth_immutable auth_clawback_enabled',
  ],
  [
    'the thresholds of an account',
    async () => (await one(`/accounts/${issuer.publicKey()}`))['thresholds'],
    'low_threshold med_threshold high_threshold',
  ],
  [
    'a balance of credit',
    async () => balancesOf(await one(`/accounts/${holder.publicKey()}`))[0],
    'balance limit buying_liabilities selling_liabilities last_modified_ledger is_authorized ' +
      'is_authorized_to_maintain_liabilities asset_type asset_code asset_issuer',
  ],
  [
    'a balance of lumens, the last',
    async () => balancesOf(await one(`/accounts/${holder.publicKey()}`))[1],
    'balance buying_liabilities selling_liabilities asset_type',
  ],
  [
    'a transaction with a text memo',
    () => one(`/transactions/${payment}`),
    `${transactionFields} memo memo_bytes`,
  ],
  [
    'the links of a transaction',
    async () => (await one(`/transactions/${payment}`))['_links'],
    'self account ledger operations effects precedes succeeds transaction',
  ],
  [
    'a fee bump',
    () => one(`/transactions/${outer}`),
    `${transactionFields} fee_bump_transaction inner_transaction`,
  ],
  [
    'a payment of credit to a muxed account',
    () => first(`/transactions/${payment}/operations`),
    `${operationFields} asset_type asset_code asset_issuer from to to_muxed to_muxed_id amount`,
  ],
  [
    'the links of an operation',
    async () => (await first(`/transactions/${payment}/operations`))['_links'],
    'self transaction effects succeeds precedes',
  ],
  [
    'a created account',
    () => first('/operations'),
    `${operationFields} starting_balance funder account`,
  ],
  [
    'an effect of a payment to a muxed account',
    () => first(`/transactions/${payment}/effects`),
    '_links id paging_token account account_muxed account_muxed_id type type_i created_at amount ' +
      'asset_type asset_code asset_issuer',
  ],
  [
    'the links of an effect',
    async () => (await first(`/transactions/${payment}/effects`))['_links'],
    'operation succeeds precedes',
  ],
  [
    'a ledger',
    () => first('/ledgers'),
    '_links id paging_token hash prev_hash sequence successful_transaction_count ' +
      'failed_transaction_count operation_count tx_set_operation_count closed_at total_coins fee_pool ' +
      'base_fee_in_stroops base_reserve_in_stroops max_tx_set_size protocol_version header_xdr',
  ],
  [
    'an asset',
    () => first('/assets'),
    '_links asset_type asset_code asset_issuer paging_token accounts balances num_claimable_balances ' +
      'claimable_balances_amount num_liquidity_pools liquidity_pools_amount num_contracts contracts_amount flags',
  ],
  [
    'the holders of an asset',
    async () => (await first('/assets'))['accounts'],
    'authorized authorized_to_maintain_liabilities unauthorized',
  ],
  [
    'a claimable balance',
    () => first('/claimable_balances'),
    '_links id paging_token asset amount sponsor last_modified_ledger last_modified_time claimants flags',
  ],
]

const balancesOf = (account: Resource) => account['balances'] as readonly Resource[]

describe('the fields of', () => {
  test.each(cases)('%s (SBX-79)', async (_what, read, fields) => {
    expect(fieldsOf(await read())).toEqual(words(fields))
  })

  test('links are addresses of the host that was asked (SBX-69)', async () => {
    const account = await one(`/accounts/${issuer.publicKey()}`)
    const own = `${client.sandbox.url}/accounts/${issuer.publicKey()}`
    expect(account).toMatchObject({
      _links: {
        self: { href: own },
        payments: { href: `${own}/payments{?cursor,limit,order}`, templated: true },
      },
    })
    const operation = await first(`/transactions/${payment}/operations`)
    const token = String(operation['paging_token'])
    expect(operation).toMatchObject({
      _links: {
        succeeds: { href: `${client.sandbox.url}/effects?order=desc&cursor=${token}` },
        precedes: { href: `${client.sandbox.url}/effects?order=asc&cursor=${token}` },
      },
    })
    expect(await one('/')).toMatchObject({
      _links: {
        account: { href: `${client.sandbox.url}/accounts/{account_id}`, templated: true },
        self: { href: `${client.sandbox.url}/` },
      },
    })
    const page = await one('/ledgers?limit=1')
    expect(page).toMatchObject({
      _links: { self: { href: expect.stringContaining(`${client.sandbox.url}/ledgers?`) } },
    })
  })

  test('a transaction hold what was sent (SBX-79)', async () => {
    expect(await one(`/transactions/${payment}`)).toMatchObject({
      memo_type: 'text',
      memo: 'hello',
      memo_bytes: Buffer.from('hello').toString('base64'),
      source_account: issuer.publicKey(),
      fee_account: issuer.publicKey(),
      fee_charged: '100',
      operation_count: 1,
    })
    expect(await one(`/transactions/${outer}`)).toMatchObject({
      fee_account: holder.publicKey(),
      max_fee: '1000', // 500 for each operation and one more
      fee_bump_transaction: { hash: outer },
    })
    expect(await first('/assets')).toMatchObject({
      balances: { authorized: '4.0000000' },
      num_claimable_balances: 1,
      claimable_balances_amount: '1.0000000',
      _links: { toml: { href: 'https://example.com/.well-known/stellar.toml' } },
    })
  })
})

test('a fee bump is shown with the signatures of the hash that was asked by (SBX-79)', async () => {
  const byOuter = await one(`/transactions/${outer}`)
  const { inner_transaction: inner, fee_bump_transaction: bump } = byOuter as Record<
    string,
    { hash: string; signatures: string[] }
  >
  const byInner = await one(`/transactions/${inner?.hash}`)
  expect(byOuter['signatures']).toEqual(bump?.signatures)
  expect(byInner['signatures']).toEqual(inner?.signatures)
  expect(inner?.signatures).not.toEqual(bump?.signatures)
})

test('an account tells its signers by kind, who sponsors what, and what may be clawed back (SBX-14, SBX-79)', async () => {
  const [own, sponsor, strict] = [
    await client.funded(),
    await client.funded(),
    await client.funded(),
  ]
  const other = Keypair.random().publicKey()
  const source = own.publicKey()
  const asset = new Asset('CLAW', strict.publicKey())
  const send = async (from: Keypair, operations: Parameters<Client['build']>[1]) =>
    client.server.submitTransaction(
      await client.build(from, operations, {
        signers: from === strict ? [strict] : [sponsor, own],
      }),
    )
  await send(strict, [Operation.setOptions({ setFlags: 10 as never })])
  await send(sponsor, [
    Operation.beginSponsoringFutureReserves({ sponsoredId: source }),
    Operation.setOptions({ source, signer: { sha256Hash: Buffer.alloc(32, 1), weight: 3 } }),
    Operation.changeTrust({ source, asset }),
    Operation.endSponsoringFutureReserves({ source }),
    Operation.setOptions({ source, signer: { preAuthTx: Buffer.alloc(32, 2), weight: 2 } }),
    Operation.setOptions({
      source,
      signer: { ed25519PublicKey: other, weight: 1 },
      inflationDest: sponsor.publicKey(),
      masterWeight: 0,
    }),
  ])
  const account = await one(`/accounts/${source}`)
  expect(account['inflation_destination']).toBe(sponsor.publicKey())
  expect(account['balances']).toMatchObject([
    { asset_code: 'CLAW', is_clawback_enabled: true, sponsor: sponsor.publicKey() },
    { asset_type: 'native' },
  ])
  expect(account['signers']).toEqual([
    { weight: 1, key: other, type: 'ed25519_public_key' },
    { weight: 2, key: expect.stringMatching(/^T/), type: 'preauth_tx' },
    {
      weight: 3,
      key: expect.stringMatching(/^X/),
      type: 'sha256_hash',
      sponsor: sponsor.publicKey(),
    },
    { weight: 0, key: source, type: 'ed25519_public_key' },
  ])
})
