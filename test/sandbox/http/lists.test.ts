import { Asset, Claimant, Keypair, Operation } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openClient, recordsOf } from './client.ts'
import type { Client } from './client.ts'

/** What the filters, cursors and limits of lists leave (SBX-62, SBX-63, SBX-79). */

let client: Client
let issuer: Keypair
let maker: Keypair
let taker: Keypair
let [usd, eur] = [Asset.native(), Asset.native()]

const send = async (from: Keypair, operations: xdr.Operation[], signers = [from]) =>
  client.server.submitTransaction(await client.build(from, operations, { signers }))
const list = async (path: string) => recordsOf(await client.get(path))
const wordsOf = (prefix: string, { code, issuer: by }: Asset) =>
  `${prefix}asset_type=credit_alphanum4&${prefix}asset_code=${code}&${prefix}asset_issuer=${by}`
const isOf = (key: Keypair) => key.publicKey()

/** All records, asked for one by one. */
async function walked(path: string): Promise<readonly Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  let next = `${path}${path.includes('?') ? '&' : '?'}limit=1`
  for (let pages = 0; pages < 50; pages += 1) {
    const answer = await client.get(next)
    const [record] = recordsOf(answer)
    if (record === undefined) return found
    found.push(record)
    const { _links } = answer.body as { _links: { next: { href: string } } }
    next = _links.next.href.replace(client.sandbox.url, '')
  }
  throw new Error('the list has no end')
}

/** The maker sells 10 USD at 2 and 5 at 3, and 9 EUR at 4; the taker bids 1 and a half for USD. */
beforeAll(async () => {
  client = await openClient()
  ;[issuer, maker, taker] = [await client.funded(), await client.funded(), await client.funded()]
  ;[usd, eur] = [new Asset('USD', isOf(issuer)), new Asset('EUR', isOf(issuer))]
  const native = Asset.native()
  for (const key of [maker, taker]) {
    await send(
      key,
      [usd, eur].map((asset) => Operation.changeTrust({ asset })),
    )
  }
  const paid = [usd, eur].map((asset) =>
    Operation.payment({ destination: isOf(maker), asset, amount: '100' }),
  )
  await send(issuer, paid)
  const selling = (asset: Asset, amount: string, price: string) =>
    Operation.manageSellOffer({ selling: asset, buying: native, amount, price })
  await send(maker, [selling(usd, '10', '2'), selling(usd, '5', '3'), selling(eur, '9', '4')])
  const bid = (price: string) =>
    Operation.manageBuyOffer({ selling: native, buying: usd, buyAmount: '1', price })
  await send(taker, [bid('1'), bid('0.5')])
  const buy = (destAsset: Asset) =>
    Operation.pathPaymentStrictReceive({
      sendAsset: native,
      sendMax: '100',
      destination: isOf(taker),
      destAsset,
      destAmount: '1',
    })
  await send(taker, [buy(usd), buy(eur), buy(usd)])
})

afterAll(() => client[Symbol.asyncDispose]())

describe('offers', () => {
  test('are listed by their seller and by their sponsor (SBX-79)', async () => {
    const own = await list(`/offers?seller=${isOf(taker)}`)
    expect(own.map(({ seller }) => seller)).toEqual([isOf(taker), isOf(taker)])
    expect(await list(`/offers?sponsor=${isOf(maker)}`)).toEqual([])
    expect(await list('/offers')).toHaveLength(5)
  })

  test('make a book with the best of both sides first, as long as was asked for (SBX-79)', async () => {
    const path = `/order_book?${wordsOf('selling_', usd)}&buying_asset_type=native`
    const prices = async (query: string) => {
      const { bids, asks } = (await client.get(`${path}${query}`)).body as {
        bids: { price: string }[]
        asks: { price: string }[]
      }
      return [bids, asks].map((side) => side.map(({ price }) => Number(price)))
    }
    expect(await prices('')).toEqual([
      [1, 0.5],
      [2, 3],
    ])
    expect(await prices('&limit=1')).toEqual([[1], [2]])
    for (const limit of ['0', '201', 'x']) {
      expect((await client.get(`${path}&limit=${limit}`)).status).toBe(400)
    }
  })
})

describe('trades', () => {
  test('are listed by pair and by offer (SBX-79)', async () => {
    const all = await list('/trades')
    expect(all).toHaveLength(3)
    const inEuro = `/trades?${wordsOf('base_', eur)}&counter_asset_type=native`
    const [euro] = await list(inEuro)
    expect(await list(inEuro)).toHaveLength(1)
    expect(await list(`/trades?${wordsOf('base_', eur)}&${wordsOf('counter_', usd)}`)).toEqual([])
    const offer = String(euro?.['counter_offer_id'])
    expect(await list(`/trades?offer_id=${offer}`)).toEqual([euro])
    expect(await list(`${inEuro}&offer_id=${offer}`)).toEqual([euro])
    const inDollars = `/trades?${wordsOf('base_', usd)}&counter_asset_type=native`
    expect(await list(inDollars)).toHaveLength(2)
    expect(await list(`${inDollars}&offer_id=${offer}`)).toEqual([])
    const turned = `/trades?base_asset_type=native&${wordsOf('counter_', eur)}`
    expect(await list(turned)).toEqual([euro])
    expect(await list(`/offers/${offer}/trades`)).toEqual([euro])
  })

  test('and effects come one by one, each once, forward and backward (SBX-63)', async () => {
    for (const path of ['/trades', `/accounts/${isOf(taker)}/effects`]) {
      const forward = await list(`${path}?limit=200`)
      expect(forward.length).toBeGreaterThan(2)
      expect(await walked(path)).toEqual(forward)
      expect(await walked(`${path}?order=desc`)).toEqual(forward.toReversed())
    }
  })
})

describe('accounts', () => {
  test('are listed by an asset that they trust, one by one too (SBX-62, SBX-79)', async () => {
    const kept = new Asset('KEPT', isOf(issuer))
    await send(maker, [Operation.changeTrust({ asset: kept })])
    const holders = async (asset: Asset, query = '') =>
      (await list(`/accounts?asset=${asset.code}:${isOf(issuer)}${query}`)).map(({ id }) => id)
    expect(await holders(kept)).toEqual([isOf(maker)])
    const both = [isOf(maker), isOf(taker)].toSorted((a, b) => (a < b ? -1 : 1))
    expect(await holders(usd)).toEqual(both)
    expect(await holders(usd, '&order=desc')).toEqual(both.toReversed())
    const oneByOne = await walked(`/accounts?asset=USD:${isOf(issuer)}`)
    expect(oneByOne.map(({ id }) => id)).toEqual(both)
  })

  test('are listed by a signer that counts (SBX-79)', async () => {
    const [locked, key] = [await client.funded(), Keypair.random()]
    const signer = { ed25519PublicKey: isOf(key), weight: 1 }
    await send(locked, [Operation.setOptions({ signer, masterWeight: 0 })])
    const signedBy = async (one: Keypair) =>
      (await list(`/accounts?signer=${isOf(one)}`)).map(({ id }) => id)
    expect(await signedBy(key)).toEqual([isOf(locked)])
    expect(await signedBy(locked)).toEqual([])
  })

  test('are listed by the sponsor of a signer of theirs (SBX-79)', async () => {
    const [sponsor, sponsored] = [await client.funded(), await client.funded()]
    const signer = { ed25519PublicKey: isOf(Keypair.random()), weight: 1 }
    const operations = [
      Operation.beginSponsoringFutureReserves({ sponsoredId: isOf(sponsored) }),
      Operation.setOptions({ source: isOf(sponsored), signer }),
      Operation.endSponsoringFutureReserves({ source: isOf(sponsored) }),
    ]
    await send(sponsor, operations, [sponsor, sponsored])
    const found = await list(`/accounts?sponsor=${isOf(sponsor)}`)
    expect(found.map(({ id }) => id)).toEqual([isOf(sponsored)])
  })

  test('are listed by the sponsor of a line or of an entry of theirs (SBX-79)', async () => {
    const [sponsor, holder, keeper] = [
      await client.funded(),
      await client.funded(),
      await client.funded(),
    ]
    const sandwich = (sponsored: Keypair, operation: xdr.Operation) => [
      Operation.beginSponsoringFutureReserves({ sponsoredId: isOf(sponsored) }),
      operation,
      Operation.endSponsoringFutureReserves({ source: isOf(sponsored) }),
    ]
    const operations = [
      ...sandwich(holder, Operation.changeTrust({ source: isOf(holder), asset: usd })),
      ...sandwich(keeper, Operation.manageData({ source: isOf(keeper), name: 'a', value: 'b' })),
    ]
    await send(sponsor, operations, [sponsor, holder, keeper])
    const found = await list(`/accounts?sponsor=${isOf(sponsor)}`)
    const both = [holder, keeper].map(isOf).toSorted((a, b) => (a < b ? -1 : 1))
    expect(found.map(({ id }) => id)).toEqual(both)
    const data = (await client.get(`/accounts/${isOf(keeper)}/data/a`)).body
    expect(data).toEqual({ value: 'Yg==', sponsor: isOf(sponsor) })
  })

  test('are listed by each of several signers, lines and sponsors (SBX-79)', async () => {
    const funded = () => Promise.all([client.funded(), client.funded(), client.funded()])
    const [sponsored, sponsors] = [await funded(), await funded()]
    const all = sponsored.map(isOf)
    const [signed = '', holder = '', keeper = ''] = all
    const kinds = sponsors.map((sponsor, index) => {
      const [key, asset] = [isOf(Keypair.random()), new Asset(`KIND${index}`, isOf(issuer))]
      return { sponsor, key, asset, name: `entry ${index}` }
    })
    for (const { sponsor, key, asset, name } of kinds) {
      const operations = [
        ...all.map((sponsoredId) => Operation.beginSponsoringFutureReserves({ sponsoredId })),
        Operation.setOptions({ source: signed, signer: { ed25519PublicKey: key, weight: 1 } }),
        Operation.changeTrust({ source: holder, asset }),
        Operation.manageData({ source: keeper, name, value: 'b' }),
        ...all.map((source) => Operation.endSponsoringFutureReserves({ source })),
      ]
      await send(sponsor, operations, [sponsor, ...sponsored])
    }
    const idsBy = async (query: string) => (await list(`/accounts?${query}`)).map(({ id }) => id)
    for (const { sponsor, key, asset } of kinds) {
      expect(await idsBy(`signer=${key}`)).toEqual([signed])
      expect(await idsBy(`asset=${asset.code}:${isOf(issuer)}`)).toEqual([holder])
      expect(await idsBy(`sponsor=${isOf(sponsor)}`)).toEqual(all.toSorted())
    }
  })

  test('that were merged away keep their lists (SBX-79)', async () => {
    const merging = await client.funded()
    await send(merging, [Operation.accountMerge({ destination: isOf(maker) })])
    expect((await client.get(`/accounts/${isOf(merging)}`)).status).toBe(404)
    const operations = await list(`/accounts/${isOf(merging)}/operations`)
    expect(operations.map(({ type }) => type)).toEqual(['create_account', 'account_merge'])
  })
})

describe('assets', () => {
  test('are listed one by one, and count lines by what they may do (SBX-79)', async () => {
    const [strict, holder, waiting] = [
      await client.funded(),
      await client.funded(),
      await client.funded(),
    ]
    const asset = new Asset('STR', isOf(strict))
    await send(strict, [Operation.setOptions({ setFlags: 3 as never })])
    for (const key of [holder, waiting]) await send(key, [Operation.changeTrust({ asset })])
    const allow = (flags: { authorized?: boolean; authorizedToMaintainLiabilities?: boolean }) =>
      Operation.setTrustLineFlags({ trustor: isOf(holder), asset, flags })
    await send(strict, [allow({ authorized: true })])
    await send(strict, [allow({ authorized: false, authorizedToMaintainLiabilities: true })])
    expect(await list('/assets?asset_code=STR')).toMatchObject([
      { accounts: { authorized: 0, authorized_to_maintain_liabilities: 1, unauthorized: 1 } },
    ])
    const all = await list('/assets?limit=200')
    expect(await walked('/assets')).toEqual(all)
    expect(await walked('/assets?order=desc')).toEqual(all.toReversed())
  })
})

describe('claimable balances', () => {
  test('are listed by claimant, sponsor and asset, one by one too (SBX-62, SBX-79)', async () => {
    const claimants = [new Claimant(isOf(taker))]
    const create = (asset: Asset) =>
      Operation.createClaimableBalance({ asset, amount: '1', claimants })
    await send(maker, [create(usd)])
    await send(maker, [create(Asset.native())])
    await send(taker, [create(usd)])
    const assetsBy = async (query: string) =>
      (await list(`/claimable_balances?${query}`)).map(({ asset }) => asset)
    const inUsd = `USD:${isOf(issuer)}`
    expect(await assetsBy(`claimant=${isOf(taker)}`)).toEqual([inUsd, 'native', inUsd])
    expect(await assetsBy(`sponsor=${isOf(maker)}`)).toEqual([inUsd, 'native'])
    expect(await assetsBy(`sponsor=${isOf(maker)}&asset=${inUsd}`)).toEqual([inUsd])
    expect(await assetsBy('asset=native')).toEqual(['native'])
    expect(await list(`/assets?asset_code=USD`)).toMatchObject([
      {
        asset_issuer: isOf(issuer),
        num_claimable_balances: 2,
        claimable_balances_amount: '2.0000000',
        flags: { auth_required: false, auth_revocable: false },
        _links: { toml: { href: '' } },
      },
    ])
    const all = await list('/claimable_balances')
    expect(await walked('/claimable_balances')).toEqual(all)
    expect(await walked('/claimable_balances?order=desc')).toEqual(all.toReversed())
  })
})
