import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import type { GraphqlLog } from './door.ts'

const faultCode = 'INTERNAL_SERVER_ERROR'

/** Says what the caller can mend; a fault of ours is logged and masked. */
export function mask(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: GraphqlLog,
): GraphQLFormattedError {
  if (formatted.extensions?.['code'] !== faultCode) return formatted
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
  logOnce(cause, log)
  const isAway = cause instanceof Error && cause.name.endsWith('Unavailable')
  return {
    message: isAway ? 'The service is away for a moment; try again' : 'Something broke on our side',
    ...(formatted.path !== undefined && { path: formatted.path }),
    extensions: { code: isAway ? 'SERVICE_UNAVAILABLE' : faultCode },
  }
}

const logged = new WeakSet<object>()

/** One failed batch shows in many fields, and is one line. */
function logOnce(cause: unknown, log: GraphqlLog): void {
  if (typeof cause === 'object' && cause !== null) {
    if (logged.has(cause)) return
    logged.add(cause)
  }
  log.error({ error: cause }, 'a GraphQL operation failed')
}

/** Over HTTP Apollo gives each error a code; on a socket it is done here, with the same codes. */
export function writeCoded(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...json } = error.toJSON()
  const { http: _, ...others } = extensions ?? {}
  return { ...json, extensions: { code: codeOf(error), ...others } }
}

/**
 * What was thrown by our code is a fault. What graphql finds in the variables may have a cause too, but
 * points into the document and at no field.
 */
function codeOf({ originalError, nodes, path }: GraphQLError): string {
  const isThrown = originalError != null && !(originalError instanceof GraphQLError)
  const isAboutVariables = nodes !== undefined && path === undefined
  return isThrown && !isAboutVariables ? faultCode : 'BAD_USER_INPUT'
}
