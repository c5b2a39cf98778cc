import {
  Account,
  Asset,
  Claimant,
  Keypair,
  Memo,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

let client: Client
let issuer: Keypair
let asset: Asset

beforeAll(async () => {
  client = await openClient()
  issuer = await client.funded()
  asset = new Asset('USDC', issuer.publicKey())
})

afterAll(() => client[Symbol.asyncDispose]())

async function submit(from: Keypair, ...operations: xdr.Operation[]): Promise<string> {
  const transaction = await client.build(from, operations, {
    fee: '1000',
    signers: [from],
  })
  const answer = await client.server.submitTransaction(transaction, {
    skipMemoRequiredCheck: true,
  })
  return answer.hash
}

async function holder(): Promise<Keypair> {
  const key = await client.funded()
  await submit(key, Operation.changeTrust({ asset, limit: '1000' }))
  return key
}

const operationsOf = async (hash: string) =>
  recordsOf(await client.get(`/transactions/${hash}/operations`))
const effectsOf = async (hash: string) =>
  recordsOf(await client.get(`/transactions/${hash}/effects?limit=200`))
const typesOf = (records: readonly Record<string, unknown>[]) => records.map(({ type }) => type)

describe('operations as Horizon words them (SBX-79), with their effects', () => {
  test('create_account', async () => {
    const from = await client.funded()
    const account = Keypair.random().publicKey()
    const hash = await submit(
      from,
      Operation.createAccount({ destination: account, startingBalance: '20' }),
    )
    expect(await operationsOf(hash)).toMatchObject([
      { type_i: 0, starting_balance: '20.0000000', funder: from.publicKey(), account },
    ])
    const effects = await effectsOf(hash)
    expect(typesOf(effects)).toEqual(['account_created', 'account_debited', 'signer_created'])
    expect(effects[0]).toMatchObject({ type_i: 0, account, starting_balance: '20.0000000' })
  })

  test('payment of credit, and the tokens of its effects (SBX-58)', async () => {
    const to = await holder()
    const hash = await submit(
      issuer,
      Operation.payment({ destination: to.publicKey(), asset, amount: '7' }),
    )
    const [operation] = await operationsOf(hash)
    expect(operation).toMatchObject({
      asset_type: 'credit_alphanum4',
      asset_code: 'USDC',
      asset_issuer: issuer.publicKey(),
      amount: '7.0000000',
    })
    const effects = await effectsOf(hash)
    expect(effects).toMatchObject([
      { type: 'account_credited', account: to.publicKey(), amount: '7.0000000' },
      { type: 'account_debited', account: issuer.publicKey(), asset_code: 'USDC' },
    ])
    const id = String(operation?.id)
    expect(effects.map((effect) => effect.paging_token)).toEqual([`${id}-1`, `${id}-2`])
    expect(effects[0]?.id).toBe(`${id.padStart(19, '0')}-0000000001`)
    const after = await client.get(`/transactions/${hash}/effects?cursor=${id}-1`)
    expect(recordsOf(after)).toEqual([effects[1]])
  })

  test('both path payments in the form that is a payment (SBX-52)', async () => {
    const [from, to] = [await holder(), await holder()]
    await submit(issuer, Operation.payment({ destination: from.publicKey(), asset, amount: '50' }))
    const hash = await submit(
      from,
      Operation.pathPaymentStrictSend({
        sendAsset: asset,
        sendAmount: '5',
        destination: to.publicKey(),
        destAsset: asset,
        destMin: '5',
      }),
      Operation.pathPaymentStrictReceive({
        sendAsset: asset,
        sendMax: '9',
        destination: to.publicKey(),
        destAsset: asset,
        destAmount: '6',
      }),
    )
    expect(await operationsOf(hash)).toMatchObject([
      {
        type_i: 13,
        amount: '5.0000000',
        source_amount: '5.0000000',
        destination_min: '5.0000000',
        source_asset_code: 'USDC',
        path: [],
      },
      { type_i: 2, amount: '6.0000000', source_amount: '6.0000000', source_max: '9.0000000' },
    ])
    expect(typesOf(await effectsOf(hash))).toEqual([
      'account_credited',
      'account_debited',
      'account_credited',
      'account_debited',
    ])
  })

  test('set_options gives only what was given', async () => {
    const key = await client.funded()
    const signer = Keypair.random().publicKey()
    const hash = await submit(
      key,
      Operation.setOptions({ homeDomain: 'example.com', lowThreshold: 1, setFlags: 2 }),
      Operation.setOptions({ signer: { ed25519PublicKey: signer, weight: 3 } }),
      Operation.setOptions({ signer: { ed25519PublicKey: signer, weight: 0 } }),
    )
    const [first, second] = await operationsOf(hash)
    expect(first).toMatchObject({
      home_domain: 'example.com',
      low_threshold: 1,
      set_flags: [2],
      set_flags_s: ['auth_revocable'],
    })
    expect(first).not.toHaveProperty('signer_key')
    expect(second).toMatchObject({ signer_key: signer, signer_weight: 3 })
    expect(typesOf(await effectsOf(hash))).toEqual([
      'account_home_domain_updated',
      'account_thresholds_updated',
      'account_flags_updated',
      'signer_created',
      'signer_removed',
    ])
  })

  test('change_trust, manage_data and bump_sequence', async () => {
    const key = await client.funded()
    const hash = await submit(
      key,
      Operation.changeTrust({ asset, limit: '10' }),
      Operation.changeTrust({ asset, limit: '20' }),
      Operation.changeTrust({ asset, limit: '0' }),
      Operation.manageData({ name: 'a', value: 'b' }),
      Operation.manageData({ name: 'a', value: null }),
      Operation.bumpSequence({ bumpTo: '9223372036854775807' }),
    )
    expect(await operationsOf(hash)).toMatchObject([
      { limit: '10.0000000', trustor: key.publicKey(), trustee: issuer.publicKey() },
      { limit: '20.0000000' },
      { limit: '0.0000000' },
      { name: 'a', value: 'Yg==' },
      { name: 'a', value: '' },
      { bump_to: '9223372036854775807' },
    ])
    expect(typesOf(await effectsOf(hash))).toEqual([
      'trustline_created',
      'trustline_updated',
      'trustline_removed',
      'data_created',
      'data_removed',
      'sequence_bumped',
    ])
  })

  test('account_merge: the amount is in the effects, not in the operation', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const hash = await submit(from, Operation.accountMerge({ destination: to.publicKey() }))
    const [operation] = await operationsOf(hash)
    expect(operation).toMatchObject({ account: from.publicKey(), into: to.publicKey() })
    expect(operation).not.toHaveProperty('amount')
    expect(await effectsOf(hash)).toMatchObject([
      { type: 'account_debited', amount: '9999.9999900' },
      { type: 'account_credited', account: to.publicKey(), amount: '9999.9999900' },
      { type: 'account_removed', account: from.publicKey() },
    ])
    const listed = recordsOf(await client.get(`/accounts/${to.publicKey()}/payments`))
    expect(typesOf(listed)).toEqual(['create_account', 'account_merge'])
    expect((await client.get(`/accounts/${from.publicKey()}`)).status).toBe(404)
  })

  test('claimable balances are no payments, and are listed by claimant', async () => {
    const [from, to] = [await client.funded(), await client.funded()]
    const claimants = [
      new Claimant(to.publicKey(), Claimant.predicateNot(Claimant.predicateUnconditional())),
      new Claimant(from.publicKey()),
    ]
    const created = await submit(
      from,
      Operation.createClaimableBalance({ asset: Asset.native(), amount: '3', claimants }),
    )
    const path = `/claimable_balances?claimant=${to.publicKey()}`
    const [balance] = recordsOf(await client.get(path))
    expect(balance).toMatchObject({
      asset: 'native',
      amount: '3.0000000',
      sponsor: from.publicKey(),
      flags: { clawback_enabled: false },
    })
    expect(typesOf(await effectsOf(created))).toEqual([
      'claimable_balance_created',
      'claimable_balance_claimant_created',
      'claimable_balance_claimant_created',
      'account_debited',
      'claimable_balance_sponsorship_created',
    ])
    await submit(
      from,
      Operation.createClaimableBalance({
        asset: Asset.native(),
        amount: '1',
        claimants: claimants.slice(1),
      }),
    )
    const balanceId = String(balance?.id)
    const claimed = await submit(from, Operation.claimClaimableBalance({ balanceId }))
    expect(await operationsOf(claimed)).toMatchObject([
      { balance_id: balanceId, claimant: from.publicKey() },
    ])
    expect(recordsOf(await client.get(path))).toEqual([])
    const payments = recordsOf(await client.get(`/accounts/${to.publicKey()}/payments`))
    expect(typesOf(payments)).toEqual(['create_account'])
    const about = recordsOf(await client.get(`/claimable_balances/${balanceId}/operations`))
    expect(typesOf(about)).toEqual(['create_claimable_balance', 'claim_claimable_balance'])
  })

  test('a sponsored account names its sponsor', async () => {
    const sponsor = await client.funded()
    const sponsored = Keypair.random()
    const transaction = await client.build(
      sponsor,
      [
        Operation.beginSponsoringFutureReserves({ sponsoredId: sponsored.publicKey() }),
        Operation.createAccount({ destination: sponsored.publicKey(), startingBalance: '0' }),
        Operation.endSponsoringFutureReserves({ source: sponsored.publicKey() }),
      ],
      { signers: [sponsor, sponsored] },
    )
    const { hash } = await client.server.submitTransaction(transaction)
    const [begin, create] = await operationsOf(hash)
    expect(begin).toMatchObject({ sponsored_id: sponsored.publicKey() })
    expect(create).toMatchObject({ sponsor: sponsor.publicKey() })
    expect(typesOf(await effectsOf(hash))).toContain('account_sponsorship_created')
    const filtered = await client.get(`/accounts?sponsor=${sponsor.publicKey()}`)
    expect(recordsOf(filtered)).toMatchObject([{ id: sponsored.publicKey(), num_sponsored: 2 }])
  })
})

describe('memos (SBX-79)', () => {
  const bytes = new Uint8Array(32).fill(7)
  const base64 = Buffer.from(bytes).toString('base64')

  test.each([
    ['text', Memo.text('żółw'), { memo_type: 'text', memo: 'żółw', memo_bytes: 'xbzDs8WCdw==' }],
    ['empty text', Memo.text(''), { memo_type: 'text', memo: '', memo_bytes: '' }],
    [
      'bytes that are no text',
      Memo.text(new Uint8Array([104, 255, 105])),
      { memo_type: 'text', memo: 'h\uFFFDi', memo_bytes: 'aP9p' },
    ],
    ['id', Memo.id('18446744073709551615'), { memo_type: 'id', memo: '18446744073709551615' }],
    ['hash', Memo.hash(bytes), { memo_type: 'hash', memo: base64 }],
    ['return', Memo.return(bytes), { memo_type: 'return', memo: base64 }],
  ])('%s', async (_name, memo, words) => {
    const from = await client.funded()
    const transaction = await client.pay(from, issuer.publicKey(), { memo })
    const hash = Buffer.from(transaction.hash()).toString('hex')
    const { body } = await client.get(`/transactions/${hash}`)
    expect(body).toMatchObject(words)
  })
})

test('no memo is a memo type without a memo (SBX-79)', async () => {
  const from = await client.funded()
  const transaction = await client.pay(from, issuer.publicKey())
  const hash = Buffer.from(transaction.hash()).toString('hex')
  const { body } = await client.get(`/transactions/${hash}`)
  expect(body).toMatchObject({ memo_type: 'none' })
  expect(body).not.toHaveProperty('memo')
})

test('preconditions are told, each only when given (SBX-79)', async () => {
  const from = await client.funded()
  const account = await client.server.loadAccount(from.publicKey())
  const transaction = new TransactionBuilder(account, {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
    timebounds: { minTime: 0, maxTime: 4_000_000_000 },
    ledgerbounds: { minLedger: 1, maxLedger: 0 },
    minAccountSequence: '0',
  })
    .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
    .build()
  transaction.sign(from)
  const { hash } = await client.server.submitTransaction(transaction)
  const { body } = await client.get(`/transactions/${hash}`)
  expect(body).toMatchObject({
    preconditions: {
      timebounds: { min_time: '0', max_time: '4000000000' },
      ledgerbounds: { min_ledger: 1 },
      min_account_sequence: '0',
    },
  })
})

describe('submission without waiting (SBX-76)', () => {
  const post = async (tx: string) => {
    const response = await fetch(`${client.sandbox.url}/transactions_async`, {
      method: 'POST',
      body: new URLSearchParams({ tx }),
    })
    const body = (await response.json()) as Record<string, unknown>
    return [response.status, body.tx_status]
  }

  test('names the transaction, and the result of one that is refused (SBX-76, SBX-77)', async () => {
    const from = await client.funded()
    const noop = [Operation.bumpSequence({ bumpTo: '0' })]
    const [good, unsigned] = [
      await client.build(from, noop),
      await client.build(from, noop, { signers: [Keypair.random()] }),
    ]
    const answer = async (tx: string) => {
      const response = await fetch(`${client.sandbox.url}/transactions_async`, {
        method: 'POST',
        body: new URLSearchParams({ tx }),
      })
      return response.json()
    }
    const hash = (one: { hash(): Uint8Array }) => Buffer.from(one.hash()).toString('hex')
    expect(await answer(unsigned.toXdr())).toEqual({
      tx_status: 'ERROR',
      hash: hash(unsigned),
      error_result_xdr: 'AAAAAAAAAGT////6AAAAAA==',
    })
    expect(await answer(good.toXdr())).toEqual({ tx_status: 'PENDING', hash: hash(good) })
    expect(await answer('AAAA')).toMatchObject({ status: 400, title: 'Transaction Malformed' })
  })

  test('answers with what the core said, before a ledger closes', async () => {
    client.sandbox.control.mode({ mode: 'manual' })
    const from = await client.funded()
    const pay = (amount: string) =>
      client.build(from, [
        Operation.payment({ destination: issuer.publicKey(), asset: Asset.native(), amount }),
      ])
    const [first, other] = [await pay('1'), await pay('2')]
    const unsigned = await client.build(issuer, [Operation.bumpSequence({ bumpTo: '0' })], {
      signers: [Keypair.random()],
    })
    expect(await post(first.toXdr())).toEqual([201, 'PENDING'])
    expect(await post(first.toXdr())).toEqual([409, 'DUPLICATE'])
    expect(await post(other.toXdr())).toEqual([503, 'TRY_AGAIN_LATER'])
    expect(await post(unsigned.toXdr())).toEqual([400, 'ERROR'])
    client.sandbox.control.close()
    client.sandbox.control.mode({ mode: 'instant' })
    expect((await client.submit(first)).status).toBe(200)
  })
})

test('a recorded failure is answered the same a second time, and fees stay (SBX-72, SBX-26)', async () => {
  const from = await client.funded()
  const missing = Operation.payment({
    destination: Keypair.random().publicKey(),
    asset: Asset.native(),
    amount: '1',
  })
  const transaction = await client.build(from, [missing])
  const [one, two] = [await client.submit(transaction), await client.submit(transaction)]
  expect([one.status, two.status]).toEqual([400, 400])
  expect(await two.json()).toEqual(await one.json())
  const { balances } = await client.server.loadAccount(from.publicKey())
  expect(balances[0]?.balance).toBe('9999.9999900')
  const failed = await client.get(`/accounts/${from.publicKey()}/operations?include_failed=true`)
  expect(recordsOf(failed).at(-1)).toMatchObject({ transaction_successful: false })
})

test('a refusal on admission leaves no trace (SBX-26)', async () => {
  const from = await client.funded()
  const stranger = new TransactionBuilder(new Account(from.publicKey(), '1'), {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
  })
    .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
    .setTimeout(60)
    .build()
  stranger.sign(from)
  const answer = await client.submit(stranger)
  expect(await answer.json()).toMatchObject({
    extras: { result_codes: { transaction: 'tx_bad_seq' }, result_xdr: 'AAAAAAAAAGT////7AAAAAA==' },
  })
  const hash = Buffer.from(stranger.hash()).toString('hex')
  expect((await client.get(`/transactions/${hash}`)).status).toBe(404)
  const { balances } = await client.server.loadAccount(from.publicKey())
  expect(balances[0]?.balance).toBe('10000.0000000')
})
