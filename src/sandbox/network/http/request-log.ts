import type { ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  /** 0 when the connection ended without an answer. */
  readonly status: number
}

/** The last requests, for assertions (SBX-93). */
export interface RequestLog {
  readonly requests: readonly LoggedRequest[]
  note(asked: Pick<Exchange, 'method' | 'path' | 'query'>, response: ServerResponse): void
  clear(): void
}

const KEPT = 1000

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = []
  return {
    get requests() {
      return requests
    },
    note({ method, path, query }, response) {
      response.once('close', () => {
        const status = response.headersSent ? response.statusCode : 0
        requests.push({ method, path, query: query.toString(), status })
        if (requests.length > 2 * KEPT) requests = requests.slice(-KEPT)
      })
    },
    clear() {
      requests = []
    },
  }
}
