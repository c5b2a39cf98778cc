import {
  Account,
  Asset,
  Claimant,
  LiquidityPoolAsset,
  LiquidityPoolId,
  MuxedAccount,
  Networks,
  Operation,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { decodeParts } from '../../../src/sandbox/network/history/envelopes.ts'
import { readOperation } from '../../../src/sandbox/network/history/read-operation.ts'
import type {
  StoredOperation,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import { operationDetails } from '../../../src/sandbox/network/http/records/operation-details.ts'
import { xdrAccountId } from '../../../src/sandbox/network/ledger/book/claim-atom.ts'
import { asset, idOf } from '../ledger/world.ts'
import { bodyOf } from './exchange-of.ts'

/** The fields that each type of operation has of its own, no two of them alike (SBX-79). */

const muxed = (name: string, id: string) => new MuxedAccount(new Account(idOf(name), '40'), id)
const [from, to] = [muxed('from', '7'), muxed('to', '8')]
const ofSource = (field: string) => ({
  [field]: idOf('from'),
  [`${field}_muxed`]: from.accountId(),
  [`${field}_muxed_id`]: '7',
})
const ofOther = (field: string) => ({
  [field]: idOf('to'),
  [`${field}_muxed`]: to.accountId(),
  [`${field}_muxed_id`]: '8',
})

/** A transaction of a muxed account, of which one operation is asked for. */
function told(operations: readonly xdr.Operation[], index = 0, result?: xdr.OperationResult) {
  const settings = { fee: '100', networkPassphrase: Networks.TESTNET }
  const building = new TransactionBuilder(from, settings).setTimeout(0)
  for (const operation of operations) building.addOperation(operation)
  const results = result ? [result] : []
  const resultXdr = new xdr.TransactionResult({
    feeCharged: 100n,
    result: xdr.TransactionResultResult.txSuccess(results),
    ext: xdr.TransactionResultExt.v0(),
  }).toXdr('base64')
  const stored: Partial<StoredOperation> = {
    index,
    transaction: { resultXdr } as Partial<StoredTransaction> as StoredTransaction,
  }
  const parts = decodeParts(building.build().toXdr())
  return bodyOf(operationDetails(readOperation(stored as StoredOperation, parts)))
}

const usd = asset('USD', 'bank')
const long = asset('DOLLARS', 'mint')
const inUsd = { asset_type: 'credit_alphanum4', asset_code: 'USD', asset_issuer: idOf('bank') }
const inLong = {
  asset_type: 'credit_alphanum12',
  asset_code: 'DOLLARS',
  asset_issuer: idOf('mint'),
}
const withPrefix = (prefix: string, words: object) =>
  Object.fromEntries(Object.entries(words).map(([name, value]) => [`${prefix}${name}`, value]))
const balanceId = `00000000${'0f'.repeat(32)}`
const always = { unconditional: true }
const pair = { selling: usd, buying: long, price: { n: 7, d: 2 } }
const inPair = {
  ...withPrefix('buying_', inLong),
  ...withPrefix('selling_', inUsd),
  price: '3.5000000',
  price_r: { n: 7, d: 2 },
}
const pool = new LiquidityPoolAsset(usd, asset('YEN', 'bank'), 30)
const owner = idOf('owner')
const signer = { ed25519PublicKey: idOf('guard') }
const flagsOf = (flags: object) => ({ trustor: idOf('to'), asset: usd, flags })
const allow = (assetCode: string, authorize: 0 | 1 | 2) =>
  Operation.allowTrust({ trustor: idOf('to'), assetCode, authorize })

const cases: readonly (readonly [string, xdr.Operation, object])[] = [
  [
    'create_account',
    Operation.createAccount({ destination: idOf('to'), startingBalance: '12.5' }),
    { starting_balance: '12.5000000', ...ofSource('funder'), account: idOf('to') },
  ],
  [
    'payment',
    Operation.payment({ destination: to.accountId(), asset: long, amount: '3' }),
    { ...inLong, ...ofSource('from'), ...ofOther('to'), amount: '3.0000000' },
  ],
  [
    'manage_sell_offer',
    Operation.manageSellOffer({ ...pair, amount: '5', offerId: '6' }),
    { ...inPair, amount: '5.0000000', offer_id: '6' },
  ],
  [
    'manage_buy_offer',
    Operation.manageBuyOffer({ ...pair, buyAmount: '5', offerId: '6' }),
    { ...inPair, amount: '5.0000000', offer_id: '6' },
  ],
  [
    'create_passive_sell_offer',
    Operation.createPassiveSellOffer({ ...pair, amount: '5' }),
    { ...inPair, amount: '5.0000000' },
  ],
  [
    'account_merge',
    Operation.accountMerge({ destination: to.accountId() }),
    { ...ofSource('account'), ...ofOther('into') },
  ],
  [
    'set_options with everything',
    Operation.setOptions({
      homeDomain: 'a.example',
      inflationDest: idOf('heir'),
      masterWeight: 10,
      lowThreshold: 1,
      medThreshold: 2,
      highThreshold: 3,
      signer: { ...signer, weight: 4 },
      setFlags: 3 as never,
      clearFlags: 12 as never,
    }),
    {
      home_domain: 'a.example',
      inflation_dest: idOf('heir'),
      master_key_weight: 10,
      low_threshold: 1,
      med_threshold: 2,
      high_threshold: 3,
      signer_key: idOf('guard'),
      signer_weight: 4,
      set_flags: [1, 2],
      set_flags_s: ['auth_required', 'auth_revocable'],
      clear_flags: [4, 8],
      clear_flags_s: ['auth_immutable', 'auth_clawback_enabled'],
    },
  ],
  [
    'set_options with zeros',
    Operation.setOptions({ masterWeight: 0, lowThreshold: 0, medThreshold: 0, highThreshold: 0 }),
    { master_key_weight: 0, low_threshold: 0, med_threshold: 0, high_threshold: 0 },
  ],
  ['set_options with nothing', Operation.setOptions({}), {}],
  [
    'change_trust',
    Operation.changeTrust({ asset: long, limit: '9' }),
    { ...inLong, trustee: idOf('mint'), limit: '9.0000000', ...ofSource('trustor') },
  ],
  [
    'change_trust of a pool',
    Operation.changeTrust({ asset: pool, limit: '9' }),
    { asset_type: 'liquidity_pool_shares', limit: '9.0000000', ...ofSource('trustor') },
  ],
  ...([0, 1, 2] as const).map(
    (authorize) =>
      [
        `allow_trust with ${authorize}`,
        allow(authorize === 1 ? 'DOLLARS' : 'USD', authorize),
        {
          ...(authorize === 1 ? inLong : inUsd),
          asset_issuer: idOf('from'),
          ...ofSource('trustee'),
          trustor: idOf('to'),
          authorize: authorize === 1,
          authorize_to_maintain_liabilities: authorize === 2,
        },
      ] as const,
  ),
  [
    'set_trust_line_flags',
    Operation.setTrustLineFlags(flagsOf({ authorized: true, clawbackEnabled: false })),
    {
      ...inUsd,
      trustor: idOf('to'),
      set_flags: [1],
      set_flags_s: ['authorized'],
      clear_flags: [4],
      clear_flags_s: ['clawback_enabled'],
    },
  ],
  [
    'manage_data that sets',
    Operation.manageData({ name: 'kept', value: 'worth' }),
    { name: 'kept', value: 'd29ydGg=' },
  ],
  [
    'manage_data that removes',
    Operation.manageData({ name: 'kept', value: null }),
    { name: 'kept', value: '' },
  ],
  ['bump_sequence', Operation.bumpSequence({ bumpTo: '41' }), { bump_to: '41' }],
  [
    'create_claimable_balance',
    Operation.createClaimableBalance({
      asset: usd,
      amount: '2',
      claimants: [
        new Claimant(
          idOf('to'),
          Claimant.predicateAnd(
            Claimant.predicateOr(
              Claimant.predicateBeforeAbsoluteTime('1700000000'),
              Claimant.predicateBeforeRelativeTime('60'),
            ),
            Claimant.predicateNot(Claimant.predicateUnconditional()),
          ),
        ),
        new Claimant(idOf('heir')),
      ],
    }),
    {
      asset: `USD:${idOf('bank')}`,
      amount: '2.0000000',
      claimants: [
        {
          destination: idOf('to'),
          predicate: {
            and: [
              {
                or: [
                  { abs_before: '2023-11-14T22:13:20Z', abs_before_epoch: '1700000000' },
                  { rel_before: '60' },
                ],
              },
              { not: always },
            ],
          },
        },
        { destination: idOf('heir'), predicate: always },
      ],
    },
  ],
  [
    'claim_claimable_balance',
    Operation.claimClaimableBalance({ balanceId }),
    { balance_id: balanceId, ...ofSource('claimant') },
  ],
  [
    'begin_sponsoring_future_reserves',
    Operation.beginSponsoringFutureReserves({ sponsoredId: idOf('to') }),
    { sponsored_id: idOf('to') },
  ],
  [
    'end_sponsoring_future_reserves of nothing that was begun',
    Operation.endSponsoringFutureReserves({}),
    {},
  ],
  [
    'revoke_sponsorship of an account',
    Operation.revokeAccountSponsorship({ account: owner }),
    { account_id: owner },
  ],
  [
    'revoke_sponsorship of a trust line',
    Operation.revokeTrustlineSponsorship({ account: owner, asset: long }),
    { trustline_account_id: owner, trustline_asset: `DOLLARS:${idOf('mint')}` },
  ],
  [
    'revoke_sponsorship of shares of a pool',
    Operation.revokeTrustlineSponsorship({
      account: owner,
      asset: new LiquidityPoolId('0f'.repeat(32)),
    }),
    { trustline_account_id: owner },
  ],
  [
    'revoke_sponsorship of an offer',
    Operation.revokeOfferSponsorship({ seller: owner, offerId: '6' }),
    { offer_id: '6' },
  ],
  [
    'revoke_sponsorship of a data entry',
    Operation.revokeDataSponsorship({ account: owner, name: 'kept' }),
    { data_account_id: owner, data_name: 'kept' },
  ],
  [
    'revoke_sponsorship of a claimable balance',
    Operation.revokeClaimableBalanceSponsorship({ balanceId }),
    { claimable_balance_id: balanceId },
  ],
  [
    'revoke_sponsorship of a signer',
    Operation.revokeSignerSponsorship({ account: owner, signer }),
    { signer_account_id: owner, signer_key: idOf('guard') },
  ],
  [
    'clawback',
    Operation.clawback({ asset: usd, from: to.accountId(), amount: '2' }),
    { ...inUsd, ...ofOther('from'), amount: '2.0000000' },
  ],
  [
    'clawback_claimable_balance',
    Operation.clawbackClaimableBalance({ balanceId }),
    { balance_id: balanceId },
  ],
  ['inflation', Operation.inflation({}), {}],
]

test.each(cases)('the details of %s are whole (SBX-79)', (_type, operation, details) => {
  expect(told([operation])).toEqual(details)
})

const path = [Asset.native(), asset('YEN', 'bank')]
const steps = [
  { asset_type: 'native' },
  { asset_type: 'credit_alphanum4', asset_code: 'YEN', asset_issuer: idOf('bank') },
]
const way = { sendAsset: usd, destAsset: long, destination: to.accountId(), path }
const onTheWay = {
  ...inLong,
  ...withPrefix('source_', inUsd),
  ...ofSource('from'),
  ...ofOther('to'),
  path: steps,
}
const last = new xdr.SimplePaymentResult({
  destination: xdrAccountId(idOf('to')),
  asset: long.toXdrObject(),
  amount: 60_000_000n,
})

test('a path payment tells its steps in their order, and what it cost or brought (SBX-79)', () => {
  const receive = Operation.pathPaymentStrictReceive({ ...way, sendMax: '50', destAmount: '6' })
  const received = { ...onTheWay, amount: '6.0000000', source_max: '50.0000000' }
  const taken = (assetBought: Asset, amountBought: bigint) =>
    xdr.ClaimAtom.claimAtomTypeOrderBook(
      new xdr.ClaimOfferAtom({
        sellerId: xdrAccountId(owner),
        offerId: 1n,
        assetSold: long.toXdrObject(),
        amountSold: 1n,
        assetBought: assetBought.toXdrObject(),
        amountBought,
      }),
    )
  const { PathPaymentStrictReceiveResult: Received, PathPaymentStrictSendResult: Sent } = xdr
  const offers = [taken(usd, 10_000_000n), taken(usd, 20_000_000n), taken(long, 40_000_000n)]
  const success = new xdr.PathPaymentStrictReceiveResultSuccess({ offers, last })
  const paid = xdr.OperationResultTr.pathPaymentStrictReceive(
    Received.pathPaymentStrictReceiveSuccess(success),
  )
  expect(told([receive], 0, xdr.OperationResult.opInner(paid))).toEqual({
    ...received,
    source_amount: '3.0000000',
  })
  expect(told([receive])).toEqual({ ...received, source_amount: '0.0000000' })

  const send = Operation.pathPaymentStrictSend({ ...way, sendAmount: '4', destMin: '1' })
  const sent = { ...onTheWay, source_amount: '4.0000000', destination_min: '1.0000000' }
  const arrived = xdr.OperationResultTr.pathPaymentStrictSend(
    Sent.pathPaymentStrictSendSuccess(new xdr.PathPaymentStrictSendResultSuccess({ offers, last })),
  )
  expect(told([send], 0, xdr.OperationResult.opInner(arrived))).toEqual({
    ...sent,
    amount: '6.0000000',
  })
  expect(told([send])).toEqual({ ...sent, amount: '0.0000000' })
})

test('the end of a sponsorship names who began it last, by the account of the transaction too (SBX-79)', () => {
  const begin = (sponsoredId: string, source?: string) =>
    Operation.beginSponsoringFutureReserves({ sponsoredId, ...(source && { source }) })
  const end = Operation.endSponsoringFutureReserves({ source: to.accountId() })
  const operations = [
    begin(idOf('to')),
    begin(idOf('heir'), idOf('first')),
    end,
    begin(idOf('to'), muxed('second', '9').accountId()),
    end,
    begin(idOf('to'), idOf('third')),
  ]
  expect(told(operations, 2)).toEqual(ofSource('begin_sponsor'))
  expect(told(operations, 4)).toEqual({
    begin_sponsor: idOf('second'),
    begin_sponsor_muxed: muxed('second', '9').accountId(),
    begin_sponsor_muxed_id: '9',
  })
})
