import { xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import {
  assetKeyOf,
  isValidAsset,
  isValidAssetCode,
  toXdrAsset,
} from '../../../src/sandbox/network/ledger/asset.ts'
import { xdrAccountId } from '../../../src/sandbox/network/ledger/book/claim-atom.ts'
import { codesOf, createWorld, idOf, keyOf } from './world.ts'

/** What stellar-core refuses whatever the ledger holds, and what is next to it and fine (SBX-21). */

const world = createWorld()
world.fund('alice')

const text = (words: string) => new TextEncoder().encode(words)
const padded = (code: string, length: number) =>
  Uint8Array.from([...text(code), ...zeros(length - text(code).length)])
const zeros = (count: number) => Array.from({ length: Math.max(0, count) }, () => 0)

const coin = (code: string, issuer = 'issuer'): xdr.Asset =>
  xdr.Asset.assetTypeCreditAlphanum4(
    new xdr.AlphaNum4({ assetCode: padded(code, 4), issuer: xdrAccountId(idOf(issuer)) }),
  )
const longCoin = (code: string): xdr.Asset =>
  xdr.Asset.assetTypeCreditAlphanum12(
    new xdr.AlphaNum12({ assetCode: padded(code, 12), issuer: xdrAccountId(idOf('issuer')) }),
  )
const lumens: xdr.Asset = xdr.Asset.assetTypeNative()
const usd = coin('USD')
const own = coin('USD', 'alice')
const bad = coin('U!')
const muxed = (name: string) => xdr.MuxedAccount.keyTypeEd25519(keyOf(name).rawPublicKey())
const account = (name: string) => xdrAccountId(idOf(name))

type Body = xdr.OperationBody
const Body = xdr.OperationBody

const createAccount = (startingBalance: bigint, to = 'bob') =>
  Body.createAccount(new xdr.CreateAccountOp({ destination: account(to), startingBalance }))
const payment = (amount: bigint, asset: xdr.Asset = lumens) =>
  Body.payment(new xdr.PaymentOp({ destination: muxed('bob'), asset, amount }))
const receive = (change: Partial<xdr.PathPaymentStrictReceiveOp>) =>
  Body.pathPaymentStrictReceive(
    new xdr.PathPaymentStrictReceiveOp({
      sendAsset: lumens,
      sendMax: 1n,
      destination: muxed('bob'),
      destAsset: usd,
      destAmount: 1n,
      path: [],
      ...change,
    }),
  )
const send = (change: Partial<xdr.PathPaymentStrictSendOp>) =>
  Body.pathPaymentStrictSend(
    new xdr.PathPaymentStrictSendOp({
      sendAsset: lumens,
      sendAmount: 1n,
      destination: muxed('bob'),
      destAsset: usd,
      destMin: 1n,
      path: [],
      ...change,
    }),
  )
const priced = (n: number, d: number) => ({ price: new xdr.Price({ n, d }) })
const offer = { selling: lumens, buying: usd, ...priced(1, 1), offerId: 0n }
const sell = (change: Partial<xdr.ManageSellOfferOp>) =>
  Body.manageSellOffer(new xdr.ManageSellOfferOp({ ...offer, amount: 1n, ...change }))
const buy = (change: Partial<xdr.ManageBuyOfferOp>) =>
  Body.manageBuyOffer(new xdr.ManageBuyOfferOp({ ...offer, buyAmount: 1n, ...change }))
const passive = (change: Partial<xdr.CreatePassiveSellOfferOp>) =>
  Body.createPassiveSellOffer(new xdr.CreatePassiveSellOfferOp({ ...offer, amount: 1n, ...change }))
const trust = (line: xdr.Asset, limit = 1n) =>
  Body.changeTrust(new xdr.ChangeTrustOp({ line: line as xdr.ChangeTrustAsset, limit }))
const allow = (authorize: number, code = 'USD', trustor = 'bob') =>
  Body.allowTrust(
    new xdr.AllowTrustOp({
      trustor: account(trustor),
      asset: xdr.AssetCode.assetTypeCreditAlphanum4(padded(code, 4)),
      authorize,
    }),
  )
const flags = (setFlags: number, clearFlags: number, { asset = own, trustor = 'bob' } = {}) =>
  Body.setTrustLineFlags(
    new xdr.SetTrustLineFlagsOp({ trustor: account(trustor), asset, setFlags, clearFlags }),
  )
const clawback = (amount: bigint, asset = own, from = 'bob') =>
  Body.clawback(new xdr.ClawbackOp({ asset, from: muxed(from), amount }))
const data = (name: string) =>
  Body.manageData(new xdr.ManageDataOp({ dataName: name as never, dataValue: null }))
const options = (change: Partial<xdr.SetOptionsOp>) =>
  Body.setOptions(
    new xdr.SetOptionsOp({
      inflationDest: null,
      clearFlags: null,
      setFlags: null,
      masterWeight: null,
      lowThreshold: null,
      medThreshold: null,
      highThreshold: null,
      homeDomain: null,
      signer: null,
      ...change,
    }),
  )
const signer = (name: string, weight: number) => ({
  signer: new xdr.Signer({
    key: xdr.SignerKey.signerKeyTypeEd25519(keyOf(name).rawPublicKey()),
    weight,
  }),
})
const bump = (bumpTo: bigint) => Body.bumpSequence(new xdr.BumpSequenceOp({ bumpTo }))
const begin = (name: string) =>
  Body.beginSponsoringFutureReserves(
    new xdr.BeginSponsoringFutureReservesOp({ sponsoredId: account(name) }),
  )

const Key = xdr.LedgerKey
const pool = new xdr.PoolId(new Uint8Array(32))
const revoke = (key: xdr.LedgerKey) =>
  Body.revokeSponsorship(xdr.RevokeSponsorshipOp.revokeSponsorshipLedgerEntry(key))
const revokeData = (name: string) =>
  revoke(Key.data(new xdr.LedgerKeyData({ accountId: account('bob'), dataName: name as never })))
const revokeOffer = (offerId: bigint) =>
  revoke(Key.offer(new xdr.LedgerKeyOffer({ sellerId: account('bob'), offerId })))
const revokeLine = (asset: xdr.Asset | xdr.TrustLineAsset) =>
  revoke(
    Key.trustline(
      new xdr.LedgerKeyTrustLine({
        accountId: account('bob'),
        asset: asset as xdr.TrustLineAsset,
      }),
    ),
  )

const Predicate = xdr.ClaimPredicate
const always = Predicate.claimPredicateUnconditional()
const not = (one: xdr.ClaimPredicate | null) => Predicate.claimPredicateNot(one)
const and = (...all: xdr.ClaimPredicate[]) => Predicate.claimPredicateAnd(all)
const or = (...all: xdr.ClaimPredicate[]) => Predicate.claimPredicateOr(all)
const claimant = (predicate: xdr.ClaimPredicate, name = 'bob') =>
  xdr.Claimant.claimantTypeV0(new xdr.ClaimantV0({ destination: account(name), predicate }))
const claimable = (change: Partial<xdr.CreateClaimableBalanceOp>) =>
  Body.createClaimableBalance(
    new xdr.CreateClaimableBalanceOp({
      asset: lumens,
      amount: 1n,
      claimants: [claimant(always)],
      ...change,
    }),
  )
const claimed = (predicate: xdr.ClaimPredicate) => claimable({ claimants: [claimant(predicate)] })

const offers = [
  ['manageSellOfferMalformed', sell],
  ['manageBuyOfferMalformed', buy],
  ['manageSellOfferMalformed', passive],
] as const
const offerFaults = [
  { selling: bad },
  { buying: bad },
  { selling: usd },
  priced(0, 1),
  priced(1, 0),
  priced(-1, 1),
  priced(1, -1),
]

const malformed: readonly (readonly [string, Body])[] = [
  ['createAccountMalformed', createAccount(-1n)],
  ['createAccountMalformed', createAccount(1n, 'alice')],
  ['paymentMalformed', payment(0n)],
  ['paymentMalformed', payment(-1n)],
  ['paymentMalformed', payment(1n, bad)],
  ['pathPaymentStrictReceiveMalformed', receive({ destAmount: 0n })],
  ['pathPaymentStrictReceiveMalformed', receive({ sendMax: 0n })],
  ['pathPaymentStrictReceiveMalformed', receive({ sendAsset: bad })],
  ['pathPaymentStrictReceiveMalformed', receive({ destAsset: bad })],
  ['pathPaymentStrictReceiveMalformed', receive({ path: [usd, bad] })],
  ['pathPaymentStrictSendMalformed', send({ sendAmount: 0n })],
  ['pathPaymentStrictSendMalformed', send({ destMin: 0n })],
  ['pathPaymentStrictSendMalformed', send({ sendAsset: bad })],
  ['pathPaymentStrictSendMalformed', send({ destAsset: bad })],
  ['pathPaymentStrictSendMalformed', send({ path: [usd, bad] })],
  ...offers.flatMap(([code, make]) => offerFaults.map((fault) => [code, make(fault)] as const)),
  ['manageSellOfferMalformed', sell({ amount: -1n })],
  ['manageSellOfferMalformed', sell({ amount: 0n })],
  ['manageSellOfferMalformed', sell({ offerId: -1n })],
  ['manageSellOfferMalformed', sell({ amount: -1n, offerId: 1n })],
  ['manageBuyOfferMalformed', buy({ buyAmount: -1n })],
  ['manageBuyOfferMalformed', buy({ buyAmount: 0n })],
  ['manageBuyOfferMalformed', buy({ offerId: -1n })],
  ['manageBuyOfferMalformed', buy({ buyAmount: -1n, offerId: 1n })],
  ['manageSellOfferMalformed', passive({ amount: -1n })],
  ['manageSellOfferMalformed', passive({ amount: 0n })],
  ['changeTrustMalformed', trust(usd, -1n)],
  ['changeTrustMalformed', trust(bad)],
  ['changeTrustMalformed', trust(lumens)],
  ['changeTrustMalformed', trust(own)],
  ['allowTrustMalformed', allow(3)],
  ['allowTrustMalformed', allow(4)],
  ['allowTrustMalformed', allow(1, 'U!')],
  ['allowTrustMalformed', allow(1, 'USD', 'alice')],
  ['setTrustLineFlagsMalformed', flags(1, 1)],
  ['setTrustLineFlagsMalformed', flags(2, 3)],
  ['setTrustLineFlagsMalformed', flags(3, 0)],
  ['setTrustLineFlagsMalformed', flags(4, 0)],
  ['setTrustLineFlagsMalformed', flags(0, 8)],
  ['setTrustLineFlagsMalformed', flags(1, 0, { asset: usd })],
  ['setTrustLineFlagsMalformed', flags(1, 0, { asset: lumens })],
  ['setTrustLineFlagsMalformed', flags(1, 0, { asset: coin('U!', 'alice') })],
  ['setTrustLineFlagsMalformed', flags(1, 0, { trustor: 'alice' })],
  ['clawbackMalformed', clawback(0n)],
  ['clawbackMalformed', clawback(-1n)],
  ['clawbackMalformed', clawback(1n, usd)],
  ['clawbackMalformed', clawback(1n, lumens)],
  ['clawbackMalformed', clawback(1n, coin('U!', 'alice'))],
  ['clawbackMalformed', clawback(1n, own, 'alice')],
  ['manageDataInvalidName', data('')],
  ['manageDataInvalidName', data('a\u001f')],
  ['manageDataInvalidName', data('a\u007f')],
  ['setOptionsUnknownFlag', options({ setFlags: 16 })],
  ['setOptionsUnknownFlag', options({ clearFlags: 16 })],
  ['setOptionsUnknownFlag', options({ setFlags: 0x80000000 })],
  ['setOptionsBadFlags', options({ setFlags: 3, clearFlags: 2 })],
  ['setOptionsUnknownFlag', options({ setFlags: 17, clearFlags: 1 })],
  ['setOptionsBadFlags', options({ setFlags: 1, clearFlags: 1, masterWeight: 256 })],
  ['setOptionsThresholdOutOfRange', options({ masterWeight: 256, ...signer('alice', 1) })],
  ['setOptionsThresholdOutOfRange', options({ masterWeight: 256 })],
  ['setOptionsThresholdOutOfRange', options({ lowThreshold: 256 })],
  ['setOptionsThresholdOutOfRange', options({ medThreshold: 256 })],
  ['setOptionsThresholdOutOfRange', options({ highThreshold: 256 })],
  ['setOptionsBadSigner', options(signer('alice', 1))],
  ['setOptionsBadSigner', options(signer('bob', 256))],
  ['setOptionsInvalidHomeDomain', options({ homeDomain: 'a\u007f.example' as never })],
  ['bumpSequenceBadSeq', bump(-1n)],
  ['accountMergeMalformed', Body.accountMerge(muxed('alice'))],
  ['beginSponsoringFutureReservesMalformed', begin('alice')],
  ['createClaimableBalanceMalformed', claimable({ amount: 0n })],
  ['createClaimableBalanceMalformed', claimable({ asset: bad })],
  ['createClaimableBalanceMalformed', claimable({ claimants: [] })],
  [
    'createClaimableBalanceMalformed',
    claimable({ claimants: [claimant(always), claimant(not(always))] }),
  ],
  [
    'createClaimableBalanceMalformed',
    claimable({ claimants: [claimant(always), claimant(not(null), 'carol')] }),
  ],
  ['revokeSponsorshipMalformed', revokeData('')],
  ['revokeSponsorshipMalformed', revokeData('a\u007f')],
  ['revokeSponsorshipMalformed', revokeOffer(0n)],
  ['revokeSponsorshipMalformed', revokeOffer(-1n)],
  ['revokeSponsorshipMalformed', revokeLine(bad)],
  ['revokeSponsorshipMalformed', revokeLine(lumens)],
  ['revokeSponsorshipMalformed', revokeLine(coin('USD', 'bob'))],
  [
    'revokeSponsorshipMalformed',
    revoke(Key.liquidityPool(new xdr.LedgerKeyLiquidityPool({ liquidityPoolId: pool }))),
  ],
  ...[
    not(null),
    and(always),
    or(always),
    and(always, not(null)),
    or(not(null), always),
    Predicate.claimPredicateBeforeAbsoluteTime(-1n),
    Predicate.claimPredicateBeforeRelativeTime(-1n),
    not(not(not(not(always)))),
    and(always, and(always, and(always, and(always, always)))),
    or(or(or(or(always, always), always), always), always),
  ].map((predicate) => ['createClaimableBalanceMalformed', claimed(predicate)] as const),
]

const fine: readonly Body[] = [
  createAccount(0n),
  payment(1n),
  payment(1n, coin('A')),
  payment(1n, longCoin('ABCDE')),
  receive({ path: [usd, lumens] }),
  send({ path: [usd, lumens] }),
  ...offers.map(([, make]) => make({})),
  sell({ amount: 0n, offerId: 1n }),
  buy({ buyAmount: 0n, offerId: 1n }),
  trust(usd, 0n),
  allow(0),
  allow(1),
  allow(2),
  flags(0, 0),
  flags(1, 2),
  flags(2, 1),
  flags(0, 7),
  clawback(1n),
  data('a'),
  data(' ~'),
  revokeData('a'),
  revokeOffer(1n),
  revokeLine(usd),
  revokeLine(xdr.TrustLineAsset.assetTypePoolShare(pool)),
  options({ setFlags: 15 }),
  options({ clearFlags: 15 }),
  options({ masterWeight: 255, lowThreshold: 255, medThreshold: 255, highThreshold: 255 }),
  options(signer('bob', 255)),
  bump(0n),
  begin('bob'),
  claimable({ claimants: [claimant(always), claimant(always, 'carol')] }),
  claimed(Predicate.claimPredicateBeforeAbsoluteTime(0n)),
  claimed(Predicate.claimPredicateBeforeRelativeTime(0n)),
  claimed(not(not(not(always)))),
  claimed(and(always, and(always, and(always, always)))),
  claimed(or(or(or(always, always), always), always)),
]

const codes = (body: Body): readonly string[] => {
  const operation = new xdr.Operation({ sourceAccount: null, body })
  const verdict = world.ledger.check(world.rawEnvelope('alice', operation))
  return verdict.ok ? [] : codesOf(verdict.result)
}

describe('an operation that can never be right', () => {
  const cases = malformed.map(([code, body], place) => ({ code, body, place }))
  it.each(cases)('is refused at admission: $code, case $place (SBX-21)', ({ code, body }) => {
    expect(codes(body)).toEqual(['txFailed', code])
  })

  const near = fine.map((body, place) => ({ type: body.type, body, place }))
  it.each(near)('is none at the very edge: $type, case $place', ({ body }) => {
    expect(codes(body)).toEqual([])
  })
})

describe('the code of an asset', () => {
  it.each(['A', 'AB', 'USD', 'ABCD', '0', '9', 'Z', 'a', 'z'])('may be %j', (code) => {
    expect(isValidAsset(coin(code))).toBe(true)
    expect(isValidAssetCode(xdr.AssetCode.assetTypeCreditAlphanum4(padded(code, 4)))).toBe(true)
    expect(toXdrAsset(assetKeyOf(coin(code))).toXdr()).toEqual(coin(code).toXdr())
  })

  it.each(['', '/', ':', '@', '[', '`', '{', 'A B', 'é', 'A\0B', '\0A'])(
    'may not be %j',
    (code) => {
      expect(isValidAsset(coin(code))).toBe(false)
      expect(isValidAssetCode(xdr.AssetCode.assetTypeCreditAlphanum4(padded(code, 4)))).toBe(false)
    },
  )

  it.each([
    ['', false],
    ['ABCD', false],
    ['ABCDE', true],
    ['ABCDEFGHIJKL', true],
    ['ABCDE\0F', false],
    ['ABCDE-F', false],
  ])('in its long form %j is valid: %s', (code, isValid) => {
    expect(isValidAsset(longCoin(code))).toBe(isValid)
    const long = xdr.AssetCode.assetTypeCreditAlphanum12(padded(code, 12))
    expect(isValidAssetCode(long)).toBe(isValid)
  })

  it.each(['ABCDE', 'ABCDEFGHIJKL'])('is written back in its long form: %s', (code) => {
    expect(toXdrAsset(assetKeyOf(longCoin(code))).toXdr()).toEqual(longCoin(code).toXdr())
  })
})
