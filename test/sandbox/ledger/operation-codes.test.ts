import { Asset, Claimant, Operation, type xdr } from '@stellar/stellar-sdk'
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

const recorded: readonly Case[] = [
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

it('keeps the signers of an account sorted by key (SBX-14)', () => {
  const world = createWorld()
  world.fund('alice')
  const names = ['one', 'two', 'three', 'four', 'five', 'six']
  world.apply({
    source: 'alice',
    fee: '600',
    operations: names.map((name) =>
      Operation.setOptions({ signer: { ed25519PublicKey: idOf(name), weight: 1 } }),
    ),
  })
  const raw = (name: string) => Buffer.from(keyOf(name).rawPublicKey()).toString('hex')
  const sorted = names.toSorted((one, other) => (raw(one) < raw(other) ? -1 : 1)).map(idOf)
  expect(world.ledger.account(idOf('alice'))?.signers.map(({ key }) => key)).toEqual(sorted)
})
