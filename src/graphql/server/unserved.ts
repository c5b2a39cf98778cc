import { GraphQLError, getOperationAST } from 'graphql'
import type { Operation } from './excess.ts'

/** The two ways in; only on a socket can an answer go on. */
export type Carrier = 'http' | 'socket'

/** Refuses a kind of operation that the schema lacks, and subscriptions where none can be answered. */
export function refuseUnserved(
  { schema, document, operationName }: Pick<Operation, 'schema' | 'document' | 'operationName'>,
  carrier: Carrier,
): GraphQLError | undefined {
  const kind = getOperationAST(document, operationName)?.operation
  if (kind === undefined) return undefined // named by what runs it
  if (schema.getRootType(kind) == null) return refusal(`There is no ${kind} in this schema`)
  return kind === 'subscription' && carrier === 'http'
    ? refusal('Subscriptions are answered over WebSocket (graphql-transport-ws) at this address')
    : undefined
}

const refusal = (message: string) =>
  new GraphQLError(message, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  })
