import { Field, GraphQLISODateTime, ID, InputType } from 'type-graphql'
import { sepStatus } from '../../domain/transaction/lifecycle.ts'
import type { SepStatus } from '../../domain/transaction/lifecycle.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'
import type { Page } from '../connection.ts'
import { badInput, readMomentCursor } from '../connection.ts'
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

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text can be an id of ours at all; anything else is simply not found. */
export const isId = (text: string) => uuid.test(text)

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
      customerId: when(customerId, readId),
      after: when(page.after, readPlace),
      before: when(page.before, readPlace),
    }),
    backwards: page.backwards,
    limit: page.limit,
  }
}

const when = <Given, Read>(value: Given | null | undefined, read: (value: Given) => Read) =>
  value == null ? undefined : read(value)

/** The same object without its empty entries. */
export function given<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], null | undefined> } {
  const filled = Object.entries(shape).filter(([, value]) => value != null)
  // the empty ones are gone, which the type of fromEntries cannot say
  return Object.fromEntries(filled) as ReturnType<typeof given<Shape>>
}

const phasesOf = (statuses: readonly SepStatus[]) =>
  Object.entries(sepStatus)
    .filter(([, status]) => statuses.includes(status))
    .map(([phase]) => phase)

function readIds(ids: readonly string[]): readonly string[] {
  if (ids.length > 100) throw badInput(`At most 100 ids, not ${ids.length}`)
  return ids.map(readId)
}

function readId(id: string): string {
  if (!isId(id)) throw badInput(`This is no id of ours: ${id.slice(0, 40)}`)
  return id.toLowerCase()
}

function readPlace(cursor: string): { readonly startedAt: Date; readonly id: string } {
  const { at, id } = readMomentCursor(cursor)
  return { startedAt: at, id: readId(id) }
}
