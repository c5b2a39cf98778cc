import type { HistoryMark } from '../history/history.ts'
import type { LedgerSnapshot } from '../ledger/ledger.ts'
import { freshCore, freshQueue, replayInto } from './core.ts'
import type { Core, NetworkOptions } from './core.ts'
import type { Ingestion } from './ingestion.ts'
import { readLines, writeLine } from './ledger-lines.ts'
import type { WrittenLedger } from './ledger-lines.ts'
import { subscribe } from './subscribe.ts'

/** Going back: to a snapshot (SBX-94), or to the very beginning (SBX-107). */
export interface TimeTravel {
  /** Told when history went back or vanished: streams cannot go on. */
  onRewound(listener: () => void): () => void
  /** The id to go back to; everything closed is ingested first, as for an export. */
  snapshot(): string
  revert(id: string): boolean
  /** All state and history vanish, the passphrase stays. */
  reset(): void
  export(): ExportedNetwork
  import(exported: ExportedNetwork): void
}

/** The whole network as one JSON value, for bug reports. */
export interface ExportedNetwork {
  readonly networkPassphrase: string
  readonly genesisCloseTime: string
  readonly ledgers: readonly string[]
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
  let taken = 0
  const tell = () => {
    for (const listener of listeners) listener()
  }
  return {
    onRewound: (listener) => subscribe(listeners, listener),
    snapshot() {
      ingestAll(ingestion)
      taken += 1
      const id = String(taken)
      snapshots.set(id, { ledger: core.ledger.snapshot(), history: core.history.mark() })
      return id
    },
    revert(id) {
      const snapshot = snapshots.get(id)
      if (!snapshot) return false
      // Later ones are of ledgers that are gone now.
      for (const later of snapshots.keys()) if (Number(later) > Number(id)) snapshots.delete(later)
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
    export() {
      ingestAll(ingestion)
      return exported(core, options)
    },
    import(given) {
      const { networkPassphrase } = options.parameters
      if (given.networkPassphrase !== networkPassphrase) {
        throw new Error(`the export is of another network: ${given.networkPassphrase}`)
      }
      const genesisCloseTime = BigInt(given.genesisCloseTime)
      const fresh = freshCore(options, genesisCloseTime)
      // Of an import nothing is known: every signature is verified.
      replayInto(fresh, readLines(given.ledgers, genesisCloseTime, networkPassphrase), false)
      ingestion.drop()
      snapshots.clear()
      Object.assign(core, fresh)
      journal?.restart(genesisCloseTime)
      for (const ledger of writtenLedgers(core)) journal?.append(ledger)
      tell()
    },
  }
}

function ingestAll(ingestion: Ingestion): void {
  const { lag } = ingestion
  ingestion.lag = {}
  ingestion.lag = lag
}

function writtenLedgers(core: Core): WrittenLedger[] {
  return core.history.ledgers.slice(1).map((ledger) => ({
    closeTime: ledger.closeTime,
    hash: ledger.hash,
    envelopes: ledger.transactions.map(({ envelopeXdr }) => envelopeXdr),
    baseFee: BigInt(ledger.baseFee),
    ...core.how.get(ledger.sequence),
  }))
}

function exported(core: Core, { parameters }: NetworkOptions): ExportedNetwork {
  const genesisCloseTime = core.history.ledgers[0]?.closeTime ?? 0n
  let lastCloseTime = genesisCloseTime
  const ledgers = writtenLedgers(core).map((ledger) => {
    const line = writeLine(ledger, lastCloseTime)
    lastCloseTime = ledger.closeTime
    return line
  })
  return {
    networkPassphrase: parameters.networkPassphrase,
    genesisCloseTime: String(genesisCloseTime),
    ledgers,
  }
}
