import type { Log } from './log.ts'
import type { LogField } from './log-fields.ts'
import type { Metrics } from './metrics.ts'

export interface Observer {
  readonly log: Log
  readonly metrics: Metrics
}

export type Facts = { readonly [Name in LogField]?: string | number }

/** How a use-case is told of. */
export interface Telling<Args extends readonly unknown[] = readonly never[], Answer = never> {
  /** `info` for what changes something; `debug` for reads, and for what runs again and again. */
  readonly level: 'info' | 'debug'
  /** Ids and counts from the call and its answer: nothing that a customer gave. */
  readonly facts?: (args: Args, answer: Answer | undefined) => Facts
  /** For answers that are neither accepted nor refused: the word for the outcome. */
  readonly outcome?: (answer: Answer) => string
}

/**
 * One line and one observation per call of a use-case. What is thrown passes through and is told with
 * its error once, by the door.
 */
export const observed =
  <Args extends readonly unknown[], Answer>(
    { log, metrics }: Observer,
    usecase: { readonly name: string; readonly run: (...args: Args) => Promise<Answer> },
    { level, facts, outcome }: Telling<Args, Answer>,
  ): ((...args: Args) => Promise<Answer>) =>
  async (...args) => {
    const startedAt = performance.now()
    let answer: Answer | undefined
    let came = 'failed'
    try {
      answer = await usecase.run(...args)
      came = outcome?.(answer) ?? outcomeOf(answer)
      return answer
    } finally {
      const durationMs = performance.now() - startedAt
      metrics.usecase(usecase.name, came, durationMs)
      const at = came === 'failed' ? 'warn' : level
      if (log.isLevelEnabled(at)) {
        log[at](
          {
            usecase: usecase.name,
            outcome: came,
            durationMs: Math.round(durationMs),
            ...facts?.(args, answer),
          },
          'use-case',
        )
      }
    }
  }

/** Accepted, refused by name, or a plain answer. */
function outcomeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return 'ok'
  if (answer.ok === true || !('refusal' in answer)) return 'ok'
  const { refusal } = answer
  return typeof refusal === 'object' && refusal !== null && 'code' in refusal
    ? String(refusal.code)
    : 'refused'
}

/** Tellings of some of these rooms, by name. */
export type Tellings<Rooms> = {
  readonly [Name in keyof Rooms]?: Rooms[Name] extends (
    ...args: infer Args
  ) => Promise<infer Answer>
    ? Telling<Args, Answer>
    : never
}

/** The same rooms, with those use-cases observed that `tellings` names; the others pass as they are. */
export function observeRooms<Rooms extends object>(
  observer: Observer,
  rooms: Rooms,
  tellings: Tellings<NoInfer<Rooms>>,
): Rooms {
  const entries = Object.entries(rooms as Readonly<Record<string, unknown>>).map(([name, run]) => {
    const telling = (tellings as Record<string, Telling<unknown[], unknown> | undefined>)[name] // by the same names
    return typeof run !== 'function' || telling === undefined
      ? [name, run]
      : [name, observed(observer, { name, run: run as Run }, telling)]
  })
  return Object.fromEntries(entries) as Rooms // the same names with functions of the same form
}

type Run = (...args: unknown[]) => Promise<unknown>
