import {
  Arg,
  Args,
  Ctx,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  createUnionType,
} from 'type-graphql'
import type { BackofficeContext } from '../backoffice/context.ts'
import type { RetryRefusal } from '../../usecases/payouts/retry-dead-payout.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { given, isId, readId } from '../arguments.ts'
import { ForwardPage, readPage } from '../connection.ts'
import { readPlace } from '../cursor.ts'
import { Refusal } from '../refusal.ts'
import {
  PayoutAttemptConnection,
  PayoutConnection,
  PayoutNode,
  writeAttempts,
  writeDeadPayouts,
  writePayout,
} from './payout.type.ts'

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
  @Query(() => PayoutAttemptConnection, {
    name: 'payoutAttempts',
    description: 'Tries of payouts, newest first.',
  })
  async listPayoutAttempts(
    @Args(() => ForwardPage) args: ForwardPage,
    @Arg('transactionId', () => ID, { nullable: true, description: 'Of this transaction only.' })
    transactionId: string | null | undefined,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutAttemptConnection> {
    operatorOf(context)
    const page = readPage(args)
    const place = page.after === undefined ? undefined : readPlace(page.after, 'attempt')
    const attempts = await context.rooms.listPayoutAttempts({
      ...given({
        transactionId: transactionId == null ? null : readId('transactionId', transactionId),
        before: place && { startedAt: place.at, key: place.id },
      }),
      limit: page.limit,
    })
    return writeAttempts(attempts, page)
  }

  @Query(() => PayoutConnection, {
    name: 'deadLetters',
    description: 'Payouts that were given up and wait for an operator, newest first.',
  })
  async listDeadPayouts(
    @Args(() => ForwardPage) args: ForwardPage,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutConnection> {
    operatorOf(context)
    const page = readPage(args)
    const before = page.after === undefined ? undefined : readPlace(page.after, 'dead')
    const dead = await context.rooms.listDeadPayouts({ ...given({ before }), limit: page.limit })
    return writeDeadPayouts(dead, page)
  }

  @Mutation(() => RetryPayoutResult, {
    name: 'retryPayout',
    description: 'Makes a payout that was given up due again.',
  })
  async retryDeadPayout(
    @Arg('transactionId', () => ID, { description: 'Of its transaction.' }) transactionId: string,
    @Ctx() context: BackofficeContext,
  ): Promise<PayoutNode | PayoutNotRetried> {
    const operator = operatorOf(context)
    if (!isId(transactionId)) return unknownPayout
    const outcome = await context.rooms.retryDeadPayout(transactionId.toLowerCase(), operator)
    return outcome.ok ? writePayout(outcome.value) : writeNotRetried(outcome.refusal)
  }
}
