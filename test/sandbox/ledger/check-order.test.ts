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
const balance = () => {
  const found = [...world.ledger.entries()].find(({ type }) => type === 'claimable_balance')
  if (found?.type !== 'claimable_balance') throw new Error('there is no balance')
  return found
}
const promised = (source: string, one = usd) => {
  const claimants = [new Claimant(idOf('alice'))]
  return codes(source, Operation.createClaimableBalance({ asset: one, amount: '5', claimants }))
}
const selling = (amount: string, price = '1') =>
  Operation.manageSellOffer({ selling: usd, buying: eur, amount, price })

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
