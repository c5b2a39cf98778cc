import { Asset, Operation } from '@stellar/stellar-sdk'
import type { Keypair, xdr } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

let client: Client
let maker: Keypair
let taker: Keypair
let asset: Asset

const submit = async (from: Keypair, ...operations: xdr.Operation[]) =>
  client.server.submitTransaction(await client.build(from, operations))

/** The maker sells 10 USDC at 2 lumens each and 5 at 3; the taker buys 12. */
beforeAll(async () => {
  client = await openClient()
  const issuer = await client.funded()
  ;[maker, taker] = [await client.funded(), await client.funded()]
  asset = new Asset('USDC', issuer.publicKey())
  for (const key of [maker, taker]) await submit(key, Operation.changeTrust({ asset }))
  await submit(issuer, Operation.payment({ destination: maker.publicKey(), asset, amount: '15' }))
  const [native, selling] = [Asset.native(), asset]
  await submit(
    maker,
    Operation.manageSellOffer({ selling, buying: native, amount: '10', price: '2' }),
    Operation.manageSellOffer({ selling, buying: native, amount: '5', price: '3' }),
  )
  await submit(
    taker,
    Operation.pathPaymentStrictReceive({
      sendAsset: native,
      sendMax: '100',
      destination: taker.publicKey(),
      destAsset: asset,
      destAmount: '12',
    }),
  )
})

afterAll(() => client[Symbol.asyncDispose]())

test('trades are listed for both sides, with base and counter in order (SBX-79)', async () => {
  const [first, second] = recordsOf(await client.get('/trades'))
  const { url } = client.sandbox
  const [operation] = String(first?.id).split('-')
  expect(first).toMatchObject({
    _links: {
      self: { href: url },
      base: { href: `${url}/accounts/${taker.publicKey()}` },
      counter: { href: `${url}/accounts/${maker.publicKey()}` },
      operation: { href: `${url}/operations/${operation}` },
    },
    base_account: taker.publicKey(),
    base_asset_type: 'native',
    base_amount: '20.0000000',
    counter_account: maker.publicKey(),
    counter_asset_code: 'USDC',
    counter_amount: '10.0000000',
    base_is_seller: false,
    price: { n: '1', d: '2' },
  })
  expect(second).toMatchObject({ base_amount: '6.0000000', counter_amount: '2.0000000' })
  for (const key of [maker, taker]) {
    const own = await client.get(`/accounts/${key.publicKey()}/trades`)
    expect(recordsOf(own)).toEqual([first, second])
  }
  const after = await client.get(`/trades?cursor=${String(first?.paging_token)}`)
  expect(recordsOf(after)).toEqual([second])
})

test('the owner of an offer sees the trade among its effects, not among its operations', async () => {
  const effects = recordsOf(await client.get(`/accounts/${maker.publicKey()}/effects?order=desc`))
  expect(effects.filter(({ type }) => type === 'trade')).toMatchObject([
    { type_i: 33, sold_amount: '2.0000000', bought_amount: '6.0000000' },
    { sold_amount: '10.0000000', bought_amount: '20.0000000', seller: taker.publicKey() },
  ])
  const operations = recordsOf(await client.get(`/accounts/${maker.publicKey()}/operations`))
  expect(operations.map(({ type }) => type)).not.toContain('path_payment_strict_receive')
})

test('a path payment tells what it really cost (SBX-79)', async () => {
  const [payment] = recordsOf(
    await client.get(`/accounts/${taker.publicKey()}/payments?order=desc&limit=1`),
  )
  expect(payment).toMatchObject({
    amount: '12.0000000',
    source_amount: '26.0000000',
    source_max: '100.0000000',
    source_asset_type: 'native',
  })
})

test('the order book adds up what is left, from both points of view (SBX-79)', async () => {
  const level = { price_r: { n: 3, d: 1 }, price: '3.0000000', amount: '3.0000000' }
  const book = await client.server.orderbook(asset, Asset.native()).call()
  expect(book).toMatchObject({ bids: [], asks: [level], base: { asset_code: 'USDC' } })
  const turned = await client.server.orderbook(Asset.native(), asset).call()
  expect(turned.bids).toEqual([
    { price_r: { n: 1, d: 3 }, price: '0.3333333', amount: '3.0000000' },
  ])
  const { records } = await client.server.offers().forAccount(maker.publicKey()).call()
  expect(records).toMatchObject([{ amount: '3.0000000', price: '3.0000000' }])
})
