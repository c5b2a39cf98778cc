import { Asset, Operation } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { asset, createWorld, idOf } from './world.ts'

/** An operation takes at most 1,000 offers, over all the steps of its path (SBX-51, SBX-52). */

const usd = asset('USD')
const eur = asset('EUR')
const native = Asset.native()

const world = createWorld()
const codes = (source: string, ...operations: Parameters<typeof world.codes>[0]['operations']) =>
  world.codes({ source, operations, fee: '100000' }).slice(1)

/** The issuer has 998 offers of a USD for half a lumen, bob three more, and two of EUR for USD. */
function fillBook(): void {
  world.fund('alice', 'bob', 'issuer')
  const trust = [usd, eur].map((one) => Operation.changeTrust({ asset: one }))
  for (const name of ['alice', 'bob']) codes(name, ...trust)
  const paid = [usd, eur].map((one) =>
    Operation.payment({ destination: idOf('bob'), asset: one, amount: '2000' }),
  )
  codes('issuer', ...paid)
  const one = { selling: usd, buying: native, amount: '1', price: '0.5' }
  for (let left = 998; left > 0; left -= 100) {
    const count = Math.min(100, left)
    codes('issuer', ...Array.from({ length: count }, () => Operation.manageSellOffer(one)))
  }
  const inEuros = { selling: eur, buying: usd, price: '1' }
  const last = ['1', '5', '5'].map((amount) => Operation.manageSellOffer({ ...one, amount }))
  const euros = ['10', '1500'].map((amount) => Operation.manageSellOffer({ ...inEuros, amount }))
  codes('bob', ...last, ...euros)
}

const toAlice = { destination: idOf('alice'), path: [usd], sendAsset: native, destAsset: eur }

it('goes up to the limit, and is refused beyond it', () => {
  fillBook()
  const filled = world.ledger.snapshot()
  const told = (operation: Parameters<typeof codes>[1]) => {
    const answer = codes('alice', operation)
    world.ledger.restore(filled)
    return answer
  }
  const inUsd = { selling: native, buying: usd }
  const sold = (amount: string) => Operation.manageSellOffer({ ...inUsd, price: '2', amount })
  const bought = Operation.manageBuyOffer({ ...inUsd, price: '0.5', buyAmount: '1004.0000001' })
  expect([sold('502'), sold('502.0000001'), bought].map(told)).toEqual([
    ['manageSellOfferSuccess'],
    ['opExceededWorkLimit'],
    ['opExceededWorkLimit'],
  ])

  const payments = ['', '.0000001'].flatMap((more) => [
    Operation.pathPaymentStrictSend({ ...toAlice, sendAmount: `499${more}`, destMin: '998' }),
    Operation.pathPaymentStrictReceive({ ...toAlice, sendMax: '900', destAmount: `998${more}` }),
  ])
  expect(payments.map(told)).toEqual([
    ['pathPaymentStrictSendSuccess'],
    ['pathPaymentStrictReceiveSuccess'],
    ['opExceededWorkLimit'],
    ['opExceededWorkLimit'],
  ])
})
