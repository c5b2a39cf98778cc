/** A look that is taken at most every so often, however many ask, and that answers or fails in time. */
export interface Memory<Answer> {
  /** An answer counts for so long. */
  readonly forMs: number
  /** A failure counts for so long, so that what is well again shows soon. */
  readonly failureForMs: number
  readonly withinMs: number
  readonly now: () => Date
  /** Answers that tell of trouble count no longer than failures. */
  readonly isWell?: (answer: Answer) => boolean
}

/** The look did not answer in time. */
export class LookTimedOut extends Error {
  override readonly name = 'LookTimedOut'
}

/** One look at a time: who comes while one is under way waits for the same, but no longer than its limit. */
export function remembered<Answer>(
  look: () => Promise<Answer>,
  { forMs, failureForMs, withinMs, now, isWell }: Memory<Answer>,
): () => Promise<Answer> {
  let underWay: Promise<Answer> | undefined
  let kept: { readonly answer: Promise<Answer>; until: number } | undefined
  return () => {
    const moment = now().getTime()
    if (kept !== undefined && moment < kept.until && kept.until - moment <= forMs) {
      return kept.answer
    }
    underWay ??= look().finally(() => {
      underWay = undefined
    })
    const entry = { answer: within(underWay, withinMs), until: moment + forMs }
    kept = entry
    const forgetSoon = () => void (entry.until = now().getTime() + failureForMs)
    entry.answer.then((answer) => {
      if (isWell?.(answer) === false) forgetSoon()
    }, forgetSoon)
    return entry.answer
  }
}

async function within<Answer>(look: Promise<Answer>, limitMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LookTimedOut(`No answer within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([look, limit])
  } finally {
    clearTimeout(timer)
  }
}
