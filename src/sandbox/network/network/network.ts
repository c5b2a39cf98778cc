import type { History } from '../history/history.ts'
import type { StoredLedger, StoredTransaction } from '../history/stored.ts'
import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import type { Envelope } from '../ledger/envelope.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Queue } from '../queue/queue.ts'
import type { Clock } from './clock.ts'
import { closeLedger, startCore } from './core.ts'
import type { CloseOrder, Core, NetworkOptions } from './core.ts'
import { createIngestion } from './ingestion.ts'
import type { Ingestion } from './ingestion.ts'
import { createPacer } from './pace.ts'
import type { Pace, Pacer } from './pace.ts'
import { createSlipIns } from './slip-in.ts'
import type { SlipIn } from './slip-in.ts'
import { subscribe } from './subscribe.ts'
import { createTimeTravel } from './time-travel.ts'
import type { TimeTravel } from './time-travel.ts'

/** Ledger, queue, close loop and ingestion: everything below the HTTP API. */
export interface Network extends TimeTravel {
  readonly options: NetworkOptions
  readonly clock: Clock
  readonly ledger: Ledger
  readonly queue: Queue
  readonly history: History
  readonly ingestion: Ingestion
  pace: Pace
  admit(envelope: Envelope): Admission
  close(order?: CloseOrder): ClosedLedger
  slipIn(slipIn: SlipIn): void
  onIngested(listener: (ledger: StoredLedger) => void): () => void
  /** Resolves when it can be read; `undefined` when the time is over first. */
  ingested(hash: string, timeoutMs: number): Promise<StoredTransaction | undefined>
  stop(): void
}

export function createNetwork(options: NetworkOptions): Network {
  const { clock, journal } = options
  const core = startCore(options)
  const slipIns = createSlipIns()
  const ingestedListeners = new Set<(ledger: StoredLedger) => void>()
  const ingestion = createIngestion((ledger) => {
    const stored = core.history.append(ledger)
    for (const listener of ingestedListeners) listener(stored)
  })
  const close = (order: CloseOrder = {}) =>
    closeLedger({ core, options, ingestion, order, slipIns })
  const pacer = createPacer(options.pace, () => void close())
  const travel = createTimeTravel({ core, options, ingestion })
  travel.onRewound(() => slipIns.clear())
  return {
    ...travel,
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
    slipIn: (slipIn) => slipIns.add(slipIn),
    admit(envelope) {
      const only = slipIns.take('admission', [envelope])
      if (only.length > 0) close({ only })
      return admit({ core, clock, pacer, close }, envelope)
    },
    close,
    onIngested: (listener) => subscribe(ingestedListeners, listener),
    ingested: (hash, timeoutMs) => ingested({ core, ingestedListeners, hash, timeoutMs }),
    stop() {
      pacer.stop()
      ingestion.stop()
      journal?.stop()
    },
  }
}

interface Admitting {
  readonly core: Core
  readonly clock: Clock
  readonly pacer: Pacer
  readonly close: () => void
}
/** The real network would have closed an empty ledger by now (its rhythm is five seconds). */
const OVERDUE_SECONDS = 5n

function admit({ core, clock, pacer, close }: Admitting, envelope: Envelope): Admission {
  const behind = () => clock.seconds() - core.ledger.head.closeTime
  if (pacer.pace.mode === 'instant' && behind() >= OVERDUE_SECONDS) close()
  const elapsed = behind()
  const admission = core.queue.admit(envelope, elapsed > 0n ? elapsed : 0n)
  if (admission.status === 'PENDING') pacer.admitted()
  return admission
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
    // Waiting keeps no process alive that has nothing else to do.
    const timer = setTimeout(() => end(undefined), timeoutMs).unref()
    ingestedListeners.add(look)
  })
}
