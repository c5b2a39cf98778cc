import { Asset, Claimant, Operation, type xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { mainAccountOf } from '../../../src/sandbox/network/ledger/account-id.ts'
import { asset, createWorld, idOf, type World } from './world.ts'

/** Who may end or hand over the sponsorship of a signer, of a balance, of an entry (SBX-49). */

let world: World
beforeEach(() => {
  world = createWorld()
  world.fund('alice', 'bob', 'carol', 'issuer')
})

const everybody = ['alice', 'bob', 'carol'] as const
const signing = [...everybody, 'child'] as const

/** The codes of the operations, signed by all whose they are. */
const codes = (source: string, ...operations: readonly xdr.Operation[]) => {
  const sources = new Set(
    operations.map(({ sourceAccount: own }) => (own === null ? idOf(source) : mainAccountOf(own))),
  )
  const signers = signing.filter((name) => name === source || sources.has(idOf(name)))
  return world.codes({ source, operations, fee: '1000', signers }).slice(1)
}

const sponsored = (sponsor: string, name: string, ...operations: readonly xdr.Operation[]) => [
  Operation.beginSponsoringFutureReserves({ source: idOf(sponsor), sponsoredId: idOf(name) }),
  ...operations,
  Operation.endSponsoringFutureReserves({ source: idOf(name) }),
]

const addSigner = Operation.setOptions({
  source: idOf('alice'),
  signer: { ed25519PublicKey: idOf('friend'), weight: 3 },
})
const revokeSigner = (source: string, account = 'alice', signer = 'friend') =>
  Operation.revokeSignerSponsorship({
    source: idOf(source),
    account: idOf(account),
    signer: { ed25519PublicKey: idOf(signer) },
  })

/** The signer, and each one's count of reserves: sponsoring, sponsored. */
const standing = () => {
  const counts = everybody.map((name) => {
    const account = world.ledger.account(idOf(name))
    return [account?.sponsoring, account?.sponsored]
  })
  return [world.ledger.account(idOf('alice'))?.signers, counts]
}
const friend = (sponsor?: string) => [
  { key: idOf('friend'), weight: 3, ...(sponsor !== undefined && { sponsor: idOf(sponsor) }) },
]
const one = 'revokeSponsorshipSuccess'

describe('the sponsorship of a signer', () => {
  it('is ended by its sponsor, the weight kept', () => {
    codes('bob', ...sponsored('bob', 'alice', addSigner))
    const carried = [[0, 1], [1, 0], [0, 0]] // prettier-ignore
    expect(standing()).toEqual([friend('bob'), carried])
    expect(codes('bob', revokeSigner('bob'))).toEqual([one])
    expect(standing()).toEqual([friend(), everybody.map(() => [0, 0])])
  })

  it('is handed over to who sponsors the sponsor', () => {
    codes('bob', ...sponsored('bob', 'alice', addSigner))
    expect(codes('bob', ...sponsored('carol', 'bob', revokeSigner('bob')))).toContain(one)
    const carried = [[0, 1], [0, 0], [1, 0]] // prettier-ignore
    expect(standing()).toEqual([friend('carol'), carried])
  })

  it('is ended where the account itself sponsors the sponsor', () => {
    codes('bob', ...sponsored('bob', 'alice', addSigner))
    expect(codes('bob', ...sponsored('alice', 'bob', revokeSigner('bob')))).toContain(one)
    expect(standing()).toEqual([friend(), everybody.map(() => [0, 0])])
  })

  it('is not for others to end, be it sponsored or not', () => {
    codes('alice', addSigner)
    expect(codes('bob', revokeSigner('bob'))).toEqual(['revokeSponsorshipNotSponsor'])
    const more = { ed25519PublicKey: idOf('other'), weight: 1 }
    const addOther = Operation.setOptions({ source: idOf('alice'), signer: more })
    codes('bob', ...sponsored('bob', 'alice', addOther))
    for (const name of ['alice', 'carol']) {
      const revoke = revokeSigner(name, 'alice', 'other')
      expect(codes(name, revoke)).toEqual(['revokeSponsorshipNotSponsor'])
    }
  })

  it('is nothing to end where the account pays itself, and no refusal either', () => {
    codes('alice', addSigner)
    expect(codes('alice', revokeSigner('alice'))).toEqual([one])
    expect(standing()).toEqual([friend(), everybody.map(() => [0, 0])])
  })

  it('begins where the account pays itself and somebody sponsors it', () => {
    codes('alice', addSigner)
    expect(codes('alice', ...sponsored('bob', 'alice', revokeSigner('alice')))).toContain(one)
    const carried = [[0, 1], [1, 0], [0, 0]] // prettier-ignore
    expect(standing()).toEqual([friend('bob'), carried])
  })

  it('is none of a signer or an account that is not there', () => {
    const none = ['revokeSponsorshipDoesNotExist']
    expect(codes('alice', revokeSigner('alice'))).toEqual(none)
    expect(codes('alice', revokeSigner('alice', 'nobody'))).toEqual(none)
  })

  it('does not end when the account cannot pay for it', () => {
    codes('bob', ...sponsored('bob', 'alice', addSigner))
    const rest = Operation.payment({
      destination: idOf('bob'),
      asset: Asset.native(),
      amount: '998.9999000',
    })
    expect(codes('alice', rest)).toEqual(['paymentSuccess'])
    expect(codes('bob', revokeSigner('bob'))).toEqual(['revokeSponsorshipLowReserve'])
    expect(world.ledger.account(idOf('alice'))?.signers).toEqual(friend('bob'))
  })
})

it('a claimable balance is handed over, and never left without a sponsor', () => {
  const balanceOf = () => {
    const found = [...world.ledger.entries()].find(({ type }) => type === 'claimable_balance')
    if (found?.type !== 'claimable_balance') throw new Error('there is no balance')
    return found
  }
  const claimants = [new Claimant(idOf('alice')), new Claimant(idOf('carol'))]
  const made = { asset: Asset.native(), amount: '5', claimants }
  codes('bob', Operation.createClaimableBalance(made))
  expect(balanceOf().sponsor).toBe(idOf('bob'))
  const revoke = Operation.revokeClaimableBalanceSponsorship({
    source: idOf('bob'),
    balanceId: balanceOf().id,
  })
  expect(codes('bob', revoke)).toEqual(['revokeSponsorshipOnlyTransferable'])
  expect(codes('bob', ...sponsored('carol', 'bob', revoke))).toContain(one)
  expect(balanceOf().sponsor).toBe(idOf('carol'))
  const sponsoring = everybody.map((name) => world.ledger.account(idOf(name))?.sponsoring)
  expect(sponsoring).toEqual([0, 0, 2])
})

it('an entry that its owner pays for can be left so, whatever the owner has', () => {
  const line = { source: idOf('alice'), asset: asset('USD') }
  codes('alice', Operation.changeTrust(line))
  const rest = { destination: idOf('bob'), asset: Asset.native(), amount: '998.4990000' }
  expect(codes('alice', Operation.payment(rest))).toEqual(['paymentSuccess'])
  const account = idOf('alice')
  const revoke = Operation.revokeTrustlineSponsorship({ account, asset: asset('USD') })
  expect(codes('alice', revoke)).toEqual([one])
})

const usd = asset('USD')
const [alice, bob] = [idOf('alice'), idOf('bob')]
const own = { selling: asset('OWN', 'alice'), buying: Asset.native(), price: '1', source: alice }
const offer = Operation.manageSellOffer({ ...own, amount: '5' })
const line = Operation.changeTrust({ asset: usd, limit: '50', source: alice })
const data = Operation.manageData({ name: 'a', value: 'b', source: alice })
const create = { destination: idOf('child'), startingBalance: '5', source: bob }
const offerOf = { seller: alice, offerId: '1' }
const lineOf = { account: alice, asset: usd }
const dataOf = { account: alice, name: 'a' }
const accountOf = { account: idOf('child') }

interface Kind {
  readonly key: string
  readonly owner: string
  readonly reserves: number
  readonly made: xdr.Operation
  readonly revoke: (by: string) => xdr.Operation
}

const kinds: readonly Kind[] = [
  {
    key: `account|${idOf('child')}`,
    owner: 'child',
    reserves: 2,
    made: Operation.createAccount(create),
    revoke: (by) => Operation.revokeAccountSponsorship({ ...accountOf, source: idOf(by) }),
  },
  {
    key: `trustline|${alice}|USD:${idOf('issuer')}`,
    owner: 'alice',
    reserves: 1,
    made: line,
    revoke: (by) => Operation.revokeTrustlineSponsorship({ ...lineOf, source: idOf(by) }),
  },
  {
    key: `data|${alice}|a`,
    owner: 'alice',
    reserves: 1,
    made: data,
    revoke: (by) => Operation.revokeDataSponsorship({ ...dataOf, source: idOf(by) }),
  },
  {
    key: 'offer|1',
    owner: 'alice',
    reserves: 1,
    made: offer,
    revoke: (by) => Operation.revokeOfferSponsorship({ ...offerOf, source: idOf(by) }),
  },
]

/** Who sponsors the entry; what bob and carol carry, and what its owner is relieved of. */
const carried = ({ key, owner }: Kind) => {
  const [ofBob, ofCarol, ofOwner] = ['bob', 'carol', owner].map((name) =>
    world.ledger.account(idOf(name)),
  )
  const { sponsor } = world.ledger.entry(key) ?? { sponsor: 'gone' }
  return [sponsor, ofBob?.sponsoring, ofCarol?.sponsoring, ofOwner?.sponsored]
}

it.each(kinds)('an entry goes from sponsor to sponsor, to its owner and back: $key', (kind) => {
  const { owner, reserves, made, revoke } = kind
  codes('bob', ...sponsored('bob', owner, made))
  expect(carried(kind)).toEqual([bob, reserves, 0, reserves])
  expect(codes('carol', revoke('carol'))).toEqual(['revokeSponsorshipNotSponsor'])
  expect(codes(owner, revoke(owner))).toEqual(['revokeSponsorshipNotSponsor'])
  expect(codes('bob', ...sponsored('carol', 'bob', revoke('bob')))).toContain(one)
  expect(carried(kind)).toEqual([idOf('carol'), 0, reserves, reserves])
  expect(codes('carol', ...sponsored(owner, 'carol', revoke('carol')))).toContain(one)
  expect(carried(kind)).toEqual([undefined, 0, 0, 0])
  expect(codes('bob', ...sponsored('bob', owner, revoke(owner)))).toContain(one)
  expect(carried(kind)).toEqual([bob, reserves, 0, reserves])
  expect(codes('bob', revoke('bob'))).toEqual([one])
  expect(carried(kind)).toEqual([undefined, 0, 0, 0])
})

it.each(kinds)('an entry is handed to nobody who cannot pay for it: $key', (kind) => {
  const { owner, reserves, made, revoke } = kind
  codes('bob', ...sponsored('bob', owner, made))
  const left = 10_000_000n + BigInt(reserves) * 5_000_000n - 1n
  const { balance = 0n } = world.ledger.account(idOf('carol')) ?? {}
  const stroops = balance - left - 100n
  const amount = `${stroops / 10_000_000n}.${String(stroops % 10_000_000n).padStart(7, '0')}`
  const away = Operation.payment({ destination: alice, asset: Asset.native(), amount })
  world.apply({ source: 'carol', operations: [away] })
  const handOver = () => codes('bob', ...sponsored('carol', 'bob', revoke('bob')))
  expect(handOver()).toContain('revokeSponsorshipLowReserve')
  expect(carried(kind)).toEqual([bob, reserves, 0, reserves])
  const stroop = { destination: idOf('carol'), asset: Asset.native(), amount: '0.0000001' }
  codes('alice', Operation.payment(stroop))
  expect(handOver()).toContain(one)
  expect(carried(kind)).toEqual([idOf('carol'), 0, reserves, reserves])
})

it('what is changed keeps the sponsor it has, whoever sponsors by then', () => {
  codes('bob', ...sponsored('bob', 'alice', line, data, offer, addSigner))
  const signer = { ed25519PublicKey: idOf('friend'), weight: 5 }
  const changes = [
    Operation.changeTrust({ asset: usd, limit: '60', source: alice }),
    Operation.manageData({ name: 'a', value: 'c', source: alice }),
    Operation.manageSellOffer({ ...own, amount: '6', offerId: '1' }),
    Operation.setOptions({ source: alice, signer }),
  ]
  const sponsors = () => [
    ...kinds.slice(1).map(({ key }) => world.ledger.entry(key)?.sponsor),
    ...(world.ledger.account(alice)?.signers ?? []).map(({ sponsor }) => sponsor),
  ]
  expect(sponsors()).toEqual([bob, bob, bob, bob])
  expect(codes('alice', ...changes)).toHaveLength(4)
  expect(sponsors()).toEqual([bob, bob, bob, bob])
  expect(codes('carol', ...sponsored('carol', 'alice', ...changes))).toHaveLength(6)
  expect(sponsors()).toEqual([bob, bob, bob, bob])
  const counts = everybody.map((name) => world.ledger.account(idOf(name))?.sponsoring)
  expect(counts).toEqual([0, 4, 0])
  const stored = world.ledger.entry(`data|${alice}|a`)
  expect(stored?.type === 'data' && Buffer.from(stored.value).toString()).toBe('c')
  expect(world.ledger.entry('offer|1')).toMatchObject({ amount: 60_000_000n })
})

it('an account that is merged gives every sponsor of its signers the reserve back (SBX-44)', () => {
  const signer = (name: string) =>
    Operation.setOptions({ source: alice, signer: { ed25519PublicKey: idOf(name), weight: 1 } })
  const both = [
    ...sponsored('bob', 'alice', signer('one'), signer('two')),
    ...sponsored('carol', 'alice', signer('three')),
  ]
  codes('alice', ...both)
  const counts = () => ['bob', 'carol'].map((name) => world.ledger.account(idOf(name))?.sponsoring)
  expect(counts()).toEqual([2, 1])
  const merge = Operation.accountMerge({ destination: idOf('issuer') })
  expect(codes('alice', merge)).toEqual(['accountMergeSuccess'])
  expect(counts()).toEqual([0, 0])
})

it('an account that is merged into its sponsor gives it lumens and reserves alike (SBX-44)', () => {
  const source = idOf('child')
  const signer = { ed25519PublicKey: idOf('friend'), weight: 1 }
  const both = [Operation.createAccount(create), Operation.setOptions({ source, signer })]
  codes('bob', ...sponsored('bob', 'child', ...both))
  const before = world.ledger.account(bob)
  expect(before?.sponsoring).toBe(3)
  const merge = Operation.accountMerge({ source, destination: bob })
  expect(
    world.codes({ source: 'alice', signers: ['alice', 'child'], operations: [merge] }),
  ).toEqual(['txSuccess', 'accountMergeSuccess'])
  const balance = (before?.balance ?? 0n) + 50_000_000n
  expect(world.ledger.account(bob)).toMatchObject({ sponsoring: 0, balance })
})

it.each([
  ['who sponsors as the first', 'alice'],
  ['who sponsors as the second', 'carol'],
])('nobody is sponsored %s of several (SBX-49)', (_what, name) => {
  world.fund('dave', 'erin')
  const begin = (source: string, sponsoredId: string) =>
    Operation.beginSponsoringFutureReserves({
      source: idOf(source),
      sponsoredId: idOf(sponsoredId),
    })
  const operations = [begin('alice', 'bob'), begin('carol', 'dave'), begin('erin', name)]
  const signers = ['alice', 'carol', 'erin']
  const told = world.codes({ source: 'alice', signers, operations })
  expect(told.at(-1)).toBe('beginSponsoringFutureReservesRecursive')
})

it.each(['alice', 'carol'])('no account is merged that sponsors beside others: %s', (name) => {
  world.fund('dave')
  const operations = [
    Operation.beginSponsoringFutureReserves({ sponsoredId: bob }),
    Operation.beginSponsoringFutureReserves({ source: idOf('carol'), sponsoredId: idOf('dave') }),
    Operation.accountMerge({ source: idOf(name), destination: idOf('issuer') }),
  ]
  const told = world.codes({ source: 'alice', signers: ['alice', 'carol'], operations })
  expect(told.at(-1)).toBe('accountMergeIsSponsor')
})

it('an account may be merged while somebody would sponsor it (SBX-44)', () => {
  const merge = Operation.accountMerge({ source: alice, destination: idOf('issuer') })
  const told = codes('bob', ...sponsored('bob', 'alice', merge))
  expect(told).toEqual([
    'beginSponsoringFutureReservesSuccess',
    'accountMergeSuccess',
    'opNoAccount',
  ])
})
