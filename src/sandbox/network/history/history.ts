import type { ClosedLedger } from '../ledger/closed-ledger.ts'
import type { Entry, EntryChange } from '../ledger/entries.ts'
import { encodedLedger, keepLedger } from './keep-ledger.ts'
import type { EncodedLedger } from './keep-ledger.ts'
import { truncate } from './log.ts'
import { createState } from './state.ts'
import type { State, StateView } from './state.ts'
import type { StoredLedger, StoredOperation, StoredTransaction } from './stored.ts'
import { afterLedger, toid } from './toid.ts'

/** Everything reads are answered from: ingested ledgers, their indexes, and the state they led to. */
export interface History {
  /** Sequence of the last ingested ledger. */
  readonly latest: number
  /** Oldest ledger that was not trimmed away. */
  readonly elder: number
  readonly ledgers: readonly StoredLedger[]
  readonly transactions: readonly StoredTransaction[]
  readonly operations: readonly StoredOperation[]
  readonly payments: readonly StoredOperation[]
  readonly state: StateView
  ledger(sequence: number): StoredLedger | undefined
  /** By outer or inner hash. */
  transaction(hash: string): StoredTransaction | undefined
  operation(id: bigint): StoredOperation | undefined
  ofAccount(account: string): AccountLog
  append(ledger: EncodedLedger): StoredLedger
  /** The state some ledgers ago, as far back as it is remembered. */
  stateBefore(ledgers: number): StateView
  /** Moves the oldest available ledger up (SBX-65). */
  trim(elder: number): void
  mark(): HistoryMark
  /** Forgets everything after the mark. */
  rewind(mark: HistoryMark): void
}

export interface AccountLog {
  /** Operations with effects on the account, its own among them. */
  readonly affecting: readonly StoredOperation[]
  readonly transactions: readonly StoredTransaction[]
  readonly operations: readonly StoredOperation[]
  readonly payments: readonly StoredOperation[]
}

export interface HistoryMark {
  readonly latest: number
  readonly elder: number
  readonly entries: readonly Entry[]
}

interface GrowingLog {
  readonly affecting: StoredOperation[]
  readonly transactions: StoredTransaction[]
  readonly operations: StoredOperation[]
  readonly payments: StoredOperation[]
}

const emptyLog = (): GrowingLog => ({
  affecting: [],
  transactions: [],
  operations: [],
  payments: [],
})
const NOTHING = emptyLog()

/** How many ledgers back a stale read can look. */
const REMEMBERED = 128

interface Undo {
  readonly sequence: number
  readonly changes: readonly (readonly EntryChange[])[]
}

interface Kept {
  readonly ledgers: StoredLedger[]
  readonly all: GrowingLog
  readonly byAccount: Map<string, GrowingLog>
  readonly byHash: Map<string, StoredTransaction>
  state: State
  undo: Undo[]
  elder: number
}

export function createHistory(genesis: ClosedLedger, entries: Iterable<Entry>): History {
  const kept: Kept = {
    ledgers: [],
    all: emptyLog(),
    byAccount: new Map(),
    byHash: new Map(),
    state: createState(entries),
    undo: [],
    elder: genesis.sequence,
  }
  kept.ledgers.push(keepLedger(encodedLedger(genesis), () => undefined))
  const first = genesis.sequence
  const latest = () => kept.ledgers.at(-1)?.sequence ?? first
  return {
    get latest() {
      return latest()
    },
    get elder() {
      return kept.elder
    },
    get state() {
      return kept.state
    },
    ledgers: kept.ledgers,
    ...kept.all,
    ledger: (sequence) => kept.ledgers[sequence - first],
    transaction: (hash) => kept.byHash.get(hash),
    operation: (id) => findOperation(kept, id, first),
    ofAccount: (account) => kept.byAccount.get(account) ?? NOTHING,
    append: (ledger) => append(kept, ledger),
    stateBefore(ledgers) {
      const changes = kept.undo
        .filter(({ sequence }) => sequence > latest() - ledgers)
        .flatMap((undo) => undo.changes)
      return kept.state.before(changes)
    },
    trim(elder) {
      kept.elder = Math.max(first, Math.min(elder, latest()))
    },
    mark: () => ({
      latest: latest(),
      elder: kept.elder,
      entries: [...kept.state.entries.values()],
    }),
    rewind: (mark) => rewind(kept, mark, first),
  }
}

function logOf(kept: Kept, account: string): GrowingLog {
  const known = kept.byAccount.get(account)
  if (known) return known
  const fresh = emptyLog()
  kept.byAccount.set(account, fresh)
  return fresh
}

function append(kept: Kept, ledger: EncodedLedger): StoredLedger {
  const stored = keepLedger(ledger, (record) => {
    if (record.kind === 'transaction') {
      kept.all.transactions.push(record.transaction)
      kept.byHash.set(record.transaction.hash, record.transaction)
      if (record.transaction.innerHash) {
        kept.byHash.set(record.transaction.innerHash, record.transaction)
      }
      for (const account of record.accounts) {
        logOf(kept, account).transactions.push(record.transaction)
      }
      return
    }
    for (const account of record.affected) logOf(kept, account).affecting.push(record.operation)
    for (const log of [kept.all, ...[...record.accounts].map((id) => logOf(kept, id))]) {
      log.operations.push(record.operation)
      if (record.operation.payment) log.payments.push(record.operation)
    }
  })
  kept.ledgers.push(stored)
  applyChanges(kept, ledger.closed)
  return stored
}

/** Fees of all transactions come first, as core charges them before applying anything. */
function applyChanges(kept: Kept, closed: ClosedLedger): void {
  const changes = [
    ...closed.transactions.map((transaction) => transaction.feeChanges),
    ...closed.transactions.flatMap(({ sequenceChanges, operations }) => [
      sequenceChanges,
      ...operations.map((operation) => operation.changes),
    ]),
    closed.upgradeChanges ?? [],
  ]
  for (const group of changes) kept.state.apply(group)
  kept.undo.push({ sequence: closed.sequence, changes })
  if (kept.undo.length > REMEMBERED) kept.undo.shift()
}

function findOperation(kept: Kept, id: bigint, first: number): StoredOperation | undefined {
  const ledger = kept.ledgers[Number(id >> 32n) - first]
  const transaction = ledger?.transactions[Number((id >> 12n) & 0xfffffn) - 1]
  return transaction?.operations[Number(id & 0xfffn) - 1]
}

function rewind(kept: Kept, mark: HistoryMark, first: number): void {
  const end = afterLedger(mark.latest)
  for (const transaction of kept.all.transactions) {
    if (transaction.id < toid(mark.latest + 1)) continue
    kept.byHash.delete(transaction.hash)
    if (transaction.innerHash) kept.byHash.delete(transaction.innerHash)
  }
  for (const log of [kept.all, ...kept.byAccount.values()]) {
    truncate(log.transactions, end)
    truncate(log.operations, end)
    truncate(log.affecting, end)
    truncate(log.payments, end)
  }
  kept.ledgers.length = mark.latest - first + 1
  kept.state = createState(mark.entries)
  kept.undo = kept.undo.filter(({ sequence }) => sequence <= mark.latest)
  kept.elder = mark.elder
}
