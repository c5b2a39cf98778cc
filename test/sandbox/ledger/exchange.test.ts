import { describe, expect, it } from 'vitest'
import { maxInt64 } from '../../../src/sandbox/network/ledger/balance.ts'
import {
  adjustedAmount,
  exchange,
  type Bounds,
  type Rounding,
} from '../../../src/sandbox/network/ledger/book/exchange.ts'

/** What stellar-core trades, and which side stays, where the price does not divide (SBX-51). */

const most: Bounds = {
  wheatSend: maxInt64,
  wheatReceive: maxInt64,
  sheepSend: maxInt64,
  sheepReceive: maxInt64,
}
const dear = { n: 3, d: 2 }
const cheap = { n: 2, d: 3 }

const traded = (price: typeof dear, bounds: Partial<Bounds>, rounding: Rounding = 'normal') => {
  const { wheat, sheep, wheatStays } = exchange(price, { ...most, ...bounds }, rounding)
  return [wheat, sheep, wheatStays ? 'wheat stays' : 'sheep stays']
}

describe('an exchange favours the side that stays', () => {
  it.each([
    ['of more wheat than sheep', dear, { wheatSend: 3000n, sheepSend: 4499n }, 2999n, 4499n, true],
    ['of equal values', dear, { wheatSend: 3000n, sheepSend: 4500n }, 3000n, 4500n, false],
    ['of more sheep', dear, { wheatSend: 2999n, sheepSend: 4499n }, 2999n, 4498n, false],
    ['of less sheep', dear, { wheatSend: 2999n, sheepSend: 4498n }, 2998n, 4497n, true],
    ['cheap, of more wheat', cheap, { wheatSend: 3000n, sheepSend: 1999n }, 2998n, 1999n, true],
    ['cheap, of equal values', cheap, { wheatSend: 3000n, sheepSend: 2000n }, 3000n, 2000n, false],
    ['cheap, of more sheep', cheap, { wheatSend: 2999n, sheepSend: 2000n }, 2999n, 1999n, false],
    ['with little room', dear, { wheatReceive: 3000n, sheepReceive: 4499n }, 2999n, 4498n, false],
    ['with more room', dear, { wheatReceive: 2999n, sheepReceive: 4499n }, 2999n, 4499n, true],
    [
      'cheap, little room',
      cheap,
      { wheatReceive: 3000n, sheepReceive: 1999n },
      2999n,
      1999n,
      false,
    ],
    ['cheap, more room', cheap, { wheatReceive: 2999n, sheepReceive: 2000n }, 2998n, 1999n, true],
    [
      'of just what is wanted',
      dear,
      { wheatSend: 2999n, wheatReceive: 2999n },
      2999n,
      4498n,
      false,
    ],
    ['of just what is sent', dear, { sheepSend: 4499n, sheepReceive: 4499n }, 2999n, 4498n, false],
  ] as const)('%s', (...[, price, bounds, wheat, sheep, isWheatStaying]) => {
    const stays = isWheatStaying ? 'wheat stays' : 'sheep stays'
    expect(traded(price, bounds)).toEqual([wheat, sheep, stays])
  })
})

describe('a price that is off by more than one percent', () => {
  it('trades nothing between two offers', () => {
    expect(traded(dear, { wheatSend: 28n, wheatReceive: 27n })).toEqual([0n, 0n, 'wheat stays'])
    expect(traded(dear, { wheatSend: 28n, wheatReceive: 26n })).toEqual([26n, 39n, 'wheat stays'])
    expect(traded(dear, { wheatSend: 52n, wheatReceive: 51n })).toEqual([51n, 77n, 'wheat stays'])
  })

  it('is not one of just one percent, whichever side it favours', () => {
    const wheatLeft = (d: number) => traded({ n: 2, d }, { wheatSend: 1000n, sheepSend: 1n })
    expect(wheatLeft(101)).toEqual([50n, 1n, 'wheat stays'])
    expect(wheatLeft(99)).toEqual([0n, 0n, 'wheat stays'])
    const sheepLeft = (d: number) => traded({ n: 2, d }, { wheatSend: BigInt((d + 1) / 2) })
    expect(sheepLeft(99)).toEqual([50n, 1n, 'sheep stays'])
    expect(sheepLeft(97)).toEqual([0n, 0n, 'sheep stays'])
  })

  it('is what a path payment has to live with', () => {
    const some = { wheatSend: 28n, wheatReceive: 27n }
    expect(traded(dear, some, 'strictReceive')).toEqual([27n, 41n, 'wheat stays'])
    const cheaper = { wheatSend: 150n, wheatReceive: 101n }
    expect(traded(cheap, cheaper)).toEqual([100n, 67n, 'wheat stays'])
    expect(traded(cheap, cheaper, 'strictReceive')).toEqual([101n, 68n, 'wheat stays'])
    expect(traded(dear, { wheatSend: 28n, sheepSend: 41n })).toEqual([0n, 0n, 'wheat stays'])
    const sending = (wheatSend: bigint, sheepSend: bigint) =>
      traded(dear, { wheatSend, sheepSend }, 'strictSend')
    expect(sending(28n, 41n)).toEqual([27n, 41n, 'wheat stays'])
    expect(sending(97n, 145n)).toEqual([96n, 145n, 'wheat stays'])
    const nothing = traded({ n: 2, d: 1 }, { wheatSend: 1n, sheepSend: 1n }, 'strictSend')
    expect(nothing).toEqual([0n, 1n, 'wheat stays'])
  })
})

it.each([
  ['a whole one', { n: 1, d: 1000 }, 2000n, maxInt64, 2000n],
  ['down to what its price divides', { n: 1, d: 1000 }, 1999n, maxInt64, 1000n],
  ['down to what can be received', { n: 1, d: 1000 }, 2000n, 1n, 1000n],
  ['a dear one, just received', { n: 1000, d: 1 }, 400n, 400_000n, 400n],
  ['a dear one, not quite received', { n: 1000, d: 1 }, 400n, 399_999n, 399n],
] as const)('an offer is adjusted: %s', (...[, price, wheatSend, sheepReceive, amount]) => {
  expect(adjustedAmount(price, wheatSend, sheepReceive)).toBe(amount)
  expect(adjustedAmount(price, amount, sheepReceive)).toBe(amount)
})
