import { describeError } from './describe-error.ts'
import type { Log } from './log.ts'

/** Tells of troubles that come by themselves, outside of any call: connections lost, rounds that fail. */
export interface Troubles {
  readonly of: (part: string) => (error: unknown) => void
  /** We are about to stop: that connections end is as it should be from now on. */
  hush(): void
}

/** A connection that is tried again many times a second is one line in so long. */
const againMs = 10_000

export function createTroubles(log: Pick<Log, 'warn'>, now: () => number): Troubles {
  const told = new Map<string, { at: number; times: number }>() // by part and kind: few
  let hushed = false
  return {
    of: (part) => (error) => {
      if (hushed) return
      const kind = `${part} ${kindOf(error)}`
      const last = told.get(kind)
      if (last !== undefined && now() - last.at < againMs) {
        last.times += 1
        return
      }
      log.warn({ part, error, ...(last && last.times > 0 && { times: last.times }) }, 'trouble')
      told.set(kind, { at: now(), times: 0 })
    },
    hush() {
      hushed = true
    },
  }
}

const kindOf = (error: unknown): string => {
  const { name, code } = describeError(error)
  return `${name} ${code ?? ''}`
}
