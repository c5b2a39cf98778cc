import { describe, expect, test } from 'vitest'
import type { StoredLedger } from '../../../src/sandbox/network/history/stored.ts'
import type { Route } from '../../../src/sandbox/network/http/exchange.ts'
import type { Horizon } from '../../../src/sandbox/network/http/horizon.ts'
import { accountRoutes } from '../../../src/sandbox/network/http/routes/accounts.ts'
import { assetRoutes } from '../../../src/sandbox/network/http/routes/assets.ts'
import { claimableBalanceRoutes } from '../../../src/sandbox/network/http/routes/claimable-balances.ts'
import { offerRoutes } from '../../../src/sandbox/network/http/routes/offers.ts'
import type { Entry } from '../../../src/sandbox/network/ledger/entries.ts'
import { idOf } from '../ledger/world.ts'
import { account, balance, data, line, offer } from './entries.ts'
import { exchangeOf, ORIGIN, pageBy } from './exchange-of.ts'

/** Lists of what the ledger holds: whole records, each filter, and the order they come in (SBX-79). */

const [anna, bert, cleo] = ['anna', 'bert', 'cleo'].map(idOf).toSorted() as [string, string, string]
const [issuer, other] = [idOf('issuer'), idOf('other')]
const usd = `USD:${issuer}`
const ledgers = Array.from({ length: 30 }, (_, index) => ({
  sequence: index + 1,
  closeTime: BigInt(1_700_000_000 + index),
})) as Partial<StoredLedger>[] as StoredLedger[]

const listOf = (route: Route | undefined, entries: readonly Entry[]) => (target: string) =>
  pageBy(route, exchangeOf(target, { entries, ledgers }))._embedded.records
const idsOf = (records: readonly Record<string, unknown>[]) => records.map((record) => record['id'])

describe('accounts', () => {
  const [list] = accountRoutes({} as Horizon)
  const signedBy = (key: string, sponsor?: string) => ({
    signers: [{ key, weight: 1, ...(sponsor === undefined ? {} : { sponsor }) }],
  })
  const locked = { thresholds: { master: 0, low: 0, medium: 0, high: 0 } }
  const entries = [
    account(cleo, signedBy(idOf('guard'), other)),
    account(anna, { ...signedBy(idOf('guard')), sponsor: issuer }),
    account(bert, locked),
    line(anna, usd),
    line(cleo, usd),
    line(bert, `EUR:${issuer}`, { sponsor: other }),
    data(anna, 'kept', { sponsor: other }),
    offer(1n, { seller: bert }),
    balance('1'),
  ]
  const accounts = (query: string) => idsOf(listOf(list, entries)(`/accounts?${query}`))

  test.each([
    ['a signer of theirs', `signer=${idOf('guard')}`, [anna, cleo]],
    ['their own key', `signer=${anna}`, [anna]],
    ['their own key, which no longer counts', `signer=${bert}`, []],
    ['an asset that they trust', `asset=${usd}`, [anna, cleo]],
    ['an asset that one trusts', `asset=EUR:${issuer}`, [bert]],
    ['who sponsors them', `sponsor=${issuer}`, [anna]],
    ['who sponsors a signer, a line or an entry', `sponsor=${other}`, [anna, bert, cleo]],
    ['who sponsors nothing', `sponsor=${cleo}`, []],
    ['the last first', `asset=${usd}&order=desc`, [cleo, anna]],
    ['no more than the limit', `sponsor=${other}&limit=2`, [anna, bert]],
    ['those after the cursor', `sponsor=${other}&cursor=${anna}`, [bert, cleo]],
    ['those before it', `sponsor=${other}&cursor=${bert}&order=desc`, [anna]],
  ])('are found by %s (SBX-79)', (_by, query, found) => {
    expect(accounts(query)).toEqual(found)
  })

  test.each(['', 'signer=', `signer=${anna}&asset=${usd}`, `sponsor=${other}&asset=${usd}`])(
    'are not searched by %j: one filter is wanted (SBX-79)',
    (query) => {
      expect(() => accounts(query)).toThrow('invalid_accounts_params')
    },
  )

  test('give an entry with its sponsor, by its words or by its bytes (SBX-79)', async () => {
    const route = accountRoutes({} as Horizon).find(({ pattern }) => pattern.includes('/data/'))
    const long = 'x'.repeat(64)
    const held = [data(anna, 'kept', { sponsor: other }), data(anna, long)]
    const ask = (key: string, accept?: string) =>
      exchangeOf(`/accounts/${anna}/data/${key}`, {
        entries: held,
        params: { account_id: anna, key },
        headers: accept === undefined ? {} : { accept },
      })
    expect(route?.single?.(ask('kept'))).toEqual({ value: 'a2VwdA==', sponsor: other })
    expect(route?.single?.(ask(long))).toEqual({ value: Buffer.from(long).toString('base64') })
    expect(() => route?.single?.(ask(`${long}x`))).toThrow('bad_request')
    expect(() => route?.single?.(ask('gone'))).toThrow('not_found')
    expect(await route?.get?.(ask('kept', 'application/octet-stream'))).toEqual({
      status: 200,
      type: 'application/octet-stream',
      body: Buffer.from('kept'),
    })
  })
})

describe('assets', () => {
  const [list] = assetRoutes
  const held = (flags: number, units: bigint) => ({ flags, balance: units * 10_000_000n })
  const entries = [
    account(issuer, { flags: 9, homeDomain: 'example.com' }),
    line(anna, `USDC:${issuer}`),
    line(anna, usd, held(1, 1n)),
    line(bert, usd, held(1, 20n)),
    line(cleo, usd, held(6, 300n)),
    line(other, usd, held(4, 4000n)),
    line(idOf('fifth'), usd, held(0, 50_000n)),
    balance('1', { asset: usd, amount: 5_000_000n }),
    balance('2', { asset: usd, amount: 2_500_000n }),
    balance('3', { asset: 'native' }),
    line(anna, `USD:${other}`, held(5, 7n)),
    line(anna, `DOLLARS:${other}`),
  ]
  const assets = (query: string) => listOf(list, entries)(`/assets?${query}`)
  const tokens = (query: string) => assets(query).map(({ paging_token }) => paging_token)
  const token = (code: string, by: string, type = 'credit_alphanum4') => `${code}_${by}_${type}`
  const both = [token('USD', issuer), token('USD', other)].toSorted()
  const all = [token('DOLLARS', other, 'credit_alphanum12'), ...both, token('USDC', issuer)]
  const none = { authorized: 0, authorized_to_maintain_liabilities: 0, unauthorized: 0 }
  const empty = {
    authorized: '0.0000000',
    authorized_to_maintain_liabilities: '0.0000000',
    unauthorized: '0.0000000',
  }
  const pools = {
    num_liquidity_pools: 0,
    num_contracts: 0,
    liquidity_pools_amount: '0.0000000',
    contracts_amount: '0.0000000',
  }

  test('tell who may hold them, how much of them there is, and what their issuer set (SBX-79)', () => {
    expect(assets(`asset_code=USD&asset_issuer=${issuer}`)).toEqual([
      {
        _links: { toml: { href: 'https://example.com/.well-known/stellar.toml' } },
        asset_type: 'credit_alphanum4',
        asset_code: 'USD',
        asset_issuer: issuer,
        paging_token: token('USD', issuer),
        num_claimable_balances: 2,
        ...pools,
        accounts: { authorized: 2, authorized_to_maintain_liabilities: 1, unauthorized: 2 },
        claimable_balances_amount: '0.7500000',
        balances: {
          authorized: '21.0000000',
          authorized_to_maintain_liabilities: '300.0000000',
          unauthorized: '54000.0000000',
        },
        flags: {
          auth_required: true,
          auth_revocable: false,
          auth_immutable: false,
          auth_clawback_enabled: true,
        },
      },
    ])
  })

  test('outlive their issuer (SBX-79)', () => {
    expect(assets(`asset_code=USD&asset_issuer=${other}`)).toEqual([
      {
        _links: { toml: { href: '' } },
        asset_type: 'credit_alphanum4',
        asset_code: 'USD',
        asset_issuer: other,
        paging_token: token('USD', other),
        num_claimable_balances: 0,
        ...pools,
        accounts: { ...none, authorized: 1 },
        claimable_balances_amount: '0.0000000',
        balances: { ...empty, authorized: '7.0000000' },
        flags: {
          auth_required: false,
          auth_revocable: false,
          auth_immutable: false,
          auth_clawback_enabled: false,
        },
      },
    ])
  })

  test.each([
    ['', all],
    ['order=desc', all.toReversed()],
    ['limit=2', all.slice(0, 2)],
    [`cursor=${all[1]}`, all.slice(2)],
    [`cursor=${all[2]}&order=desc`, all.slice(0, 2).toReversed()],
    ['asset_code=USD', both],
    [`asset_issuer=${issuer}`, [token('USD', issuer), token('USDC', issuer)]],
    ['asset_code=&asset_issuer=', all],
    [`asset_code=DOLLARS&asset_issuer=${issuer}`, []],
    ['asset_code=TWELVELETTER', []],
  ])('come by code and then issuer, asked for by %j (SBX-62, SBX-79)', (query, found) => {
    expect(tokens(query)).toEqual(found)
  })

  test.each(['asset_code=TOOLONGACODE1', 'asset_code=A-B', 'asset_issuer=GNOBODY'])(
    'are refused for %s (SBX-62)',
    (query) => {
      expect(() => assets(query)).toThrow('bad_request')
    },
  )
})

describe('offers', () => {
  const sold = { seller: anna, selling: usd, price: { n: 5, d: 2 }, lastModifiedLedger: 4 }
  const entries = [
    offer(10n, { ...sold, sponsor: other, amount: 15_000_000n }),
    offer(9n, { seller: bert, sponsor: other }),
    offer(2n, sold),
    account(anna),
  ]
  const offers = (query: string) => listOf(offerRoutes[0], entries)(`/offers?${query}`)

  test.each([
    ['', ['2', '9', '10']],
    ['order=desc', ['10', '9', '2']],
    ['limit=2', ['2', '9']],
    ['cursor=2', ['9', '10']],
    ['cursor=9&order=desc', ['2']],
    [`seller=${anna}`, ['2', '10']],
    [`sponsor=${other}`, ['9', '10']],
    [`seller=${anna}&sponsor=${other}`, ['10']],
    [`seller=${cleo}`, []],
  ])('come in the order of their numbers, asked for by %j (SBX-62, SBX-79)', (query, found) => {
    expect(idsOf(offers(query))).toEqual(found)
  })

  test('tell what is sold for what, and who sponsors them (SBX-79)', () => {
    const [first, last] = offers(`seller=${anna}`)
    const common = {
      seller: anna,
      selling: { asset_type: 'credit_alphanum4', asset_code: 'USD', asset_issuer: issuer },
      buying: { asset_type: 'native' },
      price_r: { n: 5, d: 2 },
      price: '2.5000000',
      last_modified_ledger: 4,
      last_modified_time: '2023-11-14T22:13:23Z',
    }
    const links = (id: string) => ({
      self: { href: `${ORIGIN}/offers/${id}` },
      offer_maker: { href: `${ORIGIN}/accounts/${anna}` },
    })
    expect(first).toEqual({
      _links: links('2'),
      id: '2',
      paging_token: '2',
      amount: '1.0000000',
      ...common,
    })
    expect(last).toEqual({
      _links: links('10'),
      id: '10',
      paging_token: '10',
      amount: '1.5000000',
      sponsor: other,
      ...common,
    })
  })

  test('are found one by one, and by whose they are (SBX-79)', async () => {
    const seen = { entries, ledgers }
    const one = await offerRoutes[1]?.get?.(exchangeOf('/', { ...seen, params: { id: '10' } }))
    expect(JSON.parse(String(one?.body))).toEqual(offers('cursor=9')[0])
    expect(() => offerRoutes[1]?.get?.(exchangeOf('/', { ...seen, params: { id: '3' } }))).toThrow(
      'not_found',
    )
    const own = exchangeOf('/', { ...seen, params: { account_id: bert } })
    expect(idsOf(pageBy(offerRoutes[2], own)._embedded.records)).toEqual(['9'])
  })
})

describe('claimable balances', () => {
  const unconditional = { type: 'unconditional' } as const
  const claimants = [bert, cleo].map((destination) => ({ destination, predicate: unconditional }))
  const one = { asset: usd, sponsor: anna, claimants, flags: 1, lastModifiedLedger: 10 }
  const entries = [
    balance('1', one),
    balance('3', { claimants: claimants.slice(1), lastModifiedLedger: 9 }),
    balance('2', { sponsor: other, lastModifiedLedger: 9, flags: 2 }),
    account(anna),
  ]
  const balances = (query: string) =>
    listOf(claimableBalanceRoutes[0], entries)(`/claimable_balances?${query}`)
  const [first, second, third] = ['2', '3', '1'].map((id) => balance(id).id)

  test.each([
    ['', [first, second, third]],
    ['order=desc', [third, second, first]],
    ['limit=1', [first]],
    [`cursor=9-${first}`, [second, third]],
    [`cursor=10-${third}&order=desc`, [second, first]],
    ['cursor=9', [first, second, third]],
    [`claimant=${cleo}`, [second, third]],
    [`claimant=${bert}`, [third]],
    [`sponsor=${anna}`, [third]],
    ['asset=native', [first, second]],
    [`asset=${usd}`, [third]],
    [`claimant=${cleo}&asset=native`, [second]],
    [`sponsor=${other}&asset=${usd}`, []],
  ])('come by ledger and then id, asked for by %j (SBX-62, SBX-79)', (query, found) => {
    expect(idsOf(balances(query))).toEqual(found)
  })

  test('tell who may claim them, and whether they may be clawed back (SBX-79)', async () => {
    const own = `${ORIGIN}/claimable_balances/${third}`
    const record = {
      _links: {
        self: { href: own },
        transactions: { href: `${own}/transactions{?cursor,limit,order}`, templated: true },
        operations: { href: `${own}/operations{?cursor,limit,order}`, templated: true },
      },
      id: third,
      asset: usd,
      amount: '1.0000000',
      sponsor: anna,
      last_modified_ledger: 10,
      last_modified_time: '2023-11-14T22:13:29Z',
      claimants: [
        { destination: bert, predicate: { unconditional: true } },
        { destination: cleo, predicate: { unconditional: true } },
      ],
      flags: { clawback_enabled: true },
      paging_token: `10-${third}`,
    }
    const listed = balances('')
    expect(listed[2]).toEqual(record)
    expect(listed[1]).not.toHaveProperty('sponsor')
    expect(listed.map(({ flags }) => flags)).toEqual(
      [false, false, true].map((clawback_enabled) => ({ clawback_enabled })),
    )
    const params = { balance_id: String(third) }
    const alone = await claimableBalanceRoutes[1]?.get?.(
      exchangeOf('/', { entries, ledgers, params }),
    )
    expect(JSON.parse(String(alone?.body))).toEqual(record)
  })
})
