import { Agent } from 'undici'
import { NetworkUnavailable } from '../../usecases/ports/stellar-network.ts'
import { getter } from './horizon-get.ts'
import type { Get, Got } from './horizon-get.ts'

export interface HorizonOptions {
  /** Without a slash at the end. */
  readonly horizonUrl: string
  readonly timeoutMs?: number
  /** One line per call, for the log. */
  readonly onCall?: (line: HorizonCall) => void
}

export interface HorizonCall {
  /** Path without the query. */
  readonly path: string
  /** Absent when there was no answer. */
  readonly status?: number
  readonly durationMs: number
}

export interface HorizonAnswer {
  readonly status: number
  readonly json: unknown
}

export interface HorizonCaller {
  /** A 200, 404 or 410 with JSON in it; everything else is `NetworkUnavailable`. */
  get(path: string): Promise<HorizonAnswer>
  close(): Promise<void>
}

/** A page of 200 operations of transactions with 100 operations each stays well below. */
const answerBytesMax = 64 * 1024 * 1024
const answers: ReadonlySet<number> = new Set([200, 404, 410])
const usualTimeoutMs = 10_000
const longestPauseMs = 60_000

/** When Horizon asks us to wait, nothing is asked meanwhile: asking on would make it wait longer. */
export function horizonCaller(options: HorizonOptions): HorizonCaller {
  const { horizonUrl, timeoutMs = usualTimeoutMs } = options
  const dispatcher = new Agent({ maxResponseSize: answerBytesMax })
  const ask = getter({ dispatcher, horizonUrl, timeoutMs })
  let silentUntil = Number.NEGATIVE_INFINITY
  return {
    async get(path) {
      const waitMs = silentUntil - performance.now()
      if (waitMs > 0) throw unavailable('Horizon asked us to wait', Math.ceil(waitMs / 1000))
      const { status, retryAfter, text } = await askAndTell(path, ask, options)
      if (status === 429) {
        silentUntil = performance.now() + Math.min((retryAfter ?? 1) * 1000, longestPauseMs)
      }
      if (!answers.has(status)) {
        throw unavailable(`Horizon answered ${status}`, retryAfter)
      }
      return { status, json: readJson(text) }
    },
    close: () => dispatcher.close(),
  }
}

const unavailable = (message: string, retryAfterSeconds?: number): NetworkUnavailable =>
  new NetworkUnavailable(message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })

async function askAndTell(path: string, ask: Get, { onCall }: HorizonOptions): Promise<Got> {
  const begun = performance.now()
  let status: number | undefined
  try {
    const answer = await ask(path)
    status = answer.status
    return answer
  } catch (cause) {
    throw new NetworkUnavailable('Horizon cannot be reached', { cause })
  } finally {
    onCall?.({
      path: path.replace(/\?.*$/, ''),
      ...(status === undefined ? {} : { status }),
      durationMs: Math.round(performance.now() - begun),
    })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NetworkUnavailable('Horizon answered with something that is no JSON', { cause })
  }
}
