import type { ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  /** 499 when the client left before the answer (SBX-68), 0 when a fault hung up on it. */
  readonly status: number
}

/** The last requests, for assertions (SBX-93). */
export interface RequestLog {
  readonly requests: readonly LoggedRequest[]
  note(asked: Pick<Exchange, 'method' | 'path' | 'query'>, response: ServerResponse): void
  clear(): void
}

const KEPT = 1000
const CLIENT_DISCONNECTED = 499

/** Told to the log by whoever ends the connection without an answer. */
export const HUNG_UP = 0

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = []
  return {
    get requests() {
      return requests
    },
    note({ method, path, query }, response) {
      response.once('close', () => {
        const { headersSent, statusCode } = response
        const status = headersSent || statusCode === HUNG_UP ? statusCode : CLIENT_DISCONNECTED
        requests.push({ method, path, query: query.toString(), status })
        if (requests.length > 2 * KEPT) requests = requests.slice(-KEPT)
      })
    },
    clear() {
      requests = []
    },
  }
}
