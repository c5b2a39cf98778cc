import type { ExecutionArgs, GraphQLSchema } from 'graphql'
import { GraphQLError, getOperationAST, parse, validate } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { tokensMax } from './excess.ts'
import { refuseOperation } from './refuse-operation.ts'

/** Parses, checks and prices an operation before anything of it runs; as Apollo does over HTTP. */
export function readOperation(
  schema: GraphQLSchema,
  { query, operationName, variables }: SubscribePayload,
): Omit<ExecutionArgs, 'contextValue'> | readonly GraphQLError[] {
  const document = parseBounded(query)
  if (document instanceof GraphQLError) return [document]
  const errors = validate(schema, document)
  if (errors.length > 0) return errors.map(coded('GRAPHQL_VALIDATION_FAILED'))
  if (getOperationAST(document, operationName) == null) {
    return [refusal('OPERATION_RESOLUTION_FAILURE', 'Name one of the operations in the document')]
  }
  const given = variables ?? {}
  const operation = {
    schema,
    document,
    variables: given,
    operationName: operationName ?? undefined,
  }
  const refused = refuseOperation(operation, 'socket')
  if (refused !== undefined) return [refused]
  return { schema, document, operationName: operationName ?? null, variableValues: given }
}

function parseBounded(query: string) {
  try {
    return parse(query, { maxTokens: tokensMax })
  } catch (error) {
    if (error instanceof GraphQLError) return coded('GRAPHQL_PARSE_FAILED')(error)
    throw error
  }
}

export const refusal = (code: string, message: string) =>
  new GraphQLError(message, { extensions: { code } })

const coded = (code: string) => (error: GraphQLError) =>
  new GraphQLError(error.message, {
    extensions: { code },
    ...(error.source !== undefined && error.positions !== undefined
      ? { source: error.source, positions: error.positions }
      : {}),
  })
