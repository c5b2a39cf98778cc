import { ArgsType, Field, Int, ObjectType } from 'type-graphql'
import { badInput } from './arguments.ts'
import { pageSizeDefault, pageSizeMax } from './page-size.ts'

/** Relay's paging arguments: `first` with `after`, or `last` with `before`. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    description: `How many from the start, 1 to ${pageSizeMax}; ${pageSizeDefault} by default.`,
  })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null

  @Field(() => Int, { nullable: true, description: `How many from the end, 1 to ${pageSizeMax}.` })
  last?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  before?: string | null
}

/** Forward paging only: these lists are read from their newest entry on. */
@ArgsType()
export class ForwardPage {
  @Field(() => Int, {
    nullable: true,
    description: `How many, 1 to ${pageSizeMax}; ${pageSizeDefault} by default.`,
  })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null
}

@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow after `endCursor`.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'Whether more stand before `startCursor`.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge.' })
  startCursor!: string | null

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge.' })
  endCursor!: string | null
}

/** What a list is asked for; `limit` is one more than the page, to see whether more follow. */
export interface Page {
  readonly limit: number
  readonly after?: string
  readonly before?: string
  readonly backwards: boolean
}

/** Reads the arguments; a page size out of bounds or a mix of both directions is refused. */
export function readPage(args: PageArguments): Page {
  if (args.first != null && args.last != null) {
    throw badInput('Give `first` or `last`, not both')
  }
  const size = args.first ?? args.last ?? pageSizeDefault
  if (size < 1 || size > pageSizeMax)
    throw badInput(`A page has 1 to ${pageSizeMax} entries, not ${size}`)
  return {
    limit: size + 1,
    ...(args.after != null && { after: args.after }),
    ...(args.before != null && { before: args.before }),
    backwards: args.last != null,
  }
}

/** Makes a connection of up to `limit` entries, always given in the order of the list. */
export function toConnection<Entry, Node>(
  entries: readonly Entry[],
  page: Page,
  write: { readonly node: (entry: Entry) => Node; readonly cursor: (entry: Entry) => string },
) {
  const hasMore = entries.length === page.limit
  const size = page.limit - 1
  const kept = !hasMore ? entries : page.backwards ? entries.slice(-size) : entries.slice(0, size)
  const edges = kept.map((entry) => ({ cursor: write.cursor(entry), node: write.node(entry) }))
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.backwards ? page.before !== undefined : hasMore,
      hasPreviousPage: page.backwards ? hasMore : page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
