import { readFileSync } from 'node:fs'
import {
  Account,
  Asset,
  Claimant,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  StrKey,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { FeeBumpTransaction, Transaction, xdr } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import { openClient, recordsOf } from '../http/client.ts'
import type { Client } from '../http/client.ts'

/**
 * One story with every operation, told as Horizon tells it: the records in `story.json` have the names of
 * the accounts in place of their addresses, and leave out links, hashes, signatures and XDR.
 */

const root = rootKey(Networks.TESTNET)
const seeded = (fill: number) => Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(fill))
const keys = {
  issuer: seeded(1),
  alice: seeded(2),
  bob: seeded(3),
  carol: seeded(4),
  dave: seeded(5),
}
type Name = keyof typeof keys
const idOf = (name: Name) => keys[name].publicKey()
const start = 1_700_000_000n
const usd = new Asset('USD', idOf('issuer'))
const long = new Asset('DOLLARS', idOf('issuer'))
const native = Asset.native()
const muxed = (name: Name) => new MuxedAccount(new Account(idOf(name), '0'), '77').accountId()
const sha256Hash = new Uint8Array(32).fill(9)
const { issuer, alice, bob, carol, dave } = {
  issuer: idOf('issuer'),
  alice: idOf('alice'),
  bob: idOf('bob'),
  carol: idOf('carol'),
  dave: idOf('dave'),
}

let client: Client
let sequence = 0n
let closeTime = start
const hashes: string[] = []

const builder = (fee: string, how: object = {}) =>
  new TransactionBuilder(new Account(root.publicKey(), `${sequence}`), {
    fee,
    networkPassphrase: Networks.TESTNET,
    timebounds: { minTime: 0, maxTime: 0 },
    ...how,
  })

async function close(...sent: (Transaction | FeeBumpTransaction)[]): Promise<void> {
  for (const transaction of sent) {
    hashes.push(Buffer.from(transaction.hash()).toString('hex'))
    if ('innerTransaction' in transaction) {
      hashes.push(Buffer.from(transaction.innerTransaction.hash()).toString('hex'))
    }
    const response = await fetch(`${client.sandbox.url}/transactions_async`, {
      method: 'POST',
      body: new URLSearchParams({ tx: transaction.toXdr() }),
    })
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      body: { tx_status: 'PENDING' },
    })
  }
  closeTime += 5n
  client.sandbox.control.close({ closeTime })
}

/** One transaction of the root account with operations of others, in a ledger of its own. */
async function tell(by: readonly Name[], operations: readonly xdr.Operation[]): Promise<void> {
  const building = builder('200')
  for (const operation of operations) building.addOperation(operation)
  const transaction = building.build()
  sequence += 1n
  transaction.sign(root, ...by.map((name) => keys[name]))
  await close(transaction)
}

beforeAll(async () => {
  client = await openClient({ seed: 'story', mode: 'manual' })
  client.sandbox.control.import({
    networkPassphrase: Networks.TESTNET,
    genesisCloseTime: `${start}`,
    ledgers: [],
  })
  await beginning()
  await market()
  await balances()
  await sponsors()
  await ends()
})
afterAll(() => client[Symbol.asyncDispose]())

async function beginning(): Promise<void> {
  const create = Object.values(keys).map((key) =>
    Operation.createAccount({ destination: key.publicKey(), startingBalance: '1000' }),
  )
  await tell([], create)
  const strict = { homeDomain: 'example.com', setFlags: 11 as never, inflationDest: alice }
  const weights = { masterWeight: 10, lowThreshold: 1, medThreshold: 2, highThreshold: 3 }
  await tell(['issuer'], [Operation.setOptions({ source: issuer, ...strict, ...weights })])
  await tell(
    ['alice', 'bob'],
    [
      Operation.changeTrust({ source: alice, asset: usd, limit: '500' }),
      Operation.changeTrust({ source: muxed('alice'), asset: long }),
      Operation.changeTrust({ source: bob, asset: usd, limit: '600' }),
      Operation.changeTrust({ source: bob, asset: usd, limit: '700' }),
      Operation.changeTrust({ source: bob, asset: long }),
      Operation.changeTrust({ source: bob, asset: long, limit: '0' }),
    ],
  )
  const allow = (trustor: string, authorize: number, assetCode = 'USD') =>
    Operation.allowTrust({ source: issuer, trustor, assetCode, authorize: authorize as never })
  const flags = { authorized: true }
  const revoked = { authorized: false, authorizedToMaintainLiabilities: true }
  await tell(
    ['issuer'],
    [
      allow(alice, 1),
      allow(alice, 1, 'DOLLARS'),
      Operation.setTrustLineFlags({ source: issuer, trustor: bob, asset: usd, flags }),
      Operation.setTrustLineFlags({ source: issuer, trustor: bob, asset: usd, flags: revoked }),
      allow(bob, 0),
      allow(bob, 2),
      allow(bob, 1),
      Operation.payment({ source: issuer, destination: alice, asset: usd, amount: '100' }),
      Operation.payment({
        source: muxed('issuer'),
        destination: muxed('bob'),
        asset: usd,
        amount: '50.5',
      }),
    ],
  )
}

async function market(): Promise<void> {
  await tell(
    ['alice'],
    [
      Operation.manageSellOffer({
        source: alice,
        selling: usd,
        buying: native,
        amount: '10',
        price: '2',
      }),
      Operation.createPassiveSellOffer({
        source: alice,
        selling: usd,
        buying: native,
        amount: '5',
        price: '3',
      }),
      Operation.manageBuyOffer({
        source: alice,
        selling: native,
        buying: usd,
        buyAmount: '4',
        price: '0.5',
      }),
    ],
  )
  const path = { sendAsset: native, destAsset: usd }
  await tell(
    ['bob'],
    [
      Operation.manageBuyOffer({
        source: bob,
        selling: native,
        buying: usd,
        buyAmount: '3',
        price: '2',
      }),
      Operation.pathPaymentStrictSend({
        ...path,
        source: bob,
        sendAmount: '4',
        destination: bob,
        destMin: '1',
      }),
      Operation.pathPaymentStrictReceive({
        ...path,
        source: bob,
        sendMax: '50',
        destination: muxed('bob'),
        destAmount: '6',
      }),
      Operation.manageSellOffer({
        source: bob,
        selling: usd,
        buying: native,
        amount: '2',
        price: { n: 7, d: 2 },
      }),
    ],
  )
  await tell(
    ['bob'],
    [
      Operation.manageSellOffer({
        source: bob,
        selling: usd,
        buying: native,
        amount: '1',
        price: '4',
        offerId: '4',
      }),
    ],
  )
}

async function balances(): Promise<void> {
  const before = (time: string) => Claimant.predicateBeforeAbsoluteTime(time)
  const soon = Claimant.predicateOr(
    before('4000000000'),
    Claimant.predicateBeforeRelativeTime('3600'),
  )
  const claimants = [
    new Claimant(bob, Claimant.predicateAnd(soon, Claimant.predicateNot(before('1000000000')))),
    new Claimant(carol),
  ]
  const create = (source: string, asset: Asset, amount: string) =>
    Operation.createClaimableBalance({ source, asset, amount, claimants })
  await tell(
    ['alice'],
    [create(alice, usd, '8'), create(muxed('alice'), native, '9'), create(alice, usd, '1.5')],
  )
  const listed = recordsOf(await client.get('/claimable_balances'))
  const ofAmount = (amount: string) =>
    String(listed.find((balance) => balance['amount'] === amount)?.['id'])
  await tell(
    ['bob', 'issuer'],
    [
      Operation.claimClaimableBalance({ source: muxed('bob'), balanceId: ofAmount('8.0000000') }),
      Operation.clawbackClaimableBalance({ source: issuer, balanceId: ofAmount('1.5000000') }),
      Operation.clawback({ source: issuer, asset: usd, from: muxed('alice'), amount: '2.25' }),
    ],
  )
  await tell(
    ['alice'],
    [
      Operation.manageData({ source: alice, name: 'kept', value: 'one' }),
      Operation.manageData({ source: alice, name: 'kept', value: 'two' }),
      Operation.manageData({ source: alice, name: 'also', value: 'x' }),
      Operation.manageData({ source: alice, name: 'gone', value: 'x' }),
      Operation.manageData({ source: alice, name: 'gone', value: null }),
      Operation.bumpSequence({ source: alice, bumpTo: '99999999999' }),
      Operation.bumpSequence({ source: alice, bumpTo: '1' }),
      Operation.setOptions({ source: alice, signer: { sha256Hash, weight: 1 } }),
      Operation.setOptions({ source: alice, signer: { sha256Hash, weight: 2 } }),
      Operation.setOptions({ source: alice, signer: { preAuthTx: sha256Hash, weight: 3 } }),
      Operation.setOptions({ source: alice, signer: { preAuthTx: sha256Hash, weight: 0 } }),
      Operation.setOptions({ source: alice, masterWeight: 5 }),
    ],
  )
}

async function sponsors(): Promise<void> {
  const begin = (source: string, sponsoredId: string) =>
    Operation.beginSponsoringFutureReserves({ source, sponsoredId })
  const end = (source: string) => Operation.endSponsoringFutureReserves({ source })
  const signer = { ed25519PublicKey: bob, weight: 1 }
  await tell(
    ['carol', 'dave'],
    [
      begin(carol, dave),
      Operation.changeTrust({ source: dave, asset: usd }),
      Operation.manageData({ source: dave, name: 'paid', value: 'by carol' }),
      Operation.setOptions({ source: dave, signer }),
      Operation.createClaimableBalance({
        source: dave,
        asset: native,
        amount: '7',
        claimants: [new Claimant(carol)],
      }),
      end(muxed('dave')),
    ],
  )
  const [balance] = recordsOf(await client.get(`/claimable_balances?sponsor=${carol}`))
  const balanceId = String(balance?.['id'])
  const all = [
    Operation.revokeTrustlineSponsorship({ source: carol, account: dave, asset: usd }),
    Operation.revokeDataSponsorship({ source: carol, account: dave, name: 'paid' }),
    Operation.revokeSignerSponsorship({
      source: carol,
      account: dave,
      signer: { ed25519PublicKey: bob },
    }),
    Operation.revokeClaimableBalanceSponsorship({ source: carol, balanceId }),
  ]
  await tell(['bob', 'carol'], [begin(bob, carol), ...all, end(carol)])
  const [line, data, ofSigner] = [
    Operation.revokeTrustlineSponsorship({ source: bob, account: dave, asset: usd }),
    Operation.revokeDataSponsorship({ source: bob, account: dave, name: 'paid' }),
    Operation.revokeSignerSponsorship({
      source: bob,
      account: dave,
      signer: { ed25519PublicKey: bob },
    }),
  ]
  await tell(['bob'], [line, data, ofSigner])
  await tell(
    ['alice', 'bob', 'carol', 'issuer'],
    [
      begin(carol, alice),
      Operation.revokeAccountSponsorship({ source: alice, account: alice }),
      Operation.revokeOfferSponsorship({ source: alice, seller: alice, offerId: '3' }),
      begin(bob, issuer),
      end(alice),
      end(issuer),
      begin(bob, alice),
      end(alice),
    ],
  )
}

async function ends(): Promise<void> {
  const undo = [
    Operation.changeTrust({ source: dave, asset: usd, limit: '0' }),
    Operation.manageData({ source: dave, name: 'paid', value: null }),
    Operation.setOptions({ source: dave, signer: { ed25519PublicKey: bob, weight: 0 } }),
    Operation.accountMerge({ source: muxed('dave'), destination: muxed('bob') }),
    Operation.setOptions({ source: issuer, clearFlags: 8 as never, homeDomain: '' }),
  ]
  await tell(['dave', 'issuer'], undo)
  const tooMuch = { destination: alice, asset: native, amount: '999999' }
  await tell(['bob'], [Operation.payment({ ...tooMuch, source: bob })])
  const conditions = {
    timebounds: { minTime: 1, maxTime: 4_000_000_000 },
    ledgerbounds: { minLedger: 1, maxLedger: 9_999 },
    minAccountSequence: '0',
    minAccountSequenceAge: 1n,
    minAccountSequenceLedgerGap: 1,
    extraSigners: [StrKey.encodeEd25519PublicKey(keys.bob.rawPublicKey())],
  }
  const bump = Operation.bumpSequence({ source: bob, bumpTo: '0' })
  const strict = builder('100', conditions as never)
    .addOperation(bump)
    .addMemo(Memo.id('5'))
    .build()
  sequence += 1n
  strict.sign(root, keys.bob)
  await close() // the age and the gap that it asks for
  await close(strict)
  const pay = Operation.payment({ destination: muxed('carol'), asset: native, amount: '1' })
  const inner = builder('100').addOperation(pay).addMemo(Memo.text('inner')).build()
  sequence += 1n
  inner.sign(root)
  const outer = TransactionBuilder.buildFeeBumpTransaction(
    muxed('bob'),
    '700',
    inner,
    Networks.TESTNET,
  )
  outer.sign(keys.bob)
  await close(outer)
}

const leftOut =
  /^(_links|signatures|signature|.*_xdr|.*_meta_xdr|hash|prev_hash|.*version|network_passphrase)$/

async function everyRecord(path: string): Promise<unknown[]> {
  const found: Record<string, unknown>[] = []
  for (;;) {
    const last = found.at(-1)?.['paging_token']
    const cursor = typeof last === 'string' ? last : ''
    const records = recordsOf(await client.get(`${path}&limit=200&cursor=${cursor}`))
    found.push(...records)
    if (records.length < 200) return found.map(named)
  }
}

/** With names for addresses and hashes, and without what says nothing to a reader. */
function named(record: object): unknown {
  const addresses = Object.entries(keys).flatMap(([name, key]) => [
    [key.publicKey(), name] as const,
    [muxed(name as Name), `muxed ${name}`] as const,
  ])
  const text = JSON.stringify(record, (key, value: unknown) =>
    leftOut.test(key) ? undefined : value,
  )
  const all = [
    ...addresses,
    [root.publicKey(), 'root'] as const,
    ...hashes.map((hash, index) => [hash, `transaction ${index}`] as const),
  ]
  const told = all.reduce((before, [from, to]) => before.replaceAll(from, to), text)
  return JSON.parse(told.replace(/"[0-9a-f]{64}"/g, '"a hash"')) as unknown
}

const file = new URL('story.json', import.meta.url)
const lists = [
  '/ledgers?order=asc',
  '/transactions?include_failed=true',
  '/operations?include_failed=true',
  '/payments?include_failed=true',
  '/effects?order=asc',
  '/trades?order=asc',
  '/offers?order=asc',
  '/claimable_balances?order=asc',
  '/assets?order=asc',
  `/accounts?asset=USD:${issuer}`,
  `/accounts?signer=${carol}`,
  `/accounts?signer=${issuer}`,
  `/accounts/${bob}/transactions?order=desc`,
  `/accounts/${bob}/operations?order=desc`,
  `/accounts/${dave}/payments?order=asc`,
  `/accounts/${issuer}/effects?order=desc`,
]

const listName = (path: string) => String(named([path])).replace(/[?&]order=asc/, '')

it.each(lists.map((path) => [listName(path), path] as const))(
  'tells one story in %s as it was told and checked before (SBX-58, SBX-79)',
  async (name, path) => {
    const told = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    const found = await everyRecord(path)
    expect(found.length).toBeGreaterThan(0)
    expect(found).toEqual(told[name])
  },
)

it('tells the fees of its last five ledgers (SBX-79)', async () => {
  const { body } = await client.get('/fee_stats')
  expect(body).toMatchObject({
    last_ledger: '20',
    last_ledger_base_fee: '100',
    ledger_capacity_usage: '0',
    fee_charged: { max: '100', min: '100', mode: '100', p10: '100', p99: '100' },
    max_fee: {
      max: '700',
      min: '100',
      mode: '200',
      p10: '100',
      p30: '200',
      p70: '200',
      p80: '700',
    },
  })
})
