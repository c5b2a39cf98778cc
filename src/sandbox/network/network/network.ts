import type { History, HistoryMark } from '../history/history.ts'
import { createHistory } from '../history/history.ts'
import type { StoredLedger, StoredTransaction } from '../history/stored.ts'
import type { Admission, ClosedLedger, NetworkParameters } from '../ledger/closed-ledger.ts'
import type { Envelope } from '../ledger/envelope.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Ledger, LedgerSnapshot, Upgrades } from '../ledger/ledger.ts'
import { createQueue } from '../queue/queue.ts'
import type { Queue } from '../queue/queue.ts'
import type { Clock } from './clock.ts'
import { createIngestion } from './ingestion.ts'
import type { Ingestion } from './ingestion.ts'
import type { Journal } from './journal.ts'
import { createPacer } from './pace.ts'
import type { Pace, Pacer } from './pace.ts'

export interface NetworkOptions {
  readonly parameters: NetworkParameters
  readonly seed: string
  readonly pace: Pace
  readonly clock: Clock
  readonly applyOrder: 'fifo' | 'shuffled'
  /** Close times grow by a second at least, as on the real network (SBX-32). */
  readonly strictCloseTime: boolean
  readonly allowQueueChaining: boolean
  readonly journal?: Journal
}

export interface CloseOrder {
  readonly closeTime?: bigint
  readonly upgrades?: Upgrades
  /** What the ledger takes instead of what waits in the queue. */
  readonly only?: readonly Envelope[]
}

/** Ledger, queue, close loop and ingestion: everything below the HTTP API. */
export interface Network {
  readonly options: NetworkOptions
  readonly clock: Clock
  readonly ledger: Ledger
  readonly queue: Queue
  readonly history: History
  readonly ingestion: Ingestion
  pace: Pace
  admit(envelope: Envelope): Admission
  close(order?: CloseOrder): ClosedLedger
  onIngested(listener: (ledger: StoredLedger) => void): () => void
  /** Told when history went back or vanished: streams cannot go on. */
  onRewound(listener: () => void): () => void
  /** Resolves when it can be read; `undefined` when the time is over first. */
  ingested(hash: string, timeoutMs: number): Promise<StoredTransaction | undefined>
  snapshot(): string
  revert(id: string): boolean
  reset(): void
  stop(): void
}

interface Core {
  ledger: Ledger
  queue: Queue
  history: History
}

interface Snapshot {
  readonly ledger: LedgerSnapshot
  readonly history: HistoryMark
}

function startCore(options: NetworkOptions, genesisCloseTime: bigint): Core {
  const ledger = createLedger(options.parameters, genesisCloseTime)
  return {
    ledger,
    queue: createQueue(ledger, { allowChaining: options.allowQueueChaining }),
    history: createHistory(ledger.genesis, ledger.entries()),
  }
}

export function createNetwork(options: NetworkOptions): Network {
  const { clock, journal } = options
  const core = startCore(options, journal?.genesisCloseTime ?? clock.seconds())
  for (const ledger of journal?.replay(options.parameters.networkPassphrase) ?? []) {
    const closed = core.ledger.close({ ...ledger.plan, applyOrder: 'fifo' })
    ledger.verify(closed.hash)
    core.history.append(closed)
  }
  const ingestedListeners = new Set<(ledger: StoredLedger) => void>()
  const rewoundListeners = new Set<() => void>()
  const snapshots = new Map<string, Snapshot>()
  const ingestion = createIngestion((closed) => {
    const stored = core.history.append(closed)
    for (const listener of ingestedListeners) listener(stored)
  })
  const close = (order: CloseOrder = {}) => closeLedger({ core, options, ingestion, order })
  const pacer = createPacer(options.pace, () => void close())
  const rewound = () => {
    for (const listener of rewoundListeners) listener()
  }
  return {
    options,
    clock,
    ingestion,
    get ledger() {
      return core.ledger
    },
    get queue() {
      return core.queue
    },
    get history() {
      return core.history
    },
    get pace() {
      return pacer.pace
    },
    set pace(pace) {
      pacer.pace = pace
    },
    admit: (envelope) => admit({ core, clock, pacer, close }, envelope),
    close,
    onIngested: (listener) => subscribe(ingestedListeners, listener),
    onRewound: (listener) => subscribe(rewoundListeners, listener),
    ingested: (hash, timeoutMs) => ingested({ core, ingestedListeners, hash, timeoutMs }),
    snapshot() {
      const id = String(snapshots.size + 1)
      snapshots.set(id, { ledger: core.ledger.snapshot(), history: core.history.mark() })
      return id
    },
    revert(id) {
      const snapshot = snapshots.get(id)
      if (!snapshot) return false
      ingestion.drop()
      core.ledger.restore(snapshot.ledger)
      core.history.rewind(snapshot.history)
      core.queue = createQueue(core.ledger, { allowChaining: options.allowQueueChaining })
      journal?.rewind(core.ledger.head)
      rewound()
      return true
    },
    reset() {
      ingestion.drop()
      snapshots.clear()
      Object.assign(core, startCore(options, clock.seconds()))
      journal?.restart(core.ledger.head.closeTime)
      rewound()
    },
    stop() {
      pacer.stop()
      ingestion.stop()
      journal?.stop()
    },
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The real network would have closed an empty ledger by now (its rhythm is five seconds). */
const OVERDUE_SECONDS = 5n

interface Admitting {
  readonly core: Core
  readonly clock: Clock
  readonly pacer: Pacer
  readonly close: () => void
}

function admit({ core, clock, pacer, close }: Admitting, envelope: Envelope): Admission {
  const behind = () => clock.seconds() - core.ledger.head.closeTime
  if (pacer.pace.mode === 'instant' && behind() >= OVERDUE_SECONDS) close()
  const elapsed = behind()
  const admission = core.queue.admit(envelope, elapsed > 0n ? elapsed : 0n)
  if (admission.status === 'PENDING') pacer.admitted()
  return admission
}

interface Closing {
  readonly core: Core
  readonly options: NetworkOptions
  readonly ingestion: Ingestion
  readonly order: CloseOrder
}

function closeLedger({ core, options, ingestion, order }: Closing): ClosedLedger {
  const closeTime = nextCloseTime(core.ledger, options, order.closeTime)
  const set = order.only
    ? { transactions: order.only, baseFee: core.ledger.head.baseFee }
    : core.queue.takeForLedger(closeTime)
  const closed = core.ledger.close({
    ...set,
    closeTime,
    applyOrder: options.applyOrder === 'fifo' ? 'fifo' : { seed: options.seed },
    ...(order.upgrades ? { upgrades: order.upgrades } : {}),
  })
  core.queue.afterClose(closed)
  options.journal?.append(closed, { baseFee: set.baseFee, upgrades: order.upgrades })
  ingestion.take(closed)
  return closed
}

function nextCloseTime(ledger: Ledger, options: NetworkOptions, asked?: bigint): bigint {
  const wanted = asked ?? options.clock.seconds()
  const earliest = ledger.head.closeTime + (options.strictCloseTime ? 1n : 0n)
  return wanted > earliest ? wanted : earliest
}

interface Waiting {
  readonly core: Core
  readonly ingestedListeners: Set<(ledger: StoredLedger) => void>
  readonly hash: string
  readonly timeoutMs: number
}

function ingested({ core, ingestedListeners, hash, timeoutMs }: Waiting) {
  const found = core.history.transaction(hash)
  if (found) return Promise.resolve(found)
  return new Promise<StoredTransaction | undefined>((resolve) => {
    const end = (transaction: StoredTransaction | undefined) => {
      clearTimeout(timer)
      ingestedListeners.delete(look)
      resolve(transaction)
    }
    const look = () => {
      const transaction = core.history.transaction(hash)
      if (transaction) end(transaction)
    }
    const timer = setTimeout(() => end(undefined), timeoutMs)
    ingestedListeners.add(look)
  })
}
