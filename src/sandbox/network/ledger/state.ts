import type {
  AccountEntry,
  AssetKey,
  DataEntry,
  Entry,
  EntryChange,
  EntryKey,
  OfferEntry,
  TrustLineEntry,
} from './entries.ts'
import { entryKey } from './entries.ts'
import { createEntryIndex } from './entry-index.ts'

export type Subentry = TrustLineEntry | OfferEntry | DataEntry

/** The values of the header that operations look at while a ledger is applied. */
export interface Circumstances {
  readonly sequence: number
  readonly closeTime: bigint
  readonly baseReserve: bigint
  readonly protocolVersion: number
}

/** A place in the log of writes; everything after it can be listed or undone. */
export interface Mark {
  readonly position: number
  readonly idPool: bigint
}

export interface StateCopy {
  readonly entries: ReadonlyMap<EntryKey, Entry>
  readonly idPool: bigint
}

/** All entries, with a log of writes so that an operation or a transaction can be taken back. */
export interface LedgerState {
  circumstances: Circumstances
  /** The last offer id given out. */
  idPool: bigint
  get(key: EntryKey): Entry | undefined
  account(id: string): AccountEntry | undefined
  trustLine(account: string, asset: AssetKey): TrustLineEntry | undefined
  entries(): Iterable<Entry>
  subentriesOf(account: string): Iterable<Subentry>
  subentryCount(account: string): number
  offersOf(selling: AssetKey, buying: AssetKey): Iterable<OfferEntry>
  /** Creates or replaces, stamped with the ledger being applied. */
  put(entry: Entry): void
  remove(key: EntryKey): void
  mark(): Mark
  changesSince(mark: Mark): readonly EntryChange[]
  rollback(mark: Mark): void
  /** Drops the log; earlier marks are void. */
  settle(): void
  copy(): StateCopy
  restore(copy: StateCopy): void
}

interface Write {
  readonly key: EntryKey
  readonly before: Entry | undefined
}

export function createState(circumstances: Circumstances): LedgerState {
  const entries = new Map<EntryKey, Entry>()
  const index = createEntryIndex()
  let log: Write[] = []

  const write = (key: EntryKey, after: Entry | undefined): Entry | undefined => {
    const before = entries.get(key)
    if (before !== undefined) index.drop(key, before)
    if (after === undefined) entries.delete(key)
    else {
      entries.set(key, after)
      index.add(key, after)
    }
    return before
  }
  const load = (keys: Iterable<EntryKey>): Entry[] =>
    [...keys].flatMap((key) => entries.get(key) ?? [])

  const state: LedgerState = {
    circumstances,
    idPool: 0n,
    get: (key) => entries.get(key),
    account: (id) => entries.get(`account|${id}`) as AccountEntry | undefined,
    trustLine: (account, asset) =>
      entries.get(`trustline|${account}|${asset}`) as TrustLineEntry | undefined,
    entries: () => entries.values(),
    subentriesOf: (account) => load(index.ofOwner(account)) as Subentry[],
    subentryCount: (account) => index.countOf(account),
    offersOf: (selling, buying) => load(index.ofBook(selling, buying)) as OfferEntry[],
    put(entry) {
      const key = entryKey(entry)
      const stamped = { ...entry, lastModifiedLedger: state.circumstances.sequence }
      log.push({ key, before: write(key, stamped) })
    },
    remove(key) {
      log.push({ key, before: write(key, undefined) })
    },
    mark: () => ({ position: log.length, idPool: state.idPool }),
    changesSince: (mark) => netChanges(log, mark.position, entries),
    rollback(mark) {
      for (const { key, before } of log.slice(mark.position).toReversed()) write(key, before)
      log.length = mark.position
      state.idPool = mark.idPool
    },
    settle() {
      log = []
    },
    copy: () => ({ entries: new Map(entries), idPool: state.idPool }),
    restore(copy) {
      log = []
      entries.clear()
      index.clear()
      for (const [key, entry] of copy.entries) write(key, entry)
      state.idPool = copy.idPool
    },
  }
  return state
}

function netChanges(
  log: readonly Write[],
  from: number,
  entries: ReadonlyMap<EntryKey, Entry>,
): readonly EntryChange[] {
  const firsts = new Map<EntryKey, Entry | undefined>()
  for (let at = from; at < log.length; at++) {
    const write = log[at]
    if (write !== undefined && !firsts.has(write.key)) firsts.set(write.key, write.before)
  }
  return [...firsts].flatMap(([key, before]) => {
    const after = entries.get(key)
    if (before === undefined && after === undefined) return []
    return [{ key, ...(before && { before }), ...(after && { after }) }]
  })
}
