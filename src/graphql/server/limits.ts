import { createRequire } from 'node:module'
import type { ASTVisitor, GraphQLSchema, ValidationContext, DocumentNode } from 'graphql'
import { GraphQLError, Kind } from 'graphql'
import type * as Complexity from 'graphql-query-complexity'
import type { ComplexityEstimator } from 'graphql-query-complexity'
import { pageSizeMax } from '../connection.ts'

// Its ESM build imports graphql's other copy (index.mjs), which refuses our schema.
const { fieldExtensionsEstimator, getComplexity, simpleEstimator } = createRequire(import.meta.url)(
  'graphql-query-complexity',
) as typeof Complexity

export const depthMax = 12
export const costMax = 5_000
export const tokensMax = 2_000

/** Refuses operations whose selections nest deeper than `depthMax`; fragments count where they are spread. */
export const limitDepth = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition(operation) {
    const depth = depthOf(operation.selectionSet.selections, context, new Set())
    if (depth > depthMax) {
      context.reportError(
        new GraphQLError(`The operation is ${depth} levels deep; ${depthMax} are allowed`, {
          nodes: operation,
          extensions: { code: 'OPERATION_TOO_DEEP' },
        }),
      )
    }
  },
})

type Selections = NonNullable<
  Extract<DocumentNode['definitions'][number], { kind: Kind.OPERATION_DEFINITION }>
>['selectionSet']['selections']

function depthOf(
  selections: Selections,
  context: ValidationContext,
  spread: ReadonlySet<string>,
): number {
  let deepest = 0
  for (const selection of selections) {
    deepest = Math.max(deepest, depthOfSelection(selection, context, spread))
    if (deepest > depthMax) return deepest
  }
  return deepest
}

function depthOfSelection(
  selection: Selections[number],
  context: ValidationContext,
  spread: ReadonlySet<string>,
): number {
  if (selection.kind === Kind.FIELD) {
    return selection.selectionSet === undefined
      ? 1
      : 1 + depthOf(selection.selectionSet.selections, context, spread)
  }
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    return depthOf(selection.selectionSet.selections, context, spread)
  }
  const name = selection.name.value
  const fragment = context.getFragment(name)
  if (fragment == null || spread.has(name)) return 0 // unknown or circular: another rule refuses it
  return depthOf(fragment.selectionSet.selections, context, new Set([...spread, name]))
}

/** A list costs its page size times what each entry costs. */
const pageEstimator: ComplexityEstimator = ({ args, childComplexity }) => {
  const size: unknown = args['first'] ?? args['last']
  if (typeof size !== 'number') return undefined
  return 1 + Math.min(Math.max(size, 1), pageSizeMax) * childComplexity
}

/** Refuses operations that would cost more than `costMax` fields, before anything is run. */
export function refuseCostly(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown>,
): GraphQLError | undefined {
  const cost = getComplexity({
    schema,
    query,
    variables,
    estimators: [
      pageEstimator,
      fieldExtensionsEstimator(),
      simpleEstimator({ defaultComplexity: 1 }),
    ],
  })
  if (cost <= costMax) return undefined
  return new GraphQLError(
    `The operation costs ${cost}; ${costMax} are allowed: ask for smaller pages`,
    {
      extensions: { code: 'OPERATION_TOO_COSTLY' },
    },
  )
}
