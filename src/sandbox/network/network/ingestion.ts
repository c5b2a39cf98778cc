import type { EncodedLedger } from '../history/keep-ledger.ts'

/** How far what is read may stay behind what was closed (SBX-95). */
export interface Lag {
  readonly ledgers?: number
  readonly milliseconds?: number
  readonly paused?: boolean
}

/** The stage between a closed ledger and everything that can be read. */
export interface Ingestion {
  lag: Lag
  take(ledger: EncodedLedger): void
  /** Forgets what waits, as when the network is reset. */
  drop(): void
  stop(): void
}

export function createIngestion(ingest: (ledger: EncodedLedger) => void): Ingestion {
  let lag: Lag = {}
  let timer: NodeJS.Timeout | undefined
  const waiting: { ledger: EncodedLedger; since: number }[] = []

  function drain(): void {
    clearTimeout(timer)
    while (!lag.paused && waiting.length > (lag.ledgers ?? 0)) {
      const next = waiting[0]
      if (!next) return
      const due = next.since + (lag.milliseconds ?? 0) - Date.now()
      if (due > 0) {
        timer = setTimeout(drain, due)
        return
      }
      waiting.shift()
      ingest(next.ledger)
    }
  }

  return {
    get lag() {
      return lag
    },
    set lag(next) {
      lag = next
      drain()
    },
    take(ledger) {
      waiting.push({ ledger, since: Date.now() })
      drain()
    },
    drop() {
      waiting.length = 0
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
