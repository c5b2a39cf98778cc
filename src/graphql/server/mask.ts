import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import type { GraphqlLog } from './door.ts'

/** Says what the caller can mend; a fault of ours is logged and masked. */
export function mask(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: GraphqlLog,
): GraphQLFormattedError {
  if (formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') return formatted
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
  return maskCause(cause, formatted, log)
}

/** What the caller may know of a fault of ours. */
function maskCause(
  cause: unknown,
  formatted: GraphQLFormattedError,
  log: GraphqlLog,
): GraphQLFormattedError {
  const isAway = cause instanceof Error && cause.name.endsWith('Unavailable')
  log.error(
    { error: cause instanceof Error ? cause.stack : String(cause) },
    'a GraphQL operation failed',
  )
  return {
    message: isAway ? 'The service is away for a moment; try again' : 'Something broke on our side',
    ...(formatted.path !== undefined && { path: formatted.path }),
    extensions: { code: isAway ? 'SERVICE_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR' },
  }
}
