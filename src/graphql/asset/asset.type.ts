import { Field, ObjectType } from 'type-graphql'
import type { AssetPolicy, CustomerTypeUse } from '../../domain/asset/asset-policy.ts'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'

@ObjectType('CustomerTypeUse', {
  description: 'A SEP-12 customer type and from which amount on it is wanted.',
})
export class CustomerTypeUseNode {
  @Field(() => String, { description: 'Give it as `type` in SEP-12.' })
  type!: string

  @Field(() => String, { description: 'What it is for.' })
  description!: string

  @Field(() => String, { description: 'Smallest amount in that wants it.' })
  fromAmount!: string
}

@ObjectType('TransactionField', { description: 'A per-payment field of a transaction.' })
export class TransactionFieldNode {
  @Field(() => String, { description: 'Its name.' })
  name!: string

  @Field(() => String, { description: 'What to enter.' })
  description!: string

  @Field(() => [String], { nullable: true, description: 'The values to choose from.' })
  choices!: string[] | null

  @Field(() => Boolean, { description: 'Whether it may be left out.' })
  optional!: boolean
}

@ObjectType('Asset', { description: 'A Stellar asset the anchor receives and pays out.' })
export class AssetNode {
  @Field(() => String, { description: 'Code, e.g. `USDC`.' })
  code!: string

  @Field(() => String, {
    nullable: true,
    description: 'Issuing account; absent for the native asset.',
  })
  issuer!: string | null

  @Field(() => String, { description: 'SEP-38 name.' })
  name!: string

  @Field(() => String, { description: 'SEP-38 name of what the receiving client gets.' })
  payoutAsset!: string

  @Field(() => String, { nullable: true, description: 'Smallest amount in.' })
  minAmount!: string | null

  @Field(() => String, { nullable: true, description: 'Largest amount in.' })
  maxAmount!: string | null

  @Field(() => String, { description: 'Fixed fee in this asset.' })
  feeFixed!: string

  @Field(() => String, { description: 'Proportional fee in percent.' })
  feePercent!: string

  @Field(() => [String], { description: 'How payouts are made; the first is the default.' })
  fundingMethods!: string[]

  @Field(() => [CustomerTypeUseNode], {
    description: 'What senders are checked for; empty: nothing.',
  })
  senderTypes!: CustomerTypeUseNode[]

  @Field(() => [CustomerTypeUseNode], {
    description: 'What receivers are checked for; empty: nothing.',
  })
  receiverTypes!: CustomerTypeUseNode[]

  @Field(() => [TransactionFieldNode], { description: 'What each transaction has to bring.' })
  transactionFields!: TransactionFieldNode[]
}

const decimal = (units: bigint) => formatUnits(units, stellarDecimals)

const writeUse = (use: CustomerTypeUse): CustomerTypeUseNode => ({
  type: use.name,
  description: use.description,
  fromAmount: decimal(use.fromUnits),
})

export const writeAsset = (asset: AssetPolicy): AssetNode => ({
  code: asset.code,
  issuer: asset.issuer ?? null,
  name: asset.name,
  payoutAsset: asset.payoutAsset.name,
  minAmount: asset.minUnits === undefined ? null : decimal(asset.minUnits),
  maxAmount: asset.maxUnits === undefined ? null : decimal(asset.maxUnits),
  feeFixed: decimal(asset.fee.fixedUnits),
  feePercent: decimal(asset.fee.percentE7),
  fundingMethods: [...asset.fundingMethods],
  senderTypes: asset.senderTypes.map(writeUse),
  receiverTypes: asset.receiverTypes.map(writeUse),
  transactionFields: Object.entries(asset.transactionFields).map(([name, field]) => ({
    name,
    description: field.description,
    choices: field.choices === undefined ? null : [...field.choices],
    optional: field.optional ?? false,
  })),
})
