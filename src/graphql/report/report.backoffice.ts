import {
  Arg,
  Ctx,
  Field,
  Float,
  GraphQLISODateTime,
  Int,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import type { AssetDayReport } from '../../usecases/ports/report-records.ts'
import type { BackofficeContext } from '../backoffice/context.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { badInput } from '../arguments.ts'

@ObjectType({ description: 'Transactions of one asset opened on one day (UTC).' })
export class AssetDay {
  @Field(() => String, { description: '`2026-11-21`.' })
  day!: string

  @Field(() => String, { description: 'Code of the asset received.' })
  assetCode!: string

  @Field(() => Int, { description: 'Opened.' })
  opened!: number

  @Field(() => Int, { description: 'Paid on Stellar.' })
  funded!: number

  @Field(() => Int, { description: 'Delivered.' })
  completed!: number

  @Field(() => Int, { description: 'Ended in error.' })
  failed!: number

  @Field(() => Int, { description: 'Never paid.' })
  expired!: number

  @Field(() => String, { description: 'Sum of the amounts received.' })
  amountIn!: string

  @Field(() => String, { description: 'Sum of the fees.' })
  fee!: string

  @Field(() => Float, { nullable: true, description: 'Delivered of funded, 0 to 1.' })
  successRate!: number | null

  @Field(() => Float, { nullable: true, description: 'From payment to delivery, median.' })
  medianSecondsToPayout!: number | null

  @Field(() => Float, { nullable: true, description: 'From payment to delivery, 95th percentile.' })
  p95SecondsToPayout!: number | null
}

const longestMs = 366 * 86_400_000

@Resolver()
export class ReportBackoffice {
  @Query(() => [AssetDay], {
    name: 'transactionReport',
    description: 'Count, sum, success and speed by asset and day; a year at most.',
  })
  async reportByAssetAndDay(
    @Arg('from', () => GraphQLISODateTime, { description: 'Opened at or after.' }) from: Date,
    @Arg('before', () => GraphQLISODateTime, { description: 'Opened before.' }) before: Date,
    @Ctx() context: BackofficeContext,
  ): Promise<AssetDay[]> {
    operatorOf(context)
    const lengthMs = before.getTime() - from.getTime()
    if (lengthMs <= 0) throw badInput('`from` has to lie before `before`')
    if (lengthMs > longestMs) throw badInput('A report covers a year at most')
    const days = await context.rooms.reportByAssetAndDay({ from, before })
    return days.map(writeDay)
  }
}

const writeDay = (day: AssetDayReport): AssetDay => ({
  day: day.day,
  assetCode: day.assetCode,
  opened: day.opened,
  funded: day.funded,
  completed: day.completed,
  failed: day.failed,
  expired: day.expired,
  amountIn: formatUnits(day.amountInUnits, stellarDecimals),
  fee: formatUnits(day.feeUnits, stellarDecimals),
  successRate: day.funded === 0 ? null : day.completed / day.funded,
  medianSecondsToPayout: day.medianSecondsToPayout ?? null,
  p95SecondsToPayout: day.p95SecondsToPayout ?? null,
})
