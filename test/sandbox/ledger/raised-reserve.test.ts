import { Asset, Operation } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { asset, createWorld, idOf, type World } from './world.ts'

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
  expect(changed.toSorted()).toEqual(expected)
})
