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

/** The codes of the operations, signed by all whose they are. */
const codes = (source: string, ...operations: readonly xdr.Operation[]) => {
  const sources = new Set(
    operations.map(({ sourceAccount: own }) => (own === null ? idOf(source) : mainAccountOf(own))),
  )
  const signers = everybody.filter((name) => name === source || sources.has(idOf(name)))
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
