import type { History } from '../history/history.ts'
import { createHistory } from '../history/history.ts'
import { encodedLedger } from '../history/keep-ledger.ts'
import type { ClosedLedger, NetworkParameters } from '../ledger/closed-ledger.ts'
import type { Envelope } from '../ledger/envelope.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Ledger, Upgrades } from '../ledger/ledger.ts'
import { createQueue } from '../queue/queue.ts'
import type { Queue } from '../queue/queue.ts'
import type { Clock } from './clock.ts'
import type { Ingestion } from './ingestion.ts'
import type { Journal } from './journal.ts'
import type { ReplayedLedger, WrittenLedger } from './ledger-lines.ts'
import type { Pace } from './pace.ts'
import type { SlipIns } from './slip-in.ts'

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

/** What a reset replaces as a whole. */
export interface Core {
  ledger: Ledger
  queue: Queue
  history: History
  /** Of each ledger, what its transactions do not tell; needed to write it down. */
  how: Map<number, Pick<WrittenLedger, 'baseFee' | 'upgrades'>>
}

export function freshCore(options: NetworkOptions, genesisCloseTime: bigint): Core {
  const ledger = createLedger(options.parameters, genesisCloseTime)
  return {
    ledger,
    queue: freshQueue(options, ledger),
    history: createHistory(ledger.genesis, ledger.entries()),
    how: new Map(),
  }
}

export function freshQueue(options: NetworkOptions, ledger: Ledger): Queue {
  return createQueue(ledger, { allowChaining: options.allowQueueChaining })
}

/** Continues from the journal, where there is one. */
export function startCore(options: NetworkOptions): Core {
  const { clock, journal, parameters } = options
  const genesisCloseTime = journal?.genesisCloseTime ?? clock.seconds()
  const recorded = () => journal?.replay(parameters.networkPassphrase) ?? []
  return replayed(options, genesisCloseTime, recorded)
}

/** Signatures are verified again only when the ledgers do not come out as they were recorded. */
function replayed(
  options: NetworkOptions,
  genesisCloseTime: bigint,
  recorded: () => Iterable<ReplayedLedger>,
): Core {
  try {
    const core = freshCore(options, genesisCloseTime)
    replayInto(core, recorded(), true)
    return core
  } catch {
    const core = freshCore(options, genesisCloseTime)
    replayInto(core, recorded(), false)
    return core
  }
}

export function replayInto(core: Core, ledgers: Iterable<ReplayedLedger>, trusted: boolean): void {
  for (const { plan, envelopes, verify } of ledgers) {
    const closed = core.ledger.close({ ...plan, applyOrder: 'fifo', replayed: trusted })
    verify(closed.hash)
    core.how.set(closed.sequence, {
      baseFee: plan.baseFee ?? core.ledger.head.baseFee,
      upgrades: plan.upgrades,
    })
    core.history.append({ closed, envelopes })
  }
}

interface Closing {
  readonly core: Core
  readonly options: NetworkOptions
  readonly ingestion: Ingestion
  readonly order: CloseOrder
  readonly slipIns: SlipIns
}

export function closeLedger(closing: Closing): ClosedLedger {
  const { core, options, ingestion, order, slipIns } = closing
  const closeTime = nextCloseTime(core.ledger, options, order.closeTime)
  const set = order.only
    ? { transactions: order.only, baseFee: core.ledger.head.baseFee }
    : core.queue.takeForLedger(closeTime)
  const first = slipIns.take('application', set.transactions)
  const inOrder = options.applyOrder === 'fifo' || first.length > 0
  const closed = core.ledger.close({
    ...set,
    transactions: [...first, ...set.transactions],
    closeTime,
    applyOrder: inOrder ? 'fifo' : { seed: options.seed },
    ...(order.upgrades ? { upgrades: order.upgrades } : {}),
  })
  core.queue.afterClose(closed)
  const how = { baseFee: set.baseFee, upgrades: order.upgrades }
  core.how.set(closed.sequence, how)
  const encoded = encodedLedger(closed)
  const { closeTime: time, hash } = closed
  options.journal?.append({ ...how, closeTime: time, hash, envelopes: encoded.envelopes })
  ingestion.take(encoded)
  return closed
}

function nextCloseTime(ledger: Ledger, options: NetworkOptions, asked?: bigint): bigint {
  const wanted = asked ?? options.clock.seconds()
  const earliest = ledger.head.closeTime + (options.strictCloseTime ? 1n : 0n)
  return wanted > earliest ? wanted : earliest
}
