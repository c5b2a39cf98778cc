import { ApolloServer } from '@apollo/server'
import type { ApolloServerPlugin, BaseContext } from '@apollo/server'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { GraphqlDoor } from './door.ts'
import { limitDepth, refuseCostly, tokensMax } from './limits.ts'
import { mask } from './mask.ts'
import { serveSockets } from './sockets.ts'

/** Serves one schema over HTTP and WebSocket on a listener; returns the way to stop. */
export async function mountGraphql<Identity, Context extends BaseContext>(
  app: FastifyInstance,
  door: GraphqlDoor<Identity, Context>,
): Promise<() => Promise<void>> {
  const ending = new AbortController()
  const apollo = new ApolloServer<Context>({
    schema: door.schema,
    introspection: door.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false, // or Apollo sends each signal to our process again
    validationRules: [limitDepth],
    parseOptions: { maxTokens: tokensMax },
    formatError: (formatted, error) => mask(formatted, error, door.log),
    plugins: [fastifyApolloDrainPlugin(app), costPlugin(door.schema)],
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  await apollo.start()
  await app.register(fastifyApollo(apollo), {
    path: door.path,
    method: ['GET', 'POST'],
    context: async (request: FastifyRequest) => {
      const { identity } = await door.identify(request.headers.authorization)
      return door.context(identity, ending.signal)
    },
  })
  const sockets = serveSockets(app, door)
  return async () => {
    ending.abort()
    await sockets.dispose()
    await apollo.stop()
  }
}

const costPlugin = (schema: GraphQLSchema): ApolloServerPlugin<BaseContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, request }) => {
        const tooCostly = refuseCostly(schema, document, request.variables ?? {})
        return tooCostly === undefined ? Promise.resolve() : Promise.reject(tooCostly)
      },
    }),
})
