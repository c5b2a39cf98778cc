import type { AssetPolicy, CustomerTypeUse } from '../domain/asset/asset-policy.ts'
import { parseUnits, stellarDecimals } from '../domain/money/amount.ts'
import type { ConfigFile } from './config-file.ts'

/** Turns the assets of the file into policies; what contradicts itself is added to `faults`. */
export function readAssets(file: ConfigFile, faults: string[]): readonly AssetPolicy[] {
  const seen = new Set<string>()
  const cursors = new Map<string, string>()
  return file.assets.map((asset) => {
    if (seen.has(asset.code)) faults.push(`fairlead.yaml: asset ${asset.code} is listed twice`)
    seen.add(asset.code)
    const { distributionAccount, startCursor } = asset
    const known = cursors.get(distributionAccount) ?? startCursor
    if (known !== startCursor) {
      faults.push(
        `fairlead.yaml: ${distributionAccount} has two start cursors, ${known} and ${startCursor}`,
      )
    }
    cursors.set(distributionAccount, known)
    for (const fault of faultsOf(asset, file)) faults.push(`fairlead.yaml: ${asset.code}: ${fault}`)
    return toPolicy(asset, file.customerTypes)
  })
}

const hundredPercentE7 = 1_000_000_000n

function faultsOf(asset: ConfigFile['assets'][number], file: ConfigFile): readonly string[] {
  const undescribed = [...asset.senderTypes, ...asset.receiverTypes]
    .filter(({ type }) => file.customerTypes[type] === undefined)
    .map(({ type }) => `customer type ${type} is not described under customerTypes`)
  const [min, max] = [units(asset.minAmount ?? '0'), units(asset.maxAmount ?? '0')]
  return [
    ...when(
      asset.issuer === asset.distributionAccount,
      'the distribution account must not be the issuer',
    ),
    ...when(
      [asset.issuer, asset.distributionAccount].some(
        (account) => account !== undefined && file.marketMakingAccounts.includes(account),
      ),
      'the market-making account must be neither the issuer nor the distribution account',
    ),
    ...undescribed,
    ...neverAsked('senderTypes', asset.senderTypes),
    ...neverAsked('receiverTypes', asset.receiverTypes),
    ...when(asset.maxAmount !== undefined && min > max, 'minAmount is above maxAmount'),
    ...when(units(asset.fee.percent) >= hundredPercentE7, 'the fee takes the whole amount'),
    ...when(
      asset.maxAmount !== undefined && units(asset.fee.fixed) >= max,
      'the fixed fee is as large as maxAmount',
    ),
  ]
}

/** Of two types of one side that begin at one amount, one would decide and the other be told in vain. */
const neverAsked = (side: string, uses: ConfigFile['assets'][number]['senderTypes']) =>
  uses
    .filter(({ fromAmount }, place) =>
      uses.slice(0, place).some((earlier) => units(earlier.fromAmount) === units(fromAmount)),
    )
    .map(({ fromAmount }) => `two ${side} begin at ${fromAmount}: one would never be asked for`)

const when = (isFault: boolean, fault: string): readonly string[] => (isFault ? [fault] : [])

const units = (text: string) => parseUnits(text, stellarDecimals) ?? 0n

function toPolicy(
  asset: ConfigFile['assets'][number],
  types: ConfigFile['customerTypes'],
): AssetPolicy {
  const uses = (list: ConfigFile['assets'][number]['senderTypes']): CustomerTypeUse[] =>
    list
      .map((use) => ({
        name: use.type,
        description: types[use.type]?.description ?? use.type,
        ...translated(types[use.type]),
        fromUnits: units(use.fromAmount),
      }))
      .sort((a, b) => (a.fromUnits < b.fromUnits ? -1 : 1))
  return {
    code: asset.code,
    ...(asset.issuer !== undefined && { issuer: asset.issuer }),
    name: asset.issuer === undefined ? 'stellar:native' : `stellar:${asset.code}:${asset.issuer}`,
    distributionAccount: asset.distributionAccount,
    payoutAsset: {
      name: `iso4217:${asset.payout.currency}`,
      currency: asset.payout.currency,
      decimals: asset.payout.decimals,
    },
    ...(asset.minAmount !== undefined && { minUnits: units(asset.minAmount) }),
    ...(asset.maxAmount !== undefined && { maxUnits: units(asset.maxAmount) }),
    fee: { fixedUnits: units(asset.fee.fixed), percentE7: units(asset.fee.percent) },
    fundingMethods: asset.fundingMethods,
    senderTypes: uses(asset.senderTypes),
    receiverTypes: uses(asset.receiverTypes),
    transactionFields: Object.fromEntries(
      Object.entries(asset.transactionFields).map(([name, field]) => {
        const { description, choices, optional } = field
        return [
          name,
          {
            description,
            ...translated(field),
            ...(choices && { choices }),
            ...(optional !== undefined && { optional }),
          },
        ]
      }),
    ),
    kycTiming: asset.kycTiming,
    memoType: asset.memoType,
    paymentDeadlineSeconds: asset.paymentDeadlineMinutes * 60,
  }
}

const translated = (
  described: { readonly translations?: Record<string, string> | undefined } | undefined,
) => described?.translations && { translations: described.translations }
