import { Agent, request } from 'undici'
import { signRequest } from './signature.ts'

/** What came back, or why nothing did: `not_sent` is certain, `lost` may have been done. */
export type RailAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly json: unknown
      readonly retryAfterSeconds: number | undefined
    }
  | { readonly kind: 'not_sent'; readonly cause: unknown }
  | { readonly kind: 'lost'; readonly cause: unknown }

export interface RailRequest {
  readonly method: 'GET' | 'POST'
  /** Relative to the rail's address, with its query. */
  readonly path: string
  readonly idempotencyKey?: string
  readonly body?: string
}

/** One line of the log per call: no key, no body, no token. */
export interface RailCallLine {
  readonly method: string
  readonly path: string
  readonly outcome: RailAnswer['kind']
  readonly status: number | undefined
  readonly durationMs: number
}

export interface RailCallOptions {
  /** Address of the rail; may have a path of its own. */
  readonly url: string
  readonly token: string
  readonly secret: string
  /** For the whole call, the reading of the answer included. */
  readonly timeoutMs: number
  readonly now: () => Date
  readonly onCall?: (line: RailCallLine) => void
}

export interface RailCaller {
  call(request: RailRequest): Promise<RailAnswer>
  close(): Promise<void>
}

const answerBytesMax = 262_144

/** Faults of a connection that never stood: the bank cannot have seen the request. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Signed calls with a bound on time and size. Redirects are answers like others: they are not followed. */
export function railCaller(options: RailCallOptions): RailCaller {
  const { timeoutMs } = options
  const dispatcher = new Agent({
    connect: { timeout: timeoutMs },
    maxResponseSize: answerBytesMax,
    pipelining: 1,
  })
  return {
    call: async (railRequest) => {
      const startedAt = performance.now()
      const answer = await send(railRequest, { ...options, dispatcher })
      options.onCall?.({
        method: railRequest.method,
        path: railRequest.path.replace(/\?.*$/, ''),
        outcome: answer.kind,
        status: answer.kind === 'answered' ? answer.status : undefined,
        durationMs: performance.now() - startedAt,
      })
      return answer
    },
    close: () => dispatcher.close(),
  }
}

async function send(
  { method, path, idempotencyKey = '', body = '' }: RailRequest,
  { url, token, secret, timeoutMs, now, dispatcher }: RailCallOptions & { dispatcher: Agent },
): Promise<RailAnswer> {
  const address = new URL(`${url.replace(/\/$/, '')}${path}`)
  const timestamp = Math.floor(now().getTime() / 1000).toString()
  const signedPath = `${address.pathname}${address.search}`
  const signed = { method, path: signedPath, timestamp, idempotencyKey, body }
  try {
    const response = await request(address, {
      method,
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'payout-timestamp': timestamp,
        'payout-signature': signRequest(secret, signed),
        ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      body: body === '' ? null : body,
    })
    return {
      kind: 'answered',
      status: response.statusCode,
      json: parseJson(await response.body.text()),
      retryAfterSeconds: readRetryAfter(response.headers['retry-after']),
    }
  } catch (cause) {
    return { kind: wasNeverSent(cause) ? 'not_sent' : 'lost', cause }
  }
}

/** Only after a fault of connecting, never of what comes after it. */
export function wasNeverSent(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string')
    return false
  // The network may become unreachable in the middle of a call too; only `connect` is certain.
  const isUnreachable = cause.code === 'EHOSTUNREACH' || cause.code === 'ENETUNREACH'
  return isUnreachable
    ? 'syscall' in cause && cause.syscall === 'connect'
    : neverSent.has(cause.code)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readRetryAfter = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d{1,5}$/.test(header) ? Number(header) : undefined
