import { describedIn } from '../../domain/asset/asset-policy.ts'
import type { AssetPolicy, CustomerTypeUse } from '../../domain/asset/asset-policy.ts'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import { languageOf } from '../../domain/transaction/language.ts'
import type { Assets } from '../../domain/transaction/terms.ts'
import type { Route } from '../server/route.ts'
import { writeFields } from './write-transaction.ts'

/** SEP-31 GET Info: open to all, as every client reads it before it logs in (SEP31-X01). */
export const getInfo =
  (assets: Assets): Route =>
  ({ query }) => {
    const language = languageOf(query.get('lang'))
    const entries = Array.from(
      assets,
      ([code, asset]) => [code, writeAsset(asset, language)] as const,
    )
    return Promise.resolve({ status: 200, body: { receive: Object.fromEntries(entries) } })
  }

/** The current form and, beside it, each older one that clients still read (SEP31-O01 to O05). */
const writeAsset = (asset: AssetPolicy, language: string): object => ({
  enabled: true,
  quotes_supported: false,
  quotes_required: false,
  funding_methods: asset.fundingMethods,
  min_amount: writeNumber(asset.minUnits),
  max_amount: writeNumber(asset.maxUnits),
  fee_fixed: writeNumber(asset.fee.fixedUnits),
  fee_percent: writeNumber(asset.fee.percentE7),
  sep12: {
    sender: writeTypes(asset.senderTypes, language),
    receiver: writeTypes(asset.receiverTypes, language),
  },
  sender_sep12_type: asset.senderTypes[0]?.name,
  receiver_sep12_type: asset.receiverTypes[0]?.name,
  fields: writeFields(asset.transactionFields, language),
})

const writeTypes = (types: readonly CustomerTypeUse[], language: string): object =>
  types.length === 0
    ? {}
    : {
        types: Object.fromEntries(
          types.map((type) => [type.name, { description: describedIn(type, language) }]),
        ),
      }

/** Bounds and fees are set by people in few digits, which a JSON number carries exactly. */
const writeNumber = (units: bigint | undefined): number | undefined =>
  units === undefined ? undefined : Number(formatUnits(units, stellarDecimals))
