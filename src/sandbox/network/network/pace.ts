/** When ledgers close (SBX-30). */
export type Pace =
  /** After each admitted transaction; and an empty ledger when none closed for `idleMs`. */
  | { readonly mode: 'instant'; readonly idleMs?: number }
  | { readonly mode: 'interval'; readonly intervalMs: number }
  | { readonly mode: 'manual' }

export interface Pacer {
  pace: Pace
  /** Something waits for a ledger. */
  admitted(): void
  stop(): void
}

export function createPacer(start: Pace, close: () => void): Pacer {
  let pace = start
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Immediate | undefined

  function beat(): void {
    clearInterval(timer)
    const period = periodOf(pace)
    if (period !== undefined) timer = setInterval(close, period)
  }

  beat()
  return {
    get pace() {
      return pace
    },
    set pace(next) {
      pace = next
      beat()
      if (next.mode === 'instant') close()
    },
    admitted() {
      if (pace.mode !== 'instant' || soon) return
      soon = setImmediate(() => {
        soon = undefined
        beat()
        close()
      })
    },
    stop() {
      clearInterval(timer)
      clearImmediate(soon)
    },
  }
}

function periodOf(pace: Pace): number | undefined {
  switch (pace.mode) {
    case 'instant':
      return pace.idleMs
    case 'interval':
      return pace.intervalMs
    case 'manual':
      return undefined
  }
}
