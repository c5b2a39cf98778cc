import { Operation, type Asset, type xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { asset, createWorld, idOf, type World } from './world.ts'

/** Offers that are changed, taken away, or passive (SBX-51). */

const usd = asset('USD')
const eur = asset('EUR')
const usdKey = `USD:${idOf('issuer')}`
const eurKey = `EUR:${idOf('issuer')}`

let world: World
beforeEach(() => {
  world = createWorld()
  world.fund('alice', 'bob', 'issuer')
  for (const name of ['alice', 'bob']) {
    const operations = [usd, eur].map((one) => Operation.changeTrust({ asset: one }))
    world.apply({ source: name, fee: '1000', operations })
    const paid = [usd, eur].map((one) =>
      Operation.payment({ destination: idOf(name), asset: one, amount: '100' }),
    )
    world.apply({ source: 'issuer', fee: '1000', operations: paid })
  }
})

interface Terms {
  readonly selling?: Asset
  readonly buying?: Asset
  readonly amount?: string
  readonly price?: string
}

const terms = { selling: usd, buying: eur, amount: '10', price: '1' }
const sell = (change: Terms = {}, offerId = '0') =>
  Operation.manageSellOffer({ ...terms, ...change, offerId })
const passive = (change: Terms = {}) => Operation.createPassiveSellOffer({ ...terms, ...change })
const back = { selling: eur, buying: usd }

/** Applies one operation; what the result says became of the offer, and how many it took. */
const effectOf = (source: string, operation: xdr.Operation) => {
  const [applied] = world.apply({ source, operations: [operation] }).operations
  const value = applied?.result.type === 'opInner' ? applied.result.tr.value : undefined
  if (value === undefined || !('success' in value)) return value?.type
  const success = value.success as xdr.ManageOfferSuccessResult
  const { offer, offersClaimed } = success
  return [offer.type, 'offer' in offer ? offer.offer.offerId : undefined, offersClaimed.length]
}

const offersOf = (name: string) =>
  [...world.ledger.subentriesOf(idOf(name))].flatMap((one) =>
    one.type === 'offer' ? [[one.id, one.selling, one.amount, one.price, one.flags]] : [],
  )
const heldOf = (name: string) => ({
  subentries: world.ledger.account(idOf(name))?.subentries,
  promised: Object.fromEntries(
    [...world.ledger.subentriesOf(idOf(name))].flatMap((one) =>
      one.type === 'trustline' ? [[one.asset, one.liabilities]] : [],
    ),
  ),
})
const nothing = { buying: 0n, selling: 0n }
const even = { n: 1, d: 1 }

describe('an offer of one’s own', () => {
  it('is changed in place: amount, price and what it keeps reserved', () => {
    expect(effectOf('alice', sell())).toEqual(['manageOfferCreated', 1n, 0])
    expect(effectOf('alice', sell({ amount: '40', price: '2' }, '1'))).toEqual([
      'manageOfferUpdated',
      1n,
      0,
    ])
    expect(offersOf('alice')).toEqual([[1n, usdKey, 400_000_000n, { n: 2, d: 1 }, 0]])
    expect(heldOf('alice')).toEqual({
      subentries: 3,
      promised: {
        [usdKey]: { buying: 0n, selling: 400_000_000n },
        [eurKey]: { buying: 800_000_000n, selling: 0n },
      },
    })
  })

  it('may be changed to all that it has itself reserved', () => {
    effectOf('alice', sell({ amount: '100' }))
    expect(effectOf('alice', sell({ amount: '100', price: '3' }, '1'))).toEqual([
      'manageOfferUpdated',
      1n,
      0,
    ])
  })

  it('changes sides without meeting itself', () => {
    effectOf('alice', sell())
    expect(effectOf('alice', sell(back, '1'))).toEqual(['manageOfferUpdated', 1n, 0])
    expect(offersOf('alice')).toEqual([[1n, eurKey, 100_000_000n, even, 0]])
    expect(heldOf('alice').promised).toEqual({
      [usdKey]: { buying: 100_000_000n, selling: 0n },
      [eurKey]: { buying: 0n, selling: 100_000_000n },
    })
  })

  it('does not give its number to the next one', () => {
    effectOf('alice', sell())
    effectOf('alice', sell())
    effectOf('alice', sell({ amount: '5' }, '1'))
    expect(effectOf('bob', sell())).toEqual(['manageOfferCreated', 3n, 0])
  })

  it.each([
    ['by selling 0', () => sell({ amount: '0' }, '1')],
    [
      'by buying 0',
      () =>
        Operation.manageBuyOffer({
          selling: usd,
          buying: eur,
          buyAmount: '0',
          price: '1',
          offerId: '1',
        }),
    ],
    ['by another that takes all', () => sell({ ...back, amount: '10' }), 'bob'],
  ])('is gone with all it kept reserved: %s', (_how, operation, by = 'alice') => {
    effectOf('alice', sell())
    const taken = by === 'alice' ? 0 : 1
    expect(effectOf(by, operation())).toEqual(['manageOfferDeleted', undefined, taken])
    expect(offersOf('alice')).toEqual([])
    expect(heldOf('alice')).toEqual({
      subentries: 2,
      promised: { [usdKey]: nothing, [eurKey]: nothing },
    })
  })

  it('is gone when its change is filled at once', () => {
    effectOf('bob', sell(back))
    effectOf('alice', sell({ price: '2' }))
    expect(effectOf('alice', sell({}, '2'))).toEqual(['manageOfferDeleted', undefined, 1])
    expect(heldOf('alice').subentries).toBe(2)
    expect(heldOf('bob').subentries).toBe(2)
  })
})

describe('a passive offer', () => {
  it('does not take one of the same price, and stands beside it', () => {
    effectOf('bob', sell(back))
    expect(effectOf('alice', passive())).toEqual(['manageOfferCreated', 2n, 0])
    expect(offersOf('alice')).toEqual([[2n, usdKey, 100_000_000n, even, 1]])
  })

  it('takes one of a better price', () => {
    effectOf('bob', sell({ ...back, price: '0.5' }))
    expect(effectOf('alice', passive({ amount: '5' }))).toEqual([
      'manageOfferDeleted',
      undefined,
      1,
    ])
  })

  it('takes none of a worse price', () => {
    effectOf('bob', sell({ ...back, price: '2' }))
    expect(effectOf('alice', passive())).toEqual(['manageOfferCreated', 2n, 0])
  })

  it('stays passive when it is changed', () => {
    effectOf('alice', passive({ price: '3' }))
    effectOf('bob', sell(back))
    expect(effectOf('alice', sell({}, '1'))).toEqual(['manageOfferUpdated', 1n, 0])
    expect(offersOf('alice')).toEqual([[1n, usdKey, 100_000_000n, even, 1]])
  })

  it('is taken by another of the same price', () => {
    effectOf('alice', passive())
    expect(effectOf('bob', sell(back))).toEqual(['manageOfferDeleted', undefined, 1])
  })
})

it('an offer that is not passive takes one of the same price, and none of a worse', () => {
  effectOf('bob', sell({ ...back, price: '2' }))
  expect(effectOf('alice', sell())).toEqual(['manageOfferCreated', 2n, 0])
  expect(effectOf('bob', sell(back))).toEqual(['manageOfferDeleted', undefined, 1])
})

it('a single stroop can be bought', () => {
  effectOf('bob', sell({ ...back, amount: '10' }))
  const stroop = Operation.manageBuyOffer({
    selling: usd,
    buying: eur,
    buyAmount: '0.0000001',
    price: '1',
  })
  expect(effectOf('alice', stroop)).toEqual(['manageOfferDeleted', undefined, 1])
})

it('an order that a standing offer fills leaves no offer behind, not of what rounding leaves', () => {
  // Three dollars for a euro: of ten stroops nine can be had, and one is worth nothing there.
  const standing = Operation.manageSellOffer({ ...terms, price: { n: 1, d: 3 } })
  expect(effectOf('alice', standing)).toEqual(['manageOfferCreated', 1n, 0])
  const bid = Operation.manageBuyOffer({ ...back, buyAmount: '0.000001', price: '1' })
  expect(effectOf('bob', bid)).toEqual(['manageOfferDeleted', undefined, 1])
  expect([offersOf('bob'), heldOf('bob').subentries]).toEqual([[], 2])
  const line = world.ledger.entry(`trustline|${idOf('bob')}|${usdKey}`)
  expect(line).toMatchObject({ balance: 1_000_000_009n })
})
