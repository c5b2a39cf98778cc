import type { IncomingMessage, ServerResponse } from 'node:http'
import { streamCollection, streamSingle } from '../streams/stream.ts'
import type { Stream } from '../streams/stream.ts'
import { readBody } from './body.ts'
import { isLoopback } from '../../local-caller.ts'
import type { Delivered, Exchange, Interference, Reply, Route, View } from './exchange.ts'
import { halReply } from './exchange.ts'
import type { Horizon } from './horizon.ts'
import { pageOf, pageRequest } from './paging.ts'
import { Problem } from './problem.ts'
import type { RequestLog } from './request-log.ts'
import { createRouter } from './router.ts'
import type { Router } from './router.ts'
import { viewOf } from './view.ts'
import { deliver } from './deliver.ts'

export interface Application {
  readonly horizon: Horizon
  readonly routes: readonly Route[]
  readonly interference: Interference
  readonly log: RequestLog
  /** Host names under which friendbot answers at `/` (SBX-09). */
  readonly friendbotHosts: ReadonlySet<string>
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

type Scheme = 'http' | 'https'

export function createListener(application: Application, scheme: Scheme): Listener {
  const router = createRouter(application.routes)
  return (request, response) => {
    response.on('error', () => undefined)
    setCommonHeaders(application, response)
    answer({ application, router, scheme }, request, response).catch((error: unknown) => {
      void deliver(response, problemReply(error))
    })
  }
}

function setCommonHeaders({ horizon }: Application, response: ServerResponse): void {
  response.setHeader('Date', new Date(horizon.network.clock.now()).toUTCString())
  response.setHeader('Cache-Control', 'no-cache, no-store, max-age=0')
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Expose-Headers', 'Date, Latest-Ledger')
}

interface Serving {
  readonly application: Application
  readonly router: Router
  readonly scheme: Scheme
}

async function answer(
  { application, router, scheme }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'OPTIONS') return deliver(response, preflight(request))
  const { horizon, interference, log } = application
  const asked = await readRequest(application, request, scheme)
  log.note(asked, response)
  const match = router(asked.path)
  const params = match?.params ?? {}
  const view = (): View => viewOf(horizon.network, interference.sight({ ...asked, params }))
  const exchange: Exchange = { ...asked, params, view: view() }
  response.setHeader('Latest-Ledger', String(exchange.view.latest))
  const reply = await interference.around(exchange, (met) => {
    if (!match) throw new Problem('not_found')
    return isStreamed(match.route, met) ? STREAM : handle(match.route, met, horizon)
  })
  if (reply !== STREAM || !match) return deliver(response, reply)
  const drill = interference.stream(exchange)
  openStream(match.route, { horizon, exchange, response, view, drill })
}

function openStream(route: Route, stream: Stream): void {
  if (route.single) streamSingle(stream, route.single)
  else if (route.collection) streamCollection(stream, route.collection(stream.exchange))
}

function isStreamed(route: Route, exchange: Exchange): boolean {
  if (!wantsStream(exchange)) return false
  return route.single !== undefined || route.collection?.(exchange).streamed === true
}

/** Stands for "nothing was interfered with: open the stream". */
const STREAM: Delivered = { status: 200, type: 'text/event-stream', body: '' }

function wantsStream({ method, headers }: Exchange): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/event-stream')
}

function handle(route: Route, exchange: Exchange, horizon: Horizon): Reply | Promise<Reply> {
  if (exchange.method === 'POST' && route.post) return route.post(exchange)
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new Problem('method_not_allowed')
  }
  refuseStale(horizon)
  refuseUnacceptable(exchange)
  if (route.get) return route.get(exchange)
  if (!route.collection) throw new Problem('method_not_allowed')
  const collection = route.collection(exchange)
  const request = pageRequest(exchange, collection.cursors)
  return halReply(pageOf(exchange, request, collection.read(request, exchange.view)))
}

function refuseUnacceptable({ headers }: Exchange): void {
  const accept = headers.accept ?? '*/*'
  const fits = ['*/*', 'application/*', 'json', 'application/octet-stream']
  if (accept !== '' && !fits.some((type) => accept.includes(type))) {
    throw new Problem('not_acceptable')
  }
}

/** Reads are refused when ingestion stays too far behind (SBX-95). */
function refuseStale({ network, options }: Horizon): void {
  const behind = network.ledger.head.sequence - network.history.latest
  if (behind <= options.staleThreshold) return
  throw new Problem('stale_history', {
    history_latest_ledger: network.history.latest,
    core_latest_ledger: network.ledger.head.sequence,
  })
}

async function readRequest(
  { friendbotHosts }: Application,
  request: IncomingMessage,
  scheme: Scheme,
): Promise<Omit<Exchange, 'view' | 'params'>> {
  const host = request.headers.host ?? 'localhost'
  const origin = `${scheme}://${host}`
  const url = URL.parse(hostless(request.url ?? '/'), 'http://localhost')
  if (!url) throw new Problem('bad_request')
  const trimmed = url.pathname.replace(/\/+$/, '') || '/'
  const isFriendbot = friendbotHosts.has(host.replace(/:\d+$/, '').toLowerCase())
  return {
    method: request.method ?? 'GET',
    path: isFriendbot && trimmed === '/' ? '/friendbot' : trimmed,
    query: url.searchParams,
    headers: request.headers,
    origin,
    body: await readBody(request, bodyLimit(trimmed, request)),
    remoteAddress: request.socket.remoteAddress ?? '',
  }
}

/** Two slashes at the start would name a host: here they are a path like any other. */
function hostless(target: string): string {
  return target.replace(/^\/+/, '/')
}

/** An imported network may be large; it comes from this machine only. */
const LARGEST_IMPORT = 500_000_000

function bodyLimit(path: string, { socket }: IncomingMessage): number | undefined {
  const own = path.startsWith('/_sandbox/') && isLoopback(socket.remoteAddress ?? '')
  return own ? LARGEST_IMPORT : undefined
}

function preflight({ headers }: IncomingMessage): Reply {
  return {
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: '',
    headers: {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
      'Access-Control-Allow-Headers': headers['access-control-request-headers'] ?? '*',
      'Access-Control-Max-Age': '600',
    },
  }
}

/** A bug becomes a 500 of Horizon's shape; it must not end the process (SBX-118). */
export function problemReply(error: unknown): Reply {
  const problem =
    error instanceof Problem
      ? error
      : new Problem('server_error', { error: error instanceof Error ? error.message : 'unknown' })
  return {
    status: problem.status,
    type: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problem, null, 2),
  }
}
