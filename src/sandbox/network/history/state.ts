import type {
  AccountEntry,
  AssetKey,
  ClaimableBalanceEntry,
  DataEntry,
  Entry,
  EntryChange,
  EntryKey,
  OfferEntry,
  TrustLineEntry,
} from '../ledger/entries.ts'
import { entryKey } from '../ledger/entries.ts'

/** The state as it was when the last ingested ledger closed, or some ledgers before. */
export interface StateView {
  account(id: string): AccountEntry | undefined
  trustLines(account: string): readonly TrustLineEntry[]
  data(account: string): readonly DataEntry[]
  dataEntry(account: string, name: string): DataEntry | undefined
  claimableBalance(id: string): ClaimableBalanceEntry | undefined
  offer(id: string): OfferEntry | undefined
  /** Trust lines and claimable balances of an asset. */
  holdings(asset: AssetKey): readonly (TrustLineEntry | ClaimableBalanceEntry)[]
  assets(): readonly AssetKey[]
  /** Everything there is: for the rare searches by signer, sponsor and claimant. */
  all(): Iterable<Entry>
}

export interface State extends StateView {
  readonly entries: ReadonlyMap<EntryKey, Entry>
  apply(changes: readonly EntryChange[]): void
  /** The state before these changes, which were the last ones, newest last. */
  before(changes: readonly (readonly EntryChange[])[]): StateView
}

type Lookup = (key: EntryKey) => Entry | undefined

interface Keys {
  owned(account: string): Iterable<EntryKey>
  of(asset: AssetKey): Iterable<EntryKey>
  assets(): Iterable<AssetKey>
  all(): Iterable<EntryKey>
}

function ofType<T extends Entry['type']>(
  type: T,
  entry: Entry | undefined,
): Extract<Entry, { type: T }> | undefined {
  return entry?.type === type ? (entry as Extract<Entry, { type: T }>) : undefined
}

function gather<T extends Entry['type']>(
  type: T,
  keys: Iterable<EntryKey>,
  look: Lookup,
): Extract<Entry, { type: T }>[] {
  const found = []
  for (const key of keys) {
    const entry = ofType(type, look(key))
    if (entry) found.push(entry)
  }
  return found
}

function holdingsOf(keys: Iterable<EntryKey>, look: Lookup) {
  const kept = [...keys]
  return [...gather('trustline', kept, look), ...gather('claimable_balance', kept, look)]
}

function viewOf(look: Lookup, keys: Keys): StateView {
  return {
    account: (id) => ofType('account', look(`account|${id}`)),
    trustLines: (account) => gather('trustline', keys.owned(account), look),
    data: (account) => gather('data', keys.owned(account), look),
    dataEntry: (account, name) => ofType('data', look(`data|${account}|${name}`)),
    claimableBalance: (id) => ofType('claimable_balance', look(`claimable_balance|${id}`)),
    offer: (id) => ofType('offer', look(`offer|${id}`)),
    holdings: (asset) => holdingsOf(keys.of(asset), look),
    assets: () => [...keys.assets()],
    *all() {
      for (const key of keys.all()) {
        const entry = look(key)
        if (entry) yield entry
      }
    },
  }
}

function ownerOf(entry: Entry): string | undefined {
  switch (entry.type) {
    case 'trustline':
    case 'data':
      return entry.account
    case 'offer':
      return entry.seller
    case 'account':
    case 'claimable_balance':
      return undefined
  }
}

function assetOf(entry: Entry): AssetKey | undefined {
  switch (entry.type) {
    case 'trustline':
    case 'claimable_balance':
      return entry.asset
    case 'account':
    case 'data':
    case 'offer':
      return undefined
  }
}

type Index = Map<string, Set<EntryKey>>

function note(index: Index, word: string | undefined, key: EntryKey): void {
  if (word === undefined) return
  const known = index.get(word)
  if (known) known.add(key)
  else index.set(word, new Set([key]))
}

function forget(index: Index, word: string | undefined, key: EntryKey): void {
  if (word === undefined) return
  const known = index.get(word)
  known?.delete(key)
  if (known?.size === 0) index.delete(word)
}

export function createState(start: Iterable<Entry>): State {
  const entries = new Map<EntryKey, Entry>()
  const owned: Index = new Map()
  const assets: Index = new Map()

  function put(key: EntryKey, entry: Entry): void {
    note(owned, ownerOf(entry), key)
    note(assets, assetOf(entry), key)
    entries.set(key, entry)
  }

  function remove(key: EntryKey): void {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    forget(owned, ownerOf(entry), key)
    forget(assets, assetOf(entry), key)
  }

  for (const entry of start) put(entryKey(entry), entry)
  const keys: Keys = {
    owned: (account) => owned.get(account) ?? [],
    of: (asset) => assets.get(asset) ?? [],
    assets: () => assets.keys(),
    all: () => entries.keys(),
  }
  return {
    ...viewOf((key) => entries.get(key), keys),
    entries,
    apply(changes) {
      for (const { key, after } of changes) {
        if (after) put(key, after)
        else remove(key)
      }
    },
    before: (changes) => rewound({ entries, keys, changes }),
  }
}

interface Rewind {
  readonly entries: ReadonlyMap<EntryKey, Entry>
  readonly keys: Keys
  readonly changes: readonly (readonly EntryChange[])[]
}

/** A view that undoes the given changes without touching the state itself. */
function rewound({ entries, keys, changes }: Rewind): StateView {
  const old = new Map<EntryKey, Entry | undefined>()
  for (const group of changes) {
    for (const { key, before } of group) if (!old.has(key)) old.set(key, before)
  }
  const look: Lookup = (key) => (old.has(key) ? old.get(key) : entries.get(key))
  const withOld = (known: Iterable<EntryKey>, fits: (entry: Entry) => boolean) =>
    new Set([...known, ...[...old].flatMap(([key, entry]) => (entry && fits(entry) ? [key] : []))])
  return viewOf(look, {
    owned: (account) => withOld(keys.owned(account), (entry) => ownerOf(entry) === account),
    of: (asset) => withOld(keys.of(asset), (entry) => assetOf(entry) === asset),
    assets: () =>
      new Set([...keys.assets(), ...[...old.values()].flatMap((e) => (e && assetOf(e)) ?? [])]),
    all: () => withOld(keys.all(), () => true),
  })
}
