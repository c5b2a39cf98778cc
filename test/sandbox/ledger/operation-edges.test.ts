import { Asset, Claimant, Operation, xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  holdsAt,
  storedPredicate,
} from '../../../src/sandbox/network/ledger/operations/claim-predicate.ts'
import { asset, createWorld, idOf, type World } from './world.ts'

/** Rules of single operations that the recorded scenarios leave out. */

const usd = asset('USD')

let world: World
beforeEach(() => {
  world = createWorld()
  world.fund('alice', 'bob', 'issuer')
})

const codes = (source: string, ...operations: readonly xdr.Operation[]) =>
  world.codes({ source, operations, fee: '1000' }).slice(1)
const flagged = (setFlags: number) =>
  codes('issuer', Operation.setOptions({ setFlags: setFlags as 2 }))
const paid = (to: string) =>
  Operation.payment({ destination: idOf(to), asset: usd, amount: '10', source: idOf('issuer') })
const lineFlags = (name: string) => {
  for (const one of world.ledger.subentriesOf(idOf(name))) {
    if (one.type === 'trustline') return one.flags
  }
  return undefined
}

describe('the flags of an issuer', () => {
  it.each([1, 2, 3, 10])('can be changed as long as %s is all they are (SBX-42)', (before) => {
    expect(flagged(before)).toEqual(['setOptionsSuccess'])
    expect(flagged(1)).toEqual(['setOptionsSuccess'])
    expect(world.ledger.account(idOf('issuer'))?.flags).toBe(before | 1)
    const merge = Operation.accountMerge({ destination: idOf('bob') })
    expect(codes('issuer', merge)).toEqual(['accountMergeSuccess'])
  })

  it('cannot be changed once they are immutable, nor the account merged (SBX-42, SBX-44)', () => {
    flagged(4)
    expect(flagged(1)).toEqual(['setOptionsCantChange'])
    const merge = Operation.accountMerge({ destination: idOf('bob') })
    expect(codes('issuer', merge)).toEqual(['accountMergeImmutableSet'])
  })
})

describe('options (SBX-42)', () => {
  const optionsOf = () => {
    const account = world.ledger.account(idOf('alice'))
    if (account === undefined) throw new Error('alice is not there')
    const { thresholds, homeDomain, flags, inflationDestination, signers } = account
    return { thresholds, homeDomain, flags, inflationDestination, signers }
  }
  const friend = (name: string, weight: number) => ({ ed25519PublicKey: idOf(name), weight })
  const begun = {
    thresholds: { master: 40, low: 10, medium: 20, high: 30 },
    homeDomain: 'alice.example',
    flags: 2,
    inflationDestination: idOf('bob'),
  }
  const { master, low, medium, high } = begun.thresholds
  const { thresholds } = begun

  it.each([
    [{}, {}],
    [{ masterWeight: 39 }, { thresholds: { ...thresholds, master: 39 } }],
    [{ lowThreshold: 9 }, { thresholds: { ...thresholds, low: 9 } }],
    [{ lowThreshold: 0 }, { thresholds: { ...thresholds, low: 0 } }],
    [{ medThreshold: 19 }, { thresholds: { ...thresholds, medium: 19 } }],
    [{ medThreshold: 0 }, { thresholds: { ...thresholds, medium: 0 } }],
    [{ highThreshold: 29 }, { thresholds: { ...thresholds, high: 29 } }],
    [{ highThreshold: 0 }, { thresholds: { ...thresholds, high: 0 } }],
    [{ homeDomain: 'a' }, { homeDomain: 'a' }],
    [{ homeDomain: '' }, { homeDomain: '' }],
    [{ setFlags: 1 as const }, { flags: 3 }],
    [{ clearFlags: 2 as const }, { flags: 0 }],
    [{ setFlags: 1 as const, clearFlags: 2 as const }, { flags: 1 }],
    [{ inflationDest: idOf('issuer') }, { inflationDestination: idOf('issuer') }],
    [{ masterWeight: 0 }, { thresholds: { ...thresholds, master: 0 } }],
  ])('are changed where they are given, and nowhere else: %j', (options, changed) => {
    const all = {
      masterWeight: master,
      lowThreshold: low,
      medThreshold: medium,
      highThreshold: high,
      homeDomain: begun.homeDomain,
      setFlags: 2 as const,
      inflationDest: idOf('bob'),
    }
    expect(codes('alice', Operation.setOptions(all))).toEqual(['setOptionsSuccess'])
    expect(optionsOf()).toEqual({ ...begun, signers: [] })
    expect(codes('alice', Operation.setOptions(options))).toEqual(['setOptionsSuccess'])
    expect(optionsOf()).toEqual({ ...begun, ...changed, signers: [] })
  })

  it('add, change and take away the one signer that they name', () => {
    const weights = () =>
      Object.fromEntries(optionsOf().signers.map(({ key, weight }) => [key, weight]))
    const names = ['one', 'two', 'three']
    codes('alice', ...names.map((one, at) => Operation.setOptions({ signer: friend(one, at + 1) })))
    const all = { [idOf('one')]: 1, [idOf('two')]: 2, [idOf('three')]: 3 }
    expect(weights()).toEqual(all)
    for (const name of names) {
      const start = world.ledger.snapshot()
      codes('alice', Operation.setOptions({ signer: friend(name, 9) }))
      expect(weights()).toEqual({ ...all, [idOf(name)]: 9 })
      codes('alice', Operation.setOptions({ signer: friend(name, 0) }))
      const { [idOf(name)]: _gone, ...rest } = all
      expect(weights()).toEqual(rest)
      expect(world.ledger.account(idOf('alice'))?.subentries).toBe(2)
      world.ledger.restore(start)
    }
  })
})

describe('an issuer that may not revoke (SBX-46)', () => {
  const allow = (authorize: 0 | 1 | 2) =>
    codes('issuer', Operation.allowTrust({ trustor: idOf('alice'), assetCode: 'USD', authorize }))

  it('lowers no line that is authorized', () => {
    codes('alice', Operation.changeTrust({ asset: usd }))
    expect(allow(2)).toEqual(['allowTrustCantRevoke'])
    expect(allow(1)).toEqual(['allowTrustSuccess'])
    expect(lineFlags('alice')).toBe(1)
  })

  it('raises one that is not, as far as it likes', () => {
    flagged(1)
    codes('alice', Operation.changeTrust({ asset: usd }))
    expect(allow(2)).toEqual(['allowTrustSuccess'])
    expect(lineFlags('alice')).toBe(2)
    expect(allow(2)).toEqual(['allowTrustSuccess'])
    expect(allow(1)).toEqual(['allowTrustSuccess'])
    expect(lineFlags('alice')).toBe(1)
  })
})

it.each([
  [0, 1],
  [1, 0],
  [2, 1],
  [3, 0],
  [10, 5],
  [11, 4],
])('a new line of an issuer with flags %i has the flags %i (SBX-41)', (ofIssuer, flags) => {
  flagged(ofIssuer)
  expect(codes('alice', Operation.changeTrust({ asset: usd }))).toEqual(['changeTrustSuccess'])
  expect(lineFlags('alice')).toBe(flags)
})

it('a line keeps its flag for clawback whatever else is said of it (SBX-46)', () => {
  flagged(10)
  codes('alice', Operation.changeTrust({ asset: usd }))
  const allow = (authorize: 0 | 1 | 2) =>
    codes('issuer', Operation.allowTrust({ trustor: idOf('alice'), assetCode: 'USD', authorize }))
  const told = ([0, 2, 1] as const).map((authorize) => [...allow(authorize), lineFlags('alice')])
  expect(told).toEqual([0, 2, 1].map((flags) => ['allowTrustSuccess', flags | 4]))
  const flags = { authorized: false }
  const less = { trustor: idOf('alice'), asset: usd, flags }
  expect(codes('issuer', Operation.setTrustLineFlags(less))).toEqual(['setTrustLineFlagsSuccess'])
  expect(lineFlags('alice')).toBe(4)
})

describe('an issuer that is gone', () => {
  const gone = () => {
    codes('alice', Operation.changeTrust({ asset: usd }))
    codes('issuer', paid('alice'))
    const merge = Operation.accountMerge({ destination: idOf('bob') })
    expect(codes('issuer', merge)).toEqual(['accountMergeSuccess'])
  }
  const home = { destination: idOf('issuer') }
  const received = { sendAsset: usd, sendMax: '1', destAsset: usd, destAmount: '1', ...home }
  const sent = { sendAsset: usd, sendAmount: '1', destAsset: usd, destMin: '1', ...home }

  it('still gets its credit back (SBX-40, SBX-52)', () => {
    gone()
    const back = Operation.payment({ ...home, asset: usd, amount: '1' })
    expect(codes('alice', back)).toEqual(['paymentSuccess'])
    expect(codes('alice', Operation.pathPaymentStrictReceive(received))).toEqual([
      'pathPaymentStrictReceiveSuccess',
    ])
    expect(codes('alice', Operation.pathPaymentStrictSend(sent))).toEqual([
      'pathPaymentStrictSendSuccess',
    ])
    const [line] = [...world.ledger.subentriesOf(idOf('alice'))]
    expect(line).toMatchObject({ type: 'trustline', balance: 70_000_000n })
  })

  it('is no destination of anything else, not even of a way round (SBX-40, SBX-52)', () => {
    gone()
    const path = [Asset.native()]
    const lumens = Operation.payment({ ...home, asset: Asset.native(), amount: '1' })
    expect(codes('alice', lumens)).toEqual(['paymentNoDestination'])
    expect(codes('alice', Operation.pathPaymentStrictReceive({ ...received, path }))).toEqual([
      'pathPaymentStrictReceiveNoDestination',
    ])
    expect(codes('alice', Operation.pathPaymentStrictSend({ ...sent, path }))).toEqual([
      'pathPaymentStrictSendNoDestination',
    ])
  })
})

it('an account is not merged while it is about to sponsor another (SBX-44)', () => {
  const operations = [
    Operation.beginSponsoringFutureReserves({ sponsoredId: idOf('bob') }),
    Operation.accountMerge({ destination: idOf('issuer') }),
    Operation.endSponsoringFutureReserves({ source: idOf('bob') }),
  ]
  expect(world.codes({ source: 'alice', signers: ['alice', 'bob'], operations })).toEqual([
    'txFailed',
    'beginSponsoringFutureReservesSuccess',
    'accountMergeIsSponsor',
    'endSponsoringFutureReservesSuccess',
  ])
})

describe('the account of an operation on a claimable balance is stamped by it (SBX-47)', () => {
  const stampOf = (name: string) => world.ledger.account(idOf(name))?.lastModifiedLedger
  const balanceId = () => {
    const found = [...world.ledger.entries()].find(({ type }) => type === 'claimable_balance')
    return found?.type === 'claimable_balance' ? found.id : ''
  }
  /** Another account sends the transaction: it is the one that its sequence number stamps. */
  const sentByBob = (name: string, ...operations: readonly xdr.Operation[]) => {
    const signers = ['bob', name]
    const [code] = world.codes({ source: 'bob', signers, operations, fee: '1000' })
    return { code, isStamped: stampOf(name) === world.ledger.head.sequence }
  }
  const stamped = { code: 'txSuccess', isStamped: true }
  const claimable = (source: string) => {
    const claimants = [new Claimant(idOf('alice'))]
    const terms = { asset: usd, amount: '5', claimants, source: idOf(source) }
    return Operation.createClaimableBalance(terms)
  }
  beforeEach(() => {
    flagged(10)
    codes('alice', Operation.changeTrust({ asset: usd }))
    codes('issuer', paid('alice'))
    world.close()
  })

  it('where it is created, though another pays for it', () => {
    const source = idOf('alice')
    const sponsored = [
      Operation.beginSponsoringFutureReserves({ sponsoredId: source }),
      claimable('alice'),
      Operation.endSponsoringFutureReserves({ source }),
    ]
    expect(sentByBob('alice', ...sponsored)).toEqual(stamped)
  })

  it('where it is claimed', () => {
    codes('issuer', claimable('issuer'))
    const operation = { balanceId: balanceId(), source: idOf('alice') }
    expect(sentByBob('alice', Operation.claimClaimableBalance(operation))).toEqual(stamped)
  })

  it('where it is clawed back', () => {
    codes('alice', claimable('alice'))
    const operation = { balanceId: balanceId(), source: idOf('issuer') }
    const clawback = Operation.clawbackClaimableBalance(operation)
    expect(sentByBob('issuer', clawback)).toEqual(stamped)
  })
})

it('a time that would be after the end of time is the end of time (SBX-47)', () => {
  const end = 9_223_372_036_854_775_807n
  const within = (seconds: bigint) =>
    storedPredicate(xdr.ClaimPredicate.claimPredicateBeforeRelativeTime(seconds), 1000n)
  expect(within(end)).toEqual({ type: 'before', epoch: end })
  expect(within(end - 999n)).toEqual({ type: 'before', epoch: end })
  expect(within(end - 1001n)).toEqual({ type: 'before', epoch: end - 1n })
  expect([holdsAt(within(5n), 1004n), holdsAt(within(5n), 1005n)]).toEqual([true, false])
})

describe('when a balance may be claimed (SBX-47)', () => {
  const Predicate = xdr.ClaimPredicate
  const always = Predicate.claimPredicateUnconditional()
  const never = Predicate.claimPredicateNot(always)
  const until = (time: bigint) => Predicate.claimPredicateBeforeAbsoluteTime(time)
  const within = (seconds: bigint) => Predicate.claimPredicateBeforeRelativeTime(seconds)
  const holds = (predicate: xdr.ClaimPredicate) => holdsAt(storedPredicate(predicate, 100n), 150n)

  it('is kept as it was said, in its order, with times from the close of the ledger', () => {
    const both = Predicate.claimPredicateAnd([until(7n), within(8n)])
    const either = Predicate.claimPredicateOr([Predicate.claimPredicateNot(both), always])
    expect(storedPredicate(either, 100n)).toEqual({
      type: 'or',
      of: [
        {
          type: 'not',
          of: {
            type: 'and',
            of: [
              { type: 'before', epoch: 7n },
              { type: 'before', epoch: 108n },
            ],
          },
        },
        { type: 'unconditional' },
      ],
    })
  })

  it('follows the tables of truth', () => {
    const pairs = [
      [always, always],
      [always, never],
      [never, always],
      [never, never],
    ]
    expect(pairs.map((pair) => holds(Predicate.claimPredicateAnd(pair)))).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(pairs.map((pair) => holds(Predicate.claimPredicateOr(pair)))).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect([until(150n), until(151n), within(50n), within(51n)].map(holds)).toEqual([
      false,
      true,
      false,
      true,
    ])
  })

  it('is told for each claimant apart, whichever of them comes', () => {
    const claimants = [
      new Claimant(idOf('alice'), Claimant.predicateBeforeAbsoluteTime('1')),
      new Claimant(idOf('bob')),
    ]
    const terms = { asset: Asset.native(), amount: '5', claimants }
    codes('issuer', Operation.createClaimableBalance(terms))
    const entry = [...world.ledger.entries()].find(({ type }) => type === 'claimable_balance')
    const balanceId = entry?.type === 'claimable_balance' ? entry.id : ''
    expect(entry).toMatchObject({
      claimants: [
        { destination: idOf('alice'), predicate: { type: 'before', epoch: 1n } },
        { destination: idOf('bob'), predicate: { type: 'unconditional' } },
      ],
    })
    expect(world.ledger.account(idOf('issuer'))?.sponsoring).toBe(2)
    const claim = Operation.claimClaimableBalance({ balanceId })
    expect(codes('alice', claim)).toEqual(['claimClaimableBalanceCannotClaim'])
    expect(codes('bob', claim)).toEqual(['claimClaimableBalanceSuccess'])
    expect(world.ledger.account(idOf('issuer'))?.sponsoring).toBe(0)
  })
})
