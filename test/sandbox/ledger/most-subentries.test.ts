import { Asset, Operation, type xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { asset, createWorld, idOf, keyOf, type World } from './world.ts'

/** An account carries 1,000 subentries, whoever pays their reserve (SBX-18). */

const most = 1_000

let world: World
beforeEach(() => {
  world = createWorld()
  world.fund('full', 'sponsor')
})

/** Gives the account so many data entries, a hundred in a transaction. */
function fill(count: number): void {
  for (let first = 0; first < count; first += 100) {
    const names = Array.from({ length: Math.min(100, count - first) }, (_, i) => `n${first + i}`)
    const operations = names.map((name) => Operation.manageData({ name, value: 'x' }))
    world.apply({ source: 'full', fee: '100000', operations })
  }
}

const data = Operation.manageData({ name: 'one more', value: 'x', source: idOf('full') })
const trustLine = Operation.changeTrust({ asset: asset('USD', 'root'), source: idOf('full') })
const signer = Operation.setOptions({
  signer: { ed25519PublicKey: idOf('sponsor'), weight: 1 },
  source: idOf('full'),
})
const own = { selling: asset('OWN', 'full'), buying: Asset.native(), price: '1' }
const source = idOf('full')
const sellOffer = Operation.manageSellOffer({ ...own, amount: '1', source })
const buyOffer = Operation.manageBuyOffer({ ...own, buyAmount: '1', source })
const passiveOffer = Operation.createPassiveSellOffer({ ...own, amount: '1', source })

const sponsored = (operation: xdr.Operation): readonly xdr.Operation[] => [
  Operation.beginSponsoringFutureReserves({ sponsoredId: idOf('full') }),
  operation,
  Operation.endSponsoringFutureReserves({ source: idOf('full') }),
]

const codes = (...operations: readonly xdr.Operation[]): readonly string[] =>
  world.codes({
    source: 'sponsor',
    signers: ['sponsor', 'full'],
    fee: '1000',
    operations,
  })

describe('an account with almost all the subentries it may have', () => {
  it('takes the last one, its reserve sponsored', () => {
    fill(most - 1)
    expect(codes(...sponsored(data))).toContain('txSuccess')
    expect(world.ledger.account(keyOf('full').publicKey())?.subentries).toBe(most)
  })

  it('takes the last one, paying for it', () => {
    fill(most - 1)
    expect(codes(data)).toContain('txSuccess')
  })
})

describe('an account with all the subentries it may have', () => {
  it.each([
    ['a data entry', data, 'opTooManySubentries'],
    ['a trust line', trustLine, 'opTooManySubentries'],
    ['a signer', signer, 'opTooManySubentries'],
    ['an offer', sellOffer, 'opTooManySubentries'],
    ['an offer to buy', buyOffer, 'opTooManySubentries'],
    ['a passive offer', passiveOffer, 'opTooManySubentries'],
  ])('takes not another one, be it %s, whoever pays its reserve', (_, operation, code) => {
    fill(most)
    expect(codes(operation)).toContain(code)
    expect(codes(...sponsored(operation))).toContain(code)
  })
})
