/** Prints what happens, each line with the time since the start; events stand out by an arrow. */
export interface Timeline {
  /** Something we did. */
  did(step: string, detail?: string): void
  /** Something the subscription told us. */
  heard(event: string, detail?: string): void
  note(line: string): void
}

export function createTimeline(print: (line: string) => void, now: () => number): Timeline {
  const start = now()
  const since = () => `${((now() - start) / 1_000).toFixed(2).padStart(6)} s`
  const line = (mark: string, step: string, detail = '') =>
    print(`${since()}  ${mark} ${step.padEnd(34)} ${detail}`.trimEnd())
  return {
    did: (step, detail) => line('●', step, detail),
    heard: (event, detail) => line('  ◀', event, detail),
    note: (text) => print(text),
  }
}
