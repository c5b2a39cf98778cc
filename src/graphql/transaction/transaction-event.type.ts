import { Field, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql'
import type { Actor, RecordedEvent } from '../../domain/transaction/event.ts'
import { sepStatus } from '../../domain/transaction/lifecycle.ts'
import type { Phase, SepStatus } from '../../domain/transaction/lifecycle.ts'
import { readNumberCursor, writeCursor } from '../cursor.ts'
import { TransactionPhase, TransactionStatus } from './transaction.type.ts'

@ObjectType('TransactionEvent', {
  description: 'Something that happened to a transaction. Kept for ever, in one order.',
})
export class TransactionEventNode {
  @Field(() => String, { description: 'Give it as `after` to go on behind this event.' })
  cursor!: string

  @Field(() => ID, { description: 'Of the event.' })
  id!: string

  @Field(() => ID, { description: 'Of the transaction.' })
  transactionId!: string

  @Field(() => String, { description: 'What happened, e.g. `fundsReceived`, `payoutDelivered`.' })
  type!: string

  @Field(() => TransactionPhase, {
    nullable: true,
    description: 'Before; absent for the first event.',
  })
  from!: Phase | null

  @Field(() => TransactionPhase, { description: 'After.' })
  to!: Phase

  @Field(() => TransactionStatus, { description: "SEP-31's word for `to`." })
  status!: SepStatus

  @Field(() => Int, { description: 'Version of the transaction after it.' })
  version!: number

  @Field(() => GraphQLISODateTime, { description: 'When.' })
  at!: Date

  @Field(() => String, {
    description: 'Who caused it: `client`, `operator`, `network`, `rail` or `gateway`.',
  })
  actor!: Actor['kind']

  @Field(() => String, { nullable: true, description: 'For people; no personal data.' })
  note!: string | null
}

export const writeEvent = (event: RecordedEvent): TransactionEventNode => ({
  cursor: writeCursor('event', event.sequence.toString()),
  id: event.id,
  transactionId: event.transactionId,
  type: event.type,
  from: event.from ?? null,
  to: event.to,
  status: sepStatus[event.to],
  version: event.version,
  at: event.at,
  actor: event.actor.kind,
  note: event.note ?? null,
})

/** The sequence behind an event's cursor. */
export const readEventCursor = (cursor: string): bigint => readNumberCursor(cursor, 'event')
