import {
  Arg,
  Args,
  Ctx,
  Field,
  GraphQLISODateTime,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import type { SeenPayment, UnmatchedReason } from '../../domain/stellar-payment/stellar-payment.ts'
import type { BackofficeContext } from '../backoffice/context.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { given } from '../arguments.ts'
import { ForwardPage, PageInfo, readPage, toConnection } from '../connection.ts'
import { readPaymentCursor, writePaymentCursor } from './payment-cursor.ts'
import { Amount } from '../transaction/transaction.type.ts'

const reasons = {
  no_memo: 'no_memo',
  unknown_memo: 'unknown_memo',
  wrong_asset: 'wrong_asset',
  wrong_amount: 'wrong_amount',
  too_late: 'too_late',
  already_funded: 'already_funded',
  not_payable: 'not_payable',
  conflicting_memo: 'conflicting_memo',
  not_a_payment: 'not_a_payment',
} as const satisfies Record<UnmatchedReason, UnmatchedReason>
registerEnumType(reasons, {
  name: 'UnmatchedReason',
  description: 'Why a Stellar payment funds no transaction.',
})

@ObjectType({
  description: 'Money that came to a watched account and fits no waiting transaction.',
})
export class UnmatchedPayment {
  @Field(() => ID, { description: "Horizon's operation id." })
  id!: string

  @Field(() => Int, {
    description: 'Run of the network it was seen in: each reset begins another one, from 1.',
  })
  epoch!: number

  @Field(() => Int, {
    description: 'Which asset of the operation, from 0: a contract may credit several at once.',
  })
  part!: number

  @Field(() => reasons, { description: 'Why it fits none.' })
  reason!: UnmatchedReason

  @Field(() => ID, { nullable: true, description: 'The transaction that its memo names.' })
  transactionId!: string | null

  @Field(() => String, { description: 'Kind of operation, e.g. `payment`.' })
  kind!: string

  @Field(() => Amount, { description: 'What was credited.' })
  amount!: Amount

  @Field(() => String, { description: 'The account that was credited.' })
  account!: string

  @Field(() => String, { description: 'Who sent it.' })
  from!: string

  @Field(() => String, { description: '`none`, `id`, `text`, `hash` or `return`.' })
  memoType!: string

  @Field(() => String, { nullable: true, description: 'The memo, or the muxed id.' })
  memo!: string | null

  @Field(() => String, { description: 'Hash of the Stellar transaction.' })
  stellarTransactionHash!: string

  @Field(() => GraphQLISODateTime, { description: 'Close time of its ledger.' })
  ledgerClosedAt!: Date
}

@ObjectType({ description: 'A page of unmatched payments, newest first.' })
export class UnmatchedPaymentConnection {
  @Field(() => [UnmatchedPayment], { description: 'The payments.' })
  nodes!: UnmatchedPayment[]

  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo
}

@Resolver()
export class UnmatchedPaymentBackoffice {
  @Query(() => UnmatchedPaymentConnection, {
    name: 'unmatchedPayments',
    description: 'Money that fits no transaction, with the reason.',
  })
  async listUnmatchedPayments(
    @Args(() => ForwardPage) args: ForwardPage,
    @Arg('reason', () => reasons, { nullable: true, description: 'For this reason only.' })
    reason: UnmatchedReason | null,
    @Ctx() context: BackofficeContext,
  ): Promise<UnmatchedPaymentConnection> {
    operatorOf(context)
    const page = readPage(args)
    const { after } = page
    const before = after === undefined ? undefined : readPaymentCursor(after)
    const payments = await context.rooms.listUnmatchedPayments({
      ...given({ reason, before }),
      limit: page.limit,
    })
    return toConnection(payments, page, {
      node: writeUnmatched,
      cursor: writePaymentCursor,
    })
  }
}

const writeUnmatched = (payment: SeenPayment): UnmatchedPayment => ({
  id: payment.id,
  epoch: payment.epoch,
  part: payment.part ?? 0,
  reason: payment.match.state === 'unmatched' ? payment.match.reason : 'not_payable',
  transactionId: payment.match.state === 'waiting' ? null : (payment.match.transactionId ?? null),
  kind: payment.kind,
  amount: { value: formatUnits(payment.units, stellarDecimals), asset: payment.asset },
  account: payment.account,
  from: payment.from,
  memoType: payment.memo.type,
  memo: payment.muxedId ?? (payment.memo.type === 'none' ? null : payment.memo.value),
  stellarTransactionHash: payment.transactionHash,
  ledgerClosedAt: payment.ledgerClosedAt,
})
