import { Asset, Claimant, Operation, SignerKey, StrKey, xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { asset, createWorld, idOf, keyOf, type World } from './world.ts'

/**
 * Result codes that the recorded scenarios do not reach. Each case says whether the transaction
 * leaves no trace (refused at admission) or is recorded and paid for (SBX-26, SBX-120).
 */

interface Case {
  readonly code: string
  readonly when: string
  readonly source?: string
  readonly signers?: readonly string[]
  readonly given?: (world: World) => void
  readonly operation: (world: World) => xdr.Operation | readonly xdr.Operation[]
}

const usd = asset('USD')
const eur = asset('EUR')

const trusting = (world: World, name: string, ...assets: Asset[]): void => {
  world.apply({
    source: name,
    fee: '1000',
    operations: assets.map((one) => Operation.changeTrust({ asset: one })),
  })
}

/** A hundred of an asset from its issuer. */
const paid = (world: World, name: string, one: Asset): void => {
  const operations = [Operation.payment({ destination: idOf(name), asset: one, amount: '100' })]
  world.apply({ source: 'issuer', operations })
}

const flagged = (world: World, setFlags: number): void => {
  world.apply({
    source: 'issuer',
    operations: [Operation.setOptions({ setFlags: setFlags as 2 })],
  })
}

const revoked = (world: World, name: string, one: Asset): void => {
  world.apply({
    source: 'issuer',
    operations: [
      Operation.setTrustLineFlags({
        trustor: idOf(name),
        asset: one,
        flags: { authorized: false, authorizedToMaintainLiabilities: true },
      }),
    ],
  })
}

const selling = (amount: string, offerId = '0') =>
  Operation.manageSellOffer({ selling: usd, buying: eur, amount, price: '1', offerId })

const buying = (buyAmount: string, offerId = '0') =>
  Operation.manageBuyOffer({ selling: usd, buying: eur, buyAmount, price: '1', offerId })

const holdingBoth = (world: World): void => {
  trusting(world, 'alice', usd, eur)
  paid(world, 'alice', usd)
}

const balanceOf = (world: World): string => {
  for (const entry of world.ledger.entries()) {
    if (entry.type === 'claimable_balance') return entry.id
  }
  throw new Error('there is no claimable balance')
}

const traceless: readonly Case[] = [
  {
    code: 'createAccountMalformed',
    when: 'an account creates itself',
    operation: () => Operation.createAccount({ destination: idOf('alice'), startingBalance: '1' }),
  },
  {
    code: 'manageBuyOfferMalformed',
    when: 'a new offer buys nothing',
    operation: () => buying('0'),
  },
  {
    code: 'revokeSponsorshipMalformed',
    when: 'the data name is empty',
    operation: () => Operation.revokeDataSponsorship({ account: idOf('alice'), name: '' }),
  },
  {
    code: 'revokeSponsorshipMalformed',
    when: 'the line is of the native asset',
    operation: () =>
      Operation.revokeTrustlineSponsorship({ account: idOf('alice'), asset: Asset.native() }),
  },
  {
    code: 'revokeSponsorshipMalformed',
    when: 'the line would be of its own issuer',
    operation: () => Operation.revokeTrustlineSponsorship({ account: idOf('issuer'), asset: usd }),
  },
  {
    code: 'revokeSponsorshipMalformed',
    when: 'the offer has the number 0',
    operation: () => Operation.revokeOfferSponsorship({ seller: idOf('alice'), offerId: '0' }),
  },
  {
    code: 'opNotSupported',
    when: 'the operation is inflation',
    operation: () => Operation.inflation(),
  },
]

const hugeBid = () =>
  Operation.manageSellOffer({
    selling: usd,
    buying: Asset.native(),
    amount: '922.3372020',
    price: { n: 1_000_000_000, d: 1 },
    source: idOf('bob'),
  })

/** Bob bids for so many lumens that he has room for hardly any more. */
const biddingForAll = (world: World): void => {
  trusting(world, 'bob', usd)
  const amount = '1000'
  world.apply({
    source: 'issuer',
    signers: ['issuer', 'bob'],
    fee: '1000',
    operations: [Operation.payment({ destination: idOf('bob'), asset: usd, amount }), hugeBid()],
  })
}

const recorded: readonly Case[] = [
  {
    code: 'paymentLineFull',
    when: 'the destination has bid for more lumens than would fit then',
    given: biddingForAll,
    operation: () =>
      Operation.payment({ destination: idOf('bob'), asset: Asset.native(), amount: '900' }),
  },
  {
    code: 'accountMergeDestFull',
    when: 'the heir has bid for more lumens than would fit then',
    given: biddingForAll,
    operation: () => Operation.accountMerge({ destination: idOf('bob') }),
  },
  {
    code: 'manageSellOfferNotFound',
    when: 'the offer is of somebody else',
    given(world) {
      for (const name of ['alice', 'bob']) {
        trusting(world, name, usd, eur)
        paid(world, name, usd)
      }
      world.apply({ source: 'bob', operations: [selling('10')] })
    },
    operation: () => selling('0', '1'),
  },
  {
    code: 'manageSellOfferUnderfunded',
    when: 'the line to sell from is empty, whatever the line to buy into is',
    given: (world) => trusting(world, 'alice', usd),
    operation: () => selling('10'),
  },
  {
    code: 'manageSellOfferUnderfunded',
    when: 'the line to sell from is empty, whether it is authorized or not',
    given(world) {
      flagged(world, 2)
      trusting(world, 'alice', usd, eur)
      revoked(world, 'alice', usd)
    },
    operation: () => selling('10'),
  },
  {
    code: 'manageSellOfferBuyNotAuthorized',
    when: 'the line of what is bought is not authorized',
    given(world) {
      flagged(world, 2)
      holdingBoth(world)
      revoked(world, 'alice', eur)
    },
    operation: () => selling('10'),
  },
  {
    code: 'manageSellOfferCrossSelf',
    when: 'the best offer is one of its own',
    given(world) {
      holdingBoth(world)
      paid(world, 'alice', eur)
      world.apply({ source: 'alice', operations: [selling('10')] })
    },
    operation: () =>
      Operation.manageSellOffer({ selling: eur, buying: usd, amount: '10', price: '1' }),
  },
  {
    code: 'manageBuyOfferSellNoTrust',
    when: 'it does not hold what it sells',
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferBuyNoTrust',
    when: 'it cannot hold what it buys',
    given(world) {
      trusting(world, 'alice', usd)
      paid(world, 'alice', usd)
    },
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferSellNotAuthorized',
    when: 'the line of what is sold is not authorized',
    given(world) {
      flagged(world, 2)
      holdingBoth(world)
      revoked(world, 'alice', usd)
    },
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferBuyNotAuthorized',
    when: 'the line of what is bought is not authorized',
    given(world) {
      flagged(world, 2)
      holdingBoth(world)
      revoked(world, 'alice', eur)
    },
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferLineFull',
    when: 'the line cannot take what is bought',
    given(world) {
      holdingBoth(world)
      const operations = [Operation.changeTrust({ asset: eur, limit: '5' })]
      world.apply({ source: 'alice', operations })
    },
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferUnderfunded',
    when: 'it would sell more than it holds',
    given: holdingBoth,
    operation: () => buying('101'),
  },
  {
    code: 'manageBuyOfferCrossSelf',
    when: 'the best offer is one of its own',
    given(world) {
      holdingBoth(world)
      paid(world, 'alice', eur)
      world.apply({
        source: 'alice',
        operations: [
          Operation.manageSellOffer({ selling: eur, buying: usd, amount: '10', price: '1' }),
        ],
      })
    },
    operation: () => buying('10'),
  },
  {
    code: 'manageBuyOfferNotFound',
    when: 'there is no such offer',
    given: holdingBoth,
    operation: () => buying('10', '77'),
  },
  {
    code: 'manageBuyOfferLowReserve',
    when: 'the reserve of the offer is not there',
    given(world) {
      holdingBoth(world)
      const operations = [
        Operation.payment({
          destination: idOf('bob'),
          asset: Asset.native(),
          amount: '997.9999000',
        }),
      ]
      world.apply({ source: 'alice', operations })
    },
    operation: () => buying('10'),
  },
  {
    code: 'pathPaymentStrictSendNoTrust',
    when: 'the destination has no line',
    given: holdingBoth,
    operation: () =>
      Operation.pathPaymentStrictSend({
        sendAsset: usd,
        sendAmount: '1',
        destination: idOf('bob'),
        destAsset: usd,
        destMin: '1',
      }),
  },
  {
    code: 'setOptionsTooManySigners',
    when: 'there are twenty already',
    given(world) {
      const operations = Array.from({ length: 20 }, (_, index) =>
        Operation.setOptions({
          signer: { ed25519PublicKey: idOf(`signer ${index}`), weight: 1 },
        }),
      )
      world.apply({ source: 'alice', operations, fee: '2000' })
    },
    operation: () =>
      Operation.setOptions({ signer: { ed25519PublicKey: idOf('one more'), weight: 1 } }),
  },
  {
    code: 'claimClaimableBalanceNotAuthorized',
    when: "the claimant's line is not authorized",
    given(world) {
      flagged(world, 2)
      holdingBoth(world)
      revoked(world, 'alice', usd)
      world.apply({
        source: 'issuer',
        operations: [
          Operation.createClaimableBalance({
            asset: usd,
            amount: '5',
            claimants: [new Claimant(idOf('alice'))],
          }),
        ],
      })
    },
    operation: (world) => Operation.claimClaimableBalance({ balanceId: balanceOf(world) }),
  },
  {
    code: 'clawbackClaimableBalanceNotClawbackEnabled',
    when: 'the balance was made without clawback',
    source: 'issuer',
    given(world) {
      world.apply({
        source: 'issuer',
        operations: [
          Operation.createClaimableBalance({
            asset: usd,
            amount: '5',
            claimants: [new Claimant(idOf('alice'))],
          }),
        ],
      })
    },
    operation: (world) => Operation.clawbackClaimableBalance({ balanceId: balanceOf(world) }),
  },
  {
    code: 'revokeSponsorshipDoesNotExist',
    when: 'there is no such line',
    operation: () => Operation.revokeTrustlineSponsorship({ account: idOf('alice'), asset: usd }),
  },
  {
    code: 'revokeSponsorshipLowReserve',
    when: 'the owner cannot carry the entry itself',
    source: 'alice',
    given(world) {
      world.apply({
        source: 'alice',
        fee: '400',
        signers: ['alice', 'poor'],
        operations: [
          Operation.beginSponsoringFutureReserves({ sponsoredId: idOf('poor') }),
          Operation.createAccount({ destination: idOf('poor'), startingBalance: '0' }),
          Operation.changeTrust({ asset: usd, source: idOf('poor') }),
          Operation.endSponsoringFutureReserves({ source: idOf('poor') }),
        ],
      })
    },
    operation: () => Operation.revokeTrustlineSponsorship({ account: idOf('poor'), asset: usd }),
  },
]

const worldFor = ({ given }: Case): World => {
  const world = createWorld()
  world.fund('alice', 'bob', 'issuer')
  given?.(world)
  return world
}

const draftOf = (world: World, { operation, source = 'alice', signers = [source] }: Case) => {
  const built = operation(world)
  const operations = Array.isArray(built) ? built : [built as xdr.Operation]
  return { source, signers, operations }
}

describe('an operation refused at admission leaves no trace (SBX-26)', () => {
  it.each(traceless)('$code: $when', (one) => {
    const world = worldFor(one)
    const before = world.ledger.account(idOf('alice'))
    expect(world.codes(draftOf(world, one))).toEqual(['txFailed', one.code])
    expect(world.close().transactions).toEqual([])
    expect(world.ledger.account(idOf('alice'))).toEqual(before)
  })
})

describe('an operation that fails in a ledger is recorded and paid for (SBX-26)', () => {
  it.each(recorded)('$code: $when', (one) => {
    const world = worldFor(one)
    const { source = 'alice' } = one
    const before = world.ledger.account(idOf(source))
    const applied = world.apply(draftOf(world, one))
    const after = world.ledger.account(idOf(source))
    expect(applied.successful).toBe(false)
    expect(applied.operations.map(({ result }) => resultCode(result))).toEqual([one.code])
    expect(applied.feeCharged).toBe(100n)
    expect(after).toEqual({
      ...before,
      balance: (before?.balance ?? 0n) - 100n,
      sequence: (before?.sequence ?? 0n) + 1n,
      sequenceLedger: world.ledger.head.sequence,
      sequenceTime: world.ledger.head.closeTime,
      lastModifiedLedger: world.ledger.head.sequence,
    })
  })
})

const resultCode = (result: xdr.OperationResult): string =>
  result.type === 'opInner' ? result.tr.value.type : result.type

it('keeps the signers of an account sorted, by kind and then by key (SBX-14)', () => {
  const world = createWorld()
  world.fund('alice')
  const names = ['one', 'two', 'three']
  const raw = (name: string) => keyOf(name).rawPublicKey()
  const hex = (name: string) => Buffer.from(raw(name)).toString('hex')
  const sorted = names.toSorted((one, other) => (hex(one) < hex(other) ? -1 : 1))
  const kinds = [
    (name: string) => ({ ed25519PublicKey: idOf(name) }),
    (name: string) => ({ preAuthTx: Buffer.from(raw(name)) }),
    (name: string) => ({ sha256Hash: Buffer.from(raw(name)) }),
    (name: string) => ({ ed25519SignedPayload: payloadOf(name) }),
  ]
  const addresses = [
    idOf,
    (name: string) => StrKey.encodePreAuthTx(raw(name)),
    (name: string) => StrKey.encodeSha256Hash(raw(name)),
    payloadOf,
  ]
  world.apply({
    source: 'alice',
    fee: '1200',
    operations: names.flatMap((name) =>
      kinds
        .toReversed()
        .map((kind) => Operation.setOptions({ signer: { ...kind(name), weight: 1 } })),
    ),
  })
  const expected = addresses.flatMap((address) => sorted.map(address))
  expect(world.ledger.account(idOf('alice'))?.signers.map(({ key }) => key)).toEqual(expected)
})

const payloadOf = (name: string): string =>
  SignerKey.encodeSignerKey(
    xdr.SignerKey.signerKeyTypeEd25519SignedPayload(
      new xdr.SignerKeyEd25519SignedPayload({
        ed25519: keyOf(name).rawPublicKey(),
        payload: new Uint8Array([1, 2, 3]),
      }),
    ),
  )

it('takes away the offers of a line that loses its authorization, and no others (SBX-46)', () => {
  const world = createWorld()
  world.fund('alice', 'issuer')
  flagged(world, 2)
  holdingBoth(world)
  paid(world, 'alice', eur)
  const between = (from: Asset, to: Asset) =>
    Operation.manageSellOffer({ selling: from, buying: to, amount: '10', price: '2' })
  const native = Asset.native()
  world.apply({
    source: 'alice',
    operations: [
      between(usd, native),
      between(native, usd),
      between(eur, native),
      between(native, eur),
    ],
  })
  const offers = () =>
    [...world.ledger.subentriesOf(idOf('alice'))].flatMap((one) =>
      one.type === 'offer' ? [one.id] : [],
    )
  revoked(world, 'alice', usd)
  expect(offers()).toEqual([1n, 2n, 3n, 4n])
  const flags = { authorized: false, authorizedToMaintainLiabilities: false }
  const operation = Operation.setTrustLineFlags({ trustor: idOf('alice'), asset: usd, flags })
  world.apply({ source: 'issuer', operations: [operation] })
  expect(offers()).toEqual([3n, 4n])
})

it('sells the last stroop of a line (SBX-51)', () => {
  const world = createWorld()
  world.fund('alice', 'issuer')
  trusting(world, 'alice', usd, eur)
  const amount = '0.0000001'
  const operations = [Operation.payment({ destination: idOf('alice'), asset: usd, amount })]
  world.apply({ source: 'issuer', operations })
  const codes = world.codes({ source: 'alice', operations: [selling(amount)] })
  expect(codes).toEqual(['txSuccess', 'manageSellOfferSuccess'])
})
