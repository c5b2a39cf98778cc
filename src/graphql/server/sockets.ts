import type { FastifyInstance } from 'fastify'
import type { ExecutionArgs, GraphQLFormattedError } from 'graphql'
import { GraphQLError, parse, specifiedRules, validate } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import type { Extra as SocketParts } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Caller, GraphqlDoor } from './door.ts'
import { limitDepth, refuseCostly, tokensMax } from './limits.ts'
import { mask } from './mask.ts'

/** graphql-ws closes with 4403 when the connection is refused; the same code ends it later. */
const forbidden = 4403
const timerMaxMs = 2_147_483_647

interface SocketState<Identity> extends Record<PropertyKey, unknown> {
  caller?: Caller<Identity>
  ending?: AbortController
}

/** Serves subscriptions (and queries) over graphql-transport-ws on the listener's upgrades. */
export function serveSockets<Identity, Context extends object>(
  app: FastifyInstance,
  door: GraphqlDoor<Identity, Context>,
): { dispose(): Promise<void> } {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64_000 })
  acceptUpgrades(app, server, door)
  const write = (error: GraphQLError) => mask(writeCoded(error), error, door.log)
  const disposable = useServer<Record<string, unknown>, SocketState<Identity>>(
    {
      schema: door.schema,
      connectionInitWaitTimeout: 10_000,
      onConnect: async ({ connectionParams, extra }) => {
        const caller = await door.identify(readAuthorization(connectionParams))
        if (caller.identity === undefined) return false
        extra.caller = caller
        extra.ending = endWithCaller(extra.socket, caller)
        return true
      },
      onClose: ({ extra }) => extra.ending?.abort(),
      onSubscribe: ({ extra }, _id, payload) => prepare(payload, door, extra),
      onError: (...[, , , errors]) => errors.map(write),
      onNext: (...[, , , , result]) => {
        if (result.errors === undefined) return undefined
        return { data: result.data ?? null, errors: result.errors.map(write) }
      },
    },
    server,
  )
  return {
    dispose: async () => {
      await disposable.dispose()
    },
  }
}

function acceptUpgrades(
  app: FastifyInstance,
  server: WebSocketServer,
  door: Pick<GraphqlDoor<unknown, object>, 'path' | 'socketsMax'>,
): void {
  app.server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?', 1)[0]
    if (path !== door.path) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
      return
    }
    if (server.clients.size >= door.socketsMax) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\r\n')
      return
    }
    server.handleUpgrade(request, socket, head, (client) => {
      server.emit('connection', client, request)
    })
  })
}

/** The token comes as a connection parameter, in either spelling of the header's name. */
function readAuthorization(
  params: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const value = params?.['authorization'] ?? params?.['Authorization']
  return typeof value === 'string' ? value : undefined
}

/** Ends the socket, and with it its subscriptions, in the moment in which the token ends. */
function endWithCaller<Identity>(
  socket: SocketParts['socket'],
  { expiresAt }: Caller<Identity>,
): AbortController {
  const ending = new AbortController()
  if (expiresAt !== undefined) {
    const waitMs = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), timerMaxMs)
    const timer = setTimeout(
      () => socket.close(forbidden, 'The token has ended: log in again'),
      waitMs,
    )
    ending.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }
  return ending
}

/** Parses, checks and prices an operation before anything of it runs. */
function prepare<Identity, Context extends object>(
  payload: SubscribePayload,
  door: GraphqlDoor<Identity, Context>,
  state: SocketState<Identity>,
): ExecutionArgs | readonly GraphQLError[] {
  const document = parseBounded(payload.query)
  if (document instanceof GraphQLError) return [document]
  const errors = validate(door.schema, document, [...specifiedRules, limitDepth])
  if (errors.length > 0) return errors
  const tooCostly = refuseCostly(door.schema, document, payload.variables ?? {})
  if (tooCostly !== undefined) return [tooCostly]
  const signal = (state.ending ??= new AbortController()).signal
  return {
    schema: door.schema,
    document,
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
    contextValue: door.context(state.caller?.identity, signal),
  }
}

function parseBounded(query: string) {
  try {
    return parse(query, { maxTokens: tokensMax })
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

/** Over HTTP Apollo marks unexpected errors with a code; on a socket it is done here. */
function writeCoded(error: GraphQLError): GraphQLFormattedError {
  const isUnexpected = error.originalError != null && !(error.originalError instanceof GraphQLError)
  const json = error.toJSON()
  if (!isUnexpected || json.extensions?.['code'] !== undefined) return json
  return { ...json, extensions: { ...json.extensions, code: 'INTERNAL_SERVER_ERROR' } }
}
