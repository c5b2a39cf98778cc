import type { HistoryMark } from '../history/history.ts'
import type { LedgerSnapshot } from '../ledger/ledger.ts'
import { freshCore, freshQueue } from './core.ts'
import type { Core, NetworkOptions } from './core.ts'
import type { Ingestion } from './ingestion.ts'
import { subscribe } from './subscribe.ts'

/** Going back: to a snapshot (SBX-94), or to the very beginning (SBX-107). */
export interface TimeTravel {
  /** Told when history went back or vanished: streams cannot go on. */
  onRewound(listener: () => void): () => void
  /** The id to go back to; everything closed is ingested first. */
  snapshot(): string
  revert(id: string): boolean
  /** All state and history vanish, the passphrase stays. */
  reset(): void
}

interface Snapshot {
  readonly ledger: LedgerSnapshot
  readonly history: HistoryMark
}

export interface Travelling {
  readonly core: Core
  readonly options: NetworkOptions
  readonly ingestion: Ingestion
}

export function createTimeTravel({ core, options, ingestion }: Travelling): TimeTravel {
  const { journal, clock } = options
  const listeners = new Set<() => void>()
  const snapshots = new Map<string, Snapshot>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  return {
    onRewound: (listener) => subscribe(listeners, listener),
    snapshot() {
      const { lag } = ingestion
      ingestion.lag = {}
      const id = String(snapshots.size + 1)
      snapshots.set(id, { ledger: core.ledger.snapshot(), history: core.history.mark() })
      ingestion.lag = lag
      return id
    },
    revert(id) {
      const snapshot = snapshots.get(id)
      if (!snapshot) return false
      ingestion.drop()
      core.ledger.restore(snapshot.ledger)
      core.history.rewind(snapshot.history)
      core.queue = freshQueue(options, core.ledger)
      journal?.rewind(core.ledger.head)
      tell()
      return true
    },
    reset() {
      ingestion.drop()
      snapshots.clear()
      Object.assign(core, freshCore(options, clock.seconds()))
      journal?.restart(core.ledger.head.closeTime)
      tell()
    },
  }
}
