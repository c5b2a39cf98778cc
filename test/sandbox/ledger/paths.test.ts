import { Account, Asset, MuxedAccount, Operation, type xdr } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { assetKeyOf } from '../../../src/sandbox/network/ledger/asset.ts'
import { asset, createWorld, idOf } from './world.ts'

/** A path of several steps, each of several offers (SBX-52). */

const [usd, eur, gbp] = [asset('USD'), asset('EUR'), asset('GBP')]
const native = Asset.native()

const world = createWorld()
world.fund('alice', 'bob', 'issuer')
for (const name of ['alice', 'bob']) {
  const operations = [usd, eur, gbp].map((one) => Operation.changeTrust({ asset: one }))
  world.apply({ source: name, operations })
}
/** Of each step a dear and a cheap offer, in the opposite order of the steps. */
const steps = [
  { selling: gbp, buying: eur },
  { selling: eur, buying: usd },
  { selling: usd, buying: native },
]
const offers = steps.flatMap((step) =>
  ['2', '1'].map((price) => Operation.manageSellOffer({ ...step, amount: '10', price })),
)
world.apply({ source: 'issuer', operations: offers })
const start = world.ledger.snapshot()

const way = { sendAsset: native, path: [usd, eur], destAsset: gbp, destination: idOf('bob') }

/** What each offer sold and got, and what came; the offers in the order in which they are told. */
const traded = (operation: xdr.Operation) => {
  world.ledger.restore(start)
  const [applied] = world.apply({ source: 'alice', operations: [operation] }).operations
  const value = applied?.result.type === 'opInner' ? applied.result.tr.value : undefined
  if (value === undefined || !('success' in value)) return value?.type
  const success = value.success as xdr.PathPaymentStrictSendResultSuccess
  const claims = success.offers.map((atom) => {
    if (atom.type !== 'claimAtomTypeOrderBook') throw new Error('this is no offer')
    const { offerId, assetSold, amountSold, assetBought, amountBought } = atom.orderBook
    return [offerId, assetKeyOf(assetSold), amountSold, assetKeyOf(assetBought), amountBought]
  })
  return [...claims, success.last.amount]
}

const key = (code: string) => `${code}:${idOf('issuer')}`
const [usdKey, eurKey, gbpKey] = ['USD', 'EUR', 'GBP'].map(key)

const bothWays = [
  [6n, usdKey, 100_000_000n, 'native', 100_000_000n],
  [5n, usdKey, 50_000_000n, 'native', 100_000_000n],
  [4n, eurKey, 100_000_000n, usdKey, 100_000_000n],
  [3n, eurKey, 25_000_000n, usdKey, 50_000_000n],
  [2n, gbpKey, 100_000_000n, eurKey, 100_000_000n],
  [1n, gbpKey, 12_500_000n, eurKey, 25_000_000n],
  112_500_000n,
]

it('goes through its assets in their order, and tells its offers so, forwards', () => {
  const sent = { ...way, sendAmount: '20', destMin: '11.25' }
  expect(traded(Operation.pathPaymentStrictSend(sent))).toEqual(bothWays)
})

it('and backwards', () => {
  const received = { ...way, sendMax: '20', destAmount: '11.25' }
  expect(traded(Operation.pathPaymentStrictReceive(received))).toEqual(bothWays)
})

it('pays no more than it may, and brings no less than it has to', () => {
  const received = { ...way, sendMax: '19.9999999', destAmount: '11.25' }
  expect(traded(Operation.pathPaymentStrictReceive(received))).toBe(
    'pathPaymentStrictReceiveOverSendmax',
  )
  const sent = { ...way, sendAmount: '20', destMin: '11.2500001' }
  expect(traded(Operation.pathPaymentStrictSend(sent))).toBe('pathPaymentStrictSendUnderDestmin')
})

it('ends at the account under a muxed one', () => {
  const destination = new MuxedAccount(new Account(idOf('bob'), '0'), '77').accountId()
  const muxed = { ...way, destination }
  const terms = { sendMax: '20', destAmount: '11.25', sendAmount: '20', destMin: '11.25' }
  const kinds = [
    Operation.pathPaymentStrictReceive({ ...muxed, ...terms }),
    Operation.pathPaymentStrictSend({ ...muxed, ...terms }),
  ]
  for (const operation of kinds) {
    expect(traded(operation)).toHaveLength(7)
    const line = world.ledger.entry(`trustline|${idOf('bob')}|${gbpKey}`)
    expect(line).toMatchObject({ balance: 112_500_000n })
  }
})

it('trades on each step up to all that an account can hold', () => {
  const many = asset('MANY')
  const [units, most] = ['429.4967298', '922337203685.4775806'] // 2147483647 times the first is the second
  const codes = (source: string, operation: xdr.Operation) =>
    world.codes({ source, operations: [operation] })[1]
  for (const name of ['alice', 'bob']) codes(name, Operation.changeTrust({ asset: many }))
  const before = world.ledger.snapshot()
  const destination = idOf('bob')

  const cheap = { selling: many, buying: native, amount: most, price: { n: 1, d: 2147483647 } }
  expect(codes('issuer', Operation.manageSellOffer(cheap))).toBe('manageSellOfferSuccess')
  const sent = { sendAsset: native, sendAmount: units, destAsset: many, destMin: most, destination }
  expect(codes('alice', Operation.pathPaymentStrictSend(sent))).toBe('pathPaymentStrictSendSuccess')

  world.ledger.restore(before)
  const dear = { selling: native, buying: many, amount: units, price: { n: 2147483647, d: 1 } }
  expect(codes('alice', Operation.manageSellOffer(dear))).toBe('manageSellOfferSuccess')
  const got = { sendAsset: many, sendMax: most, destAsset: native, destAmount: units, destination }
  expect(codes('issuer', Operation.pathPaymentStrictReceive(got))).toBe(
    'pathPaymentStrictReceiveSuccess',
  )
})
