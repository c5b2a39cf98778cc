import type { AssetKey, ClaimableBalanceEntry, TrustLineEntry } from '../../ledger/entries.ts'
import { amountWords, assetWords } from '../../history/assets.ts'
import type { StateView } from '../../history/state.ts'
import { flagWords } from '../records/account-record.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { accountField } from '../fields.ts'
import { namePage } from '../name-page.ts'
import { badField } from '../problem.ts'

export const assetRoutes: readonly Route[] = [{ pattern: '/assets', collection: assets }]

function tokenOf(key: AssetKey): string {
  return `${key.replace(':', '_')}_${assetWords(key).asset_type}`
}

/** By code, then issuer: a blank comes before every letter and digit, which `_` does not. */
const sortName = (token: string) => token.replaceAll('_', ' ')

/** An asset is listed once somebody can hold it; an issuer alone is not enough. */
function assets({ query }: Exchange): Collection {
  const code = query.get('asset_code') ?? ''
  const issuer = query.get('asset_issuer') ?? ''
  if (code !== '' && !/^[A-Za-z0-9]{1,12}$/.test(code)) {
    throw badField('asset_code', 'asset_code: 1 to 12 letters and digits')
  }
  if (issuer !== '') accountField(issuer, 'asset_issuer')
  const fits = (key: AssetKey) => {
    const [itsCode, itsIssuer] = key.split(':')
    return (code === '' || itsCode === code) && (issuer === '' || itsIssuer === issuer)
  }
  return {
    cursors: 'name',
    streamed: false,
    read(request, { state }) {
      const keys = state.assets().filter((key) => key !== 'native' && fits(key))
      const { cursor } = request
      const sorted = { ...request, cursor: cursor && sortName(cursor) }
      return namePage(sorted, keys, (key) => sortName(tokenOf(key))).map((key) => ({
        token: tokenOf(key),
        render: () => assetRecord(key, state),
      }))
    },
  }
}

type Standing = 'authorized' | 'authorized_to_maintain_liabilities' | 'unauthorized'

function standingOf({ flags }: TrustLineEntry): Standing {
  if ((flags & 1) !== 0) return 'authorized'
  return (flags & 2) === 0 ? 'unauthorized' : 'authorized_to_maintain_liabilities'
}

function byStanding<T>(tell: (standing: Standing) => T): Record<Standing, T> {
  return {
    authorized: tell('authorized'),
    authorized_to_maintain_liabilities: tell('authorized_to_maintain_liabilities'),
    unauthorized: tell('unauthorized'),
  }
}

function sum(holdings: readonly { readonly balance: bigint }[]): string {
  return amountWords(holdings.reduce((total, { balance }) => total + balance, 0n))
}

function assetRecord(key: AssetKey, state: StateView): object {
  const holdings = state.holdings(key)
  const lines = holdings.filter((entry): entry is TrustLineEntry => entry.type === 'trustline')
  const claimable = holdings.filter(
    (entry): entry is ClaimableBalanceEntry => entry.type === 'claimable_balance',
  )
  const issuer = state.account(key.split(':')[1] ?? '')
  const domain = issuer?.homeDomain ?? ''
  const standing = (wanted: Standing) => lines.filter((line) => standingOf(line) === wanted)
  return {
    _links: { toml: { href: domain && `https://${domain}/.well-known/stellar.toml` } },
    ...assetWords(key),
    paging_token: tokenOf(key),
    num_claimable_balances: claimable.length,
    num_liquidity_pools: 0,
    num_contracts: 0,
    accounts: byStanding((wanted) => standing(wanted).length),
    claimable_balances_amount: sum(claimable.map(({ amount }) => ({ balance: amount }))),
    liquidity_pools_amount: '0.0000000',
    contracts_amount: '0.0000000',
    balances: byStanding((wanted) => sum(standing(wanted))),
    flags: flagWords(issuer?.flags ?? 0),
  }
}
