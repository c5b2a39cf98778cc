import { Asset, Claimant, Operation, xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { reserveResult } from '../../../src/sandbox/network/ledger/operations/operation-rule.ts'
import { asset, createWorld, idOf, type World } from './world.ts'

/** Of two things that are wrong, which one stellar-core tells. */

const usd = asset('USD')
const eur = asset('EUR')
const native = Asset.native()

let world: World
beforeEach(() => {
  world = createWorld()
  world.fund('alice', 'bob', 'carol', 'issuer')
})

const codes = (source: string, ...operations: readonly xdr.Operation[]) =>
  world.codes({ source, operations, fee: '1000' }).slice(1)
const trusting = (name: string, ...assets: readonly Asset[]) =>
  codes(name, ...assets.map((one) => Operation.changeTrust({ asset: one })))
const paid = (name: string, one: Asset, amount = '10') =>
  codes('issuer', Operation.payment({ destination: idOf(name), asset: one, amount }))
const flagged = (setFlags: number) =>
  codes('issuer', Operation.setOptions({ setFlags: setFlags as 2 }))
const lineFlags = (authorized?: boolean, authorizedToMaintainLiabilities?: boolean) =>
  codes(
    'issuer',
    Operation.setTrustLineFlags({
      trustor: idOf('alice'),
      asset: usd,
      flags: {
        ...(authorized !== undefined && { authorized }),
        ...(authorizedToMaintainLiabilities !== undefined && { authorizedToMaintainLiabilities }),
      },
    }),
  )
/** The balance that is claimable by an account. */
const balance = (claimant = idOf('alice')) => {
  for (const entry of world.ledger.entries()) {
    if (entry.type !== 'claimable_balance') continue
    if (entry.claimants.some(({ destination }) => destination === claimant)) return entry
  }
  throw new Error('there is no balance')
}
const promised = (source: string, one = usd) => {
  const claimants = [new Claimant(idOf('alice'))]
  return codes(source, Operation.createClaimableBalance({ asset: one, amount: '5', claimants }))
}
const between = { selling: usd, buying: eur, price: '1' }
const selling = (amount: string, price = '1') =>
  Operation.manageSellOffer({ ...between, amount, price })
const forLumens = { selling: usd, buying: native }

/** Pays away what an account has but for so many lumens, and the fees to come. */
const leave = (name: string, lumens: string) => {
  const fees = 10_000n
  const left =
    BigInt(lumens.replace('.', '')) * 10n ** BigInt(7 - (lumens.split('.')[1] ?? '').length)
  const { balance: held = 0n } = world.ledger.account(idOf(name)) ?? {}
  const amount = lumensOf(held - left - fees - 100n)
  const away = Operation.payment({ destination: idOf('carol'), asset: native, amount })
  expect(world.codes({ source: name, operations: [away] })[0]).toBe('txSuccess')
}
const lumensOf = (stroops: bigint) =>
  `${stroops / 10_000_000n}.${String(stroops % 10_000_000n).padStart(7, '0')}`

/** Lets an account bid for so many lumens that it has room for hardly any more. */
const fillUp = (name: string) => {
  trusting(name, usd)
  paid(name, usd, '1000')
  const price = { n: 1_000_000_000, d: 1 }
  const bid = { ...forLumens, amount: '922.3372020', price }
  expect(codes(name, Operation.manageSellOffer(bid))).toEqual(['manageSellOfferSuccess'])
}

describe('the first of two faults', () => {
  it('of a merge is that the account is immutable, not what it owns (SBX-44)', () => {
    codes('alice', Operation.manageData({ name: 'a', value: 'b' }))
    codes('alice', Operation.setOptions({ setFlags: 4 }))
    const merge = Operation.accountMerge({ destination: idOf('bob') })
    expect(codes('alice', merge)).toEqual(['accountMergeImmutableSet'])
  })

  it('of new flags is that the account is immutable, not what they need (SBX-42)', () => {
    flagged(4)
    expect(flagged(8)).toEqual(['setOptionsCantChange'])
  })

  it('of a new line is its limit of 0, not its issuer (SBX-41)', () => {
    const nobody = { asset: asset('USD', 'nobody'), limit: '0' }
    expect(codes('alice', Operation.changeTrust(nobody))).toEqual(['changeTrustInvalidLimit'])
    const some = { ...nobody, limit: '1' }
    expect(codes('alice', Operation.changeTrust(some))).toEqual(['changeTrustNoIssuer'])
  })

  it('of a clawback is that the line allows none, not what it holds (SBX-50)', () => {
    trusting('alice', usd)
    const clawback = Operation.clawback({ asset: usd, from: idOf('alice'), amount: '5' })
    expect(codes('issuer', clawback)).toEqual(['clawbackNotClawbackEnabled'])
  })

  it('of a balance clawed back is whose asset it is, not what it allows (SBX-50)', () => {
    promised('issuer')
    const clawback = Operation.clawbackClaimableBalance({ balanceId: balance().id })
    expect(codes('bob', clawback)).toEqual(['clawbackClaimableBalanceNotIssuer'])
  })

  it('of an offer is on the side that is sold (SBX-51)', () => {
    flagged(2)
    trusting('alice', usd)
    paid('alice', usd)
    lineFlags(false, true)
    expect(codes('alice', selling('5'))).toEqual(['manageSellOfferSellNotAuthorized'])
  })

  it('of an offer is the line that is full, not the one that is empty (SBX-51)', () => {
    trusting('alice', usd, eur)
    paid('alice', usd)
    codes('alice', Operation.changeTrust({ asset: eur, limit: '1' }))
    expect(codes('alice', selling('11'))).toEqual(['manageSellOfferLineFull'])
    expect(codes('alice', selling('11', '0.01'))).toEqual(['manageSellOfferUnderfunded'])
  })

  it('of an offer for less than a stroop is that nothing more can be received (SBX-51)', () => {
    trusting('alice', usd, eur)
    paid('alice', usd)
    paid('alice', eur, '1')
    codes('alice', Operation.changeTrust({ asset: eur, limit: '1' }))
    expect(codes('alice', selling('0.0000001', '0.001'))).toEqual(['manageSellOfferLineFull'])
  })

  it('of ending a sponsorship is whose it is, not what becomes of it (SBX-49)', () => {
    promised('bob', native)
    const revoke = Operation.revokeClaimableBalanceSponsorship({ balanceId: balance().id })
    expect(codes('carol', revoke)).toEqual(['revokeSponsorshipNotSponsor'])
  })

  it('of a sandwich is that it is open, not who opens it (SBX-49)', () => {
    const begin = (source: string, name: string) =>
      Operation.beginSponsoringFutureReserves({ source: idOf(source), sponsoredId: idOf(name) })
    const operations = [begin('alice', 'bob'), begin('carol', 'issuer'), begin('bob', 'issuer')]
    const all = world.codes({ source: 'alice', signers: ['alice', 'bob', 'carol'], operations })
    expect(all.at(-1)).toBe('beginSponsoringFutureReservesAlreadySponsored')
  })

  it('of a merge is what the account still owns, not that its heir is full (SBX-44)', () => {
    fillUp('bob')
    const merge = Operation.accountMerge({ destination: idOf('bob') })
    expect(codes('alice', merge)).toEqual(['accountMergeDestFull'])
    codes('alice', Operation.manageData({ name: 'a', value: 'b' }))
    expect(codes('alice', merge)).toEqual(['accountMergeHasSubEntries'])
  })

  it('of a new account is that it is there, not what it would start with (SBX-39)', () => {
    const create = { destination: idOf('bob'), startingBalance: '0' }
    expect(codes('alice', Operation.createAccount(create))).toEqual(['createAccountAlreadyExist'])
  })

  it('of a claim is who may claim, and when, not where it would go (SBX-48)', () => {
    promised('issuer')
    const claim = Operation.claimClaimableBalance({ balanceId: balance().id })
    expect(codes('carol', claim)).toEqual(['claimClaimableBalanceCannotClaim'])
    expect(codes('alice', claim)).toEqual(['claimClaimableBalanceNoTrust'])
    const past = Claimant.predicateBeforeAbsoluteTime('1')
    const claimants = [new Claimant(idOf('bob'), past)]
    codes('issuer', Operation.createClaimableBalance({ asset: usd, amount: '5', claimants }))
    const { id: balanceId } = balance(idOf('bob'))
    const late = Operation.claimClaimableBalance({ balanceId })
    expect(codes('bob', late)).toEqual(['claimClaimableBalanceCannotClaim'])
  })

  it('of changing an offer is a line that is missing, then the offer, then the sum (SBX-51)', () => {
    const offerId = '77'
    const sell = Operation.manageSellOffer({ ...between, amount: '11', offerId })
    const buy = Operation.manageBuyOffer({ ...between, buyAmount: '11', offerId })
    expect(codes('alice', sell)).toEqual(['manageSellOfferSellNoTrust'])
    expect(codes('alice', buy)).toEqual(['manageBuyOfferSellNoTrust'])
    trusting('alice', usd, eur)
    paid('alice', usd)
    expect(codes('alice', sell)).toEqual(['manageSellOfferNotFound'])
    expect(codes('alice', buy)).toEqual(['manageBuyOfferNotFound'])
  })

  it('of a new offer is its reserve, not the sum (SBX-51)', () => {
    trusting('alice', usd, eur)
    paid('alice', usd)
    leave('alice', '2.4')
    const both = [
      Operation.manageSellOffer({ ...between, amount: '11' }),
      Operation.manageBuyOffer({ ...between, buyAmount: '11' }),
      Operation.createPassiveSellOffer({ ...between, amount: '11' }),
    ]
    expect(both.map((one) => codes('alice', one)[0])).toEqual([
      'manageSellOfferLowReserve',
      'manageBuyOfferLowReserve',
      'manageSellOfferLowReserve',
    ])
  })

  it('of options is the inflation destination, then the flags, then the signer (SBX-42)', () => {
    const signer = { ed25519PublicKey: idOf('friend'), weight: 1 }
    const inflationDest = idOf('nobody')
    const setFlags = 1 as const
    codes('alice', Operation.setOptions({ setFlags: 4 }))
    leave('alice', '1.4')
    const told = [{ inflationDest, setFlags, signer }, { setFlags, signer }, { signer }].map(
      (options) => codes('alice', Operation.setOptions(options))[0],
    )
    expect(told).toEqual([
      'setOptionsInvalidInflation',
      'setOptionsCantChange',
      'setOptionsLowReserve',
    ])
  })

  it('of one more signer is how many there are, not its reserve (SBX-42)', () => {
    const signer = (name: string) =>
      Operation.setOptions({ signer: { ed25519PublicKey: idOf(name), weight: 1 } })
    const twenty = Array.from({ length: 20 }, (_, index) => signer(`signer ${index}`))
    world.codes({ source: 'alice', operations: twenty })
    leave('alice', '11.4')
    expect(codes('alice', signer('one more'))).toEqual(['setOptionsTooManySigners'])
  })

  it('of a path is the sender’s, then the book, then the least that comes (SBX-52)', () => {
    const sent = { sendAsset: native, destAsset: usd, destMin: '5', destination: idOf('bob') }
    const send = (sendAmount: string) => Operation.pathPaymentStrictSend({ ...sent, sendAmount })
    expect(codes('alice', send('1000'))).toEqual(['pathPaymentStrictSendUnderfunded'])
    expect(codes('alice', send('1'))).toEqual(['pathPaymentStrictSendTooFewOffers'])
    codes('issuer', Operation.manageSellOffer({ ...forLumens, amount: '9', price: '1' }))
    expect(codes('alice', send('1'))).toEqual(['pathPaymentStrictSendUnderDestmin'])
    expect(codes('alice', send('5'))).toEqual(['pathPaymentStrictSendNoTrust'])
  })

  it('of a path backwards is the destination’s, then the book, then the most that goes (SBX-52)', () => {
    const sent = { sendAsset: native, destAsset: usd, sendMax: '4', destination: idOf('bob') }
    const receive = (destAmount: string) =>
      Operation.pathPaymentStrictReceive({ ...sent, destAmount })
    expect(codes('alice', receive('5'))).toEqual(['pathPaymentStrictReceiveNoTrust'])
    trusting('bob', usd)
    expect(codes('alice', receive('5'))).toEqual(['pathPaymentStrictReceiveTooFewOffers'])
    codes('issuer', Operation.manageSellOffer({ ...forLumens, amount: '9', price: '1' }))
    leave('alice', '2')
    expect(codes('alice', receive('5'))).toEqual(['pathPaymentStrictReceiveOverSendmax'])
    expect(codes('alice', receive('4'))).toEqual(['pathPaymentStrictReceiveUnderfunded'])
  })

  it('of an operation is that it is not supported, then who signed, then what it says (SBX-21)', () => {
    const source = idOf('bob')
    const told = [
      Operation.inflation({ source }),
      Operation.bumpSequence({ source, bumpTo: '0' }),
      Operation.createAccount({ source, destination: source, startingBalance: '1' }),
    ].map((one) => codes('alice', one))
    expect(told).toEqual([['opNotSupported'], ['opBadAuth'], ['opBadAuth']])
  })
})

describe('the flags of a line (SBX-46)', () => {
  it('never say both of authorized and less, whatever else they say', () => {
    flagged(10)
    trusting('alice', usd)
    expect(lineFlags(undefined, true)).toEqual(['setTrustLineFlagsInvalidState'])
  })

  it('are not lowered by an issuer that may not revoke, not even to keep the offers', () => {
    trusting('alice', usd)
    expect(lineFlags(false, true)).toEqual(['setTrustLineFlagsCantRevoke'])
    expect(lineFlags(true, false)).toEqual(['setTrustLineFlagsSuccess'])
  })
})

it.each([
  [2, 0],
  [10, 1],
])('a balance of an issuer with flags %s has the flags %s (SBX-47)', (flags, expected) => {
  flagged(flags)
  promised('issuer')
  expect(balance().flags).toBe(expected)
})

it('an account with all the signers it may have can still change one (SBX-42)', () => {
  const signer = (name: string, weight: number) =>
    Operation.setOptions({ signer: { ed25519PublicKey: idOf(name), weight } })
  const names = Array.from({ length: 20 }, (_, index) => `signer ${index}`)
  world.codes({ source: 'alice', operations: names.map((name) => signer(name, 1)), fee: '4000' })
  expect(codes('alice', signer('signer 7', 2))).toEqual(['setOptionsSuccess'])
  const weights = world.ledger.account(idOf('alice'))?.signers.map(({ weight }) => weight)
  expect(weights?.toSorted()).toEqual([...names.slice(1).map(() => 1), 2])
})

it('a reserve that is not paid for is told by its reason (SBX-18)', () => {
  const low = xdr.OperationResult.opNoAccount()
  const told = (['low_reserve', 'too_many_subentries', 'too_many_sponsoring'] as const).map(
    (refusal) => reserveResult(refusal, low).type,
  )
  expect(told).toEqual(['opNoAccount', 'opTooManySubentries', 'opTooManySponsoring'])
})

it('an account takes lumens up to the room its bids leave, and no more (SBX-15)', () => {
  fillUp('bob')
  const { balance: held = 0n, liabilities } = world.ledger.account(idOf('bob')) ?? {}
  const room = 9_223_372_036_854_775_807n - held - (liabilities?.buying ?? 0n)
  const pay = (stroops: bigint) => {
    const amount = lumensOf(stroops)
    return Operation.payment({ destination: idOf('bob'), asset: native, amount })
  }
  expect(codes('alice', pay(room + 1n))).toEqual(['paymentLineFull'])
  expect(codes('alice', pay(room))).toEqual(['paymentSuccess'])
})
