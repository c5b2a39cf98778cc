import { z } from 'zod'
import type { HorizonCaller } from '../../adapters/horizon/horizon-call.ts'
import type { Config } from '../../config/config.ts'
import type { AssetPolicy } from '../../domain/asset/asset-policy.ts'
import { parseUnits, stellarDecimals } from '../../domain/money/amount.ts'
import { examine, expectThat, fault, good, warning } from './finding.ts'
import type { Examined, Finding } from './finding.ts'

const trustLine = z.object({
  asset_type: z.string(),
  asset_code: z.string().optional(),
  asset_issuer: z.string().optional(),
  balance: z.string(),
  limit: z.string().optional(),
  is_authorized: z.boolean().optional(),
})
const account = z.object({
  home_domain: z.string().optional(),
  balances: z.array(trustLine),
  signers: z.array(z.object({ key: z.string(), weight: z.int() })),
  data: z.record(z.string(), z.string()),
})

type Account = z.infer<typeof account>

export interface AccountsExpected {
  readonly config: Config
  /** `SIGNING_KEY`, G…; undefined when the seed cannot be read. */
  readonly signingKey: string | undefined
}

/** The accounts of the configuration: there, apart from each other, able to receive what is sent. */
export function examineAccounts(
  horizon: HorizonCaller,
  expected: AccountsExpected,
): Promise<Examined> {
  const { config } = expected
  return examine(
    'Accounts',
    async () => {
      const addresses = new Set(
        config.assets.flatMap(({ distributionAccount, issuer }) => [distributionAccount, issuer]),
      )
      const known = await loadAll(
        horizon,
        [...addresses].filter((address) => address !== undefined),
      )
      return [
        ...rolesApart(expected),
        ...[...new Set(config.assets.map((asset) => asset.distributionAccount))].flatMap(
          (address) => ofDistribution(address, known.get(address), expected),
        ),
        ...config.assets.flatMap((asset) => ofAsset(asset, known)),
      ]
    },
    (reason) =>
      fault(`they cannot be looked up: ${reason}`, 'Mend what is wrong with Horizon first'),
  )
}

async function loadAll(
  horizon: HorizonCaller,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const known = new Map<string, Account>()
  for (const address of addresses) {
    const { status, json } = await horizon.get(`/accounts/${address}`)
    if (status === 200) known.set(address, account.parse(json))
  }
  return known
}

/** One key for one purpose: issuing, holding, market making and signing are four. Guide: production. */
function rolesApart({ config, signingKey }: AccountsExpected): readonly Finding[] {
  const roles = new Map<string, Set<string>>()
  const note = (address: string | undefined, role: string) => {
    if (address === undefined) return
    roles.set(address, (roles.get(address) ?? new Set()).add(role))
  }
  note(signingKey, 'SIGNING_KEY')
  for (const asset of config.assets) {
    note(asset.issuer, 'issuer')
    note(asset.distributionAccount, 'distribution account')
  }
  for (const address of config.marketMakingAccounts) note(address, 'market-making account')
  const shared = [...roles].filter(([, names]) => names.size > 1)
  if (shared.length === 0) return [good('signing, issuing, holding and market making are apart')]
  return shared.map(([address, names]) =>
    fault(
      `${short(address)} is ${[...names].join(' and ')} at once`,
      'Use an account of its own for each: who has one key must not have the others',
    ),
  )
}

function ofDistribution(
  address: string,
  found: Account | undefined,
  { config, signingKey }: AccountsExpected,
): readonly Finding[] {
  if (found === undefined) {
    return [
      fault(
        `distribution account ${short(address)} does not exist on this network`,
        'Create it by sending it lumens, or mend distributionAccount in the file',
      ),
    ]
  }
  const maySign = found.signers.some(({ key, weight }) => key === signingKey && weight > 0)
  return [
    good(`distribution account ${short(address)} exists`),
    ...(maySign
      ? [
          fault(
            'SIGNING_KEY is a signer of it',
            'Remove that signer: a server that signs logins must not be able to move funds',
          ),
        ]
      : []),
    ...ofMemo(found, config),
  ]
}

/** The sandbox's account is left without it, so that one can see what becomes of a payment without a memo. */
function ofMemo({ data }: Account, { isSandbox }: Config): readonly Finding[] {
  if (isSandbox) return []
  return [
    expectThat(
      data['config.memo_required'] === memoRequired,
      'it asks wallets for a memo (SEP-29)',
      warning(
        'it does not ask wallets for a memo (SEP-29): who forgets it pays an unmatched payment',
        'Set its data entry config.memo_required to 1',
      ),
    ),
  ]
}

/** `1` in base 64. Source: SEP-29, "Specification". */
const memoRequired = 'MQ=='

function ofAsset(asset: AssetPolicy, known: ReadonlyMap<string, Account>): readonly Finding[] {
  if (asset.issuer === undefined) return []
  const holder = known.get(asset.distributionAccount)
  return [
    ofIssuer(asset.code, known.get(asset.issuer)),
    ...(holder === undefined ? [] : ofTrust(asset, holder)),
  ]
}

function ofIssuer(code: string, issuer: Account | undefined): Finding {
  if (issuer === undefined) {
    return fault(`${code}: the issuer does not exist on this network`, 'Mend issuer in the file')
  }
  return issuer.home_domain === undefined || issuer.home_domain === ''
    ? warning(
        `${code}: the issuer names no home domain`,
        'Set it on the issuing account: wallets find out by it who stands behind the asset',
      )
    : good(`${code}: issued by ${issuer.home_domain}`)
}

function ofTrust(asset: AssetPolicy, holder: Account): readonly Finding[] {
  const { code, issuer, maxUnits } = asset
  const line = holder.balances.find(
    (balance) => balance.asset_code === code && balance.asset_issuer === issuer,
  )
  if (line === undefined) {
    return [
      fault(
        `${code}: the distribution account has no trust line, nobody can pay it`,
        `Add a trust line to ${code}:${issuer ?? ''} (ChangeTrust) with the distribution account’s key`,
      ),
    ]
  }
  if (line.is_authorized === false) {
    return [
      fault(
        `${code}: the issuer has not authorised the trust line`,
        'Let the issuer set it authorised (SetTrustLineFlags)',
      ),
    ]
  }
  const room = unitsOf(line.limit) - unitsOf(line.balance)
  return [
    good(`${code}: the distribution account trusts it`),
    ...(maxUnits !== undefined && room < maxUnits
      ? [
          warning(
            `${code}: the trust line has less room left than maxAmount`,
            'Raise its limit, or move what it holds: payments above the limit fail on the network',
          ),
        ]
      : []),
  ]
}

const unitsOf = (text = '0'): bigint => parseUnits(text, stellarDecimals) ?? 0n

const short = (address: string) => `${address.slice(0, 6)}…${address.slice(-6)}`
