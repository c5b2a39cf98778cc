import { Asset, Claimant, Operation, type xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import type { ClosePlan } from '../../../src/sandbox/network/ledger/ledger-surface.ts'
import { asset, codesOf, createWorld, feeBump, idOf, type World } from './world.ts'

/** What becomes of offers when the base reserve is raised (SBX-37). */

const worldOf = (...names: string[]): World => {
  const world = createWorld()
  world.fund(...names)
  return world
}

it('a raised reserve counts what a sponsor keeps for offers that go as well (SBX-37)', () => {
  const world = worldOf('alice', 'bob', 'issuer')
  const usd = asset('USD')
  const selling = (source: string, amount: string) =>
    Operation.manageSellOffer({ selling: Asset.native(), buying: usd, amount, price: '1', source })
  const [source, sponsoredId] = [idOf('bob'), idOf('alice')]
  world.apply({
    source: 'alice',
    signers: ['alice', 'bob'],
    operations: [
      Operation.changeTrust({ asset: usd }),
      Operation.changeTrust({ asset: usd, source }),
      Operation.beginSponsoringFutureReserves({ sponsoredId, source }),
      selling(sponsoredId, '900'),
      Operation.endSponsoringFutureReserves({}),
      selling(source, '700'),
    ],
  })
  const closeTime = world.ledger.head.closeTime + 5n
  // Bob keeps five reserves of 70 lumens, four without alice's offer.
  world.ledger.close({ transactions: [], closeTime, upgrades: { baseReserve: 700_000_000n } })
  expect([...world.ledger.entries()].filter(({ type }) => type === 'offer')).toEqual([])
  expect(world.ledger.account(source)).toMatchObject({ sponsoring: 0, subentries: 1 })
})

it('a raised reserve takes no offer that is just covered (SBX-37)', () => {
  const world = worldOf('alice', 'issuer')
  const [native, usd] = [Asset.native(), asset('USD')]
  const sell = { selling: native, buying: usd, amount: '500', price: '1' }
  const operations = [Operation.changeTrust({ asset: usd }), Operation.manageSellOffer(sell)]
  world.apply({ source: 'alice', operations })
  // What is left above the offer, after the fee of two operations, shared by four reserves.
  const most = (10_000_000_000n - 200n - 5_000_000_000n) / 4n
  const offers = () => [...world.ledger.entries()].filter(({ type }) => type === 'offer')
  const raiseTo = (baseReserve: bigint) => {
    const closeTime = world.ledger.head.closeTime + 5n
    return world.ledger.close({ transactions: [], closeTime, upgrades: { baseReserve } })
  }
  const closed = raiseTo(most)
  expect(offers()).toMatchObject([{ lastModifiedLedger: closed.sequence }])
  const { upgradeChanges = [] } = closed
  expect(upgradeChanges).toHaveLength(3)
  const at = closed.sequence
  const stamps = upgradeChanges.map(({ after }) => [after?.type, after?.lastModifiedLedger])
  expect(Object.fromEntries(stamps)).toEqual({ account: at, offer: at, trustline: at })
  expect(raiseTo(most)).not.toHaveProperty('upgradeChanges')
  expect(raiseTo(most - 1n)).not.toHaveProperty('upgradeChanges')
  raiseTo(most + 1n)
  expect(offers()).toEqual([])
})

it('a raised reserve leaves the offers that it does not touch (SBX-37)', () => {
  const world = worldOf('alice', 'bob', 'issuer')
  const usd = asset('USD')
  const native = Asset.native()
  const sell = (from: Asset, to: Asset, amount: string) =>
    Operation.manageSellOffer({ selling: from, buying: to, amount, price: '3' })
  for (const name of ['alice', 'bob']) {
    world.apply({ source: name, operations: [Operation.changeTrust({ asset: usd })] })
    const paid = Operation.payment({ destination: idOf(name), asset: usd, amount: '100' })
    world.apply({ source: 'issuer', operations: [paid] })
  }
  world.apply({ source: 'alice', operations: [sell(native, usd, '900'), sell(usd, native, '9')] })
  world.apply({ source: 'bob', operations: [sell(native, usd, '1'), sell(usd, native, '9')] })
  const closeTime = world.ledger.head.closeTime + 5n
  world.ledger.close({ transactions: [], closeTime, upgrades: { baseReserve: 200_000_000n } })
  const left = [...world.ledger.entries()].flatMap((one) => (one.type === 'offer' ? [one.id] : []))
  expect(left).toEqual([2n, 3n, 4n])
})

it('a raised reserve stamps every line of the offers that stay (SBX-37)', () => {
  const world = worldOf('alice', 'issuer')
  const [usd, eur, idle] = [asset('USD'), asset('EUR'), asset('IDLE')]
  const lines = [usd, eur, idle].map((one) => Operation.changeTrust({ asset: one }))
  world.apply({ source: 'alice', operations: lines })
  const paid = Operation.payment({ destination: idOf('alice'), asset: usd, amount: '9' })
  world.apply({ source: 'issuer', operations: [paid] })
  const sell = { selling: usd, buying: eur, amount: '9', price: '1' }
  world.apply({ source: 'alice', operations: [Operation.manageSellOffer(sell)] })
  const closeTime = world.ledger.head.closeTime + 5n
  const upgrades = { baseReserve: 10_000_000n }
  const closed = world.ledger.close({ transactions: [], closeTime, upgrades })
  const changed = (closed.upgradeChanges ?? []).map(({ key }) => key.split(':')[0])
  const line = `trustline|${idOf('alice')}`
  const expected = [`account|${idOf('alice')}`, 'offer|1', `${line}|EUR`, `${line}|USD`]
  expect(changed).toHaveLength(4)
  expect(new Set(changed)).toEqual(new Set(expected))
})

describe('the reserve of the day is what counts (SBX-18, SBX-37)', () => {
  const native = Asset.native()
  const source = idOf('alice')
  const own = { selling: native, buying: asset('OWN', 'alice'), price: '1' }
  const bobs = { destination: idOf('bob'), asset: native }

  /** Alice has an offer, a data entry that bob sponsors, and 390 lumens; a reserve is a hundred. */
  const start = () => {
    const world = worldOf('alice', 'bob', 'issuer')
    world.apply({
      source: 'bob',
      signers: ['bob', 'alice'],
      operations: [
        Operation.manageSellOffer({ ...own, amount: '1', source }),
        Operation.beginSponsoringFutureReserves({ sponsoredId: source }),
        Operation.manageData({ name: 'a', value: 'b', source }),
        Operation.endSponsoringFutureReserves({ source }),
        Operation.payment({ ...bobs, amount: '610', source }),
      ],
    })
    const closeTime = world.ledger.head.closeTime + 5n
    const upgrades = { baseReserve: 1_000_000_000n }
    world.ledger.close({ transactions: [], closeTime, upgrades })
    expect(world.ledger.account(source)).toMatchObject({ balance: 3_900_000_000n, sponsored: 1 })
    return world
  }
  const signer = { ed25519PublicKey: idOf('friend'), weight: 1 }
  const child = (startingBalance: string) =>
    Operation.createAccount({ destination: idOf('child'), startingBalance })
  const claimants = [new Claimant(idOf('bob'))]
  const sent = { sendAsset: native, destAsset: native, destination: idOf('bob') }

  const cases: readonly (readonly [string, xdr.Operation])[] = [
    ['paymentUnderfunded', Operation.payment({ ...bobs, amount: '95' })],
    ['createAccountUnderfunded', child('250')],
    ['createAccountLowReserve', child('199')],
    ['changeTrustLowReserve', Operation.changeTrust({ asset: asset('USD') })],
    ['manageDataLowReserve', Operation.manageData({ name: 'c', value: 'd' })],
    ['setOptionsLowReserve', Operation.setOptions({ signer })],
    [
      'createClaimableBalanceLowReserve',
      Operation.createClaimableBalance({ asset: native, amount: '1', claimants }),
    ],
    [
      'manageSellOfferUnderfunded',
      Operation.manageSellOffer({ ...own, amount: '95', offerId: '1' }),
    ],
    [
      'manageBuyOfferUnderfunded',
      Operation.manageBuyOffer({ ...own, buyAmount: '95', offerId: '1' }),
    ],
    ['manageSellOfferLowReserve', Operation.manageSellOffer({ ...own, amount: '1' })],
    [
      'pathPaymentStrictSendUnderfunded',
      Operation.pathPaymentStrictSend({ ...sent, sendAmount: '95', destMin: '1' }),
    ],
    [
      'pathPaymentStrictReceiveUnderfunded',
      Operation.pathPaymentStrictReceive({ ...sent, sendMax: '95', destAmount: '95' }),
    ],
  ]

  it.each(cases)('%s', (code, operation) => {
    expect(start().codes({ source: 'alice', operations: [operation] })).toEqual(['txFailed', code])
  })

  it('where a sponsorship ends', () => {
    const operations = [Operation.revokeDataSponsorship({ account: source, name: 'a' })]
    const codes = start().codes({ source: 'bob', operations })
    expect(codes).toEqual(['txFailed', 'revokeSponsorshipLowReserve'])
  })

  it('where a fee is bid', () => {
    const world = start()
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const outer = (fee: bigint) => {
      const envelope = feeBump(world, { source: 'bob', operations }, { payer: 'alice', fee })
      const verdict = world.ledger.check(envelope)
      return verdict.ok ? [] : codesOf(verdict.result)
    }
    expect([outer(880_000_000n), outer(950_000_000n)]).toEqual([[], ['txInsufficientBalance']])
    const plain = world.codes({ source: 'alice', operations, fee: '950000000' })
    expect(plain).toEqual(['txInsufficientBalance'])
  })
})

it.each([
  ['raised', 4_200_000_000n],
  ['lowered', 5_000_000n],
])(
  'a ledger that goes back asks for the reserve of then, %s since (SBX-37, SBX-94)',
  (_, since) => {
    const world = worldOf('alice', 'bob')
    const { ledger } = world
    const close = (plan: Partial<ClosePlan>) =>
      ledger.close({ transactions: [], closeTime: ledger.head.closeTime + 5n, ...plan })
    // Two reserves of 300 lumens are kept of 1000.
    close({ upgrades: { baseReserve: 3_000_000_000n } })
    const { head } = ledger
    const start = ledger.snapshot()
    const goBack = () => {
      close({ upgrades: { baseReserve: since } })
      ledger.restore(start)
      expect(ledger.head).toEqual(head)
    }
    const pay = (amount: string, fee = '100') => {
      const payment = { destination: idOf('bob'), asset: Asset.native(), amount }
      return world.envelope({ source: 'alice', operations: [Operation.payment(payment)], fee })
    }
    const admitted = ['4000000000', '4000000001'].map((fee) => {
      goBack()
      const verdict = ledger.check(pay('1', fee))
      return verdict.ok ? ['ok'] : codesOf(verdict.result)
    })
    expect(admitted).toEqual([['ok'], ['txInsufficientBalance']])
    const closed = ['399.99999', '399.9999901'].map((amount) => {
      goBack()
      const { transactions } = close({ transactions: [pay(amount)] })
      return transactions.map(({ result }) => codesOf(result))
    })
    expect(closed).toEqual([
      [['txSuccess', 'paymentSuccess']],
      [['txFailed', 'paymentUnderfunded']],
    ])
  },
)

it.each([
  ['raised', 5_000_000n, 4_200_000_000n, [true, true, true, false]],
  ['lowered', 4_200_000_000n, 5_000_000n, [true, false, false, false]],
])('a reserve that is %s counts from the next ledger on (SBX-37)', (...cells) => {
  const [, now, next, expected] = cells
  const world = worldOf('alice', 'bob')
  const { ledger } = world
  const close = (plan: Partial<ClosePlan>) =>
    ledger.close({ transactions: [], closeTime: ledger.head.closeTime + 5n, ...plan })
  close({ upgrades: { baseReserve: now } })
  const start = ledger.snapshot()
  // Of 1000 lumens a fee goes off, and two reserves of 420 or of half a lumen are kept.
  const told = ['159.99999', '159.9999901', '998.99999', '998.9999901'].flatMap((amount) => {
    ledger.restore(start)
    const payment = { destination: idOf('bob'), asset: Asset.native(), amount }
    const operations = [Operation.payment(payment)]
    const transactions = [world.envelope({ source: 'alice', operations })]
    const closed = close({ transactions, upgrades: { baseReserve: next } })
    return closed.transactions.map(({ successful }) => successful)
  })
  expect(told).toEqual(expected)
  expect(ledger.head.baseReserve).toBe(next)
})

it('a ledger that goes back to a raised reserve goes on as before, offers gone and all (SBX-94)', () => {
  const world = worldOf('alice', 'issuer')
  const { ledger } = world
  const close = (plan: Partial<ClosePlan> = {}) =>
    ledger.close({ transactions: [], closeTime: ledger.head.closeTime + 5n, ...plan })
  const sell = { selling: Asset.native(), buying: asset('USD'), amount: '900', price: '1' }
  const operations = [
    Operation.changeTrust({ asset: sell.buying }),
    Operation.manageSellOffer(sell),
  ]
  world.apply({ source: 'alice', operations })
  const raised = close({ upgrades: { baseReserve: 700_000_000n } })
  expect(raised.upgradeChanges?.some(({ after }) => after === undefined)).toBe(true)
  const start = ledger.snapshot()
  const { hash } = close()
  ledger.restore(start)
  expect(close().hash).toBe(hash)
})
