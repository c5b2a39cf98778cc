import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyServerOptions,
} from 'fastify'
import { fastify } from 'fastify'
import type { Principal } from '../../domain/client/principal.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { RequestScope } from '../../observability/request-scope.ts'
import { isSaneRequestId, withinScope } from '../../observability/request-scope.ts'
import type { BodyLimits } from './body.ts'
import { defaultBodyLimits } from './body.ts'
import { addCors } from './cors.ts'
import type { RateLimit } from './rate-limit.ts'
import { callerOf } from './rate-limit.ts'
import type { Reply } from './reply.ts'
import { refusal } from './reply.ts'
import { readRequest } from './read-request.ts'
import type { RouteEntry, RouteTable } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined
    /** What every log line of this request says. */
    scope: RequestScope | undefined
  }
}

/** What the server needs of a log; pino's logger is one. */
export interface ServerLog {
  debug?(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Judges an `Authorization` header: the principal, or a sentence that says what is wrong with it. */
export type Authenticate = (
  authorization: string | undefined,
) => Promise<{ readonly principal: Principal } | { readonly error: string }>

export interface HttpServerParts {
  readonly tables: readonly RouteTable[]
  readonly authenticate: Authenticate
  readonly log: ServerLog
  /** Name of the listener, for log and metrics. */
  readonly listener?: string
  /** Counts what was answered. */
  readonly meter?: Pick<Metrics, 'request'>
  readonly limits?: Partial<BodyLimits>
  /** For the tables that are rate-limited; without it there is no limit. */
  readonly rateLimit?: RateLimit
  /** How many proxies of ours stand in front: so many entries of `X-Forwarded-For` are believed. */
  readonly trustProxy?: number
  /** Certificate and key when the listener speaks TLS itself (sandbox); else a proxy of ours does. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

const closeWithinMs = 4_000
/** Holds a space, as no address of a request can. */
const malformedAddress = '/malformed address'
export const timeLimits = { requestTimeout: 30_000, keepAliveTimeout: 72_000 }

/**
 * A listener with the routes of these tables. The caller is known before anything of the body is read;
 * whatever comes in gets JSON with `error`; what is thrown is masked and logged: 503 for a failure
 * named `…Unavailable`, 500 for anything else. Other doors (GraphQL) register on the same instance and
 * keep their own body parsers.
 */
export function createHttpServer(parts: HttpServerParts): FastifyInstance {
  const { tls } = parts
  const options: FastifyServerOptions = {
    serverFactory: (answer) =>
      tls === undefined
        ? createServer(timeLimits, answer)
        : createTlsServer({ ...timeLimits, ...tls }, answer),
    logger: false,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    bodyLimit: parts.limits?.bytesMax ?? defaultBodyLimits.bytesMax,
    forceCloseConnections: 'idle',
    trustProxy: (_address, hop) => hop < (parts.trustProxy ?? 0),
    routerOptions: { maxParamLength: 512 },
    // fastify would answer by itself, past the hooks: this goes the way of what is not there
    frameworkErrors: (_error, { raw }, reply) => {
      raw.url = malformedAddress
      app.routing(raw, reply.raw)
    },
    clientErrorHandler: refuseNoHttp,
  }
  const app = fastify(options)
  app.decorateRequest('principal', undefined)
  app.decorateRequest('scope', undefined)
  addScope(app)
  addSurroundings(app, parts)
  void app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null, undefined))
    addCors(scope, parts.tables)
    for (const table of parts.tables) addTable(scope, table, parts)
    done()
  })
  return app
}

const requestIdOf = (given: unknown): string => (isSaneRequestId(given) ? given : randomUUID())

/** Before anything; it stays also when fastify reads a body, whose events come from outside of it. */
function addScope(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.scope = { requestId: request.id }
    withinScope(request.scope, done)
  })
}

/** Asked by machines every few seconds. */
const isPolled = (route: string | undefined): boolean =>
  route !== undefined && /^\/(health|metrics)\b/.test(route)

function addSurroundings(app: FastifyInstance, parts: HttpServerParts): void {
  const { log, listener, meter, tables } = parts
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, scope } = request
    const route = request.routeOptions.url
    const call = { listener: listener ?? 'public', method, route, status: reply.statusCode }
    meter?.request({ ...call, durationMs: reply.elapsedTime })
    const line = { ...scope, ...call, durationMs: Math.round(reply.elapsedTime) }
    if (isPolled(route)) log.debug?.(line, 'answered')
    else log.info(line, 'answered')
    done()
  })
  app.addHook('preClose', (done) => {
    setTimeout(() => app.server.closeAllConnections(), closeWithinMs).unref()
    done()
  })
  const isForBrowsers = tables.some(({ cors }) => cors)
  app.setNotFoundHandler(({ url }, reply) => {
    if (url !== malformedAddress) return send(reply, refusal(404, 'There is no such resource'))
    if (isForBrowsers) reply.header('access-control-allow-origin', '*')
    return send(reply, refusal(400, 'The address is malformed'))
  })
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    send(reply, answerError(error, request, log)),
  )
}

function addTable(scope: FastifyInstance, table: RouteTable, parts: HttpServerParts): void {
  for (const entry of table.routes) {
    const limits = { ...defaultBodyLimits, ...parts.limits }
    scope.route({
      method: entry.method,
      url: entry.path,
      onRequest: [
        ...(table.isRateLimited === true && parts.rateLimit ? [patience(parts.rateLimit)] : []),
        ...(entry.auth === 'client' ? [authentication(parts, table)] : []),
      ],
      handler: answer(entry, { ...limits, bytesMax: entry.bodyBytesMax ?? limits.bytesMax }),
    })
  }
}

const patience =
  (rateLimit: RateLimit) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const seconds = rateLimit(callerOf(request.ip))
    if (seconds === undefined) return
    const refused = refusal(429, `Too many requests; try again in ${seconds} seconds`)
    return send(reply, { ...refused, headers: { 'retry-after': `${seconds}` } })
  }

const authentication =
  (parts: HttpServerParts, table: RouteTable) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const answered = await parts.authenticate(request.headers.authorization)
    if ('principal' in answered) {
      request.principal = answered.principal
      if (request.scope) request.scope.sendingAnchor = answered.principal.account
      return
    }
    const status = table.authFailureStatus ?? 401
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    return send(reply, refusal(status, answered.error))
  }

const answer =
  (entry: RouteEntry, limits: BodyLimits) =>
  async (incoming: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const request = readRequest(incoming, entry.method, limits)
    if (!request.ok) return send(reply, refusal(400, request.refusal.message))
    if (entry.auth === 'none') return send(reply, await entry.route(request.value))
    const { principal } = incoming
    if (principal === undefined) throw new Error('a client route was reached without a principal')
    return send(reply, await entry.route({ ...request.value, principal }))
  }

function send(reply: FastifyReply, { status, body, text, headers }: Reply): FastifyReply {
  reply.code(status).header('cache-control', 'no-store')
  if (headers !== undefined) reply.headers(headers)
  return reply.send(body ?? text)
}

/** What the framework refuses by itself keeps its 4xx; everything else is ours, and is not told. */
function answerError(error: FastifyError, request: FastifyRequest, log: ServerLog): Reply {
  const fields = { requestId: request.id, route: request.routeOptions.url, error }
  if (error.name.endsWith('Unavailable')) {
    log.warn(fields, 'a part of the world is away')
    return {
      ...refusal(503, 'A service needed for this is not available; try again later'),
      headers: { 'retry-after': '5' },
    }
  }
  const { statusCode } = error
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refusal(statusCode, sentences.get(error.code) ?? error.message)
  }
  log.error(fields, 'failed to answer')
  return refusal(500, 'Something went wrong here; it has been noted')
}

/** Where the framework's own words do not say what to mend. */
const sentences: ReadonlyMap<string, string> = new Map([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    'The Content-Type is malformed: it must name one type, such as application/json',
  ],
])

/** Bytes that are no HTTP, or headers beyond the limit: answered on the bare socket. */
function refuseNoHttp(
  error: { readonly code?: string },
  socket: { readonly writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify({ error: 'This is not a well-formed HTTP request' })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\naccess-control-allow-origin: *\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
