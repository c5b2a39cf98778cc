import { Field, GraphQLISODateTime, ID, InputType } from 'type-graphql'
import { sepStatus } from '../../domain/transaction/lifecycle.ts'
import type { SepStatus } from '../../domain/transaction/lifecycle.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'
import { badInput, given, readId } from '../arguments.ts'
import type { Page } from '../connection.ts'
import { readPlace } from '../cursor.ts'
import { TransactionStatus } from './transaction.type.ts'

@InputType({ description: 'Each given condition has to hold.' })
export class TransactionFilter {
  @Field(() => [TransactionStatus], { nullable: true, description: 'One of these statuses.' })
  status?: SepStatus[] | null

  @Field(() => [ID], { nullable: true, description: 'One of these ids; 100 at most.' })
  ids?: string[] | null

  @Field(() => String, { nullable: true, description: "The payout rail's id." })
  externalTransactionId?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Hash of the Stellar transaction that funded it.',
  })
  stellarTransactionHash?: string | null

  @Field(() => ID, { nullable: true, description: 'Sent or received by this SEP-12 customer.' })
  customerId?: string | null

  @Field(() => String, { nullable: true, description: 'Code of the asset received.' })
  assetCode?: string | null

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Opened at or after.' })
  startedFrom?: Date | null

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Opened before.' })
  startedBefore?: Date | null
}

/** The query for a page of the list, newest first. */
export function readTransactionQuery(
  filter: TransactionFilter | null | undefined,
  page: Page,
): TransactionQuery {
  const { status, ids, customerId, ...plain } = filter ?? {}
  return {
    ...given({
      ...plain,
      phases: when(status, phasesOf),
      ids: when(ids, readIds),
      customerId: when(customerId, (id) => readId('customerId', id)),
      after: when(page.after, readStart),
      before: when(page.before, readStart),
    }),
    backwards: page.backwards,
    limit: page.limit,
  }
}

const when = <Given, Read>(value: Given | null | undefined, read: (value: Given) => Read) =>
  value == null ? undefined : read(value)

const phasesOf = (statuses: readonly SepStatus[]) =>
  Object.entries(sepStatus)
    .filter(([, status]) => statuses.includes(status))
    .map(([phase]) => phase)

function readIds(ids: readonly string[]): readonly string[] {
  if (ids.length > 100) throw badInput(`\`ids\`: at most 100, not ${ids.length}`)
  return ids.map((id) => readId('ids', id))
}

function readStart(cursor: string): { readonly startedAt: Date; readonly id: string } {
  const { at, id } = readPlace(cursor, 'transaction')
  return { startedAt: at, id }
}
