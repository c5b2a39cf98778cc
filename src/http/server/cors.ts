import type { FastifyInstance } from 'fastify'
import type { Method, RouteTable } from './route.ts'

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
// `*` does not cover authorization in browsers (SEP10-12).
const allowedHeaders = 'authorization, content-type, idempotency-key'

/**
 * For each path: `OPTIONS` (the preflight, where browsers may call) and 405 for the methods it lacks.
 * Paths of tables with CORS say so on every answer, errors included (SEP10-10).
 */
export function addCors(scope: FastifyInstance, tables: readonly RouteTable[]): void {
  const paths = methodsByPath(tables)
  scope.addHook('onRequest', (request, reply, done) => {
    if (paths.get(request.routeOptions.url ?? '')?.cors) {
      reply.header('access-control-allow-origin', '*')
    }
    done()
  })
  for (const [path, { given, cors }] of paths) {
    const allow = [...given, 'HEAD', 'OPTIONS'].filter(
      (name) => name !== 'HEAD' || given.has('GET'),
    )
    scope.options(path, (_request, reply) => {
      if (cors) {
        reply
          .header('access-control-allow-methods', allow.join(', '))
          .header('access-control-allow-headers', allowedHeaders)
          .header('access-control-max-age', '600')
      }
      return reply.code(204).header('allow', allow.join(', ')).send()
    })
    scope.route({
      method: methods.filter((name) => !given.has(name)),
      url: path,
      handler: (_request, reply) =>
        reply
          .code(405)
          .header('allow', allow.join(', '))
          .send({ error: `This resource knows ${allow.join(', ')} only` }),
    })
  }
}

function methodsByPath(tables: readonly RouteTable[]) {
  const byPath = new Map<string, { readonly given: Set<Method>; readonly cors: boolean }>()
  for (const table of tables) {
    for (const { path, method } of table.routes) {
      const known = byPath.get(path) ?? { given: new Set<Method>(), cors: table.cors }
      known.given.add(method)
      byPath.set(path, known)
    }
  }
  return byPath
}
