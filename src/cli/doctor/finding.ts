import { z } from 'zod'

/** `fault`: it must not be started like this. `warning`: it would run, but look. `unknown`: could not be looked at. */
export type Verdict = 'good' | 'warning' | 'fault' | 'unknown'

/** One thing that was looked at. */
export interface Finding {
  readonly verdict: Verdict
  /** What was seen, as a sentence without its full stop; no secret and no password is in it. */
  readonly says: string
  /** What to do next; there for all but what is good. */
  readonly doNext?: string
}

/** Findings of one part of the world. */
export interface Examined {
  readonly part: string
  readonly findings: readonly Finding[]
}

export const good = (says: string): Finding => ({ verdict: 'good', says })
export const warning = (says: string, doNext: string): Finding => ({
  verdict: 'warning',
  says,
  doNext,
})
export const fault = (says: string, doNext: string): Finding => ({ verdict: 'fault', says, doNext })
export const unknown = (says: string, doNext: string): Finding => ({
  verdict: 'unknown',
  says,
  doNext,
})

/** What is good when the rule holds, and else the other. */
export const expectThat = (holds: boolean, says: string, otherwise: Finding): Finding =>
  holds ? good(says) : otherwise

const limitMs = 10_000

/** Runs an examination under a limit of time; what it throws becomes the finding that `away` makes of it. */
export async function examine(
  part: string,
  look: () => Promise<readonly Finding[]>,
  away: (reason: string) => Finding,
): Promise<Examined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
  })
  try {
    return { part, findings: await Promise.race([look(), late]) }
  } catch (error) {
    return { part, findings: [away(reasonOf(error))] }
  } finally {
    clearTimeout(timer)
  }
}

/** The innermost cause says most: the outer ones tell only who was called. */
function reasonOf(error: unknown): string {
  let inner = error
  let around: Error | undefined
  while (inner instanceof Error && inner.cause instanceof Error)
    [around, inner] = [inner, inner.cause]
  if (inner instanceof z.ZodError) return misfit(inner, around)
  if (!(inner instanceof Error)) return String(inner)
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) inner = inner.errors[0]
  const { message, code } = inner as Error & { readonly code?: unknown } // Node's own errors have one
  return message || String(code)
}

/** An answer of another form: its first fault, where there may be hundreds. */
function misfit({ issues: [first] }: z.ZodError, around?: Error): string {
  const place = first?.path.join('.') || 'the answer'
  return `${around?.message ?? 'it answers in another form'} (${place}: ${first?.message})`
}
