import type { Observer } from './observed.ts'
import type { OutwardTarget } from './metrics.ts'

/** One call to somebody else; what was said is not in it. */
export interface OutwardCall {
  readonly method?: string
  readonly host?: string
  /** Absent when there was no answer. */
  readonly status?: number | undefined
  readonly durationMs: number
}

/**
 * One line and one observation per call outward: `warn` when it went wrong on their side, else `debug`
 * where we ask again and again, and `info` where something is done.
 */
export const outwardCalls =
  ({ log, metrics }: Observer, target: OutwardTarget, level: 'info' | 'debug') =>
  ({ method, host, status, durationMs }: OutwardCall): void => {
    metrics.outwardCall(target, status, durationMs)
    const isTheirs = status === undefined || status >= 500 || status === 429
    const at = isTheirs ? 'warn' : level
    if (!log.isLevelEnabled(at)) return
    const line = { target, method, host, status, durationMs: Math.round(durationMs) }
    log[at](line, 'called')
  }

/** A fetch whose calls are told. */
export const toldFetch =
  <Asked extends { readonly url: string; readonly method?: string }, Answer extends Answered>(
    fetch: (asked: Asked) => Promise<Answer>,
    tell: (call: OutwardCall) => void,
  ): ((asked: Asked) => Promise<Answer>) =>
  async (asked) => {
    const startedAt = performance.now()
    const host = URL.canParse(asked.url) ? new URL(asked.url).host : 'none'
    let status: number | undefined
    try {
      const answer = await fetch(asked)
      status = answer.status
      return answer
    } finally {
      const durationMs = performance.now() - startedAt
      tell({ method: asked.method ?? 'GET', host, status, durationMs })
    }
  }

interface Answered {
  readonly status: number
}
