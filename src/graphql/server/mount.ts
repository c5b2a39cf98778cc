import { ApolloServer, HeaderMap } from '@apollo/server'
import type { ApolloServerPlugin, BaseContext } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { GraphqlDoor } from './door.ts'
import { documentStore } from './document-store.ts'
import { tokensMax } from './excess.ts'
import { mask } from './mask.ts'
import { refuseOperation } from './refuse-operation.ts'
import { serveSockets } from './sockets.ts'
import { watchOperations } from './watch-operations.ts'
import { unauthenticated } from './unauthenticated.ts'

export const bodyBytesMax = 100_000

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
    parseOptions: { maxTokens: tokensMax },
    documentStore: documentStore(),
    persistedQueries: false, // what nobody asked for would be kept as well
    formatError: (formatted, error) => mask(formatted, error, door.log),
    // the default page would load scripts from elsewhere; GraphiQL is served from here
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      limits(door.schema),
      watchOperations(door.watch),
    ],
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  await apollo.start()
  app.addHook('onClose', () => apollo.stop())
  await app.register((scope, _, done) => {
    scope.setErrorHandler<FastifyError>((error, _request, reply) =>
      refuseRequest(error, reply, door.log),
    )
    scope.route({
      method: ['GET', 'POST'],
      url: door.path,
      bodyLimit: bodyBytesMax,
      handler: (request, reply) =>
        answer(apollo, { request, reply }, () => contextOf(door, request, ending.signal)),
    })
    done()
  })
  const sockets = serveSockets(app, door)
  return async () => {
    ending.abort()
    await sockets.dispose()
  }
}

/** A token that is sent has to be good, also for what needs none. */
async function contextOf<Identity, Context extends BaseContext>(
  door: GraphqlDoor<Identity, Context>,
  { headers: { authorization }, scope }: FastifyRequest,
  signal: AbortSignal,
): Promise<Context> {
  if (authorization === undefined || authorization === '') return door.context(undefined, signal)
  const { identity } = await door.identify(authorization)
  if (identity === undefined) {
    throw unauthenticated('This token is not taken here: it has ended, or is none of ours')
  }
  if (scope !== undefined && door.accountOf) scope.sendingAnchor = door.accountOf(identity)
  return door.context(identity, signal)
}

async function answer<Context extends BaseContext>(
  apollo: ApolloServer<Context>,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  context: () => Promise<Context>,
): Promise<FastifyReply> {
  const query = request.url.indexOf('?')
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers: readHeaders(request),
      search: query === -1 ? '' : request.url.slice(query),
      body: request.body,
    },
    context,
  })
  for (const [name, value] of headers) reply.header(name, value)
  if (body.kind === 'chunked') throw new Error('Nothing here is answered in parts')
  return reply.code(status ?? 200).send(body.string)
}

function readHeaders({ headers }: FastifyRequest): HeaderMap {
  const read = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) read.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return read
}

/** A body that cannot be read at all; answered in GraphQL's own shape. */
function refuseRequest(
  error: FastifyError,
  reply: FastifyReply,
  log: GraphqlDoor<never, object>['log'],
) {
  const { statusCode = 500 } = error
  const isTheirs = statusCode >= 400 && statusCode < 500
  const formatted = {
    message: error.message,
    extensions: { code: isTheirs ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR' },
  }
  return reply.code(isTheirs ? statusCode : 500).send({ errors: [mask(formatted, error, log)] })
}

const limits = (schema: GraphQLSchema): ApolloServerPlugin<BaseContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, request, operationName }) => {
        const variables = request.variables ?? {}
        const operation = { schema, document, variables, operationName: operationName ?? undefined }
        const refusal = refuseOperation(operation, 'http')
        return refusal === undefined ? Promise.resolve() : Promise.reject(refusal)
      },
    }),
})
