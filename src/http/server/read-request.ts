import type { FastifyRequest } from 'fastify'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { BodyLimits } from './body.ts'
import { malformed } from './body.ts'
import { readBody } from './read-body.ts'
import type { HttpRequest, Method } from './route.ts'
import { isText, readPairs } from './text.ts'

/** What a route declared for `method` sees of a request (HEAD comes as GET); refused when a parameter is repeated or holds what is no text. */
export function readRequest(
  incoming: FastifyRequest,
  method: Method,
  limits: BodyLimits,
): Outcome<HttpRequest, { readonly code: string; readonly message: string }> {
  const mark = incoming.url.indexOf('?')
  const query = readPairs(mark === -1 ? '' : incoming.url.slice(mark + 1))
  if (!query.ok) return query
  // fastify decodes the named parts of the path into texts
  const params = new Map(Object.entries(incoming.params as Record<string, string>))
  if (![...params.values()].every(isText)) {
    return refused({ code: 'no_text', message: 'The path holds a NUL character' })
  }
  return accepted({
    id: incoming.id,
    method,
    params,
    query: query.value,
    header: (name) => {
      const value = incoming.headers[name]
      return typeof value === 'string' ? value : undefined
    },
    remoteAddress: incoming.ip,
    body: async () => {
      try {
        return await readBody(incoming.raw, limits)
      } catch {
        return malformed('The body ends too early')
      }
    },
  })
}
