import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { GraphQLError } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import type { Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { RequestScope } from '../../observability/request-scope.ts'
import { isSaneRequestId, withinScope } from '../../observability/request-scope.ts'
import type { Caller, GraphqlDoor } from './door.ts'
import { mask, writeCoded } from './mask.ts'
import { readOperation, refusal } from './socket-operation.ts'
import { tellOperation } from './watch-operations.ts'

export const operationsMax = 100
export const messageBytesMax = 64_000
const aliveEveryMs = 12_000
const timerMaxMs = 2_147_483_647
/** A client that does not answer our close is cut off. */
const closeWithinMs = 2_000

interface SocketState<Identity> {
  readonly socket: WebSocket
  /** Aborted when the socket closes or the caller's token ends. */
  readonly ending: AbortController
  caller?: Caller<Identity>
  /** What runs on the socket now; graphql-ws keeps it. */
  running?: Readonly<Record<string, unknown>>
  readonly scope: RequestScope
}

/** Serves subscriptions (and queries) over graphql-transport-ws on the listener's upgrades. */
export function serveSockets<Identity, Context extends object>(
  app: FastifyInstance,
  door: GraphqlDoor<Identity, Context>,
): { dispose(): Promise<void> } {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    handleProtocols,
  })
  const protocol = speakGraphql(door)
  const open = new Set<SocketState<Identity>>()
  const stopCounting = door.watch?.metrics.watchSockets(door.watch.api, () => ({
    sockets: server.clients.size,
    subscriptions: [...open].reduce(
      (sum, { running = {} }) => sum + Object.keys(running).length,
      0,
    ),
  }))
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refused = refuseUpgrade(request, server, door)
    if (refused !== undefined) {
      socket.on('error', () => socket.destroy()) // it may be gone already
      socket.end(`HTTP/1.1 ${refused}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    server.handleUpgrade(request, socket, head, (client) => {
      const state = newState<Identity>(client, request)
      open.add(state)
      client.once('close', () => open.delete(state))
      serveSocket(state, protocol, door)
    })
  })
  return {
    dispose: async () => {
      stopCounting?.()
      for (const client of server.clients) endSocket(client, 1001, 'Going away')
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const newState = <Identity>(
  socket: WebSocket,
  { headers }: IncomingMessage,
): SocketState<Identity> => {
  const given = headers['x-request-id']
  const requestId = isSaneRequestId(given) ? given : randomUUID()
  return { socket, ending: new AbortController(), scope: { requestId } }
}

function refuseUpgrade(
  { url = '/' }: IncomingMessage,
  { clients }: WebSocketServer,
  door: Pick<GraphqlDoor<never, object>, 'path' | 'socketsMax'>,
): string | undefined {
  if (url.split('?', 1)[0] !== door.path) return '404 Not Found'
  if (clients.size >= door.socketsMax) return '503 Service Unavailable\r\nretry-after: 5'
  return undefined
}

type Protocol<Identity> = Server<SocketState<Identity>>

function speakGraphql<Identity, Context extends object>(
  door: GraphqlDoor<Identity, Context>,
): Protocol<Identity> {
  const write = (error: GraphQLError) => mask(writeCoded(error), error, door.log)
  return makeServer<Record<string, unknown>, SocketState<Identity>>({
    connectionInitWaitTimeout: 10_000,
    onConnect: async ({ connectionParams, extra, subscriptions }) => {
      extra.running = subscriptions
      const caller = await door.identify(readAuthorization(connectionParams))
      if (caller.identity === undefined) return false // closes with 4403
      extra.caller = caller
      if (door.accountOf) extra.scope.sendingAnchor = door.accountOf(caller.identity)
      endWithCaller(extra, caller)
      return true
    },
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      if (Object.keys(subscriptions).length > operationsMax) {
        return [refusal('TOO_MANY_OPERATIONS', `At most ${operationsMax} at once on one socket`)]
      }
      const operation = readOperation(door.schema, payload)
      const isReadable = 'schema' in operation
      tellOperation(door.watch, {
        document: isReadable ? operation.document : undefined,
        operationName: payload.operationName,
        errors: isReadable ? [] : operation,
      })
      if (!isReadable) return operation
      const contextValue = door.context(extra.caller?.identity, extra.ending.signal)
      return { ...operation, contextValue }
    },
    onError: (...[, , , errors]) => errors.map(write),
    onNext: (...[, , , , result]) => {
      if (result.errors === undefined) return undefined
      return { data: result.data ?? null, errors: result.errors.map(write) }
    },
  })
}

/**
 * One client. Each answer waits until the socket has taken the one before, so a slow client holds up
 * its own subscriptions and nothing else; one that no longer answers pings is cut off.
 */
function serveSocket<Identity>(
  state: SocketState<Identity>,
  protocol: Protocol<Identity>,
  { log }: Pick<GraphqlDoor<never, object>, 'log'>,
): void {
  const { socket, ending, scope } = state
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => sendText(socket, text),
      close: (code = 1000, reason = '') => endSocket(socket, code, reason),
      onMessage: (read) => {
        socket.on('message', (message: Buffer) => {
          withinScope(scope, () => read(message.toString())).catch((error: unknown) => {
            log.error({ error }, 'a socket failed')
            endSocket(socket, CloseCode.InternalServerError, 'Something broke on our side')
          })
        })
      },
    },
    state,
  )
  const stopPings = keepAlive(socket)
  socket.on('error', () => socket.terminate()) // what they sent is no WebSocket, or they are gone
  socket.once('close', (code, reason) => {
    stopPings()
    ending.abort()
    closed(code, reason.toString()).catch((error: unknown) =>
      log.error({ error }, 'a socket did not end well'),
    )
  })
}

/** A socket that closes meanwhile takes nothing more, which is no fault. */
const sendText = (socket: WebSocket, text: string): Promise<void> =>
  new Promise((resolve) => socket.send(text, () => resolve()))

function keepAlive(socket: WebSocket): () => void {
  let isAlive = true
  socket.on('pong', () => {
    isAlive = true
  })
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, aliveEveryMs)
  return () => clearInterval(timer)
}

function endSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const timer = setTimeout(() => socket.terminate(), closeWithinMs)
  socket.once('close', () => clearTimeout(timer))
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
  { socket, ending }: SocketState<Identity>,
  { expiresAt }: Caller<Identity>,
): void {
  if (expiresAt === undefined || ending.signal.aborted) return
  const waitMs = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), timerMaxMs)
  const timer = setTimeout(() => {
    endSocket(socket, CloseCode.Forbidden, 'The token has ended: log in again')
    ending.abort()
  }, waitMs)
  ending.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
