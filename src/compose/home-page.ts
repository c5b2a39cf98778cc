import type { Config, Site } from '../config/config.ts'
import type { AssetPolicy } from '../domain/asset/asset-policy.ts'
import type { Currency, HomePage } from '../http/sep1/description.ts'
import { publicNetworkPassphrase } from '../config/config.ts'

/** What stellar.toml of a site says. */
export function homePageOf(site: Site, config: Config, signingKey: string): HomePage {
  const isPublic = config.network.passphrase === publicNetworkPassphrase
  const accounts = config.assets.flatMap(({ distributionAccount, issuer }) =>
    issuer === undefined ? [distributionAccount] : [distributionAccount, issuer],
  )
  return {
    networkPassphrase: config.network.passphrase,
    signingKey,
    baseUrl: site.url,
    homeDomain: site.homeDomain,
    services: ['sep10', 'sep12', 'sep31'],
    ...(isWorthTelling(site, config) && { horizonUrl: config.network.horizonUrl }),
    accounts: [...new Set([...accounts, ...config.marketMakingAccounts])],
    documentation: config.documentation,
    currencies: config.assets.map((asset) => currencyOf(asset, isPublic)),
    allowHttp: config.isSandbox,
  }
}

/** A page served over https names no plain http address: clients that insist on https refuse the page. */
const isWorthTelling = ({ url }: Site, { isSandbox, network }: Config): boolean =>
  isSandbox && (url.startsWith('http:') || network.horizonUrl.startsWith('https:'))

const currencyOf = (asset: AssetPolicy, isPublic: boolean): Currency => ({
  code: asset.issuer === undefined ? 'native' : asset.code,
  ...(asset.issuer !== undefined && { issuer: asset.issuer }),
  status: isPublic ? 'live' : 'test',
  desc: `${asset.code}, paid out 1 for 1 in ${asset.payoutAsset.currency} less fees`,
  is_asset_anchored: true,
  anchor_asset_type: 'fiat',
  anchor_asset: asset.payoutAsset.currency,
  display_decimals: asset.payoutAsset.decimals,
  redemption_instructions: 'Send it by SEP-31 to be paid out to a bank account',
})
