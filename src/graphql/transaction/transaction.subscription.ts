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
import { badInput, readId } from '../arguments.ts'
import type { PartnerContext } from '../partner/context.ts'
import { signedIn } from '../partner/signed-in.ts'
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
    name: 'transactionEvents',
    subscribe: ({ args, context }) => watch(args as WatchRequest, context as PartnerContext), // as declared below
  })
  watchEvents(
    @Root() event: RecordedEvent,
    @Args(() => WatchArguments) _args: WatchArguments,
    @Arg('filter', () => TransactionEventFilter, { nullable: true, description: 'Which ones.' })
    _filter: TransactionEventFilter | null,
  ): TransactionEventNode {
    return writeEvent(event)
  }
}

type WatchRequest = WatchArguments & { readonly filter?: TransactionEventFilter | null }

async function watch(
  request: WatchRequest,
  context: PartnerContext,
): Promise<AsyncIterableIterator<RecordedEvent>> {
  const { account, memo } = signedIn(context)
  const id = request.filter?.transactionId
  const transactionId = id == null ? undefined : readId('transactionId', id)
  const after = readAfter(request.after)
  const ending = new AbortController()
  const events = await context.rooms.watchEvents({
    ...(after !== undefined && { after }),
    owner: memo === undefined ? { account } : { account, memo },
    ...(transactionId !== undefined && { transactionId }),
    signal: AbortSignal.any([context.signal, ending.signal]),
  })
  if (!events.ok) throw badInput('`after` is ahead of the log: this cursor was not given here')
  return endedBy(events.value, ending)
}

/** An iterator in the middle of waiting cannot be returned; ending its signal ends the wait. */
function endedBy<Entry>(
  entries: AsyncIterableIterator<Entry>,
  ending: AbortController,
): AsyncIterableIterator<Entry> {
  return {
    next: () => entries.next(),
    async return() {
      ending.abort()
      await entries.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const readAfter = (after: string | null | undefined): bigint | undefined => {
  if (after == null) return undefined
  return after === 'start' ? 0n : readEventCursor(after)
}
