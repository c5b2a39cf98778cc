import { Asset, Claimant, Operation, type xdr } from '@stellar/stellar-sdk'
import fc from 'fast-check'
import type { World } from './world.ts'
import { asset, idOf } from './world.ts'

/** One transaction of the random walk: who sends it, and what it tries. */
export interface Attempt {
  readonly source: string
  readonly moves: readonly Move[]
}

export interface Move {
  readonly by: string
  readonly make: (world: World) => readonly xdr.Operation[]
  /** Others who have to sign. */
  readonly with?: string
}

export const people = ['alice', 'bob', 'carol', 'issuer'] as const

const assets = [Asset.native(), asset('USD'), asset('EUR')]

const person = fc.constantFrom(...people)
const anyAsset = fc.constantFrom(...assets)
const credit = fc.constantFrom(asset('USD'), asset('EUR'))
const amount = fc.constantFrom('0.0000001', '1', '3.3333333', '50', '400', '922337203685.4775807')
const tradable = fc.constantFrom('0.0000003', '1', '3.3333333', '17', '50')
/** Around one, so that offers of both directions meet. */
const price = fc.constantFrom(
  { n: 1, d: 1 },
  { n: 2, d: 3 },
  { n: 3, d: 4 },
  { n: 99, d: 100 },
  { n: 100, d: 99 },
)

const move = <Parts extends object>(
  parts: fc.Arbitrary<Parts & { by: string }>,
  make: (parts: Parts & { by: string; source: string }, world: World) => xdr.Operation[],
): fc.Arbitrary<Move> =>
  parts.map((drawn) => ({
    by: drawn.by,
    make: (world) => make({ ...drawn, source: idOf(drawn.by) }, world),
  }))

const pay = move(fc.record({ by: person, to: person, one: anyAsset, amount }), (drawn) => [
  Operation.payment({
    source: drawn.source,
    destination: idOf(drawn.to),
    asset: drawn.one,
    amount: drawn.amount,
  }),
])

const trust = move(fc.record({ by: person, one: credit, limit: amount }), (drawn) => [
  Operation.changeTrust({ source: drawn.source, asset: drawn.one, limit: drawn.limit }),
])

/** Two different assets. */
const pair = fc
  .tuple(fc.nat(2), fc.integer({ min: 1, max: 2 }))
  .map(([at, step]) => [assets[at], assets[(at + step) % 3]] as const)

const sell = move(
  fc.record({ by: person, pair, amount: tradable, price }),
  ({ source, pair: [selling, buying], ...terms }) => [
    Operation.manageSellOffer({
      source,
      selling: selling ?? Asset.native(),
      buying: buying ?? Asset.native(),
      ...terms,
    }),
  ],
)

const buy = move(
  fc.record({ by: person, pair, buyAmount: tradable, price }),
  ({ source, pair: [selling, buying], ...terms }) => [
    Operation.manageBuyOffer({
      source,
      selling: selling ?? Asset.native(),
      buying: buying ?? Asset.native(),
      ...terms,
    }),
  ],
)

const path = move(
  fc.record({ by: person, to: person, one: anyAsset, other: anyAsset, amount: tradable }),
  (drawn) => [
    Operation.pathPaymentStrictSend({
      source: drawn.source,
      destination: idOf(drawn.to),
      sendAsset: drawn.one,
      sendAmount: drawn.amount,
      destAsset: drawn.other,
      destMin: '0.0000001',
    }),
  ],
)

const store = move(fc.record({ by: person, name: fc.constantFrom('a', 'b') }), (drawn) => [
  Operation.manageData({ source: drawn.source, name: drawn.name, value: drawn.by }),
])

const set = move(
  fc.record({ by: person, other: person, weight: fc.constantFrom(0, 1) }),
  (drawn) => [
    Operation.setOptions({
      source: drawn.source,
      signer: { ed25519PublicKey: idOf(`${drawn.other}'s friend`), weight: drawn.weight },
    }),
  ],
)

const revoke = move(fc.record({ by: fc.constant('issuer'), to: person, one: credit }), (drawn) => [
  Operation.setTrustLineFlags({
    source: drawn.source,
    trustor: idOf(drawn.to),
    asset: drawn.one,
    flags: { authorized: false },
  }),
])

const clawBack = move(
  fc.record({ by: fc.constant('issuer'), from: person, one: credit, amount }),
  (drawn) => [
    Operation.clawback({
      source: drawn.source,
      from: idOf(drawn.from),
      asset: drawn.one,
      amount: drawn.amount,
    }),
  ],
)

const promise = move(fc.record({ by: person, to: person, one: anyAsset, amount }), (drawn) => [
  Operation.createClaimableBalance({
    source: drawn.source,
    asset: drawn.one,
    amount: drawn.amount,
    claimants: [new Claimant(idOf(drawn.to))],
  }),
])

const claim = move(fc.record({ by: person }), ({ source }, world) => {
  const balances = [...world.ledger.entries()].filter((one) => one.type === 'claimable_balance')
  return balances
    .slice(0, 1)
    .map(({ id }) => Operation.claimClaimableBalance({ source, balanceId: id }))
})

const sponsor: fc.Arbitrary<Move> = fc
  .record({ by: person, other: person, one: credit })
  .map(({ by, other, one }) => ({
    by,
    with: other,
    make: () => [
      Operation.beginSponsoringFutureReserves({ source: idOf(by), sponsoredId: idOf(other) }),
      Operation.changeTrust({ source: idOf(other), asset: one, limit: '1000' }),
      Operation.endSponsoringFutureReserves({ source: idOf(other) }),
    ],
  }))

const anyMove = fc.oneof(
  { weight: 10, arbitrary: sell },
  { weight: 5, arbitrary: buy },
  { weight: 5, arbitrary: path },
  { weight: 3, arbitrary: pay },
  { weight: 1, arbitrary: trust },
  { weight: 1, arbitrary: store },
  { weight: 1, arbitrary: set },
  { weight: 1, arbitrary: revoke },
  { weight: 1, arbitrary: clawBack },
  { weight: 2, arbitrary: promise },
  { weight: 1, arbitrary: claim },
  { weight: 1, arbitrary: sponsor },
)

export const attempts: fc.Arbitrary<readonly Attempt[]> = fc.array(
  fc.record({ source: person, moves: fc.array(anyMove, { minLength: 1, maxLength: 2 }) }),
  { minLength: 20, maxLength: 40, size: 'max' },
)
