import { Agent, request } from 'undici'
import { NetworkUnavailable } from '../../usecases/ports/stellar-network.ts'

export interface HorizonOptions {
  /** Without a slash at the end. */
  readonly horizonUrl: string
  readonly timeoutMs?: number
}

export interface HorizonAnswer {
  readonly status: number
  readonly json: unknown
}

export interface HorizonCaller {
  /** A 200 or a 404 with JSON in it; everything else is `NetworkUnavailable`. */
  get(path: string): Promise<HorizonAnswer>
  close(): Promise<void>
}

/** A page of 200 operations of transactions with 100 operations each stays well below. */
const answerBytesMax = 64 * 1024 * 1024
const usualTimeoutMs = 10_000

export function horizonCaller({
  horizonUrl,
  timeoutMs = usualTimeoutMs,
}: HorizonOptions): HorizonCaller {
  const dispatcher = new Agent({ maxResponseSize: answerBytesMax })
  return {
    async get(path) {
      const { status, retryAfter, text } = await ask(`${horizonUrl}${path}`, dispatcher, timeoutMs)
      if (status !== 200 && status !== 404) {
        const wait = Number(retryAfter)
        throw new NetworkUnavailable(
          `Horizon answered ${status}`,
          retryAfter !== undefined && wait >= 0 ? { retryAfterSeconds: wait } : {},
        )
      }
      return { status, json: readJson(text) }
    },
    close: () => dispatcher.close(),
  }
}

async function ask(
  url: string,
  dispatcher: Agent,
  timeoutMs: number,
): Promise<{ status: number; retryAfter: string | undefined; text: string }> {
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    })
    const retryAfter = headers['retry-after']
    return {
      status: statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      text: await body.text(),
    }
  } catch (cause) {
    throw new NetworkUnavailable('Horizon cannot be reached', { cause })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NetworkUnavailable('Horizon answered with something that is no JSON', { cause })
  }
}
