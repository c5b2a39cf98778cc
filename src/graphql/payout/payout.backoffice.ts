import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  createUnionType,
} from 'type-graphql'
import type { BackofficeContext } from '../backoffice/context.ts'
import type { RetryRefusal } from '../../usecases/payouts/retry-dead-payout.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { badInput, readMomentCursor, readPage } from '../connection.ts'
import { Refusal } from '../refusal.ts'
import { given, isId } from '../transaction/transaction-filter.input.ts'
import {
  PayoutAttemptConnection,
  PayoutConnection,
  PayoutNode,
  writeAttempts,
  writeDeadPayouts,
  writePayout,
} from './payout.type.ts'

/** Forward paging only: these lists are read from their newest entry on. */
@ArgsType()
export class ForwardPage {
  @Field(() => Int, { nullable: true, description: 'How many, 1 to 100; 20 by default.' })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null
}

@ObjectType({
  implements: Refusal,
  description: 'There is no payout to retry, or it is not given up.',
})
export class PayoutNotRetried extends Refusal {}

const RetryPayoutResult = createUnionType({
  name: 'RetryPayoutResult',
  description: 'The payout, due again; or why not.',
  types: () => [PayoutNode, PayoutNotRetried] as const,
  resolveType: (value) => ('code' in value ? PayoutNotRetried : PayoutNode),
})

const unknownPayout = {
  code: 'unknown_payout',
  message: 'There is no payout for this transaction',
} as const

function writeNotRetried(refusal: RetryRefusal): PayoutNotRetried {
  switch (refusal.code) {
    case 'unknown_payout':
      return unknownPayout
    case 'payout_not_dead':
      return {
        code: refusal.code,
        message: `This payout is ${refusal.state}, not given up; it needs no retry`,
      }
  }
}

@Resolver()
export class PayoutBackoffice {
  @Query(() => PayoutAttemptConnection, { description: 'Tries of payouts, newest first.' })
  async payoutAttempts(
    @Args(() => ForwardPage) args: ForwardPage,
    @Arg('transactionId', () => ID, { nullable: true, description: 'Of this transaction only.' })
    transactionId: string | null,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutAttemptConnection> {
    operatorOf(context)
    const page = readPage(args)
    const place = page.after === undefined ? undefined : readMomentCursor(page.after)
    if (transactionId !== null && !isId(transactionId))
      throw badInput('`transactionId` is no id of ours')
    const attempts = await context.rooms.listPayoutAttempts({
      ...given({ transactionId, before: place && { startedAt: place.at, key: place.id } }),
      limit: page.limit,
    })
    return writeAttempts(attempts, page)
  }

  @Query(() => PayoutConnection, {
    description: 'Payouts that were given up and wait for an operator.',
  })
  async deadLetters(
    @Args(() => ForwardPage) args: ForwardPage,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutConnection> {
    operatorOf(context)
    const page = readPage(args)
    const before = page.after === undefined ? undefined : readMomentCursor(page.after)
    const dead = await context.rooms.listDeadPayouts({ ...given({ before }), limit: page.limit })
    return writeDeadPayouts(dead, page)
  }

  @Mutation(() => RetryPayoutResult, { description: 'Makes a payout that was given up due again.' })
  async retryPayout(
    @Arg('transactionId', () => ID, { description: 'Of its transaction.' }) transactionId: string,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutNode | PayoutNotRetried> {
    const operator = operatorOf(context)
    if (!isId(transactionId)) return unknownPayout
    const outcome = await context.rooms.retryDeadPayout(transactionId, operator)
    return outcome.ok ? writePayout(outcome.value) : writeNotRetried(outcome.refusal)
  }
}
