import { Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Payout, PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'
import { PageInfo, toConnection } from '../connection.ts'
import type { Page } from '../connection.ts'
import { writePlace } from '../cursor.ts'

const states = {
  due: 'due',
  claimed: 'claimed',
  pending: 'pending',
  waiting: 'waiting',
  delivered: 'delivered',
  dead: 'dead',
} as const
registerEnumType(states, {
  name: 'PayoutState',
  description: 'Where a payout stands.',
  valuesConfig: {
    due: { description: 'May be sent from `dueAt` on.' },
    claimed: { description: 'An attempt is under way or its outcome is not known yet.' },
    pending: { description: 'The rail has it and will deliver.' },
    waiting: { description: 'The sending anchor has to correct data first.' },
    delivered: { description: 'The receiving client has the money.' },
    dead: { description: 'Given up; an operator has to look.' },
  },
})

@ObjectType('Payout', { description: 'Our transfer to the receiving client.' })
export class PayoutNode {
  @Field(() => ID, { description: 'Of the transaction it belongs to.' })
  transactionId!: string

  @Field(() => states, { description: 'Where it stands.' })
  state!: PayoutState

  @Field(() => Int, { description: 'Number of the latest attempt.' })
  attemptNumber!: number

  @Field(() => GraphQLISODateTime, { description: 'When it is looked at next.' })
  dueAt!: Date

  @Field(() => String, { nullable: true, description: 'Why it was given up.' })
  deadReason!: string | null

  @Field(() => GraphQLISODateTime, { description: 'When it last changed.' })
  updatedAt!: Date
}

@ObjectType('PayoutAttempt', {
  description: 'One try of a payout, with an idempotency key of its own.',
})
export class PayoutAttemptNode {
  @Field(() => ID, { description: 'Of the transaction it belongs to.' })
  transactionId!: string

  @Field(() => Int, { description: 'From 1.' })
  number!: number

  @Field(() => String, { description: 'Key under which the rail knows it.' })
  idempotencyKey!: string

  @Field(() => String, {
    description: '`claimed`, `pending`, `delivered`, `rejected`, `returned` or `not_done`.',
  })
  state!: PayoutAttempt['state']

  @Field(() => String, { nullable: true, description: "The rail's own id." })
  railPayoutId!: string | null

  @Field(() => String, { nullable: true, description: 'What the rail said against it.' })
  reason!: string | null

  @Field(() => GraphQLISODateTime, { description: 'When it was claimed.' })
  startedAt!: Date

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When its outcome was known.' })
  endedAt!: Date | null
}

@ObjectType({ description: 'A page of payouts.' })
export class PayoutConnection {
  @Field(() => [PayoutNode], { description: 'The payouts.' })
  nodes!: PayoutNode[]

  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo
}

@ObjectType({ description: 'A page of payout attempts, newest first.' })
export class PayoutAttemptConnection {
  @Field(() => [PayoutAttemptNode], { description: 'The attempts.' })
  nodes!: PayoutAttemptNode[]

  @Field(() => PageInfo, { description: 'Where this page stands.' })
  pageInfo!: PageInfo
}

export const writePayout = (payout: Payout): PayoutNode => ({
  transactionId: payout.transactionId,
  state: payout.state,
  attemptNumber: payout.attemptNumber,
  dueAt: payout.dueAt,
  deadReason: payout.deadReason ?? null,
  updatedAt: payout.updatedAt,
})

export const writeAttempt = (attempt: PayoutAttempt): PayoutAttemptNode => ({
  transactionId: attempt.transactionId,
  number: attempt.number,
  idempotencyKey: attempt.idempotencyKey,
  state: attempt.state,
  railPayoutId: attempt.railPayoutId ?? null,
  reason: attempt.reason ?? null,
  startedAt: attempt.startedAt,
  endedAt: attempt.endedAt ?? null,
})

export const writeDeadPayouts = (payouts: readonly Payout[], page: Page) =>
  toConnection(payouts, page, {
    node: writePayout,
    cursor: ({ updatedAt, transactionId }) =>
      writePlace('dead', { at: updatedAt, id: transactionId }),
  })

export const writeAttempts = (attempts: readonly PayoutAttempt[], page: Page) =>
  toConnection(attempts, page, {
    node: writeAttempt,
    cursor: ({ startedAt, idempotencyKey }) =>
      writePlace('attempt', { at: startedAt, id: idempotencyKey }),
  })
