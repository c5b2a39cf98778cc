import type { Agent } from 'undici'

export interface Got {
  readonly status: number
  /** Seconds, where it says so in seconds. */
  readonly retryAfter: number | undefined
  readonly text: string
}

export type Get = (path: string) => Promise<Got>

export interface GetOptions {
  readonly dispatcher: Agent
  /** Without a slash at the end. */
  readonly horizonUrl: string
  /** For the whole answer, from the first try to connect on. */
  readonly timeoutMs: number
}

type Hearer = Parameters<Agent['dispatch']>[1]
type Controller = Parameters<NonNullable<Hearer['onResponseStart']>>[0]

const headers = { accept: 'application/json' }

/**
 * GET by undici's bare dispatcher: streams and abort signals, which `request` makes for each call, would
 * cost more than all the rest of the call, and each login has to ask.
 */
export function getter({ dispatcher, horizonUrl, timeoutMs }: GetOptions): Get {
  const { origin, pathname } = new URL(horizonUrl)
  const prefix = pathname === '/' ? '' : pathname
  return (path) =>
    new Promise((resolve, reject) => {
      const answer = gathered({ timeoutMs, resolve, reject })
      dispatcher.dispatch({ origin, path: `${prefix}${path}`, method: 'GET', headers }, answer)
    })
}

interface Gathering {
  readonly timeoutMs: number
  readonly resolve: (got: Got) => void
  readonly reject: (error: Error) => void
}

/** Puts an answer together, or gives it up in time; what comes after that is not looked at. */
function gathered({ timeoutMs, resolve, reject }: Gathering): Hearer {
  const chunks: Buffer[] = []
  let status = 0
  let retryAfter: number | undefined
  let controller: Controller | undefined
  let late: Error | undefined
  const timer = setTimeout(() => {
    late = new Error(`There was no whole answer within ${timeoutMs} ms`)
    controller?.abort(late)
    reject(late)
  }, timeoutMs)
  return {
    onRequestStart(started) {
      controller = started
      if (late !== undefined) started.abort(late)
    },
    onResponseStart(_, code, sent) {
      status = code
      retryAfter = secondsIn(sent['retry-after'])
    },
    onResponseData(_, chunk) {
      chunks.push(chunk)
    },
    onResponseEnd() {
      clearTimeout(timer)
      resolve({ status, retryAfter, text: Buffer.concat(chunks).toString() })
    },
    onResponseError(_, error) {
      clearTimeout(timer)
      reject(error)
    },
  }
}

function secondsIn(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header)
  return seconds >= 0 ? seconds : undefined
}
