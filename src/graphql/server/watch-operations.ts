import type { ApolloServerPlugin, BaseContext } from '@apollo/server'
import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { getOperationAST } from 'graphql'
import type { Metrics } from '../../observability/metrics.ts'

/** Where operations are counted, and under which name. */
export interface OperationWatch {
  readonly api: string
  readonly metrics: Pick<Metrics, 'graphqlField' | 'watchSockets'>
}

interface Coded {
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

interface Told {
  readonly document: DocumentNode | undefined
  readonly operationName: string | null | undefined
  readonly errors: readonly Coded[]
}

/** Counts the root fields of one operation. Their names are the schema's: the caller's own (aliases, operation) are not used. */
export function tellOperation(watch: OperationWatch | undefined, told: Told): void {
  if (watch === undefined) return
  const operation = told.document && getOperationAST(told.document, told.operationName)
  const outcome = outcomeOf(told.errors)
  const isReadable = told.document !== undefined && operation != null && !isInvalid(told.errors)
  const fields = isReadable ? rootFields(told.document, operation) : ['unreadable']
  for (const field of fields) {
    watch.metrics.graphqlField({
      api: watch.api,
      operation: isReadable ? operation.operation : 'unreadable',
      field,
      outcome,
    })
  }
}

/** What did not pass validation may ask for fields that are none. */
const isInvalid = (errors: readonly Coded[]): boolean =>
  errors.some(({ extensions }) => extensions?.['code'] === 'GRAPHQL_VALIDATION_FAILED')

const faults = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE']

function outcomeOf(errors: readonly Coded[]): 'ok' | 'refused' | 'failed' {
  if (errors.length === 0) return 'ok'
  const isOurs = errors.some(({ extensions }) => faults.includes(String(extensions?.['code'])))
  return isOurs ? 'failed' : 'refused'
}

function rootFields(
  { definitions }: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
): ReadonlySet<string> {
  const fragments = new Map(
    definitions.flatMap((one) =>
      one.kind === 'FragmentDefinition' ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  )
  const found = new Set<string>()
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'Field') found.add(selection.name.value)
      else if (selection.kind === 'InlineFragment') collect(selection.selectionSet)
      else collect(fragments.get(selection.name.value)) // validated: no circles
    }
  }
  collect(selectionSet)
  return found
}

/** The same for operations over HTTP. */
export const watchOperations = (
  watch: OperationWatch | undefined,
): ApolloServerPlugin<BaseContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ document, operationName, response: { body } }) => {
        const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : []
        tellOperation(watch, { document, operationName, errors })
        return Promise.resolve()
      },
    }),
})
