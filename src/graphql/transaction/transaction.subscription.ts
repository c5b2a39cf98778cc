import {
  Arg,
  ArgsType,
  Args,
  Field,
  ID,
  InputType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql'
import type { RecordedEvent } from '../../domain/transaction/event.ts'
import { badInput } from '../connection.ts'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
import { isId } from './transaction-filter.input.ts'
import { TransactionEventNode, readEventCursor, writeEvent } from './transaction-event.type.ts'

@InputType({ description: 'Each given condition has to hold.' })
export class TransactionEventFilter {
  @Field(() => ID, { nullable: true, description: 'Only events of this transaction.' })
  transactionId?: string | null
}

@ArgsType()
class WatchArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'Cursor of the last event you have: everything after it is replayed first. Absent: only what happens from now on. `start`: from the beginning.',
  })
  after?: string | null
}

@Resolver()
export class TransactionSubscriptions {
  @Subscription(() => TransactionEventNode, {
    description: 'What happens to your transactions: each event once, in order, across reconnects.',
    subscribe: ({ args, context }) => watch(args as WatchRequest, context as PartnerContext), // as declared below
  })
  transactionEvents(
    @Root() event: RecordedEvent,
    @Args(() => WatchArguments) _args: WatchArguments,
    @Arg('filter', () => TransactionEventFilter, { nullable: true, description: 'Which ones.' })
    _filter: TransactionEventFilter | null,
  ): TransactionEventNode {
    return writeEvent(event)
  }
}

type WatchRequest = WatchArguments & { readonly filter?: TransactionEventFilter | null }

function watch(request: WatchRequest, context: PartnerContext): AsyncIterable<RecordedEvent> {
  const { account, memo } = signedIn(context)
  const transactionId = request.filter?.transactionId
  if (transactionId != null && !isId(transactionId))
    throw badInput('`transactionId` is no id of ours')
  return context.rooms.watchEvents({
    after: readAfter(request.after),
    owner: memo === undefined ? { account } : { account, memo },
    ...(transactionId != null && { transactionId: transactionId.toLowerCase() }),
    signal: context.signal,
  })
}

const readAfter = (after: string | null | undefined): bigint | undefined => {
  if (after == null) return undefined
  return after === 'start' ? 0n : readEventCursor(after)
}
