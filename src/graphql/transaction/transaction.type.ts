import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import { lifecycle, sepStatus } from '../../domain/transaction/lifecycle.ts'
import type { Phase, SepStatus } from '../../domain/transaction/lifecycle.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'

const phaseNames = Object.keys(lifecycle)
const phases = Object.fromEntries(phaseNames.map((phase) => [phase, phase]))
const statuses = Object.fromEntries(Object.values(sepStatus).map((status) => [status, status]))

registerEnumType(phases, {
  name: 'TransactionPhase',
  description:
    'Where a transaction stands. Each phase means one thing; the SEP status is derived from it.',
})
registerEnumType(statuses, {
  name: 'TransactionStatus',
  description: "SEP-31's word for the phase.",
})
export const TransactionPhase = phases
export const TransactionStatus = statuses

@ObjectType({ description: 'A sum of one asset.' })
export class Amount {
  @Field(() => String, { description: 'Plain decimal, e.g. `12.5`.' })
  value!: string

  @Field(() => String, {
    description: 'SEP-38 asset name, e.g. `stellar:USDC:G…` or `iso4217:USD`.',
  })
  asset!: string
}

@ObjectType({ description: 'One part of a fee.' })
export class FeePart {
  @Field(() => String, { description: 'What the part is for.' })
  name!: string

  @Field(() => Amount, { description: 'How much it is.' })
  amount!: Amount
}

@ObjectType({ description: 'What the anchor keeps; amount in less fee is amount out.' })
export class Fee {
  @Field(() => Amount, { description: 'All parts together.' })
  total!: Amount

  @Field(() => [FeePart], { description: 'The parts; they add up to the total.' })
  parts!: FeePart[]
}

@ObjectType({ description: 'Where and with which memo the sending anchor pays.' })
export class PaymentInstructions {
  @Field(() => String, { description: 'The distribution account, G….' })
  account!: string

  @Field(() => String, { description: '`id`, `text` or `hash`.' })
  memoType!: string

  @Field(() => String, { description: 'The memo; base64 for `hash`.' })
  memo!: string
}

@ObjectType({ description: 'One field that has to be corrected.' })
export class WantedField {
  @Field(() => String, {
    description: '`sender`, `receiver` (by SEP-12) or `transaction` (by SEP-31 PATCH).',
  })
  owner!: string

  @Field(() => String, { description: 'Name of the field.' })
  name!: string

  @Field(() => String, { description: 'What is wrong with it.' })
  message!: string
}

@ObjectType('Transaction', {
  description: 'A cross-border payment that a sending anchor asked for (SEP-31).',
})
export class TransactionNode {
  @Field(() => ID, { description: 'As given by the opening call.' })
  id!: string

  @Field(() => TransactionStatus, { description: "SEP-31's word." })
  status!: SepStatus

  @Field(() => TransactionPhase, { description: 'Our exact word.' })
  phase!: Phase

  @Field(() => String, { nullable: true, description: 'For people.' })
  statusMessage!: string | null

  @Field(() => Amount, { description: 'What has to arrive on Stellar.' })
  amountIn!: Amount

  @Field(() => Amount, { description: 'What the receiving client gets.' })
  amountOut!: Amount

  @Field(() => Fee, { description: 'What the anchor keeps.' })
  fee!: Fee

  @Field(() => String, { description: 'How the payout is made, e.g. `SEPA`.' })
  fundingMethod!: string

  @Field(() => ID, { nullable: true, description: 'SEP-12 customer who sends.' })
  senderId!: string | null

  @Field(() => ID, { nullable: true, description: 'SEP-12 customer who receives.' })
  receiverId!: string | null

  @Field(() => PaymentInstructions, {
    nullable: true,
    description: 'Absent until the transaction may be paid.',
  })
  pay!: PaymentInstructions | null

  @Field(() => [WantedField], { description: 'What the sending anchor has to correct now.' })
  wantedFields!: WantedField[]

  @Field(() => String, {
    nullable: true,
    description: 'Hash of the Stellar transaction that funded it.',
  })
  stellarTransactionHash!: string | null

  @Field(() => String, { nullable: true, description: "The payout rail's id of the payout." })
  externalTransactionId!: string | null

  @Field(() => GraphQLISODateTime, { description: 'When it was opened.' })
  startedAt!: Date

  @Field(() => GraphQLISODateTime, { description: 'When the status was reached.' })
  updatedAt!: Date

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When the receiving client had the money.',
  })
  completedAt!: Date | null

  @Field(() => GraphQLISODateTime, { description: 'Until when the payment is awaited.' })
  expiresAt!: Date
}

const beforeInstructions: ReadonlySet<Phase> = new Set(['screening', 'awaitingInfo'])

/** The transaction as clients see it; bank data and the owner stay inside. */
export function writeTransaction(transaction: Transaction): TransactionNode {
  const amountIn = (units: bigint) => ({
    value: formatUnits(units, stellarDecimals),
    asset: transaction.assetIn,
  })
  return {
    id: transaction.id,
    status: sepStatus[transaction.phase],
    phase: transaction.phase,
    statusMessage: transaction.statusMessage ?? transaction.requiredInfoMessage ?? null,
    amountIn: amountIn(transaction.amountInUnits),
    amountOut: writeAmountOut(transaction),
    fee: {
      total: amountIn(transaction.fee.totalUnits),
      parts: transaction.fee.parts.map((part) => ({
        name: part.name,
        amount: amountIn(part.units),
      })),
    },
    fundingMethod: transaction.fundingMethod,
    senderId: transaction.senderId ?? null,
    receiverId: transaction.receiverId ?? null,
    pay: beforeInstructions.has(transaction.phase) ? null : writeInstructions(transaction),
    wantedFields: writeWantedFields(transaction),
    stellarTransactionHash: transaction.stellarTransactionHash ?? null,
    externalTransactionId: transaction.externalTransactionId ?? null,
    startedAt: transaction.startedAt,
    updatedAt: transaction.updatedAt,
    completedAt: transaction.completedAt ?? null,
    expiresAt: transaction.lapsesAt,
  }
}

/** Amount in less fee, in the seven decimals of Stellar: exact by the rule of the fee (SEP31-62). */
const writeAmountOut = (transaction: Transaction): Amount => ({
  value: formatUnits(transaction.amountInUnits - transaction.fee.totalUnits, stellarDecimals),
  asset: transaction.assetOut,
})

const writeInstructions = (transaction: Transaction): PaymentInstructions => ({
  account: transaction.distributionAccount,
  memoType: transaction.memo.type,
  memo: transaction.memo.value,
})

const writeWantedFields = (transaction: Transaction): WantedField[] => [
  ...transaction.wantedCustomerFields.map(({ owner, name, message }) => ({ owner, name, message })),
  ...Object.entries(transaction.wantedFields).map(([name, message]) => ({
    owner: 'transaction',
    name,
    message,
  })),
]
